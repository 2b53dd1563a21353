"""What `{{name}}` in a cell becomes: text, a table, or an image beside the text.

A placeholder is filled only if a variable of that name exists. There are no attributes and no
expressions, and what was put in is not read again.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tools.pictures import IMAGE_BYTES, IMAGE_FILES, pictures
from qwen_magic.errors import CellError
from qwen_magic.excerpt import cut, excerpt, whole
from qwen_magic.notebook.failing.last import LastError
from qwen_magic.notebook.magics.descriptions import description
from qwen_magic.notebook.magics.tables import table
from qwen_magic.typed import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Filled", "Image", "fill"]

PLACEHOLDER = re.compile(r"[{\uff5b]{2}[ \u3000]*+([^\W\d]\w*+)[ \u3000]*+[}\uff5d]{2}")
_WIDE = "\u3000-\u303f\u3040-\u9fff\uac00-\ud7a3\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f“”…"
_BESIDE = re.compile(rf"[\s{_WIDE}]|\Z")
_BEHIND = re.compile(rf"[\s.,;:?!{_WIDE}]|\Z")
REPR_LENGTH = 4_000
NEAR = 0.75  # accepts two swapped letters in a name of four
GUESSES = 10  # text in a template language has other things in braces


@dataclass(frozen=True, slots=True)
class Image:
    """A variable that is sent as an image, beside the text."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A text as it is sent, with a line for each thing that the reader should know."""

    text: str
    images: tuple[Image, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shown:
    """One value as it stands in the text; a block gets lines of its own."""

    text: str
    note: str
    url: str = ""
    block: bool = False


def fill(text: str, namespace: Mapping[str, object]) -> Filled:
    """Fill the text's placeholders with variables of the namespace.

    Raises:
        CellError: A value cannot be shown, or is too large an image.
    """
    names = dict.fromkeys(map(plain, PLACEHOLDER.findall(text)))  # as Python reads names
    shown = {name: _show(name, namespace[name]) for name in names if name in namespace}
    unknown = [name for name in names if name not in shown]
    return Filled(
        text=PLACEHOLDER.sub(lambda found: _place(found, shown.get(plain(found[1]))), text),
        images=tuple(Image(name, value.url) for name, value in shown.items() if value.url),
        notes=(
            *(f"{{{{{name}}}}}: {value.note}" for name, value in shown.items()),
            *_misses(text, unknown[:GUESSES], namespace),
        ),
    )


def _place(found: re.Match[str], shown: _Shown | None) -> str:
    if shown is None:
        return found[0]
    if not shown.block:
        return shown.text
    text, (start, end) = found.string, found.span()
    opening = "" if text[start - 1 : start] in {"", "\n"} else "\n\n"
    closing = {"": "", "\n": "\n"}.get(text[end : end + 1], "\n\n")
    return f"{opening}{shown.text}{closing}"


def _misses(text: str, names: Sequence[str], namespace: Mapping[str, object]) -> Iterator[str]:
    from difflib import get_close_matches

    for name in names:
        private = name.startswith("_")
        known = {key.lower(): key for key in namespace if key.startswith("_") == private}
        note = f"{{{{{name}}}}} is no variable, sent as written"
        if name == "error":
            note = "{{error}}: no cell has failed yet; sent as written"
        near = get_close_matches(name.lower(), known, n=1, cutoff=NEAR)
        if near:
            yield f"{note}; {known[near[0]]!r} is one"
        elif len(names) == 1 and not private and _stands_alone(name, text):
            yield note


def _stands_alone(name: str, text: str) -> bool:
    """Return whether the braces stand in a sentence; those of a template or of TeX do not."""
    return any(
        plain(found[1]) == name
        and _BESIDE.match(text[max(0, found.start() - 1) : found.start()])
        and _BEHIND.match(text, found.end())
        for found in PLACEHOLDER.finditer(text)
    )


def _show(name: str, value: object) -> _Shown:
    try:
        return _block(value) or _image(name, value) or _plain(value)
    except CellError:
        raise
    except Exception as error:  # a user's own __repr__ may raise anything
        reason = whole(f"{type(error).__name__}: {error}", 200)
        raise CellError(
            f"{{{{{name}}}}} cannot be shown ({reason})",
            hint="name a string instead, or send the braces as they are with --raw",
        ) from error


def _block(value: object) -> _Shown | None:
    if isinstance(value, LastError):
        report = value.report()
        return _Shown(report.text, report.note, block=True)
    found = table(value)
    return _Shown(found.text, found.note, block=True) if found else None


def _plain(value: object) -> _Shown:
    kind = type(value).__name__
    if isinstance(value, str):
        return _Shown(str.__str__(value), f"{kind}, {len(value)} characters")
    text = getattr(value, "text", None) if isinstance(getattr(value, "prompt", None), str) else None
    if isinstance(text, str):  # a Turn
        return _Shown(text, f"{kind}, its text of {len(text)} characters")
    shown = excerpt(value, REPR_LENGTH)
    fits = len(shown) <= REPR_LENGTH
    if told := description(value, is_short=fits):
        return _Shown(told.text, told.note, block="\n" in told.text)
    if fits:
        return _Shown(shown, kind)
    note = f"{kind}, the first {REPR_LENGTH} characters of its repr"
    return _Shown(cut(shown, REPR_LENGTH), note)


def _image(name: str, value: object) -> _Shown | None:
    kind, sizes = type(value).__name__, []
    for mime, data in pictures(value):
        sizes.append(len(data))
        if len(data) <= IMAGE_BYTES:
            url = f"data:{mime};base64,{b64encode(data).decode('ascii')}"
            note = f"{kind}, sent as an image of {-(-len(data) // 1000)} kB"
            return _Shown(f"[image: {name}]", note, url=url)
    if sizes:
        raise _too_large(name, min(sizes))
    if isinstance(value, PurePath) and value.suffix.lower() in IMAGE_FILES:
        return _file(name, Path(value))
    url = _remote(value)
    return _Shown(f"[image: {name}]", f"{kind}, sent as the link {url}", url=url) if url else None


def _too_large(name: str, size: int) -> CellError:
    return CellError(
        f"{{{{{name}}}}} is an image of {size / 1e6:.1f} MB; "
        f"at most {IMAGE_BYTES / 1e6:.0f} MB can be sent",
        hint="make it smaller first: fewer pixels, or a lower dpi",
    )


def _file(name: str, path: Path) -> _Shown:
    """Return the image in a file."""
    data = path.read_bytes()
    if len(data) > IMAGE_BYTES:
        raise _too_large(name, len(data))
    url = f"data:{IMAGE_FILES[path.suffix.lower()]};base64,{b64encode(data).decode('ascii')}"
    note = f"{path.name}, sent as an image of {-(-len(data) // 1000)} kB"
    return _Shown(f"[image: {name}]", note, url=url)


def _remote(value: Any) -> str:  # noqa: ANN401 - known by its class
    """Return the address of an `IPython.display.Image` that has only an address."""
    kind = getattr(sys.modules.get("IPython.display"), "Image", None)
    known = isinstance(kind, type) and isinstance(value, kind)
    url = str(value.url) if known else ""
    return url if url.startswith(("http://", "https://")) else ""
