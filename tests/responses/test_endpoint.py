from __future__ import annotations

import pytest

from qwen_magic.errors import RequestError
from qwen_magic.responses.endpoint import (
    DEFAULT_REGION,
    Endpoint,
    advice,
    check_key,
    clean_base,
    region_base,
    region_of,
    workspace_of,
)

PATH = "/compatible-mode/v1"
HOST = "https://dashscope-intl.aliyuncs.com"
LEGACY = "https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1"


@pytest.mark.parametrize(
    ("region", "workspace", "host"),
    [
        ("singapore", "", "dashscope-intl.aliyuncs.com"),
        ("singapore", "ws-1", "ws-1.ap-southeast-1.maas.aliyuncs.com"),
        ("beijing", "", "dashscope.aliyuncs.com"),
        ("beijing", "ws-1", "ws-1.cn-beijing.maas.aliyuncs.com"),
        ("hongkong", "", "cn-hongkong.dashscope.aliyuncs.com"),
        ("hongkong", "ws-1", "ws-1.cn-hongkong.maas.aliyuncs.com"),
        ("us", "", "dashscope-us.aliyuncs.com"),
        ("us", "ws-1", "ws-1.us-east-1.maas.aliyuncs.com"),
        ("singapore", "trial", "trial.ap-southeast-1.maas.aliyuncs.com"),
        ("germany", "ws-1", "ws-1.eu-central-1.maas.aliyuncs.com"),
        ("japan", "ws-1", "ws-1.ap-northeast-1.maas.aliyuncs.com"),
    ],
)
def test_each_region_has_its_address(region: str, workspace: str, host: str) -> None:
    assert region_base(region, workspace) == f"https://{host}{PATH}"
    assert region_of(f"https://{host}{PATH}") == region
    assert region_of(f"https://{host}.example{PATH}") == ""


def test_the_default_region_needs_no_workspace() -> None:
    assert region_base(DEFAULT_REGION).startswith("https://")


@pytest.mark.parametrize("region", ["germany", "japan"])
def test_a_region_that_needs_a_workspace_says_where_to_find_it(region: str) -> None:
    with pytest.raises(RequestError, match=f"{region!r} needs a workspace") as refused:
        region_base(region)
    assert "Workspace Details" in refused.value.hint


def test_an_unknown_region_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(RequestError, match="unknown region 'singapur'") as refused:
        region_base("singapur")
    assert "did you mean singapore?" in refused.value.hint


@pytest.mark.parametrize(
    ("called", "region"),
    [
        ("Frankfurt", "germany"),
        ("eu-central-1", "germany"),
        ("hong kong", "hongkong"),
        ("cn-hongkong", "hongkong"),
        ("hong_kng", "hongkong"),
        ("tokyo", "japan"),
        ("US", "us"),
        ("virginia", "us"),
        ("demmo", "demo"),
    ],
)
def test_a_region_is_recognised_by_what_else_it_is_called(called: str, region: str) -> None:
    with pytest.raises(RequestError, match="unknown region") as refused:
        region_base(called)
    assert f"did you mean {region}?" in refused.value.hint


def test_a_base_url_names_its_workspace() -> None:
    assert workspace_of(region_base("japan", "ws-1")) == "ws-1"
    assert workspace_of(region_base("hongkong")) == ""
    assert workspace_of("http://ws-1.example.com/v1") == ""


@pytest.mark.parametrize("workspace", ["a.b", "a/b", "evil.com#", "-a", "a b", "a\n", "ä", "x@y"])
def test_a_workspace_that_would_change_the_host_is_refused(workspace: str) -> None:
    with pytest.raises(RequestError, match="is no workspace id"):
        region_base("singapore", workspace)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        (" https://host/v1/ ", "https://host/v1"),
        ("https://host/v1/responses", "https://host/v1"),
        ("https://host/v1/responses/", "https://host/v1"),
        ("https://host/v1//responses", "https://host/v1"),
        ("https://host/v1/chat/completions", "https://host/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        (f"{HOST}/api/v1", f"{HOST}{PATH}"),
        (f"{HOST}/api/v1/services/aigc/text-generation/generation", f"{HOST}{PATH}"),
        (f"{HOST}/compatible-mode/v1/chat/completions/", f"{HOST}{PATH}"),
        (f"{HOST}/compatible-mode", f"{HOST}{PATH}"),
        (f"{HOST}/apps/anthropic", f"{HOST}{PATH}"),
        (HOST, f"{HOST}{PATH}"),
        (
            "https://ws.us-east-1.maas.aliyuncs.com/",
            f"https://ws.us-east-1.maas.aliyuncs.com{PATH}",
        ),
        (f"{HOST}/compatible-mode/v2", f"{HOST}/compatible-mode/v2"),
        ("https://coding.dashscope.aliyuncs.com/v1", "https://coding.dashscope.aliyuncs.com/v1"),
        (f"{LEGACY}/responses", LEGACY),
        ("HTTPS://host", "https://host"),
        ("http://[::1]:80/v1", "http://[::1]:80/v1"),
    ],
)
def test_a_base_url_is_tidied(given: str, clean: str) -> None:
    assert clean_base(given) == clean
    assert clean_base(clean) == clean
    assert advice(clean, clean) == ""


@pytest.mark.parametrize("end", ["/responses", "/chat/completions"])
def test_a_base_url_that_goes_too_far_is_told_with_the_right_one(end: str) -> None:
    for base in (f"{HOST}{PATH}", "http://127.0.0.1:8000/v1"):
        told = advice(f" {base}{end}/", clean_base(f"{base}{end}/"))
        assert told == f"The base URL is taken as {base}: give it in this form"


def test_the_vendors_other_apis_are_told_with_the_right_address() -> None:
    assert f"{HOST}{PATH}" in advice(f"{HOST}/api/v1", clean_base(f"{HOST}/api/v1"))


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("dashscope-int.aliyuncs.com", "dashscope-intl.aliyuncs.com"),
        ("dashcsope.aliyuncs.com", "dashscope.aliyuncs.com"),
        ("dashscope.aliyuncs.co", "dashscope.aliyuncs.com"),
        ("ws-1.cn-bejing.maas.aliyuncs.com", "cn-beijing.maas.aliyuncs.com"),
    ],
)
def test_a_slip_in_the_vendors_host_is_refused_with_the_right_one(host: str, meant: str) -> None:
    with pytest.raises(RequestError, match="unknown host") as refused:
        clean_base(f"https://{host}{PATH}")
    assert refused.value.hint.startswith(f"did you mean {meant}? ")


def test_a_region_newer_than_us_is_asked() -> None:
    clean_base(f"https://ws-1.ap-southeast-3.maas.aliyuncs.com{PATH}")


@pytest.mark.parametrize("placeholder", ["{WorkspaceId}", "{workspace}", "<ws>"])
def test_a_workspace_that_was_not_filled_in_is_refused(placeholder: str) -> None:
    with pytest.raises(RequestError, match="names no workspace yet") as refused:
        clean_base(f"https://{placeholder}.ap-southeast-1.maas.aliyuncs.com{PATH}")
    assert "Workspace Details" in refused.value.hint


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("dashscope-us.aliyuncs.com/v1", 'did you mean "https://dashscope-us.aliyuncs.com/v1"?'),
        ("localhost:8000/v1", 'did you mean "http://localhost:8000/v1"?'),
        ("hongkong", 'for a region, say %config QwenMagics.region = "hongkong"'),
        ("sk-0123456789abcdef", "it looks like"),
        ("sk-0123456789.abcdef", "it looks like"),
        ("me:hunter2@host.example", "it looks like"),
    ],
)
def test_what_is_no_address_has_the_one_that_was_meant(url: str, hint: str) -> None:
    with pytest.raises(RequestError, match="is no http address") as refused:
        clean_base(url)
    assert refused.value.hint.startswith(hint)
    assert "0123456789" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        *("", "host/v1", "ftp://host", "https://", "http://[::1", "http://host:99999", "//host"),
        *("http://host:0", "http://ho st", "http://host/\x00", "http://host/\u200b", "file:///x"),
    ],
)
def test_what_is_no_http_address_is_refused(url: str) -> None:
    with pytest.raises(RequestError, match="is no http address"):
        clean_base(url)


@pytest.mark.parametrize(
    "secret", ["user:hunter2@host", "hunter2@host", ":hunter2@host", "host/v1?key=hunter2", "@host"]
)
def test_a_base_url_with_a_secret_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(RequestError, match="a user name, a password or a query") as refused:
        clean_base(f"https://{secret}")
    assert "hunter2" not in str(refused.value)


def test_a_key_is_freed_of_surrounding_space() -> None:
    assert check_key(" sk-1\n") == "sk-1"
    assert Endpoint("https://host", key=" sk-1\n").key == "sk-1"


@pytest.mark.parametrize("key", ["sk 1", "sk\n1", "sk-ü", "sk\x001", "sk\u200b1"])
def test_a_key_that_cannot_be_one_is_refused_without_repeating_it(key: str) -> None:
    for refuse in (check_key, lambda key: Endpoint("https://host", key=key)):
        with pytest.raises(RequestError, match="the API key holds") as refused:
            refuse(key)
        assert key not in str(refused.value)


def test_an_endpoint_never_shows_its_key() -> None:
    assert "sk-1" not in repr(Endpoint("https://host", key="sk-1"))


def test_an_endpoint_leaves_its_key_out_of_a_servers_words() -> None:
    assert Endpoint("https://host", key="sk-12345").without_key("no sk-12345!") == "no sk-…!"
    assert Endpoint("https://host", key="none").without_key("none of it") == "none of it"
    assert Endpoint("https://host").without_key("all of it") == "all of it"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://dashscope.aliyuncs.com/x", True),
        ("https://ws.eu-central-1.maas.aliyuncs.com/x", True),
        ("https://dashscope.aliyuncs.com.evil.example/x", False),
        ("http://localhost/dashscope.aliyuncs.com", False),
    ],
)
def test_model_studio_is_known_by_its_host(url: str, expected: bool) -> None:  # noqa: FBT001 - a case of the table
    assert Endpoint(url).is_model_studio is expected


def test_the_legacy_path_is_known_with_its_successor() -> None:
    endpoint = Endpoint(LEGACY)
    assert endpoint.is_legacy
    assert endpoint.current_base == f"https://dashscope.aliyuncs.com{PATH}"
    assert endpoint.advice == f"This path is about to be retired: use {endpoint.current_base}"
    assert not Endpoint(endpoint.current_base).is_legacy
    assert not Endpoint(endpoint.current_base).advice


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (Endpoint(f"{HOST}{PATH}"), True),
        (Endpoint("http://127.0.0.1:1/v1", region="demo"), True),
        (Endpoint(f"https://gateway.example{PATH}"), True),
        (Endpoint("http://127.0.0.1:8000/v1"), False),
    ],
)
def test_the_vendors_limits_hold_where_its_path_leads(
    endpoint: Endpoint, *, expected: bool
) -> None:
    assert endpoint.is_like_model_studio is expected
