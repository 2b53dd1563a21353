"""`%qwen_check` in a real kernel, and its lines."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from qwen_magic.demo.server import DemoServer
from qwen_magic.notebook.helping import findings, surroundings
from qwen_magic.notebook.helping.reaching import Reached, reached, region_of_key
from qwen_magic.notebook.kernel.frontend import Frontend
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.regions import SHARED_HOSTS
from tests.notebook.kernels import Kernel, running
from tests.responses.rawserver import RawServer, answered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = surroundings.version("qwen_magic")
KEY = "sk-0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0, key=KEY) as server:
        yield server


def checked(kernel: Kernel, line: str = "") -> dict[str, str]:
    """Return the lines by their names."""
    printed = kernel.run(f"%qwen_check {line}", cell="a").printed
    assert KEY not in printed
    return {text.split()[1]: text for text in printed.splitlines()}


def test_all_that_matters_is_looked_at(server: DemoServer, tmp_path: Path) -> None:
    environment = {
        "DASHSCOPE_BASE_URL": server.base_url,
        "DASHSCOPE_API_KEY": KEY,
        "HOME": str(tmp_path),
        "QWEN_MAGIC_HOME": str(tmp_path / "chains"),
        "JPY_SESSION_NAME": str(tmp_path / "lesson.ipynb"),
        "HTTPS_PROXY": "http://ada:pa55word@proxy.example:3128",
        "NO_PROXY": "127.0.0.1",
        "SSL_CERT_DIR": str(tmp_path / "none"),
    }
    with running(**environment) as kernel:
        lines = checked(kernel)
        assert lines["versions"].startswith("✓ versions     qwen_magic 0.1.0, ipython ")
        assert lines["widgets"].startswith("✓ widgets      ipywidgets 8.")
        assert "extension" in lines
        assert "draws answers while they grow; has cell ids, input" in lines["front"]
        assert "HTTPS_PROXY=proxy.example:3128, NO_PROXY=127.0.0.1" in lines["proxy"]
        assert lines["certificates"].endswith("no such file or folder: unset SSL_CERT_DIR")
        assert "~/chains/chains.sqlite3, 0." in lines["store"]
        assert lines["endpoint"].startswith(f"✓ endpoint     {server.base_url} answers within ")
        assert "agrees" in lines["clock"]
        assert lines["key"] == "✓ key          set; --ask tells whether it is taken"
        assert "continues by id; values not tried yet" in lines["server"]
        printed = "".join(lines.values())
        assert "pa55word" not in printed
        assert str(tmp_path) not in printed.replace(str(tmp_path / "none"), "")
        assert not any("authorization" in request.headers for request in server.requests)
        assert checked(kernel, "--ask")["key"] == "✓ key          taken"
        assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
        kernel.run("import os; os.environ['DASHSCOPE_API_KEY'] = 'sk-another0123'")
        assert "set, but refused: " in checked(kernel, "--ask")["key"]


def test_where_nothing_answers_the_line_says_so() -> None:
    with running(DASHSCOPE_BASE_URL="http://127.0.0.1:9/v1", JPY_SESSION_NAME="") as kernel:
        lines = checked(kernel)
        assert lines["endpoint"].startswith("✗ endpoint     http://127.0.0.1:9/v1: no connection")
        assert lines["store"] == "✓ store        in memory, until the kernel ends"
        assert lines["key"] == "✓ key          not needed"
        kernel.run('%config QwenMagics.replay = "lesson.jsonl"')
        assert "nothing was asked" in checked(kernel)["endpoint"]
        (error,) = kernel.run("%qwen_check now").errors
        assert error["evalue"].startswith("unexpected 'now'")


def test_the_demo_in_the_place_of_a_key_is_told() -> None:
    with running() as kernel:
        lines = checked(kernel)
        assert "(region demo)" in lines["endpoint"]
        assert "none is set, so the built-in demo answers" in lines["key"]
        kernel.run('%config QwenMagics.region = "demo"')
        assert lines["key"].startswith("✗")
        assert checked(kernel)["key"] == "✓ key          not needed"
        kernel.run('%config QwenMagics.region = "germany"')
        lines = checked(kernel)
        assert "needs a workspace" in lines["endpoint"]
        assert lines["key"].startswith("✗ key          none is set for germany")


def test_without_a_key_the_vendor_needs_one() -> None:
    told = str(findings.key("missing", "singapore"))
    assert told == "✗ key          none is set for singapore → %qwen shows the line that sets one"


def test_a_key_of_another_region_is_told() -> None:
    told = findings.key("set", "singapore", other="beijing", refused="HTTP 401")
    assert told.told == "refused for singapore, taken for beijing"
    assert told.todo == '%config QwenMagics.region = "beijing"'


def test_a_key_is_shown_to_the_vendor_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Endpoint] = []

    def nowhere(endpoint: Endpoint) -> Reached:
        asked.append(endpoint)
        return Reached()

    monkeypatch.setattr("qwen_magic.notebook.helping.reaching.reached", nowhere)
    first = f"https://{SHARED_HOSTS[0]}/compatible-mode/v1"
    assert region_of_key(Endpoint(first, "singapore", KEY)) == ""
    assert [urlsplit(one.base_url).hostname for one in asked] == [*SHARED_HOSTS[1:]]


def test_certificates_that_are_not_there_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    assert reached(Endpoint("https://127.0.0.1:9/v1")).error
    (certificates,) = [one for one in surroundings.environment() if one.name == "certificates"]
    assert certificates.todo


def test_a_server_without_a_list_of_models_is_asked_for_a_few_tokens() -> None:
    refusal = answered(404, Date="Sat, 28 Nov 2020 12:00:00 GMT")
    with RawServer(deque([refusal, refusal])) as server:
        found = reached(Endpoint(server.url), model="m")
    assert found.status == 404
    assert [request.line.split()[0] for request in server.asked] == ["GET", "POST"]
    assert found.skew is not None
    told = findings.clock(found.skew)
    assert told
    assert "ahead of the server's" in told.told


def test_old_and_missing_widgets_are_to_be_installed() -> None:
    assert findings.widgets({"ipywidgets": "7.8.1"}).todo == "%pip install -U anywidget ipywidgets"
    fits = {"ipywidgets": "8.1.9", "anywidget": "0.9.21", "jupyterlab_widgets": "3.0.16"}
    assert findings.widgets(fits).todo == ""


def test_the_front_end_is_described() -> None:
    assert (
        "Voilà shows the panel" in findings.front_end(Frontend("headless", is_dashboard=True)).told
    )
    assert findings.front_end(Frontend("terminal", can_ask=True)).told.startswith("prints answers")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({}, f"✓ extension    {OURS} is installed"),
        ({"disabledExtensions": {"qwen-magic": True}}, "installed, but disabled → jupyter labext"),
        ({"disabledExtensions": ["qwen-magic"]}, "installed, but disabled"),
    ],
)
def test_the_extension_is_looked_for(
    config: object, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, folder in {"DATA": "data", "CONFIG": "config"}.items():
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / folder))
    place = tmp_path / "data/labextensions/qwen-magic/package.json"
    page = tmp_path / "config/labconfig/page_config.json"
    for file in (place, page):
        file.parent.mkdir(parents=True)
    place.write_text(json.dumps({"version": OURS}))
    page.write_text(json.dumps(config))
    assert told in str(surroundings.labextension())


def test_a_store_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    told = surroundings.store(None, tmp_path, is_kept=True)
    assert told.todo
