"""A map in a terminal or without a reader: one line of tqdm, if that is installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.display import display

from qwen_magic.notebook.mapping.wording import spent

if TYPE_CHECKING:
    from qwen_magic.notebook.mapping.seen import Seen

__all__ = ["Ticking"]

_DELAY = 5.0  # seconds that a map without a reader runs before it says anything
_PAUSE = 0.5


class Ticking:
    """A bar of tqdm, which goes when the map has ended.

    Args:
        notes: Lines above it.
        is_seen: Whether someone watches; if not, a short map stays silent.
    """

    def __init__(self, notes: tuple[str, ...], *, is_seen: bool) -> None:
        self._notes = notes
        self._is_seen = is_seen
        self._bar: Any = None
        self._is_begun = False

    def show(self, seen: Seen) -> None:
        """Move the bar."""
        if not self._is_begun:
            self._is_begun = True
            self._bar = self._made(seen)
        if self._bar is None:
            return
        failed = seen.failed + seen.refused
        told = spent(seen.input_tokens, seen.output_tokens)
        self._bar.set_postfix_str(
            ", ".join(filter(None, (told, f"{failed:,} failed" if failed else ""))), refresh=False
        )
        self._bar.update(seen.done - self._bar.n)

    def settle(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Show how it ended; print it if this is a terminal."""
        if self._bar is not None:
            self._bar.close()
        if self._is_seen:
            sys.stdout.write("\n".join((*self._notes, data["text/plain"], "")))
        else:
            display(data, metadata=metadata, raw=True)

    def _made(self, seen: Seen) -> Any:  # noqa: ANN401 - tqdm has no annotations
        try:
            from tqdm import tqdm
        except ImportError:
            return None
        waits = {} if self._is_seen else {"delay": _DELAY, "mininterval": _DELAY}
        return tqdm(
            total=seen.total,
            initial=seen.known,
            unit="row",
            leave=False,
            **({"mininterval": _PAUSE} | waits),
        )
