"""A real JupyterLab or Notebook 7 on a free port, in a home of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from random import randrange
from typing import TYPE_CHECKING, Literal
from urllib.request import urlopen

import jupytext
import nbformat
from playwright.sync_api import Route

from tests import forked
from tests.browser.notebook import SCRIPT, VIEWPORT, OpenNotebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbformat import NotebookNode
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["App", "Jupyter", "environment", "free_port", "serving"]

App = Literal["lab", "notebook"]

REPOSITORY = str(Path(__file__).parents[2])
PATIENCE = 20  # seconds for a server to end its kernels
MODULES: Mapping[App, str] = {"lab": "jupyterlab", "notebook": "notebook"}
PAGES: Mapping[App, str] = {
    "lab": "lab/workspaces/tab-{tab}/tree/{name}?reset",
    "notebook": "notebooks/{name}",
}
OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--port-retries=0",
    "--IdentityProvider.token=",
    "--ServerApp.disable_check_xsrf=True",
    "--LabApp.expose_app_in_browser=True",
    "--JupyterNotebookApp.expose_app_in_browser=True",
    "--ServerApp.jpserver_extensions=voila.server_extension=False",  # Voilà has tests of its own
)
TEXT_FORMATS = {".py": "py:percent"}
QUIET = {"fetchNews": "false", "checkForUpdates": False}
PAGE_CONFIG = "config/labconfig/page_config.json"
OFF = {
    "@jupyterlab/debugger-extension": True,  # complains where a notebook is closed at once
    "@voila-dashboards/jupyterlab-preview": True,  # a button that users do not have
}
PAGE = {
    "buildCheck": False,  # which runs Node.js for each page that is loaded
    "disabledExtensions": OFF,
}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}

# The server ends by itself when its stdin does, so it outlives not even tests that are killed. No
# signal: one that arrives just before the loop sleeps is only seen when the loop wakes.
LAUNCH = """
import runpy, sys, threading
sys.modules["rfc3987_syntax"] = None  # what checks addresses takes a second to start
sys.path.append(sys.argv.pop(1))
from tests import forked
from jupyter_server.serverapp import ServerApp

def follow():
    sys.stdin.read()
    server = ServerApp.instance()
    server.io_loop.add_callback(server.stop)

forked.use()
threading.Thread(target=follow, daemon=True).start()
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""


class Jupyter:
    """A running server and the notebooks that are open in it."""

    def __init__(self, app: App, url: str, root: Path, context: BrowserContext) -> None:
        self.app = app
        self.url = url
        self.root = root
        self._context = context
        self._numbers = count(1)
        self._opened: list[OpenNotebook] = []
        self._empty: list[Page] = []

    def open(
        self,
        cells: Sequence[str | NotebookNode],
        name: str = "",
        *,
        fresh: bool = False,
        minor: int = 5,
    ) -> OpenNotebook:
        """Write a notebook, open it where none is open and wait for its kernel.

        A string is a code cell; other cells come from `nbformat.v4`. The name's suffix may be that
        of a text notebook; before minor version 5 of the format, cells have no ids. Loading the application takes
        far longer than opening a notebook in it, so a page whose notebook was closed is used again,
        unless `fresh` asks for one that nothing was open in.
        """
        path = self.root / (name or f"lesson-{next(self._numbers)}.ipynb")
        _write(cells, path, minor)
        return self._show(path, fresh=fresh)

    def open_copy(self, notebook: OpenNotebook, name: str) -> OpenNotebook:
        """Save a notebook, copy its file, and open the copy in a page of its own."""
        notebook.save()
        path = self.root / name
        path.write_bytes(notebook.path.read_bytes())
        return self._show(path)

    def _show(self, path: Path, *, fresh: bool = False) -> OpenNotebook:
        page = self._empty.pop() if self._empty and not fresh else None
        url = f"{self.url}/{PAGES[self.app].format(tab=path.stem, name=path.name)}"
        notebook = OpenNotebook(page or self._context.new_page(), path, url)
        self._opened.append(notebook)
        notebook.show(in_place=page is not None)
        return notebook

    @contextmanager
    def without(self, extension: str) -> Iterator[None]:
        """Let pages that are loaded meanwhile lack an extension of the application."""
        config = self.root.parent / PAGE_CONFIG
        config.write_text(json.dumps({**PAGE, "disabledExtensions": {**OFF, extension: True}}))
        try:
            with self._other_pages():
                yield
        finally:
            config.write_text(json.dumps(PAGE))

    @contextmanager
    def with_files(self, changed: Mapping[str, str]) -> Iterator[None]:
        """Let pages that are loaded meanwhile get these scripts in the place of our extension's."""
        for name, text in changed.items():
            answer = partial(Route.fulfill, body=text, content_type="text/javascript")
            self._context.route(f"**/qwen-magic/static/{name}*", answer)
        try:
            with self._other_pages():
                yield
        finally:
            self._context.unroute_all()

    @contextmanager
    def _other_pages(self) -> Iterator[None]:
        """Load pages anew, and use none of them again."""
        whole, self._empty = self._empty, []
        try:
            yield
        finally:
            self.close_notebooks()
            for page in self._empty:
                page.close()
            self._empty = whole

    @contextmanager
    def bare_page(self) -> Iterator[Page]:
        """Open a page of the server's that loads no application."""
        page = self._context.new_page()
        page.goto(f"{self.url}/lab/extensions/qwen-magic/package.json")
        yield page
        page.close()

    def told(self) -> str:
        """Tell what is on the pages of the notebooks that are open, of a test that failed."""
        return "\n".join(notebook.told() for notebook in self._opened)

    def close_notebooks(self) -> None:
        """End every kernel and close every tab but two, which are left without a notebook."""
        while self._opened:
            notebook = self._opened.pop()
            if notebook.close() and len(self._empty) < 2:
                self._empty.append(notebook.page)
            else:
                notebook.page.close()


def _write(cells: Sequence[str | NotebookNode], path: Path, minor: int) -> None:
    new = nbformat.v4
    nodes = [new.new_code_cell(c) if isinstance(c, str) else c for c in cells]  # type: ignore[no-untyped-call]
    written = new.new_notebook(cells=nodes, metadata={"kernelspec": KERNEL})  # type: ignore[no-untyped-call]
    if path.suffix != ".ipynb":
        jupytext.write(written, path, fmt=TEXT_FORMATS.get(path.suffix, path.suffix[1:]))
        return
    written.nbformat_minor = minor
    for cell in written.cells if minor < 5 else ():
        del cell["id"]
    nbformat.write(written, path)  # type: ignore[no-untyped-call]


@contextmanager
def serving(
    app: App,
    folder: Path,
    browser: Browser,
    env: Mapping[str, str] | None = None,
    *,
    scale: float = 1,
) -> Iterator[Jupyter]:
    """Run a server with nothing of the user's own in its environment, except what `env` adds."""
    root = folder / "notebooks"
    root.mkdir()
    context = browser.new_context(viewport=VIEWPORT, device_scale_factor=scale)
    context.add_init_script(SCRIPT)
    with (
        _server(
            app, root, environment(folder) | {forked.ADDRESS: forked.address()} | dict(env or {})
        ) as url,
        context,
    ):
        jupyter = Jupyter(app, url, root, context)
        yield jupyter
        jupyter.close_notebooks()


@contextmanager
def _server(app: App, root: Path, env: Mapping[str, str]) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-c", LAUNCH, REPOSITORY, MODULES[app], f"--port={port}", *OPTIONS]
    log = root.with_name("server.log")
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, cwd=root, env=env, stdin=subprocess.PIPE, stdout=out, stderr=out
        ) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_up(process, url, log)
            yield url
        finally:
            _end(process)


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    # What answers might be a server of somebody else, but this file is written once it listens.
    listens = log.with_name("runtime") / f"jpserver-{process.pid}.json"
    while True:
        if listens.exists():
            with suppress(OSError), urlopen(f"{url}/api/status", timeout=10):
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            raise RuntimeError(f"the server ended at once:\n{log.read_text()[-2_000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:  # a server that hangs at its end is not ours to test
        process.kill()
        process.wait()


def environment(folder: Path) -> dict[str, str]:
    """Return the environment without keys, with every folder that Jupyter uses inside this one."""
    settings = folder / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(QUIET))
    page = folder / PAGE_CONFIG
    page.parent.mkdir(parents=True)
    page.write_text(json.dumps(PAGE))
    theirs = ("DASHSCOPE_", "QWEN_MAGIC_", "JUPYTER", "JPY_", "IPYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    own = {"HOME": "home", "IPYTHONDIR": "ipython", "QWEN_MAGIC_HOME": "qwen_magic"}
    own |= {f"JUPYTER_{use}_DIR": use.lower() for use in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    return kept | {name: str(folder / place) for name, place in own.items()}


def free_port() -> int:
    """Return a port that nobody listens on, and that no system gives to those who ask for any."""
    while True:
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", randrange(20_000, 32_000)))
            return int(probe.getsockname()[1])
