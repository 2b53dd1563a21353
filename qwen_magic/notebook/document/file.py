"""The notebook's file: its cells, as far as it tells."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from qwen_magic.conversation.chains.recognition import Asker, digest_of_prompt, digest_of_source

__all__ = ["CodeCell", "Document", "code_cell", "document_at", "marks_at", "paired"]

_COMPARED = 300  # characters that decide which of two sources is more like a third
_LARGEST = 50 * 2**20  # bytes: reading more takes longer than a reader may notice
_HEAD = 4_096  # bytes of a text notebook in which its formats stand
_PAIRED = re.compile(rb"^#?[^\S\n]*formats:.*\bipynb\b", re.MULTILINE)
_CELL_MAGIC = re.compile(
    r"\s*[%\uff05]{2}qwen(?![A-Za-z0-9_?\uff1f])[^\S\n]*(?P<line>.*)\n?(?P<body>(?s:.*))"
)
_LINE_MAGIC = re.compile(
    r"^[^\n#]*[%\uff05]qwen(?![A-Za-z0-9_?\uff1f])(?:[^\S\n]+|(?=[^\x00-\x7f]))(?P<line>\S.*)",
    re.MULTILINE,
)
_CALL = re.compile(r"run_(?:cell|line)_magic\(\s*['\"]qwen['\"]")


class CodeCell(Struct, frozen=True):
    """A code cell of a file.

    Attributes:
        asker: The cell as one that asks.
        asks: Whether it asks, as far as its source shows.
        text: How its source begins.
    """

    asker: Asker
    asks: bool
    text: str


class Document(Struct, frozen=True):
    """What a notebook's file tells; nothing if it cannot be read.

    Attributes:
        ids: The ids of its cells in order, with those that are no code; empty if it keeps none.
        code: Its code cells in order.
        saved: When it was saved, in seconds since the epoch.
    """

    ids: tuple[str, ...] = ()
    code: tuple[CodeCell, ...] = ()
    saved: float = 0.0

    @property
    def sources(self) -> frozenset[str]:
        """The digests of the cells that ask, as far as their sources show."""
        return frozenset(cell.asker.source for cell in self.code if cell.asks)


class _Cell(Struct):
    id: str = ""
    cell_type: str = "code"
    source: str | list[str] = ""


class _File(Struct):
    cells: list[_Cell] = []


_decode = msgspec.json.Decoder(_File).decode


def document_at(path: str) -> Document | None:
    """Return what a notebook's file tells; None if there is no such file.

    Sources: the notebook format, "Cell ids"; for text notebooks, jupytext.
    """
    try:
        told = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return Document()
    return _read(path, (told.st_mtime_ns, told.st_size))


def marks_at(path: str) -> frozenset[str] | None:
    """Return by what a notebook's file can be told from others; None if there is no such file."""
    document = document_at(path)
    return None if document is None else frozenset(document.ids) | document.sources


def paired(path: str) -> str:
    """Return the path of the .ipynb that a text notebook is paired with; else its own.

    Source: jupytext, "Paired notebooks"; the pair has one name, its formats are in the text's head.
    """
    notebook = Path(path).with_suffix(".ipynb")
    try:
        with Path(path).open("rb") as file:
            head = b"" if path == str(notebook) else file.read(_HEAD)
        is_paired = bool(_PAIRED.search(head)) and notebook.exists()
    except OSError:
        return path
    return str(notebook) if is_paired else path


@lru_cache(maxsize=2)
def _read(path: str, version: tuple[int, int]) -> Document:
    if version[1] > _LARGEST:
        return Document()
    cells = _cells_in(path) if path.endswith(".ipynb") else _text_cells_in(path)
    code = tuple(code_cell(cell.id, _joined(cell)) for cell in cells if cell.cell_type == "code")
    return Document(tuple(cell.id for cell in cells if cell.id), code, version[0] / 1e9)


def _cells_in(path: str) -> list[_Cell]:
    try:
        return _decode(Path(path).read_bytes()).cells
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []


def _text_cells_in(path: str) -> list[_Cell]:
    """Return the cells of a text notebook; none without jupytext. Text keeps no ids of cells."""
    try:
        import jupytext

        cells = jupytext.read(path).cells
    except Exception:  # noqa: BLE001 - whatever a reader of other people's files raises
        return []
    return [_Cell("", cell.cell_type, cell.source) for cell in cells]


def _joined(cell: _Cell) -> str:
    return cell.source if isinstance(cell.source, str) else "".join(cell.source)


def code_cell(cell_id: str, source: str) -> CodeCell:
    """Return what a code cell's source tells."""
    question = _CELL_MAGIC.match(source) or _LINE_MAGIC.search(source)
    prompt = ""
    if question:
        parts = question.groupdict()
        prompt = digest_of_prompt(parts.get("body", "").strip() or parts["line"])
    asker = Asker(cell_id, digest_of_source(source), prompt)
    return CodeCell(asker, bool(question or _CALL.search(source)), source.strip()[:_COMPARED])
