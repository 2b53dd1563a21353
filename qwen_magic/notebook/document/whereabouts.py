"""Which notebook asks, and which of its cells, from one question to the next."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.chains.recognition import Asker, askers, given_name
from qwen_magic.notebook.document.file import Document, code_cell, document_at, marks_at, paired
from qwen_magic.notebook.document.layout import layout
from qwen_magic.notebook.document.memory import Memory, Place, Running

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.chains.recognition import Known
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Chain
    from qwen_magic.notebook.document.layout import Layout
    from qwen_magic.notebook.kernel.frontend import Frontend

__all__ = ["Whereabouts"]


class Whereabouts:
    """What a kernel knows of the notebook it works for.

    Attributes:
        notebook: The notebook's id in the store; empty if there is no notebook.
        chain: The name of its current chain.
    """

    def __init__(self) -> None:
        self.notebook = ""
        self.chain = "main"
        self._run: tuple[str, int] = ("", 0)
        self._asks = 0
        self._deleted: frozenset[str] = frozenset()
        self._memories: dict[Chain, Memory] = {}
        self._has_told = False
        self._read = (0.0, 0.0)  # when the file says that it was saved, and the latest that can be

    def enter(self, store: ChainStore, frontend: Frontend) -> None:
        """Note which notebook and chain are current."""
        if not frontend.notebook:
            return
        document = _document(frontend)
        asking = frontend.place if frontend.ids == "lasting" else ""
        path = paired(frontend.notebook)
        seen = Seen(path, document.ids or None, asking, document.sources)
        found = store.notebook(seen, marks_at, held=self.notebook)
        if frontend.deleted:
            memories = (*self._memories.values(), Memory())
            gone = {memory.name_of(cell) for memory in memories for cell in frontend.deleted}
            found = store.delete_cells(found.id, gone)
        self.notebook, self.chain, self._deleted = found.id, found.chain, found.deleted

    def ask(
        self, store: ChainStore, chain: Chain, frontend: Frontend, run: int, written: str = ""
    ) -> Asked:
        """Note that a cell asks; return where it stands.

        Args:
            store: Keeps the chain.
            chain: The chain that the question joins.
            frontend: The front end that asked.
            run: The number of the cell's run; all questions of one run share it.
            written: The magic with its text, for a front end that does not send the cell's source.
        """
        ask, document = self._count(frontend.place, run), _document(frontend)
        running = _running(frontend, document, frontend.source or written)
        if running is None:
            return Asked(ask=ask)
        nodes, unsaved = store.path(chain, self._saved(document, store.now()))
        path = askers(nodes)
        memory = self._memory(chain, path)
        memory.connect(frontend.connection)
        found = layout(document, path, running.asker, unsaved=unsaved, remembered=memory.order)
        if found.renamed:
            store.rename_cells(chain, found.renamed)
            memory.rename(found.renamed)
        known = memory.find(running, found.in_file, found.elsewhere)
        is_new = not known or known.name in found.unnamed
        name = self._new(running, found) if is_new or not known else known.name
        memory.keep(running, name)
        by_text = (known and known.by_text) or running.id in found.renamed.values()
        is_on_path = any(found.renamed.get(p.name, p.name) == name for p in path)
        order = found.order(running.asker, name)
        asked = {p.name for p in path} | {name}
        gone = asked - {*order, *unsaved} if asked.intersection(order) else set()
        return Asked(
            name,
            ask,
            source=running.asker.source,
            document=found.ids(document.ids, order) or order,
            deleted=(self._deleted | gone) - {name},
            told=self._told(frontend, document) if by_text and is_on_path else "",
        )

    def placed(self, asked: Asked, options: Mapping[str, Any], configured: str) -> Asked:
        """Return where a cell's turn goes, by its options.

        Args:
            asked: Where it goes without them.
            options: The cell's options.
            configured: The name of the chain that all cells join; empty for the current one.
        """
        current = configured or self.chain
        chain = options.get("chain", current)
        asked = replace(asked, chain="" if chain == current else chain)
        if "from_turn" in options:
            return replace(asked, how="from", number=options["from_turn"])
        return replace(asked, how="append") if options.get("append") else asked

    def _count(self, place: str, run: int) -> int:
        """Return which question of a cell's run this is, from 1."""
        here = (place, run)
        self._asks = self._asks + 1 if here == self._run else 1
        self._run = here
        return self._asks

    def _saved(self, document: Document, now: float) -> float:
        """Return when the file was saved, by the clock that dates turns: its disk's may be ahead."""
        if document.saved != self._read[0]:
            self._read = (document.saved, min(document.saved, now))
        return self._read[1]

    def _memory(self, chain: Chain, path: Sequence[Known]) -> Memory:
        """Return what is remembered of a chain's cells; at first, those on its path."""
        if chain not in self._memories:
            self._memories[chain] = Memory(Place(p.name, Asker(source=p.source)) for p in path)
        return self._memories[chain]

    def _told(self, frontend: Frontend, document: Document) -> str:
        told, self._has_told = self._has_told, True
        return "" if told else _known_by_text(frontend, has_ids=bool(document.ids))

    def _new(self, running: Running, found: Layout) -> str:
        """Return the name of a cell that is not known yet."""
        taken = {place.name for place in found.places}
        if running.id and running.is_lasting and running.id not in taken:
            return running.id
        return given_name(running.asker, taken)


def _document(frontend: Frontend) -> Document:
    return (frontend.notebook and document_at(frontend.notebook)) or Document()


def _running(frontend: Frontend, document: Document, source: str) -> Running | None:
    """Return the cell that runs; None if nothing tells one question from another.

    Without an id, a `%%qwen` cell is known by its text. A line of a console is not: "Go on" may
    well be said twice.
    """
    if not frontend.has_cells:
        return None
    cell = code_cell(frontend.place, source)
    is_lasting = frontend.ids == "lasting"
    if not frontend.place and not source.lstrip().startswith("%%"):
        known = any(cell.asker.source == other.asker.source for other in document.code)
        if not known:
            return None
    by_text = not (is_lasting and document.ids)
    return Running(frontend.place, is_lasting, cell.asker, cell.text, by_text)


def _known_by_text(frontend: Frontend, *, has_ids: bool) -> str:
    """Return why a cell was known by its text, and the remedy, in one line."""
    if frontend.ids == "numbered":
        return f"Known by its text: {frontend.app} numbers the cells anew each time it opens them"
    if not frontend.place:
        return "Known by its text: no cell ids are sent here · --append asks once more at the end"
    if has_ids:
        return "Known by its text: the file's cell ids have changed"
    kind = PurePath(frontend.notebook).suffix
    if kind == ".ipynb":
        return "Known by its text: the file has no cell ids · nbformat.v4.upgrade gives it some"
    why = f"a {kind} file keeps no cell ids" if kind else "its id is new"
    return f"Known by its text: {why}"
