"""One notebook in a browser tab: run it, look at it, save it, open it again."""

from __future__ import annotations

import json
import os
import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbconvert import HTMLExporter

from tests.browser.hearing import HEARING, follow, wait_until

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from playwright.sync_api import ConsoleMessage, Error, Locator, Page, ViewportSize, WebSocket

__all__ = ["PATIENCE", "SCRIPT", "VIEWPORT", "OpenNotebook", "Traffic"]

PATIENCE = 60_000  # milliseconds
VIEWPORT: ViewportSize = {"width": 1200, "height": 900}
NOISE = {
    "Cannot read properties of undefined (reading 'schema')",  # Notebook 7.6, at each start
    "Cannot read properties of undefined (reading 'last_modified')",  # 7.2, without a checkpoint
    "Cannot read properties of null (reading 'promise')",  # Lumino: an event after a debouncer's end
}
CANCELLED = "Could not restore the debugger state: Canceled future"  # of a kernel that left
SCRIPT = (
    """
window.panel = () => [...(window.jupyterapp?.shell.widgets('main') ?? [])]
    .find(widget => widget.context && widget.content?.widgets);
window.leave = () => {
    for (const widget of [...window.jupyterapp.shell.widgets('main')]) widget.dispose();
};
window.pending = 0;
window.command = (name) => {
    window.jupyterapp.shell.activateById(window.panel().id);
    window.pending += 1;
    window.jupyterapp.commands.execute(name).finally(() => { window.pending -= 1; });
};
"""
    + HEARING
)
OPEN = """async ([name, factory]) => {
    await window.jupyterapp.commands.execute(
        'docmanager:open', { path: name, factory, options: { ref: '_noref' } });
}"""
CLOSE = """async () => {
    if (!window.jupyterapp) return false;
    await window.panel()?.sessionContext.shutdown();
    window.leave();
    window.jupyterapp.shell.collapseRight();
    delete window.ran; delete window.followed;
    return window.pending === 0 && !document.querySelector('.jp-Dialog');
}"""
STATE = """() => {
    const { sessionContext, content } = window.panel();
    const { kernel } = sessionContext.session ?? {};
    return [kernel?.status, kernel?.connectionStatus, kernel?._comms.size, window.pending,
        ...content.widgets.map(cell => cell.outputArea?.node.outerHTML)];
}"""
READY = """() => {
    const kernel = window.panel()?.sessionContext.session?.kernel;
    return window.panel()?.context.isReady
        && kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
}"""


@dataclass  # no slots: Playwright keeps its wrapper of `add` in an attribute
class Traffic:
    """What the kernel's websocket brought to the browser, by message type.

    The application asks the kernel for things of its own, above all while a notebook opens.
    """

    messages: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)

    def add(self, frame: bytes | str) -> None:
        """Count one frame: how many offsets, the offsets, then channel, header and the rest."""
        data = frame.encode() if isinstance(frame, str) else frame
        _channel, start, end = struct.unpack_from("<3Q", data, offset=8)
        kind = str(json.loads(data[start:end])["msg_type"])
        self.messages[kind] += 1
        self.sizes[kind] += len(data)

    def clear(self) -> None:
        """Forget what came until now."""
        self.messages.clear()
        self.sizes.clear()


class OpenNotebook:
    """A notebook with a running kernel, its cells counted from 0.

    `page` is Playwright's, for whatever has no method here.
    """

    def __init__(self, page: Page, path: Path, url: str) -> None:
        self.page = page
        self.path = path
        self.console: list[str] = []
        self.traffic = Traffic()
        self._url = url
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size(VIEWPORT)

    def show(self, *, in_place: bool = False) -> None:
        """Open it, and wait for its kernel.

        Args:
            in_place: The page is an application without a notebook; otherwise, it is loaded.
        """
        self.page.on("console", self._note)
        self.page.on("pageerror", self._note_error)
        self.page.on("websocket", self._count)
        if in_place:
            self.page.bring_to_front()  # another may have been opened, and this one is to be drawn
            self._open()
        else:
            self._load()
        self._wait_ready()

    def run(self, i: int, *, wait: bool = True) -> None:
        """Run one cell, as Shift-Enter does, but stay on it."""
        self.page.evaluate(
            """i => {
                const { content } = window.panel();
                content.deselectAll();
                content.activeCellIndex = i;
                window.command('notebook:run-cell');
            }""",
            i,
        )
        if wait:
            self.wait_done()

    def run_all(self, *, wait: bool = True) -> None:
        """Run every cell, as the menu's Run All does."""
        self.command("notebook:run-all-cells")
        if wait:
            self.wait_done()

    def command(self, name: str) -> None:
        """Start a command of the application; `wait_done` waits for it too."""
        self.page.evaluate("name => window.command(name)", name)

    def wait_done(self) -> None:
        """Wait until everything that was started has ended and the kernel is idle."""
        wait_until(self.page, "() => window.pending === 0")
        wait_until(self.page, READY)

    def interrupt(self) -> None:
        """Interrupt the kernel, as the application's stop button does."""
        self.command("notebook:interrupt-kernel")

    def restart(self) -> None:
        """Restart the kernel, and wait until it is ready."""
        self.page.evaluate("() => window.panel().sessionContext.restartKernel()")
        wait_until(self.page, READY)

    def output(self, i: int) -> Locator:
        """Return the place of a cell's outputs, to click in and to look at."""
        return self.page.locator(f".jp-Cell[data-windowed-list-index='{i}'] .jp-OutputArea-output")

    def wait_output(self, i: int, text: str) -> None:
        """Wait until a text can be read in a cell's outputs, and buttons there can be pressed."""
        wait_until(
            self.page,
            """([i, text]) => window.hearing() && window.panel().content.widgets[i]
                .outputArea.node.textContent.includes(text)""",
            arg=[i, text],
        )

    def output_html(self, i: int) -> str:
        """Return a cell's outputs as the page holds them."""
        return str(self._cell(i, "cell.outputArea.node.innerHTML"))

    def outputs(self, i: int) -> list[dict[str, Any]]:
        """Return a cell's outputs as the notebook's model holds them."""
        return list(self._cell(i, "cell.model.outputs.toJSON()"))

    def execution_count(self, i: int) -> int | None:
        """Return the number in a cell's brackets."""
        number = self._cell(i, "cell.model.executionCount")
        return None if number is None else int(number)

    def wait_ran(self, i: int, count: int) -> None:
        """Wait until a cell has this number in its brackets."""
        wait_until(
            self.page,
            "([i, count]) => window.panel().content.widgets[i]?.model.executionCount === count",
            arg=[i, count],
        )

    def save(self) -> None:
        """Write the notebook to its file, and wait until it is there."""
        self.page.evaluate("() => window.panel().context.save()")

    def saved(self) -> NotebookNode:
        """Return the notebook as its file holds it."""
        return nbformat.read(self.path, as_version=4)  # type: ignore[no-any-return,no-untyped-call]

    def converted(self) -> str:
        """Return the address of the page that nbconvert makes of the file."""
        page = self.path.with_suffix(".html")
        page.write_text(HTMLExporter().from_filename(str(self.path))[0])  # type: ignore[no-untyped-call]
        return page.as_uri()

    def reload(self) -> None:
        """Save the notebook and load its page anew."""
        self.save()
        self._load()
        self._wait_ready()

    def reopen(self, *, trusted: bool = True) -> None:
        """Save the notebook, close it and open it again, or as if a stranger had sent it."""
        self.save()
        if not trusted:  # the server signed what it saved, not this
            notebook = self.saved()
            notebook.metadata["stranger"] = True
            nbformat.write(notebook, self.path)  # type: ignore[no-untyped-call]
        self.page.evaluate("() => window.leave()")
        self._open()
        self._wait_ready()

    def told(self) -> str:
        """Tell what is on the page, of a test that failed."""
        state = self.page.evaluate(STATE)
        outputs = (str(html)[:2_000] for html in state[4:])
        lines = (self.page.url, *self.console, str(state[:4]), str(self.traffic.messages), *outputs)
        return "\n".join(lines)

    def screenshot(self, name: str) -> None:
        """Take a picture of the page, where QWEN_MAGIC_SCREENSHOTS names a folder for it."""
        if folder := os.environ.get("QWEN_MAGIC_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def close(self) -> bool:
        """End the kernel and close the notebook; return whether the page can show another."""
        self.page.remove_listener("console", self._note)
        self.page.remove_listener("pageerror", self._note_error)
        self.page.remove_listener("websocket", self._count)
        return bool(self.page.evaluate(CLOSE))

    def set_source(self, i: int, source: str) -> None:
        """Write a cell anew, as typing does."""
        self._cell(i, f"cell.model.sharedModel.setSource({json.dumps(source)})")

    def insert_below(self, i: int, source: str) -> None:
        """Add a code cell below another one."""
        self._act(i, "notebook:insert-cell-below")
        self.set_source(i + 1, source)

    def delete(self, i: int) -> None:
        """Delete a cell."""
        self._act(i, "notebook:delete-cell")

    def _act(self, i: int, command: str) -> None:
        self.page.evaluate("i => { window.panel().content.activeCellIndex = i; }", i)
        self.command(command)
        wait_until(self.page, "() => window.pending === 0")

    def _wait_ready(self) -> None:
        wait_until(self.page, READY)
        follow(self.page)

    def _open(self) -> None:
        factory = None if self.path.suffix == ".ipynb" else "Jupytext Notebook"
        self.page.evaluate(OPEN, [self.path.name, factory])

    def _load(self) -> None:
        self.page.goto(self._url, wait_until="domcontentloaded")
        if self.path.suffix != ".ipynb":  # it would be shown as a text
            wait_until(self.page, "() => window.jupyterapp")
            self.page.evaluate("() => window.jupyterapp.restored")
            self._open()

    def _cell(self, i: int, expression: str) -> Any:  # noqa: ANN401 - whatever JSON it is
        found = f"i => {{ const cell = window.panel().content.widgets[i]; return {expression}; }}"
        return self.page.evaluate(found, i)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(CANCELLED):
            self.console.append(message.text)

    def _note_error(self, error: Error) -> None:
        if error.message not in NOISE:
            self.console.append(error.message)

    def _count(self, socket: WebSocket) -> None:
        if "/api/kernels/" in socket.url:
            socket.on("framereceived", self.traffic.add)
