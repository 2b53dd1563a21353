"""What a notebook with 10,000 stored turns adds to a cell: the first of a kernel, and the next ones.

Run by hand: `python tests/bench/store.py [ROUNDS]`. The turns stand in one file, on one path, and
in 300 cells; each round opens the file anew.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from msgspec.structs import replace

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.chains.placement import Asked, place
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.records import Chain, Record, input_of
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.events import Completed, TextDelta
from qwen_magic.responses.items import Message, Part
from qwen_magic.responses.response import Response, Usage
from tests.bench.measuring import print_row

TURNS, CELLS, SIZE = 10_000, 300, 2_000
SEEN = Seen("/n.ipynb", tuple(f"cell-{number}" for number in range(CELLS)), "new")
MESSAGE = Message("m", "completed", content=(Part("word " * (SIZE // 5)),))
ANSWER = fold(
    Turn("?"), [Completed(Response("r", "qwen", "completed", (MESSAGE,), Usage(1, 2, 3)))]
)


def nowhere(path: str) -> None:
    del path


def fill(folder: Path) -> None:
    store = ChainStore(folder)
    chain = Chain(store.notebook(SEEN, nowhere).id)
    for number in range(TURNS):
        cell = f"cell-{number % CELLS}"
        asked = Record(chain=chain, parent=number or None, cell=cell, prompt="?" * 200)
        store.end(store.begin(replace(asked, input=input_of("?" * 200))), ANSWER)
    store.close()


def ask(store: ChainStore, held: str) -> tuple[float, str]:
    """Return how long storing and placing one question took, without its answer."""
    began = time.perf_counter()
    notebook = store.notebook(SEEN, nowhere, held=held)
    chain = Chain(notebook.id, notebook.chain)
    tree = store.tree(chain)
    placed = place(tree, Asked("new", document=SEEN.cells or (), deleted=notebook.deleted))
    store.read(chain, [placed.parent] if placed.parent else [])
    record = store.begin(Record(chain=chain, parent=placed.parent, cell="new", prompt="?"))
    taken = time.perf_counter() - began
    store.end(record, replace(ANSWER, status="failed"))
    return taken, notebook.id


def growing(store: ChainStore, chain: Chain) -> float:
    """Return how long one write of a growing answer takes."""
    record, turn = store.begin(Record(chain=chain)), Turn("?")
    taken = []
    for _ in range(50):
        time.sleep(0.021)
        turn = fold(turn, [TextDelta(0, "m", 0, "word " * 20)])
        began = time.perf_counter()
        store.grow(record, turn)
        taken.append(time.perf_counter() - began)
    return median(taken)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 2**20
        first, next_ones = [], []
        for _ in range(rounds):
            store = ChainStore(Path(folder))
            taken, held = ask(store, "")
            first.append(taken * 1000)
            next_ones.append(ask(store, held)[0] * 1000)
            store.close()
        write = growing(store, Chain(held)) * 1000
        store.close()
    beside = f"worst {max(first):.1f} ms; {TURNS:,} turns in {size:.0f} MB, {rounds} rounds"
    reached = median(first) < 20
    print_row(
        "a kernel's first cell", f"{median(first):.1f} ms", beside, "< 20 ms", reached=reached
    )
    beside = f"worst {max(next_ones):.1f} ms"
    reached = median(next_ones) < 20
    print_row("its next cells", f"{median(next_ones):.1f} ms", beside, "< 20 ms", reached=reached)
    print_row("a write while it grows", f"{write:.2f} ms", "50 writes", "< 2 ms", reached=write < 2)


if __name__ == "__main__":
    main()
