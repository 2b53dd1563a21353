"""A failure as text, by one rule: what is sent of an error, and what never is (pure).

Sent: the failing cell, the notebook's own lines on the way to the error, libraries' calls by name,
what the error says, types and shapes of the values that these lines name, versions. Not sent:
values, the environment, and what looks secret by its name, its form or its place.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwen_magic.excerpt import cut, whole
from qwen_magic.notebook.failing.failure import chain_of, members_of, notes_of, said_by
from qwen_magic.notebook.failing.frames import Frame, Step, frames_of, steps_of
from qwen_magic.notebook.failing.masking import MASK, Masked
from qwen_magic.notebook.failing.mentions import libraries_of, mentions_of, near_names
from qwen_magic.notebook.failing.secrets import secrets_in, secrets_in_code, secrets_in_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from qwen_magic.notebook.failing.failure import Failure

__all__ = ["Around", "Report", "report_of"]

_CODE = 16_000  # characters of a cell
_LINE = 400  # characters of a line that is told beside the code
_FRAMES = 20  # at each end whose code is read
_DEPTH = 3  # of groups in groups


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around a failure.

    Attributes:
        namespace: The notebook's variables.
        environment: The environment; never sent, and masked in what an error says.
        home: The home folder, which is sent as `~`.
        version: Tells a library's version.
        own: The variables that are not IPython's; by default, all.
    """

    namespace: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    home: str = ""
    version: Callable[[str], str] = lambda _: ""
    own: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A failure as it is sent.

    Attributes:
        text: All of it, in Markdown.
        kind: The name of the error's type.
        number: The number of the cell's run; 0 if it is not known.
        names: The variables whose types are told.
        hidden: How many places were masked.
    """

    text: str
    kind: str
    number: int
    names: tuple[str, ...] = ()
    hidden: int = 0

    @property
    def note(self) -> str:
        """What it tells, in one line."""
        where = f" of cell [{self.number}]" if self.number else ""
        types = f", the types of {', '.join(self.names)}" if self.names else ""
        masked = f", {self.hidden} masked" if self.hidden else ""
        return f"{self.kind}{where} with its code{types}{masked}"


def report_of(failure: Failure, around: Around) -> Report:
    """Return what is sent of a failure."""
    errors = chain_of(failure.error)
    frames = [frames_of(error.__traceback__, around.namespace) for error, _ in errors]
    ours = _ends([frame for calls in frames for frame in calls if not frame.module])
    cell = next((frame for frame in frames[-1] if not frame.module), None)
    source = failure.source or ("".join(cell.all_lines) if cell else "")
    code = _Code(source, ours, around, cell.file if cell else "")
    told = "\n\n".join(
        filter(
            None, (_told(*known, calls, code) for known, calls in zip(errors, frames, strict=True))
        )
    )
    mentions = mentions_of(ours)
    values = [f"- {code.hidden.plain(one.told(around.environment))}" for one in mentions]
    near = near_names(failure.error, frames[-1])
    versions = _versions(libraries_of([*ours, *_ends(frames[-1])], mentions), around)
    parts = [
        _fenced("python", code.cell) if source else "",
        *(_fenced("python", other) for other in code.earlier()),
        _fenced("text", told),
        "\n".join(values),
        f"Similar names: {', '.join(near)}" if near else "",
        versions,
    ]
    names = tuple(one.name for one in mentions)
    text = "\n\n".join(filter(None, parts))
    return Report(text, failure.kind, failure.number, names, code.hidden.count)


def _ends(frames: Sequence[Frame]) -> list[Frame]:
    """Return the frames; of very many, those at both ends."""
    return [*frames[:_FRAMES], *frames[_FRAMES:][-_FRAMES:]]


class _Code:
    """The notebook's code around a failure, without secrets.

    Args:
        source: The failing cell.
        frames: The calls of the notebook's own code.
        around: What there is around.
        file: What Python calls the failing cell; empty if it is not known.
    """

    def __init__(self, source: str, frames: Sequence[Frame], around: Around, file: str) -> None:
        self.source, self.namespace = source, around.namespace
        self._frames = frames
        texts = {source, *("".join(frame.all_lines) for frame in frames)}
        found = [secrets_in_code(text) for text in texts]
        values = secrets_in(
            around.namespace if around.own is None else around.own
        ) | secrets_in_environment(around.environment)
        values |= {word for words in found if words for word in words}
        for frame in frames:
            values |= secrets_in(frame.frame.f_locals) if frame.name else set()
        self._parses = None not in found
        self.hidden = Masked(values, around.home)
        self.file = file
        last = next((one.line for one in reversed(frames) if one.file == self.file), 1)
        self.cell = _bounded(self.masked(source), last)

    def masked(self, text: str) -> str:
        """Return code of the notebook without secrets."""
        return self.hidden.code(text, parses=self._parses)

    def line(self, frame: Frame) -> str:
        """Return the line that a frame was at."""
        count = self.hidden.count  # of what is sent; the rest of the cell is not
        lines = self.masked("".join(frame.all_lines)).splitlines()
        self.hidden.count = count
        text = lines[frame.line - 1] if frame.line <= len(lines) else ""
        return cut(text.strip(), _LINE)

    def earlier(self) -> Iterator[str]:
        """Yield the functions of earlier cells that were called."""
        seen: set[tuple[str, int]] = set()
        for frame in self._frames:
            text, first = frame.lines
            known = text.strip() in self.source or (frame.file, first) in seen
            if frame.file != self.file and text and not known:
                seen.add((frame.file, first))
                yield _bounded(self.masked(text), frame.line - first + 1)


def _told(error: BaseException, link: str, frames: Sequence[Frame], code: _Code) -> str:
    """Return an error with its calls, and what links it to the next one."""
    own = "\n".join((*_calls(frames, code), *_says(error, code)))
    return f"{own}\n\n{link}" if link else own


def _calls(frames: Sequence[Frame], code: _Code) -> Iterator[str]:
    for step in steps_of(frames):
        yield f"  {_call(step, code)}"


def _call(step: Step, code: _Code) -> str:
    first = step.frames[0]
    again = f" ({step.times:,} times)" if step.times > 1 else ""
    if first.module:
        names = [frame.called for frame in step.frames]
        between = f" ({step.count} calls)" if step.count > len(names) else ""
        return f"in {' → '.join(names)}{between}{again}"
    where = f"{first.name}, " if first.name else ""
    cell = "" if first.file == code.file else " of an earlier cell"
    text = code.line(first)
    return f"{where}line {first.line}{cell if text else ' of a text'}: {text or MASK}{again}"


def _says(error: BaseException, code: _Code, depth: int = 0) -> Iterator[str]:
    """Yield what an error says, with its notes; of a group, what its errors say."""
    if isinstance(error, SyntaxError) and error.lineno:
        yield from _syntax(error, code)
    kind = type(error)
    module = "" if kind.__module__ in {"builtins", "__main__"} else f"{kind.__module__}."
    said = code.hidden.message(said_by(error))
    yield f"{module}{kind.__qualname__}: {said}" if said else f"{module}{kind.__qualname__}"
    yield from map(code.hidden.message, notes_of(error))
    for number, member in enumerate(members_of(error), 1) if depth < _DEPTH else ():
        frames = frames_of(member.__traceback__, code.namespace)
        for line in (*_calls(frames, code), *_says(member, code, depth + 1)):
            yield f"  {number} | {line}"


def _syntax(error: SyntaxError, code: _Code) -> Iterator[str]:
    """Yield the line that cannot be read, with a mark where."""
    text = (error.text or "").rstrip("\n")
    shown = cut(code.hidden.code(text, parses=False), _LINE)
    yield f"  line {error.lineno}: {shown.strip()}"
    column = (error.offset or 0) - 1 - (len(text) - len(text.lstrip()))
    if shown == text and 0 <= column <= len(text):
        yield " " * (len(f"  line {error.lineno}: ") + column) + "^"


def _bounded(code: str, line: int) -> str:
    """Return code; of a long one, the lines around one of them."""
    code = code.strip("\n")
    if len(code) <= _CODE:
        return code
    lines = code.split("\n")
    start = max(0, line - 1 - 60)
    kept = "\n".join(lines[start : line + 60])
    before = f"# … {start} lines\n" if start else ""
    return f"{before}{whole(kept, _CODE)}\n# …"


def _versions(libraries: Sequence[str], around: Around) -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    found = ((name, around.version(name)) for name in libraries[:8])
    return ", ".join([f"Python {python}", *(f"{name} {told}" for name, told in found if told)])


def _fenced(language: str, text: str) -> str:
    bar = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{bar}{language}\n{text}\n{bar}"
