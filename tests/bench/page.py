"""What a page notices while a cell runs: paints, long tasks, the last word, and the cell's end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.pacing import END

if TYPE_CHECKING:
    from tests.browser.notebook import OpenNotebook

__all__ = ["PATIENCE", "Noticed", "noticed", "watch"]

_QUIET = 1.5  # seconds without a paint: it is over
PATIENCE = 900.0  # seconds
_WATCH = """(end) => {
    const now = () => (performance.timeOrigin + performance.now()) / 1000;
    const seen = window.seen = { paints: [], tasks: [], end: 0, done: 0, now };
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) seen.tasks.push(task.duration);
    }).observe({ type: 'longtask' });
    const inside = (node) => (node.closest ? node : node.parentElement)?.closest('.jp-OutputArea');
    // JupyterLab's table of contents puts empty marks into headings, moments later.
    const isMark = (node) => node.classList?.contains('numbering-entry');
    let due = false;
    const paint = () => requestAnimationFrame(() => setTimeout(() => {
        due = false;
        seen.paints.push(now());
        const area = window.panel().content.activeCell.outputArea?.node;
        if (!seen.end && area?.textContent.includes(end)) seen.end = now();
    }));
    new MutationObserver((changes) => {
        const shown = ({ target, addedNodes }) => inside(target) && !(addedNodes.length && [...addedNodes].every(isMark));
        if (!due && changes.some(shown)) { due = true; paint(); }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    window.panel().sessionContext.session.kernel.anyMessage.connect((_, { msg }) => {
        if (msg.header.msg_type === 'execute_reply') seen.done = now();
    });
}"""
_RESET = "() => Object.assign(window.seen, { paints: [], tasks: [], end: 0, done: 0 })"
_SEEN = "() => ({ ...window.seen, now: window.seen.now() })"


@dataclass(frozen=True)
class Noticed:
    """What the page saw since `watch`; times are seconds since 1970, by the page's clock.

    Attributes:
        paints: When something in an output was painted.
        tasks: Milliseconds of each task that held the page for 50 or more.
        end: When the answer's last word was painted first.
        done: When the kernel's reply was there.
        kilobytes: What the kernel's websocket brought.
    """

    paints: list[float]
    tasks: list[float]
    end: float
    done: float
    kilobytes: float

    def last_paint(self, before: float = float("inf")) -> float:
        """Return when the page painted last."""
        return max((paint for paint in self.paints if paint < before), default=0.0)

    @property
    def longest(self) -> float:
        return max(self.tasks, default=0.0)


def watch(notebook: OpenNotebook) -> None:
    """Begin to notice."""
    if notebook.page.evaluate("() => window.seen === undefined"):
        notebook.page.evaluate(_WATCH, END)
    notebook.page.evaluate(_RESET)
    notebook.traffic.clear()


def noticed(notebook: OpenNotebook) -> Noticed:
    """Wait until nothing moves any more, then tell what was seen."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen = notebook.page.evaluate(_SEEN)
        latest = max([*seen["paints"], seen["done"]])
        if seen["now"] - latest > _QUIET:
            break
        notebook.page.wait_for_timeout(250)
    kilobytes = sum(notebook.traffic.sizes.values()) / 1000
    return Noticed(seen["paints"], seen["tasks"], seen["end"], seen["done"], kilobytes)
