"""Watching a map until it ends, fails or is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.notebook.mapping.reading import seen_of

if TYPE_CHECKING:
    from qwen_magic.notebook.kernel.signals import Interrupts
    from qwen_magic.notebook.mapping.reading import Watched
    from qwen_magic.notebook.mapping.watching import MapView

__all__ = ["Ended", "watch"]

_STEP = 0.05  # seconds; a press of Stop waits no longer


@dataclass(frozen=True, slots=True)
class Ended:
    """How the watching ended: by an error, by the reader, or as it should."""

    error: BaseException | None = None
    stopped: bool = False


def watch(watched: Watched, view: MapView, interrupts: Interrupts) -> Ended:
    """Show a map that runs; from its end on, hold interrupts.

    Two levels of `try`, because an interrupt may arrive while the map is being stopped.
    """
    stopped = False
    try:
        try:
            while not watched.mapping.wait(_STEP):
                if interrupts.raised:
                    raise KeyboardInterrupt
                view.show(seen_of(watched))
            interrupts.hold()
        finally:
            watched.mapping.stop()
    except KeyboardInterrupt:
        interrupts.hold()
        watched.mapping.stop()
        stopped = True
    return Ended(watched.mapping.error, stopped)
