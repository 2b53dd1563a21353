"""The chat panel in a real JupyterLab: how soon it paints and stops while a cell runs, and how it ages.

Run by hand: `python -m tests.bench.panel [TURNS]`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from qwen_magic.demo.server import DemoServer
from tests.bench.measuring import print_row
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.lab import serving
from tests.browser.model import answer
from tests.browser.panel import PanelIn, panel_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter

ROUNDS = 5
CELLS = {
    "time.sleep": "import time\nuntil = time.monotonic() + 8\ntime.sleep(8)",
    "a busy loop": "import time\nuntil = time.monotonic() + 8\nwhile time.monotonic() < until: sum(range(1000))",
}
WATCH = """() => {
    const now = () => (performance.timeOrigin + performance.now()) / 1000;
    window.painted = {};
    const node = document.querySelector('.qwen-magic-transcript');
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
        for (const text of ['FIRST', 'Stopped by you'])
            if (!window.painted[text] && node.innerText.includes(text)) window.painted[text] = now();
    }))).observe(node, { subtree: true, childList: true, characterData: true });
    window.press = () => {
        const named = b => b.innerText.trim() === 'Stop';
        [...document.querySelectorAll('.qwen-magic-panel button')].find(named).click();
        return now();
    };
}"""
TASKS = """() => {
    [window.tasks, window.since] = [[0], 0];
    new PerformanceObserver(list => {
        const counted = list.getEntries().filter(task => task.startTime > window.since);
        window.tasks.push(...counted.map(task => task.duration));
    }).observe({ type: 'longtask' });
}"""
LOOP = "for _ in range({turns}): panel.ask('Write a long answer of 2 KB')\nwhile panel.busy: time.sleep(0.1)"


class FirstWord:
    """A server whose answer is one word, and when it was sent."""

    def __init__(self) -> None:
        self.sent = 0.0
        self.base_url = ""


@contextmanager
def _one_word() -> Iterator[FirstWord]:
    first, over = FirstWord(), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            told = {"id": "resp_1", "model": "a model", "output": []}
            created = {"type": "response.created", "response": told}
            for event in (created, *answer("FIRST", pieces=1)):
                time.sleep(0.3)
                first.sent = time.time()
                self.wfile.write(f"data:{json.dumps(event)}\n\n".encode())
            over.wait(60)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        first.base_url = f"http://127.0.0.1:{server.server_port}/v1"
        yield first
        over.set()
        server.shutdown()


def _once(panel: PanelIn, first: FirstWord) -> tuple[float, float]:
    """Return the milliseconds from the first word to its paint, and from Stop to its."""
    page = panel.page
    panel.notebook.run(1, wait=False)
    page.wait_for_timeout(300)
    page.evaluate("() => { window.painted = {}; }")
    panel.ask("Hello")
    page.wait_for_function("() => window.painted['FIRST']")
    page.wait_for_timeout(300)
    pressed = page.evaluate("() => window.press()")
    page.wait_for_function("() => window.painted['Stopped by you']")
    painted = page.evaluate("() => window.painted")
    panel.wait_idle()
    panel.button("New").click()
    panel.button("OK").click()
    panel.notebook.wait_done()
    return 1000 * (painted["FIRST"] - first.sent), 1000 * (painted["Stopped by you"] - pressed)


def _beside_a_cell(lab: Jupyter) -> None:
    for name, code in CELLS.items():
        with _one_word() as first:
            load = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{first.base_url}"'
            panel = panel_in(lab, code, load=load)
            panel.page.evaluate(WATCH)
            taken = [_once(panel, first) for _ in range(ROUNDS)]
        for what, bar, column in zip(
            ("first delta painted", "Stop painted"),
            (200, 100),
            zip(*taken, strict=True),
            strict=True,
        ):
            every = ", ".join(f"{ms:.0f}" for ms in column)
            value = median(column)
            print_row(
                f"{what} beside {name}",
                f"{value:.0f} ms",
                every,
                f"<= {bar} ms",
                reached=value <= bar,
            )


def _aging(lab: Jupyter, turns: int) -> None:
    with DemoServer(pace=0.0005) as server:
        load = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"'
        panel = panel_in(lab, LOOP.format(turns=turns // 4), load=load)
        panel.page.set_default_timeout(3_600_000)
        panel.page.evaluate(TASKS)
        devtools = panel.page.context.new_cdp_session(panel.page)
        devtools.send("Performance.enable")
        sizes, heaps, nodes = [], [], []
        for _ in range(4):
            panel.notebook.traffic.clear()
            panel.notebook.run(1)
            panel.page.wait_for_timeout(2_000)
            longest = max(panel.page.evaluate("() => window.tasks"))
            devtools.send("HeapProfiler.collectGarbage")  # a task that is not the panel's
            panel.page.evaluate("() => { window.since = performance.now(); }")
            found = {
                m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]
            }
            sizes.append(sum(panel.notebook.traffic.sizes.values()) / 1000)
            heaps.append(found["JSHeapUsedSize"] / 1e6)
            nodes.append(found["Nodes"])
    every = ", ".join(f"{size:.0f}" for size in sizes)
    growth = sizes[-1] / sizes[1]  # the first turns push none out of the page
    print_row(
        f"kB for each {turns // 4} turns",
        f"{growth:.2f} x",
        every,
        "<= 1.15 x",
        reached=growth <= 1.15,
    )
    more = heaps[-1] / heaps[1]
    every = ", ".join(
        f"{heap:.1f} MB, {count:.0f} nodes" for heap, count in zip(heaps, nodes, strict=True)
    )
    print_row("page memory", f"{more:.2f} x", every, "<= 1.15 x", reached=more <= 1.15)
    print_row("longest task", f"{longest:.0f} ms", "", "<= 200 ms", reached=longest <= 200)


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving("lab", Path(name), browser) as lab:
            _beside_a_cell(lab)
            lab.close_notebooks()
            _aging(lab, turns)
        browser.close()


if __name__ == "__main__":
    main()
