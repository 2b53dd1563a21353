from __future__ import annotations

from contextlib import closing

import pytest

from qwen_magic.errors import RequestError, WireError
from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint
from tests.responses.asking import KEY, WHOLE, Outcome, ask, serving
from tests.responses.rawserver import Act, answered, streamed

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, *map(str.lower, VARIABLES)):
        monkeypatch.delenv(name, raising=False)


def asked_at(base_url: str, *, proxies: bool = True) -> Outcome:
    with closing(Client(Endpoint(base_url, key=KEY, proxies=proxies), pauses=(0, 0))) as client:
        return ask(client)


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(streamed(WHOLE)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        outcome = asked_at("http://model.example/v1")
        (asked,) = proxy.asked
    assert outcome.turn.text == "2 + 2 = 4"
    assert asked.line == "POST http://model.example/v1/responses HTTP/1.1"
    assert asked.headers["host"] == "model.example"


def test_an_https_request_asks_the_proxy_for_a_tunnel(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(*[answered(407)] * 3) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        outcome = asked_at("https://model.example/v1")
        asked = proxy.asked[0]
    assert asked.line == "CONNECT model.example:443 HTTP/1.1"
    assert "authorization" not in asked.headers
    assert isinstance(outcome.error, WireError)
    assert outcome.message.startswith("the proxy refused: 407")
    assert "HTTPS_PROXY" in outcome.hint


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
    outcome = asked_at("http://model.example/v1")
    assert isinstance(outcome.error, WireError)
    assert "no connection to http://model.example/v1" in outcome.message
    assert "the proxy" in outcome.hint


@pytest.mark.parametrize("wanted", ["no_proxy", "endpoint"])
def test_a_proxy_may_be_passed_by(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([Act.RESET]) as proxy, serving(streamed(WHOLE)) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        if wanted == "no_proxy":
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        outcome = asked_at(f"{server.url}/v1", proxies=wanted == "no_proxy")
        assert proxy.asked == []
    assert outcome.turn.text == "2 + 2 = 4"


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("ALL_PROXY", "socks5://me:hunter2@localhost:1", "httpx[socks]"),
        ("HTTP_PROXY", "gopher://me:hunter2@localhost:1", "NO_PROXY"),
        ("HTTP_PROXY", "http://me:hunter2@[::1:1", "NO_PROXY"),
        ("HTTPS_PROXY", "http://me:hunter2@localhost:port", "NO_PROXY"),
        ("SSL_CERT_FILE", "/hunter2/is/not/here.pem", "SSL_CERT_FILE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_without_its_password(
    name: str, value: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(RequestError, match="the environment") as refused:
        Client(Endpoint("http://model.example/v1"))
    assert hint in refused.value.hint
    assert "hunter2" not in str(refused.value)
