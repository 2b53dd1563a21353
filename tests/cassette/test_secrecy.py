from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.cassette.secrecy import Mask, kept, secrets
from tests.cassette.lessons import asked, body_of, post, recording, taped

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-0123456789abcdef"
MCP: dict[str, Any] = {
    "type": "mcp",
    "server_label": "maps",
    "server_url": "https://me:passw0rd@example.com/mcp?token=qu3ry-tok3n&lang=en",
    "headers": {"Authorization": "Bearer h3ader-tok3n", "Accept": "application/json"},
    "authorization": "0auth/tok3n",
    "x_vendor": {"key": "vend0r-tok3n"},
}
WORDS = ("passw0rd", "qu3ry-tok3n", "h3ader-tok3n", "0auth/tok3n", "vend0r-tok3n", KEY)
FUNCTION = {
    "type": "function",
    "name": "fetch",
    "parameters": {"type": "object", "properties": {"headers": {"type": "object"}}},
}


def test_a_body_keeps_what_is_no_secret() -> None:
    body = asked(tools=[MCP, FUNCTION, {"type": "web_search"}])
    label = {"type": "mcp", "server_label": "maps", "server_url": "https://example.com/mcp?…"}
    assert kept(body, Mask(())) == asked(tools=[label, FUNCTION, {"type": "web_search"}])


def test_an_image_is_kept_as_a_digest() -> None:
    url = "data:image/png;base64," + "A" * 5000
    found = kept({"input": [{"image_url": url}]}, Mask(()))["input"][0]["image_url"]
    assert found.startswith("data:image/png;base64,sha256-")
    assert len(found) < 60


def test_numbers_are_kept_as_they_are() -> None:
    body = asked(temperature=0.1, tools=[{**FUNCTION, "maximum": 10**30, "minimum": -(2**63)}])
    assert kept(body, Mask(())) == body


def test_no_secret_reaches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lesson.jsonl"
    told = json.dumps({"tools": [MCP], "said": f"your key {KEY} is wrong"}).encode()
    body = asked(f"My key is {KEY}", tools=[MCP, FUNCTION])
    pieces = [told[place : place + 7] for place in range(0, len(told), 7)]
    live = post(recording(path, pieces), body, Authorization=f"Bearer {KEY}", X_Other="0ther-tok3n")
    assert live.content == told
    content = path.read_text()
    assert [word for word in (*WORDS, "0ther-tok3n") if word in content] == []
    (track,) = taped(path)
    repeated = json.loads(body_of(track))
    assert repeated["said"] == "your key … is wrong"
    assert repeated["tools"][0]["headers"]["Accept"] == "application/json"


def test_short_words_are_no_secrets() -> None:
    assert secrets(asked(), {"authorization": "Bearer none"}) == {"Bearer none"}


def test_a_secret_is_found_as_json_may_write_it() -> None:
    for written in (b"0auth/tok3n", b"0auth\\/tok3n"):
        assert Mask(["0auth/tok3n"]).whole(written) == "…".encode()


@given(st.lists(st.sampled_from([b"s", b"sk-", b"sk-0123", b"456789", b"x", b"\xff"])))
def test_a_secret_is_found_however_it_is_cut(pieces: list[bytes]) -> None:
    mask = Mask(["sk-0123456789", "456789xx"])
    found = b"".join([*map(mask.feed, pieces), mask.close()])
    assert found == mask.whole(b"".join(pieces))
