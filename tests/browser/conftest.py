"""JupyterLab and Notebook 7 in a real Chromium, for as long as this folder's tests run.

The fixtures end with the folder: Playwright keeps an event loop running in the main thread, where
tests of other folders want their own.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from tests.browser.lab import Jupyter, serving
from tests.browser.notebook import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
]


expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing = pytest.fail if "CI" in os.environ else pytest.skip
        missing(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def lab_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    with serving("lab", tmp_path_factory.mktemp("lab"), browser) as jupyter:
        yield jupyter


@pytest.fixture(scope="package")
def notebook_server(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Jupyter]:
    with serving("notebook", tmp_path_factory.mktemp("notebook"), browser) as jupyter:
        yield jupyter


@pytest.fixture
def lab(lab_server: Jupyter) -> Iterator[Jupyter]:
    """JupyterLab; what a test opens in it is closed after the test."""
    yield lab_server
    lab_server.close_notebooks()


@pytest.fixture
def notebook7(notebook_server: Jupyter) -> Iterator[Jupyter]:
    """Notebook 7; what a test opens in it is closed after the test."""
    yield notebook_server
    notebook_server.close_notebooks()


@pytest.fixture(params=["lab", "notebook7"])
def jupyter(request: pytest.FixtureRequest) -> Jupyter:
    """Each front end in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Jupyter)
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell what stands on the pages of a test that failed: CI keeps no picture of them."""
    report = yield
    if report.failed and call.when == "call" and isinstance(item, pytest.Function):
        for server in {found for found in item.funcargs.values() if isinstance(found, Jupyter)}:
            with suppress(Error):
                report.sections.append((f"the pages of {server.app}", server.told()))
    return report
