"""A traceback as frames: those of the notebook with their code, those of libraries by name (pure)."""

from __future__ import annotations

import inspect
import linecache
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType, TracebackType

__all__ = ["Frame", "Step", "frames_of", "steps_of"]

_MOST = 12  # steps that are told
_NAMELESS = ("<string>", "<stdin>")
_SHELLS = ("IPython", "ipykernel", "qwen_magic.notebook")
"""What runs cells; its frames tell nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One call on the way to an error.

    Attributes:
        module: The module's name; empty for the notebook's own code.
        name: The function's name; empty for the cell itself.
        line: The number of the line in its cell.
        file: What Python calls its cell.
        frame: The frame itself.
    """

    module: str
    name: str
    line: int
    file: str
    frame: FrameType

    @property
    def called(self) -> str:
        """What was called, with its module."""
        name = self.name or "<module>"
        return name if name.startswith(f"{self.module}.") else f"{self.module}.{name}"

    @property
    def text(self) -> str:
        """The line that was running; of the notebook's own code only."""
        lines = () if self.module else self.all_lines
        return lines[self.line - 1].strip() if self.line <= len(lines) else ""

    @property
    def all_lines(self) -> list[str]:
        """All lines of its cell.

        Python 3.13 takes the text of `-c` for that of whatever was run as a text.
        """
        return [] if self.file in _NAMELESS else linecache.getlines(self.file)

    @property
    def lines(self) -> tuple[str, int]:
        """The code of its function, or of its cell, and the number of its first line."""
        lines = self.all_lines
        first = self.frame.f_code.co_firstlineno if self.name else 1
        try:
            block: Sequence[str] = inspect.getblock(lines[first - 1 :]) if self.name else lines
        except (IndentationError, SyntaxError):  # a part of a line, as a lambda
            block = lines[first - 1 : first]
        return "".join(block), first


@dataclass(frozen=True, slots=True)
class Step:
    """A frame of the notebook, or the calls in one library that follow each other.

    Attributes:
        frames: The first and the last of them.
        count: How many there are.
        times: How often the step is repeated: recursion.
    """

    frames: tuple[Frame, ...]
    count: int = 1
    times: int = 1


def frames_of(traceback: TracebackType | None, namespace: Mapping[str, Any]) -> list[Frame]:
    """Return the calls of a traceback, the oldest first, without those of the shell around them.

    Args:
        traceback: Where it happened.
        namespace: The notebook's variables, by which its own code is known.
    """
    frames = list(_frames(traceback, namespace))
    ours = [place for place, frame in enumerate(frames) if not frame.module]
    kept = frames[ours[0] :] if ours else frames
    return [frame for frame in kept if not frame.module.startswith(_SHELLS)]


def steps_of(frames: Sequence[Frame]) -> list[Step]:
    """Return the frames as steps: a library's in one, a recursion's in one; of many, both ends."""
    steps: list[Step] = []
    for _, group in groupby(frames, _place):
        calls = list(group)
        if calls[0].module:
            steps.append(Step((calls[0], *calls[1:][-1:]), len(calls)))
        else:
            steps.append(Step((calls[0],), times=len(calls)))
    steps = _folded(steps)
    return [*steps[: _MOST // 2], *steps[-(_MOST // 2) :]] if len(steps) > _MOST else steps


def _place(frame: Frame) -> tuple[str, str, int]:
    top = frame.module.partition(".")[0]
    return (top, "", 0) if top else ("", frame.file, frame.line)


def _folded(steps: list[Step]) -> list[Step]:
    """Fold a recursion through several functions: what repeats in the same order."""
    for size in range(2, 5):
        found: list[Step] = []
        start = 0
        while start < len(steps):
            unit = [_key(step) for step in steps[start : start + size]]
            times = 1
            while unit == [
                _key(step) for step in steps[start + times * size : start + (times + 1) * size]
            ]:
                times += 1
            if times > 2:  # noqa: PLR2004 - twice may be chance
                found += [Step(one.frames, one.count, times) for one in steps[start : start + size]]
                start += times * size
            else:
                found.append(steps[start])
                start += 1
        steps = found
    return steps


def _key(step: Step) -> tuple[str, str, int]:
    first = step.frames[0]
    return first.module, first.file or first.name, first.line if not first.module else 0


def _frames(traceback: TracebackType | None, namespace: Mapping[str, Any]) -> Iterator[Frame]:
    while traceback is not None:
        frame, code = traceback.tb_frame, traceback.tb_frame.f_code
        is_ours = frame.f_globals is namespace
        module = "" if is_ours else str(frame.f_globals.get("__name__") or code.co_filename)
        name = "" if code.co_name.startswith(("<module>", "<cell line")) else code.co_qualname
        yield Frame(module, name, traceback.tb_lineno, code.co_filename, frame)
        traceback = traceback.tb_next
