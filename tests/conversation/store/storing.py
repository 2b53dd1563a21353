"""Turns asked, answered and stored without a server, for tests of the store, also in a process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.chains.placement import Asked, place
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.records import Chain, Record, input_of
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.events import Completed, Event, TextDelta
from qwen_magic.responses.items import Message, Part
from qwen_magic.responses.response import Response, Usage

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Status

__all__ = ["answer", "ask", "begun", "nowhere", "opened"]


def nowhere(path: str) -> None:
    """Find no notebook at any other path."""
    del path


def opened(store: ChainStore, path: str = "/n.ipynb", cells: str = "ABC") -> Chain:
    """Return the current chain of the notebook at a path, with a cell for each letter."""
    notebook = store.notebook(Seen(path, tuple(cells)), nowhere)
    return Chain(notebook.id, notebook.chain)


def begun(
    store: ChainStore, chain: Chain, cell: str = "A", text: str = "?", *, source: str = ""
) -> Record:
    placed = place(store.tree(chain), Asked(cell))
    record = Record(chain=chain, parent=placed.parent, cell=cell, prompt=text, input=input_of(text))
    return store.begin(replace(record, source=source))


def answer(text: str, response_id: str = "r") -> Turn:
    message = Message("m", "completed", content=(Part(text),))
    response = Response(response_id, "qwen", "completed", (message,), Usage(1, 2, 3))
    arrived: list[Event] = [TextDelta(0, "m", 0, text), Completed(response)]
    return fold(Turn("?"), arrived)


def ask(store: ChainStore, chain: Chain, cell: str = "A", status: Status = "completed") -> Record:
    """Ask and be answered."""
    record = begun(store, chain, cell, f"Question of {cell}")
    turn = answer(f"Answer to {cell}", f"resp_{record.id}")
    return store.end(record, replace(turn, status=status))


def main() -> None:
    """Write many turns, or begin one and wait to be killed."""
    folder, what, name = sys.argv[1:]
    store = ChainStore(Path(folder))
    chain = opened(store)
    if what == "stream":
        ask(store, chain, "A")
        record = begun(store, chain, "B", "A long one")
        words = [TextDelta(0, "m", 0, f"word {number} ") for number in range(100)]
        turn = Turn("A long one")
        for word in words:
            turn = fold(turn, [word])
            store.grow(record, turn)
        while not store.read(chain, [record.id])[0].output[0].content[0].text.endswith("99 "):  # type: ignore[union-attr]
            store.grow(record, turn)
        print("shown", flush=True)  # noqa: T201 - a process says so
        sys.stdin.read()
    for number in range(int(what)):
        ask(store, chain, f"{name}{number}")
    print(store.told(), flush=True)  # noqa: T201 - a process says so


if __name__ == "__main__":
    main()
