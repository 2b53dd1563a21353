"""How much a panel that is used for hours weighs in the page and in the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.demo.server import DemoServer
from tests.browser.panel import PanelIn, panel_in

if TYPE_CHECKING:
    from tests.browser.lab import Jupyter

ASKED = "Write Python code that prints primes"
PATIENCE = 300_000  # milliseconds
ASK = f"for _ in range(22): panel.ask({ASKED!r})\nwhile panel.busy: time.sleep(0.1)"
SIZE = "import gc, ipywidgets\nsum(isinstance(o, ipywidgets.Widget) and o.comm is not None for o in gc.get_objects())"


def nodes(panel: PanelIn) -> int:
    """Return how many nodes the page keeps, shown or not."""
    devtools = panel.page.context.new_cdp_session(panel.page)
    devtools.send("Performance.enable")
    devtools.send("HeapProfiler.collectGarbage")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return int(next(metric["value"] for metric in metrics if metric["name"] == "Nodes"))


def test_turns_that_left_the_page_leave_little_there(lab: Jupyter) -> None:
    found = []
    with DemoServer(pace=0.0005) as server:
        load = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"'
        panel = panel_in(lab, ASK, SIZE, load=load)
        panel.page.set_default_timeout(PATIENCE)
        for _ in range(3):
            panel.notebook.run(1)
            panel.wait_idle()
            panel.notebook.run(2)
            widgets = int(panel.notebook.outputs(2)[0]["data"]["text/plain"])
            found.append((nodes(panel), widgets))
    _, (before, open_before), (after, open_after) = found
    assert after <= 1.2 * before
    assert open_after <= 1.2 * open_before
