"""How much a panel that is used for hours weighs in the page and in the kernel."""

from __future__ import annotations

import time
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING

from qwen_magic.demo.server import DemoServer
from tests.browser.panel import PanelIn, panel_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter

ASKED = "Write Python code that prints primes"
PATIENCE = 300_000  # milliseconds
LITTLE = 250  # widgets; a turn has about forty, and more than twenty turns leave the page
ASK = f"for _ in range(22): panel.ask({ASKED!r})\nwhile panel.busy: time.sleep(0.1)"
LONG = (
    "for _ in range(6): panel.ask('Write a long answer of 2 KB')\nwhile panel.busy: time.sleep(0.1)"
)
SIZE = "import gc, ipywidgets\nsum(isinstance(o, ipywidgets.Widget) and o.comm is not None for o in gc.get_objects())"


ELEMENT = "HTMLElement.prototype"
WIDGETS = """function () {
    const isElement = e => !Object.hasOwn(e, 'constructor');  // not a prototype of some
    return this.filter(e => isElement(e) && e.classList.contains('jupyter-widgets')
        && !e.isConnected).length;
}"""
COMM = """(() => {
    const [kernel] = [...jupyterapp.serviceManager.kernels._kernelConnections].slice(-1);
    return Object.getPrototypeOf([...kernel._comms.values()][0]);
})()"""
MODELS = (
    "function () { return this.filter(comm => comm._id && comm.isDisposed && comm.onMsg).length; }"
)
CLOSED = "function () { return this.filter(comm => comm._id && comm.isDisposed).length; }"


def kept(panel: PanelIn, prototype: str, count: str) -> int:
    """Count among what the page keeps of a prototype."""
    devtools = panel.page.context.new_cdp_session(panel.page)
    named = devtools.send("Runtime.evaluate", {"expression": prototype})
    found = devtools.send(
        "Runtime.queryObjects", {"prototypeObjectId": named["result"]["objectId"]}
    )
    told = {"objectId": found["objects"]["objectId"], "functionDeclaration": count}
    counted = devtools.send("Runtime.callFunctionOn", {**told, "returnByValue": True})
    devtools.detach()  # the page would keep what was found
    return int(counted["result"]["value"])


def nodes(panel: PanelIn) -> int:
    """Return how many nodes the page keeps, shown or not."""
    devtools = panel.page.context.new_cdp_session(panel.page)
    devtools.send("Performance.enable")
    devtools.send("HeapProfiler.collectGarbage")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    devtools.detach()
    return int(next(metric["value"] for metric in metrics if metric["name"] == "Nodes"))


def settled(panel: PanelIn, most: float) -> int:
    """Return how many nodes the page keeps, once it forgot the widgets that were closed.

    It forgets them some time after the kernel's last word: what leaks is never forgotten.
    """
    until = time.monotonic() + 100
    while True:
        found = nodes(panel)
        left = kept(panel, ELEMENT, WIDGETS), kept(panel, COMM, MODELS)
        if found <= most and max(left) < LITTLE:
            return found
        assert time.monotonic() < until, (found, most, left)
        panel.page.wait_for_timeout(500)


@contextmanager
def quick() -> Iterator[str]:
    """Run a demo that writes at once, and give the line that asks there."""
    with DemoServer(pace=0) as server:
        yield f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"'


def test_turns_that_left_the_page_leave_little_there(lab: Jupyter) -> None:
    most, widgets = inf, list[int]()
    with quick() as load:
        panel = panel_in(lab, ASK, SIZE, load=load, fresh=True)
        panel.page.set_default_timeout(PATIENCE)
        for _ in range(2):
            panel.notebook.run(1)
            panel.wait_idle()
            panel.notebook.run(2)
            widgets.append(int(panel.notebook.outputs(2)[0]["data"]["text/plain"]))
            most = 1.2 * settled(panel, most)
    assert widgets[1] <= 1.2 * widgets[0]
    # JupyterLab keeps closed comms (how many there were, the kernel's pace decides) and what they hold.
    assert kept(panel, COMM, CLOSED) > LITTLE


def wait_undrawn(panel: PanelIn, *numbers: int) -> None:
    """Wait until none of these turns' questions is drawn."""
    panel.page.wait_for_function(
        """numbers => numbers.every(n => !document.querySelectorAll('.qwen-magic-question')[n]
            .checkVisibility({ contentVisibilityAuto: true }))""",
        arg=list(numbers),
    )


def wait_drawn(panel: PanelIn, turn: Locator) -> None:
    """Wait until a turn's question is drawn."""
    panel.page.wait_for_function(
        "node => node.checkVisibility({ contentVisibilityAuto: true })",
        arg=turn.locator(".qwen-magic-question").element_handle(),
    )


# In which turns find-in-page comes upon a heading that each of them has.
FOUND = """() => {
    const turns = [...document.querySelectorAll('.qwen-magic-exchange')];
    const found = [];
    getSelection().removeAllRanges();
    while (window.find('Sums of powers'))
        found.push(turns.indexOf(getSelection().anchorNode.parentElement.closest('.qwen-magic-exchange')));
    getSelection().removeAllRanges();  // what is selected is drawn
    return found;
}"""


def test_turns_are_drawn_when_they_come_into_sight(lab: Jupyter) -> None:
    with quick() as load:
        panel = panel_in(lab, LONG, load=load)
        panel.page.set_default_timeout(PATIENCE)
        panel.notebook.run(1)
        panel.wait_idle()
        wait_undrawn(panel, 0, 1, 2, 3)
        assert panel.page.evaluate(FOUND) == list(range(6))  # also what is not drawn
        panel.turns.first.scroll_into_view_if_needed()
        wait_drawn(panel, panel.turns.first)
        wait_undrawn(panel, 2, 3, 4, 5)
        panel.ask("Hello")  # what is asked is seen
        panel.turns.nth(6).wait_for()
        wait_drawn(panel, panel.turns.nth(6))
        wait_undrawn(panel, 0)
