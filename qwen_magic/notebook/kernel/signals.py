"""Interrupts of the main thread: by Ctrl-C, by the kernel, or by another thread.

Python handles signals only on the main thread (Python, `signal`).
"""

from __future__ import annotations

import _thread
import signal
import time
from contextlib import contextmanager
from threading import Lock, Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Interrupts", "is_main_thread", "listening", "uninterrupted"]

_SAME = 1.0  # seconds in which a second Ctrl-C means the same
_HELD = 5.0  # seconds that settling may take before it can be interrupted
_AGAIN = 0.05  # seconds until a signal that was not heard is sent again


def is_main_thread() -> bool:
    """Return whether this is the thread in which cells run."""
    return current_thread() is main_thread()


class Interrupts:
    """Interrupts what runs on the main thread: once, and not while it settles.

    Attributes:
        noted: An interrupt came and raised nothing, because the work was about to end anyway.
        raised: An interrupt was raised; a function that the model called may have swallowed it.
    """

    def __init__(self) -> None:
        self.noted: bool = False
        self.raised: bool = False
        self._heard = 0
        self._deaf_until = 0.0
        self._earlier: Any = None
        self._is_on = False
        self._is_over = False
        self._ending = Lock()

    def hold(self) -> None:
        """Let what follows finish: for a while, only note interrupts."""
        self._deaf_until = time.monotonic() + _HELD

    def send(self) -> None:
        """Interrupt what runs, from another thread; leave it alone if it has ended.

        A thread that is just falling asleep in C hears a signal only when it wakes up. So we send
        the signal again until it is heard.
        """
        Thread(target=self._insist, args=(self._heard,), daemon=True).start()

    @property
    def handler(self) -> Any:  # noqa: ANN401 - what `signal.signal` takes
        """What handles Ctrl-C: this one, or the earlier one if this is over but still set."""
        return self._earlier if self._is_over else self._arrive

    def __enter__(self) -> Self:
        if not is_main_thread():
            self._is_over = True  # no signal is ever handled here
            return self
        earlier = signal.getsignal(signal.SIGINT)
        owner = _owner(earlier)
        self._earlier = owner.handler if owner else earlier
        try:
            signal.signal(signal.SIGINT, self._arrive)
            self._is_on = True
        except BaseException:  # an interrupt: `__exit__` would not be called
            self._end()
            self._restore()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end()
        if self._is_on:  # even if what ran has set a handler of its own
            self._restore()

    @property
    def _is_nested(self) -> bool:
        return _owner(self._earlier) is not None

    def _insist(self, heard: int) -> None:
        while self._send_once(heard):
            time.sleep(_AGAIN)

    def _send_once(self, heard: int) -> bool:
        """Send the signal unless one was heard; return whether to try again."""
        with self._ending:  # never interrupt what runs next on the main thread
            if self._is_over or self._heard != heard:
                return False
            if self._is_on:
                _signal_main()
            return not self._is_on or _owner(signal.getsignal(signal.SIGINT)) is not None

    def _arrive(self, number: int, frame: FrameType | None) -> None:
        self._heard += 1
        now = time.monotonic()
        if now < self._deaf_until:
            self.noted = True
            return
        if self._is_over:  # it stayed set, to be silent for a moment
            self._restore_own()
            if callable(self._earlier):
                self._earlier(number, frame)
            return
        self._deaf_until = now + _SAME
        self.raised = True
        if callable(self._earlier):
            self._earlier(number, frame)
        raise KeyboardInterrupt

    def _end(self) -> None:
        self._deaf_until = time.monotonic() + _SAME
        with self._ending:
            self._is_over = True

    def _restore(self) -> None:
        if self._earlier is not None:  # None stands for a handler that Python did not set
            signal.signal(signal.SIGINT, self._earlier)

    def _restore_own(self) -> None:
        """Restore the earlier handler, unless what ran has set one of its own."""
        if signal.getsignal(signal.SIGINT) == self._arrive:
            self._restore()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Run the block to its end.

    Raises:
        KeyboardInterrupt: An interrupt came meanwhile.
    """
    with Interrupts() as interrupts:
        interrupts.hold()
        yield
    if interrupts.noted:
        raise KeyboardInterrupt


def listening() -> Interrupts | None:
    """Return the `Interrupts` that listens for Ctrl-C on this thread, if there is one."""
    return _owner(signal.getsignal(signal.SIGINT)) if is_main_thread() else None


def _signal_main() -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _owner(handler: object) -> Interrupts | None:
    """Return the `Interrupts` that a handler belongs to, if there is one."""
    owner = getattr(handler, "__self__", None)
    return owner if isinstance(owner, Interrupts) else None
