"""Folding a long answer, in a burst (joined) and paced (one by one).

Run by hand: `python tests/bench/turn.py [ROUNDS]`.
"""

from __future__ import annotations

import sys
from functools import partial
from statistics import median

from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.decoding import join
from qwen_magic.responses.events import Completed, Event, ItemAdded, TextDelta
from qwen_magic.responses.items import Message, Part
from qwen_magic.responses.response import Response
from tests.bench.measuring import alternated, median_ratio, print_row

FEW, MANY = 20_000, 80_000


def answer(count: int) -> list[Event]:
    message = Message("m", "completed", content=(Part("word " * count),))
    return [
        ItemAdded(0, Message("m", "in_progress")),
        *(TextDelta(0, "m", 0, "word ") for _ in range(count)),
        Completed(Response("r", output=(message,))),
    ]


def burst(arrived: list[Event]) -> str:
    return fold(Turn("?"), join(arrived)).text


def paced(arrived: list[Event]) -> str:
    turn = Turn("?")
    for event in arrived:
        for joined in join([event]):
            turn = advance(turn, joined)
    return turn.text


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for how in (burst, paced):
        few, many = partial(how, answer(FEW)), partial(how, answer(MANY))
        taken = alternated(rounds, few=few, many=many)
        seconds = median(taken["few"])
        ratio = median_ratio(taken["many"], taken["few"])
        beside = f"{seconds / FEW * 1e6:.2f} us a delta, {rounds} rounds"
        what = f"7 folding {FEW} deltas, {how.__name__}"
        print_row(what, f"{seconds:.3f} s", beside, "<= 0.2 s", reached=seconds <= 0.2)
        what = f"7 folding {MANY} deltas, {how.__name__}"
        beside = f"{median(taken['many']):.3f} s"
        print_row(what, f"{ratio:.2f} x", beside, "<= 5 x", reached=ratio <= 5)


if __name__ == "__main__":
    main()
