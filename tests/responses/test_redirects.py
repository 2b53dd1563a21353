from __future__ import annotations

import pytest

from qwen_magic.errors import WireError
from qwen_magic.responses.redirects import redirected
from tests.responses.asking import KEY, WHOLE, ask, serving
from tests.responses.rawserver import Script, answered, streamed

URL = "https://host:8000/v1/responses"


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/v2/responses", "https://host:8000/v2/responses"),
        ("https://host:8000/v2?a=b", "https://host:8000/v2?a=b"),
        ("responses/", "https://host:8000/v1/responses/"),
    ],
)
def test_a_redirect_within_the_server_is_followed(status: int, location: str, target: str) -> None:
    assert redirected(URL, status, location) == target


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://evil.example/v1", "https://evil.example"),
        ("//evil.example/v1", "https://evil.example"),
        ("http://host:8000/v1", "http://host"),
        ("https://host/v1", "https://host"),
        ("https://host:8000@evil.example/", "https://evil.example"),
        ("https://me@host:8000/", "https://host"),
        ("file:///etc/passwd", "file://?"),
    ],
)
def test_a_redirect_to_another_server_is_refused(location: str, named: str) -> None:
    with pytest.raises(WireError, match="not followed, so that the key stays here") as refused:
        redirected(URL, 307, location)
    assert f"redirects to {named};" in str(refused.value)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_lose_the_question_is_refused(status: int) -> None:
    with pytest.raises(WireError, match=f"HTTP {status}, which would lose the question"):
        redirected(URL, status, "/login")


@pytest.mark.parametrize("location", ["http://[::1", "/\x01", "/\u202e", "https://[evil]/"])
def test_a_redirect_to_no_address_is_refused(location: str) -> None:
    with pytest.raises(WireError, match="redirects to no address"):
        redirected(URL, 307, location)


@pytest.mark.parametrize("status", [307, 308])
def test_up_to_three_redirects_are_followed_with_the_question(status: int) -> None:
    hops = [answered(status, Location=f"/{hop}") for hop in ("a", "b", "c")]
    with serving(*hops, streamed(WHOLE)) as server:
        outcome = ask(server)
        lines = [asked.line.split()[1] for asked in server.asked]
        bodies = {asked.body for asked in server.asked}
        keys = {asked.headers["authorization"] for asked in server.asked}
    assert outcome.turn.text == "2 + 2 = 4"
    assert lines == ["/v1/responses", "/a", "/b", "/c"]
    assert (len(bodies), keys) == (1, {f"Bearer {KEY}"})


@pytest.mark.parametrize("circle", [answered(307, Location="/a"), answered(307)])
def test_a_circle_of_redirects_is_left(circle: Script) -> None:
    with serving(*[circle] * 9) as server:
        outcome = ask(server)
        assert len(server.asked) == 4
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "the server redirects in circles"
    assert outcome.hint


def test_another_server_is_never_asked_and_never_sees_the_key() -> None:
    with serving(streamed(WHOLE)) as other:
        elsewhere = answered(307, Location=f"{other.url}/v1/responses")
        with serving(elsewhere) as server:
            outcome = ask(server)
        assert other.asked == []
    assert isinstance(outcome.error, WireError)
    assert outcome.hint == "if that server is meant, make it the base URL"


def test_a_redirect_that_cannot_be_parsed_is_an_error() -> None:
    with serving(*[answered(307, Location="http://[::1")] * 3) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert "location" in outcome.message
