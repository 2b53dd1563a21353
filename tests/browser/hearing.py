"""Waiting for the page, and for its words to reach the kernel, which a cell may keep busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["HEARING", "follow", "wait_heard", "wait_hearing", "wait_until"]

POLLING = 50  # milliseconds
# The application opens a subshell for the first widget; what is clicked before waits for the cell.
HEARING = """
window.hearing = () => {
    const kernel = window.panel()?.sessionContext.session?.kernel;
    return !kernel?.supportsSubshells
        || [...kernel._comms.values()].every(comm => comm.isDisposed || comm.subshellId);
};
"""
FOLLOW = """() => {
    const { kernel } = window.panel().sessionContext.session;
    if (window.followed === kernel) return;
    window.followed = kernel;
    const unheard = window.unheard = new Set();
    kernel.anyMessage.connect((_, { direction, msg }) => {
        if (direction === 'send' && msg.header.msg_type === 'comm_msg')
            unheard.add(msg.header.msg_id);
        if (msg.header.msg_type === 'status' && msg.content.execution_state === 'idle')
            unheard.delete(msg.parent_header.msg_id);
    });
}"""


def wait_until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until a function of the page's returns what is true.

    It is asked now and then: to ask in each frame would make the page draw while nothing changes.
    """
    page.wait_for_function(expression, arg=arg, polling=POLLING)


def follow(page: Page) -> None:
    """Begin to follow what the page's widgets tell the kernel of the notebook that is open."""
    page.evaluate(FOLLOW)


def wait_hearing(page: Page) -> None:
    """Wait until the kernel hears the page's widgets, be a cell running or not."""
    wait_until(page, "() => window.hearing()")


def wait_heard(page: Page) -> None:
    """Wait until the kernel has done what the page's widgets told it, be a cell running or not."""
    wait_until(page, "() => window.unheard.size === 0")
