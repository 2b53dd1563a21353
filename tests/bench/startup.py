"""What the JupyterLab extension costs each start of JupyterLab and Notebook 7, beside a start without it.

Run by hand: `python tests/bench/startup.py [ROUNDS]`. Starts with and without it take turns. Both
measures are of the page's main thread: the processor time of all its tasks until the application
stands, which says more about the machine than about us, and what a profile finds in our scripts.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.bench.measuring import print_row
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.lab import serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page, Response, Route

    from tests.browser.lab import App, Jupyter

OURS = "/qwen-magic/static/"
MOST_MS, MOST_BYTES = 20, 15_000
SAMPLING = 100  # microseconds
QUIET = """() => new Promise(done => requestIdleCallback(
    () => requestIdleCallback(() => done(true), { timeout: 5000 }), { timeout: 5000 }))"""
PAGES: dict[App, str] = {"lab": "lab/tree/{}?reset", "notebook": "notebooks/{}"}
CELLS = ("%load_ext qwen_magic", "x = 1", "x + 1")  # a question would load Markdown's colours
NAME = "start.ipynb"
CONFIG = re.compile(r'(<script id="jupyter-config-data"[^>]*>)(.*?)(</script>)', re.DOTALL)


@dataclass(frozen=True)
class Start:
    """One start: milliseconds of all tasks, of our scripts, and the bytes of these."""

    whole: float
    ours: float
    size: int


def start(page: Page, url: str, *, is_without: bool) -> Start:
    """Load an application with a notebook, and tell what that cost."""
    if is_without:
        page.route(url, bare)
    answers: list[Response] = []
    page.on("response", lambda found: answers.append(found))  # noqa: PLW0108 - Playwright marks it
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Profiler.enable")
    session.send("Profiler.setSamplingInterval", {"interval": SAMPLING})
    session.send("Profiler.start")
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Cell .cm-content")
    page.evaluate(QUIET)
    profile = session.send("Profiler.stop")["profile"]
    metrics = {
        one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]
    }
    size = sum(len(found.body()) for found in answers if OURS in found.url)
    return Start(1000 * metrics["TaskDuration"], ours_in(profile), size)


def ours_in(profile: dict[str, Any]) -> float:
    """Return the milliseconds in which a script of ours ran, or what it called."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    found = {key for key, node in nodes.items() if OURS in node["callFrame"]["url"]}
    todo = list(found)
    while todo:
        below = nodes[todo.pop()].get("children", ())
        todo += [child for child in below if child not in found]
        found.update(below)
    pairs = zip(profile["samples"], profile["timeDeltas"], strict=True)
    return float(sum(passed for node, passed in pairs if node in found)) / 1000


def bare(route: Route) -> None:
    """Answer with the application's page as it is where nobody installed our extension."""
    answer = route.fetch()

    def without(found: re.Match[str]) -> str:
        config = json.loads(found[2])
        others = [one for one in config["federated_extensions"] if one["name"] != "qwen-magic"]
        return f"{found[1]}{json.dumps(config | {'federated_extensions': others})}{found[3]}"

    route.fulfill(response=answer, body=CONFIG.sub(without, answer.text()))


def started(jupyter: Jupyter, *, is_without: bool = False) -> Start:
    """Start an application in a new page."""
    with jupyter.bare_page() as page:
        page.goto("about:blank")
        url = f"{jupyter.url}/{PAGES[jupyter.app].format(NAME)}"
        return start(page, url, is_without=is_without)


def compare(jupyter: Jupyter, rounds: int) -> None:
    """Print what starts cost with the extension and without it."""
    jupyter.open(CELLS, NAME)  # the first one fills caches, and starts the kernel
    with_it, without = [], []
    for _ in range(rounds):
        with_it.append(started(jupyter))
        without.append(started(jupyter, is_without=True))
    assert not any(one.size for one in without)
    ours, size = median(one.ours for one in with_it), max(one.size for one in with_it)
    beside = f"all tasks {told(with_it)}, without it {told(without)}"
    reached = ours <= MOST_MS
    print_row(f"{jupyter.app} start", f"{ours:.1f} ms", beside, f"<= {MOST_MS} ms", reached=reached)
    reached = size <= MOST_BYTES
    print_row(f"{jupyter.app} bytes", f"{size:,}", "", f"<= {MOST_BYTES:,}", reached=reached)


def told(found: Sequence[Start]) -> str:
    """Return the median of all tasks, and the range."""
    each = [one.whole for one in found]
    return f"{median(each):.0f} ms ({min(each):.0f} to {max(each):.0f})"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for app in PAGES:
            with (
                tempfile.TemporaryDirectory() as name,
                serving(app, Path(name), browser) as jupyter,
            ):
                compare(jupyter, rounds)
        browser.close()


if __name__ == "__main__":
    main()
