"""Answers that grow in a real JupyterLab: bytes, paints and stops, beside what others do.

Run by hand: `python tests/bench/browser.py [ROUNDS]`; `chatlab` is installed into a folder of its
own. Rows 3, 4 and 5 of the design's table; what others do is measured once, in the same notebook.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from tests.bench.measuring import essayist, print_row
from tests.bench.page import PATIENCE, Noticed, noticed, watch
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.lab import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.notebook import OpenNotebook

LONG, SHORT = 8_000, 2_000
OURS = "%%qwen --new\n{length}"
UPDATES = """
import httpx, json
from IPython.display import Markdown, display
text, shown = "", display(Markdown(""), display_id=True)
asked = {{"input": "{length}", "stream": True}}
with httpx.stream("POST", BASE + "/responses", json=asked, timeout=None) as answer:
    for line in answer.iter_lines():
        event = json.loads(line[5:]) if line.startswith("data:") else {{"type": ""}}
        if event["type"] == "response.output_text.delta":
            text += event["delta"]
            shown.update(Markdown(text))
"""
CHATLAB = """
import sys; sys.path.append({folder!r})
import chatlab
await chatlab.Chat(base_url=BASE, api_key="none")("{length}")
"""
ONCE = """
import time; from IPython.display import Markdown, display
display(Markdown(_qwen.text), metadata={"began": time.time()})
"""
# What the kernel itself needs, from the moment that the click or the signal is there.
CLOCK = """
import signal, time
from qwen_magic.notebook.live.stopping import StopBar
arrived, ended = [], []
def interrupted(number, frame):
    arrived.append(time.time())
    signal.default_int_handler(number, frame)
press = StopBar._press
def pressed(self, button):
    arrived.append(time.time())
    press(self, button)
StopBar._press = pressed
get_ipython().events.register("post_run_cell", lambda result: ended.append(time.time()))
"""
STALLED = "signal.signal(signal.SIGINT, interrupted)\n%qwen --new 100000"
TAKEN = "print(1000 * (ended[-1] - arrived[-1]))"


@dataclass(frozen=True)
class Run:
    """One answer: what the page noticed, and when its last piece and its end were sent."""

    seen: Noticed
    last: float
    end: float

    @property
    def live(self) -> float:
        """Milliseconds from the last piece until nothing more was painted for it."""
        return 1000 * (self.seen.last_paint(before=self.end) - self.last)

    @property
    def lag(self) -> float:
        """Milliseconds from the last piece until all was painted, whatever came after it."""
        return 1000 * (self.seen.last_paint() - self.last)

    @property
    def settled(self) -> float:
        """Milliseconds from the end until nothing more was painted."""
        return 1000 * (self.seen.last_paint() - self.end)


class Bench:
    """One notebook in which cells are run one after the other."""

    def __init__(self, notebook: OpenNotebook, url: str) -> None:
        self._notebook = notebook
        self._url = url
        notebook.page.set_default_timeout(1000 * PATIENCE)
        self.put(f'%load_ext qwen_magic\nBASE = "{url}/v1"\n%config QwenMagics.base_url = BASE')
        self.put("from IPython.display import Markdown\nMarkdown(r'$x$')")  # loads MathJax
        self.put(CLOCK)
        self.put(OURS.format(length=100))

    def put(self, code: str, *, wait: bool = True) -> Noticed:
        """Run code in the notebook's only cell, and tell what the page noticed."""
        self._notebook.page.evaluate(
            "code => window.panel().content.widgets[0].model.sharedModel.setSource(code)", code
        )
        watch(self._notebook)
        self._notebook.run(0, wait=wait)
        return noticed(self._notebook) if wait else Noticed([], [], 0, 0, 0)

    def answer(self, code: str) -> Run:
        """Run a cell that shows an answer."""
        seen = self.put(code)
        if not seen.end:
            sys.exit(f"the answer never came: {self._notebook.outputs(0)}")
        with urlopen(f"{self._url}/sent") as told:
            return Run(seen, **json.load(told))

    def once(self) -> float:
        """Return the milliseconds from one display of the whole text until all is painted."""
        seen = self.put(ONCE)
        (output,) = self._notebook.outputs(0)
        return 1000 * (seen.last_paint() - float(output["metadata"]["began"]))

    def stop(self, *, by_click: bool) -> tuple[float, float]:
        """Stop a growing answer; return the milliseconds in the page, and in the kernel."""
        self.put(STALLED, wait=False)
        self._notebook.wait_output(0, "average waiting")
        button = "document.querySelector('.jp-OutputArea button.widget-button').click()"
        kernel = "window.panel().sessionContext.session.kernel.interrupt()"
        act = button if by_click else kernel
        pressed = self._notebook.page.evaluate(f"() => {{ {act}; return window.seen.now(); }}")
        self._notebook.wait_done()
        page = 1000 * (noticed(self._notebook).done - pressed)
        self.put(TAKEN)
        return page, float(self._notebook.outputs(0)[0]["text"])


@contextmanager
def _bench(folder: Path) -> Iterator[Bench]:
    with sync_playwright() as playwright, essayist() as url:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving("lab", folder, browser) as jupyter:
            yield Bench(jupyter.open([""]), url)
        browser.close()


def _chatlab(folder: Path) -> str:
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), "chatlab"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return CHATLAB.replace("{folder!r}", repr(str(folder)))


def _ours(bench: Bench, rounds: int) -> None:
    short = [bench.answer(OURS.format(length=SHORT)) for _ in range(rounds)]
    taken = [(bench.answer(OURS.format(length=LONG)), bench.once()) for _ in range(rounds)]
    runs = [run for run, _ in taken]
    size = median(run.seen.kilobytes for run in runs)
    growth = size / median(run.seen.kilobytes for run in short)
    print_row("3 bytes", f"{size:.0f} kB", "", "<= 700 kB", reached=size <= 700)
    print_row("3 growth, 2 KB to 8 KB", f"{growth:.2f} x", "", "<= 4.5 x", reached=growth <= 4.5)
    live = median(run.live for run in runs)
    every = ", ".join(f"{run.live:.0f}" for run in runs)
    print_row("4 last delta, live", f"{live:.0f} ms", every, "<= 100 ms", reached=live <= 100)
    ratio = median(run.settled / once for run, once in taken)
    every = ", ".join(f"{run.settled:.0f}/{once:.0f} ms" for run, once in taken)
    print_row(
        "4 settled, to one Markdown", f"{ratio:.2f} x", every, "<= 1.3 x", reached=ratio <= 1.3
    )
    longest = median(run.seen.longest for run in runs)
    every = ", ".join(f"{run.seen.longest:.0f}" for run in runs)
    print_row("4 longest task", f"{longest:.0f} ms", every, "<= 200 ms", reached=longest <= 200)


def _stops(bench: Bench, rounds: int) -> None:
    for what, by_click in (("interrupt", False), ("Stop", True)):
        taken = [bench.stop(by_click=by_click) for _ in range(rounds)]
        page, kernel = (median(column) for column in zip(*taken, strict=True))
        every = ", ".join(f"{page:.0f}/{kernel:.0f}" for page, kernel in taken)
        row = (f"5 {what} to done", f"{page:.0f} ms in the page, {kernel:.0f} in the kernel", every)
        print_row(*row, "<= 100 ms", reached=page <= 100)


def _others(bench: Bench, folder: Path) -> None:
    for name, code in (("update_display(Markdown)", UPDATES), ("chatlab", _chatlab(folder))):
        short = bench.answer(code.format(length=SHORT)).seen.kilobytes
        run = bench.answer(code.format(length=LONG))
        size, lag, longest = run.seen.kilobytes, run.lag, run.seen.longest
        print(
            f"     {name}: {size:.0f} kB, {size / short:.1f} x from 2 KB; last delta painted after "
            f"{lag:.0f} ms; longest task {longest:.0f} ms",
            flush=True,
        )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as name, _bench(Path(name)) as bench:
        _ours(bench, rounds)
        _stops(bench, rounds)
        _others(bench, Path(name, "chatlab"))


if __name__ == "__main__":
    main()
