"""A notebook whose file keeps no ids, whatever a reader does with it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qwen_magic.conversation.chains.placement import place
from qwen_magic.conversation.chains.tree import path
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.records import Chain, Record
from qwen_magic.notebook.document.whereabouts import Whereabouts
from qwen_magic.notebook.kernel.frontend import Frontend
from tests.conversation.store.storing import answer
from tests.examples import tries

TEXTS = "abcdef"
names = count()


@dataclass
class Cell:
    text: str
    id: str = field(default_factory=lambda: f"id {next(names)}")
    handle: int = 0


class Desk:
    """A notebook, its file, the kernel that runs it and the store, without any of their weight."""

    def __init__(self, folder: Path, *, ids: str, kept: bool) -> None:
        self.file = folder / "lesson.ipynb"
        self.ids, self.kept = ids, kept
        self.tells = kept and ids == "lasting"
        self.clock = count(1)
        self.store = ChainStore(None, clock=lambda: float(next(self.clock)))
        self.cells: list[Cell] = []
        self.saved: list[Cell] = []
        self.pages = 0
        self.chains: set[Chain] = set()
        self.answered = 0
        self.reopen()
        self.restart()

    def reopen(self) -> None:
        """Open the saved file in another page."""
        self.pages += 1
        self.cells = [Cell(c.text, c.id) if self.kept else Cell(c.text) for c in self.saved]
        for handle, cell in enumerate(self.cells):
            cell.handle = handle
        self.handles = count(len(self.cells))

    def restart(self) -> None:
        self.whereabouts = Whereabouts()
        self.runs = count(1)

    def save(self) -> None:
        self.saved = [Cell(c.text, c.id) for c in self.cells]
        cells = [
            {"cell_type": "code", "source": f"%%qwen\n{c.text}"}
            | ({"id": c.id} if self.kept else {})
            for c in self.cells
        ]
        self.file.write_text(json.dumps({"cells": cells}))
        now = next(self.clock)
        os.utime(self.file, (now, now))

    def insert(self, at: int, text: str) -> None:
        self.cells.insert(at % (len(self.cells) + 1), Cell(text, handle=next(self.handles)))

    def run(self, cell: Cell) -> None:
        numbered = self.ids == "numbered"
        frontend = Frontend(
            "live",
            cell.id,
            str(self.file),
            place=f"W{cell.handle}" if numbered else cell.id if self.ids else "",
            ids="numbered" if numbered else "lasting",
            app="VS Code" if numbered else "",
            connection=f"page {self.pages}",
            source=f"%%qwen\n{cell.text}",
        )
        self.whereabouts.enter(self.store, frontend)
        asked = self.whereabouts.ask(self.store, self.chain, frontend, next(self.runs))
        placed = place(self.store.tree(self.chain), asked)
        record = Record(
            chain=self.chain,
            parent=placed.parent,
            cell=asked.cell,
            ask=asked.ask,
            source=asked.source,
            prompt=cell.text,
        )
        self.store.end(self.store.begin(record), replace(answer("!"), status="completed"))
        self.chains.add(self.chain)
        self.answered += 1

    def run_all(self) -> None:
        for cell in self.cells:
            self.run(cell)

    @property
    def chain(self) -> Chain:
        return Chain(self.whereabouts.notebook, self.whereabouts.chain)

    @property
    def asked(self) -> list[str]:
        nodes = path(self.store.tree(self.chain))
        return [record.prompt for record in self.store.read(self.chain, [n.id for n in nodes])]


texts = st.sampled_from(TEXTS)
places = st.integers(0, 9)
steps = st.lists(
    st.tuples(st.sampled_from(["insert", "edit"]), places, texts)
    | st.tuples(st.sampled_from(["delete", "move", "run"]), places, places)
    | st.tuples(st.sampled_from(["run all", "save", "reopen", "restart"]), places, places),
    max_size=20,
)


def do(desk: Desk, step: tuple[str, int, Any]) -> None:
    what, at, more = step
    if what in {"insert", "edit"}:
        write(desk, what, at, more)
    elif what in {"delete", "move", "run"} and desk.cells:
        handle(desk, what, at, more)
    elif what in {"run all", "save", "reopen", "restart"}:
        getattr(desk, what.replace(" ", "_"))()


def write(desk: Desk, what: str, at: int, text: str) -> None:
    if not desk.tells and text in {cell.text for cell in desk.cells}:
        return  # without ids, nothing tells a copy from its original
    if what == "insert":
        desk.insert(at, text)
    elif desk.cells:
        desk.cells[at % len(desk.cells)].text = text


def handle(desk: Desk, what: str, at: int, to: int) -> None:
    cells = desk.cells
    match what:
        case "delete":
            del cells[at % len(cells)]
        case "move":
            cells.insert(to % len(cells), cells.pop(at % len(cells)))
        case _:
            desk.run(cells[at % len(cells)])


CUT_AND_PASTED = [
    *(("delete", 0, 0), ("insert", 1, "d"), ("run", 1, 0)),
    *(("delete", 1, 0), ("insert", 0, "d")),
]


@example(CUT_AND_PASTED, ("numbered", True))
@given(
    steps,
    st.sampled_from(
        [("lasting", True), ("lasting", False), ("numbered", True), ("numbered", False)]
    ),
)
@settings(max_examples=tries(800), deadline=None)
def test_after_run_all_the_path_is_the_document(
    taken: list[tuple[str, int, Any]], kind: tuple[str, bool]
) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder), ids=kind[0], kept=kind[1])
        for text in "abc":
            desk.insert(9, text)
        desk.save()
        desk.run_all()
        for step in taken:
            do(desk, step)
        desk.save()
        desk.run_all()
        if desk.cells:
            assert desk.asked == [cell.text for cell in desk.cells]
        stored = sum(len(desk.store.tree(chain).nodes) for chain in desk.chains)
        assert stored == desk.answered
