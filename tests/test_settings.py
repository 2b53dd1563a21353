from __future__ import annotations

import pytest

from qwen_magic.demo.server import PACE, shared_server
from qwen_magic.errors import RequestError
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.settings import Settings

KEY = "sk-0123456789abcdef"


def test_singapore_answers_unless_told_otherwise() -> None:
    expected = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"
    assert Settings().endpoint() == Endpoint(expected, region="singapore")


def test_the_environment_is_read_at_each_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert settings.is_unset
    monkeypatch.setenv("DASHSCOPE_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("DASHSCOPE_BASE_URL", "http://127.0.0.1:9/v1/responses/")
    assert settings.admitted() == Endpoint("http://127.0.0.1:9/v1", key=KEY)
    assert not settings.is_unset


def test_the_environment_names_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_WORKSPACE_ID", "ws-1")
    host = "ws-1.ap-northeast-1.maas.aliyuncs.com"
    assert Settings(region="japan").endpoint().base_url == f"https://{host}/compatible-mode/v1"


PLACES = {
    "singapore": "ap-southeast-1",
    "beijing": "cn-beijing",
    "hongkong": "cn-hongkong",
    "us": "us-east-1",
    "germany": "eu-central-1",
    "japan": "ap-northeast-1",
}


@pytest.mark.parametrize("region", PLACES)
def test_a_workspace_has_its_host_in_each_region(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_WORKSPACE_ID", "ws-1")
    for workspace, first in (("", "ws-1"), ("ws-2", "ws-2"), ("trial", "trial")):
        endpoint = Settings(region=region, workspace=workspace).endpoint()
        host = f"{first}.{PLACES[region]}.maas.aliyuncs.com"
        assert endpoint == Endpoint(f"https://{host}/compatible-mode/v1", region=region)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(region="demo", workspace="ws-1"),
        Settings(base_url="http://127.0.0.1:8000/v1", workspace="ws-1"),
        Settings(base_url="http://localhost:8000/v1", workspace="ws-1", region="japan"),
        Settings(base_url="https://openrouter.ai/api/v1", workspace="ws-1"),
        Settings(base_url="https://dashscope-us.aliyuncs.com/compatible-mode/v1", workspace="ws-1"),
        Settings(base_url="https://ws-2.us-east-1.maas.aliyuncs.com", workspace="ws-1"),
    ],
)
def test_a_workspace_without_effect_is_an_error(settings: Settings) -> None:
    with pytest.raises(RequestError, match="has no workspace 'ws-1'") as refused:
        settings.endpoint()
    assert 'QwenMagics.workspace = ""' in refused.value.hint


def test_a_workspace_that_the_address_names_is_no_error() -> None:
    base = "https://ws-1.us-east-1.maas.aliyuncs.com/compatible-mode/v1"
    assert Settings(base_url=base, workspace="ws-1").endpoint() == Endpoint(base, region="us")


def test_the_environments_workspace_leaves_other_servers_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DASHSCOPE_WORKSPACE_ID", "ws-1")
    assert Settings(region="demo").endpoint().region == "demo"
    assert Settings(base_url="http://127.0.0.1:8/v1").endpoint().base_url == "http://127.0.0.1:8/v1"


def test_a_chosen_region_outranks_the_environments_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_BASE_URL", "http://127.0.0.1:9/v1")
    assert Settings(region="beijing").endpoint().region == "beijing"


def test_a_given_address_outranks_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_BASE_URL", "http://127.0.0.1:9/v1")
    settings = Settings(region="beijing", base_url="http://127.0.0.1:8/v1")
    assert settings.endpoint() == Endpoint("http://127.0.0.1:8/v1")


def test_an_address_of_model_studio_has_its_regions_name(monkeypatch: pytest.MonkeyPatch) -> None:
    beijing = "https://dashscope.aliyuncs.com/compatible-mode/v1"
    assert Settings(base_url=beijing).endpoint() == Endpoint(beijing, region="beijing")
    monkeypatch.setenv("DASHSCOPE_BASE_URL", beijing)
    assert Settings().endpoint() == Endpoint(beijing, region="beijing")


def test_the_demo_is_sent_no_key_and_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    endpoint = Settings(region="demo").admitted()
    assert (endpoint.region, endpoint.key, endpoint.proxies) == ("demo", "", False)


def test_the_demo_keeps_to_the_speed_of_a_replay() -> None:
    server = shared_server()
    Settings(region="demo", replay_speed=0).endpoint()
    assert server.pace == 0
    Settings(region="demo").endpoint()
    assert server.pace == PACE


def test_model_studio_without_a_key_is_refused_with_the_line_to_paste() -> None:
    with pytest.raises(RequestError, match="getpass"):
        Settings().admitted()


def test_another_server_needs_no_key() -> None:
    assert Settings(base_url="http://127.0.0.1:8/v1").admitted().key == ""


def test_a_key_with_a_line_break_is_refused_and_not_repeated() -> None:
    with pytest.raises(RequestError, match="holds a space") as caught:
        Settings(api_key="sk-0123\n4567").endpoint()
    assert "0123" not in str(caught.value)


def test_the_key_is_not_part_of_any_repr() -> None:
    settings = Settings(api_key=KEY)
    assert KEY not in repr(settings)
    assert KEY not in repr(settings.endpoint())
