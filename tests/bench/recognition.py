"""How long it takes to find a cell's place: 500 cells that ask, 10,000 stored turns.

Run it by hand: `python -m tests.bench.recognition`.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from qwen_magic.conversation.chains.placement import place
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.records import Chain, Record
from qwen_magic.notebook.document.file import code_cell
from qwen_magic.notebook.document.whereabouts import Whereabouts
from qwen_magic.notebook.kernel.frontend import Frontend
from tests.conversation.store.storing import answer

CELLS, TURNS, ROUNDS = 500, 10_000, 20
BAR = 20.0  # milliseconds


def sources(texts: int) -> list[str]:
    return [f"%%qwen\nQuestion {number % texts}?" for number in range(CELLS)]


def filled(folder: Path, texts: list[str]) -> tuple[ChainStore, Chain]:
    """Return a store with a path of one turn a cell, and as many beside it as are wanted."""
    store, parent = ChainStore(folder / "home"), None
    whereabouts = Whereabouts()
    whereabouts.enter(store, frontend(folder, texts[0], "0"))
    chain = Chain(whereabouts.notebook)
    for number in range(TURNS):
        place_of, source = number % CELLS, texts[number % CELLS]
        record = Record(
            chain=chain,
            parent=parent if place_of else None,
            cell=f"old-{place_of}",
            source=code_cell("", source).asker.source,
            prompt=source,
        )
        record = store.begin(record)
        parent = record.id
    store.end(record, answer("!"))
    store.move(chain, parent)
    return store, chain


def frontend(folder: Path, source: str, cell: str) -> Frontend:
    return Frontend(
        "live", cell, str(folder / "n.ipynb"), place=cell, connection="1", source=source
    )


def write(folder: Path, texts: list[str]) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 2_000}
    cells = [{"cell_type": "code", "source": text, "outputs": [output]} for text in texts]
    (folder / "n.ipynb").write_text(json.dumps({"cells": cells}))


def measured(texts: list[str], changed: int) -> float:
    """Return the milliseconds of one place, with so many of the cells changed."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, texts)
        store, chain = filled(folder, texts)
        now = list(texts)
        for number in random.Random(1).sample(range(CELLS), changed):
            now[number] = f"%%qwen\nAnother question {number}?"
        write(folder, now)
        taken = []
        for number in range(ROUNDS):
            whereabouts = Whereabouts()
            write(folder, now)  # read anew each time
            begun = perf_counter()
            asks = frontend(folder, now[(number * 37) % CELLS], f"new-{number}")
            whereabouts.enter(store, asks)
            asked = whereabouts.ask(store, chain, asks, number)
            place(store.tree(chain), asked)
            taken.append(1_000 * (perf_counter() - begun))
        store.close()
        return median(taken)


def main() -> None:
    """Print a table."""
    print(f"{CELLS} cells, {TURNS:,} turns, median of {ROUNDS}, bar {BAR} ms")
    for what, texts, changed in (
        ("all as before", sources(CELLS), 0),
        ("every tenth changed", sources(CELLS), CELLS // 10),
        ("all changed", sources(CELLS), CELLS),
        ("two texts in turn", sources(2), 0),
        ("one text", sources(1), 0),
    ):
        print(f"  {what:<20} {measured(texts, changed):6.1f} ms")


if __name__ == "__main__":
    main()
