from __future__ import annotations

import os
import signal
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from qwen_magic.demo.server import DemoServer
from tests import forked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

SETTINGS = ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL", "DASHSCOPE_WORKSPACE_ID")
# Files of browser tests that take longest, with their seconds of CPU; any other is done in USUAL.
SECONDS = {
    "panel": 52,
    "panel_saved": 35,
    "lab_side": 25,
    "ids": 25,
    "panel_aging": 24,
    "live": 21,
    "panel_running": 20,
    "lab_code": 19,
    "ask": 14,
    "lab_colours": 14,
    "map": 14,
    "live_saved": 13,
    "voila": 13,
    "tools": 11,
    "panel_tools": 10,
    "harness": 10,
}
USUAL = 7
SHARES = ("browser 1", "browser 2")  # each worker that opens a browser starts servers, too
PATIENCE = 300  # seconds for a test in a browser, which a busy machine slows down most
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

# Each run tries other examples, so CI gets through many. `poe thorough` is for what parses or orders.
settings.register_profile("usual", max_examples=40)
settings.register_profile("thorough", max_examples=400)
# For another Python than the one that tries all: what differs between them is seen in a few.
settings.register_profile("few", max_examples=8)
FEW = 8  # cases of one test function


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option for another Python than the one that tries all."""
    parser.addoption("--few", action="store_true", help="try a few of many cases and examples")


def pytest_configure(config: pytest.Config) -> None:
    """Say how many examples are tried, before a test says how many of them it wants."""
    if not config.getoption("hypothesis_profile"):
        settings.load_profile("few" if config.getoption("few") else "usual")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let all workers fork their kernels from one process."""
    if hasattr(os, "pidfd_open"):
        os.environ[forked.ADDRESS] = forked.address()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what needs a browser, and there with what takes longest."""
    if config.getoption("few"):
        _leave_few(items)
    items.sort(key=lambda item: (not _is_browsed(item.path), -_seconds(item.path.stem)))
    for item in items:
        if _is_browsed(item.path):
            item.add_marker(pytest.mark.timeout(PATIENCE))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Give each file to one worker, and those that need a browser to two of them."""
    from xdist.scheduler.loadfile import LoadFileScheduling

    shares = _shares(path.stem for path in (Path(__file__).parent / "browser").glob("test_*.py"))

    class Shared(LoadFileScheduling):  # type: ignore[misc] # it has no annotations
        def _split_scope(self, nodeid: str) -> str:
            path = Path(file := super()._split_scope(nodeid))
            return shares[path.stem] if _is_browsed(path) else file

    return Shared(config, log)


def _is_browsed(path: Path) -> bool:
    return path.parent.name == "browser"


def _seconds(name: str) -> int:
    return SECONDS.get(name.removeprefix("test_"), USUAL)


def _shares(names: Iterable[str]) -> dict[str, str]:
    """Return for each file of browser tests in whose share it is; the shares take equally long."""
    shares, taken = dict[str, str](), dict.fromkeys(SHARES, 0)
    for name in sorted(names, key=lambda name: (-_seconds(name), name)):
        shares[name] = least = min(taken, key=taken.__getitem__)
        taken[least] += _seconds(name)
    return shares


def _leave_few(items: list[pytest.Item]) -> None:
    """Leave some cases of each test function that has many, from its first to its last."""
    cases = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    items[:] = [item for many in cases.values() for item in many[:: -(-len(many) // FEW)]]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the key, the server, the proxies and the store of whoever runs the tests."""
    for name in (*SETTINGS, *PROXIES, *map(str.lower, PROXIES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QWEN_MAGIC_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _own_interrupts() -> None:
    """Give each test Python's own Ctrl-C, whatever another has left in this process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server
