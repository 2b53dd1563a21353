"""Streams that other projects recorded, as an oracle: see README.md beside them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.items import FunctionCall
from qwen_magic.responses.reading import Reading
from tests.responses.cutting import cut_at, one_by_one

RECORDED = Path(os.environ.get("QWEN_MAGIC_RECORDED", ""))
INDEX: list[dict[str, Any]] = (
    json.loads((RECORDED / "INDEX.json").read_text()) if "QWEN_MAGIC_RECORDED" in os.environ else []
)
SMALL = 4_800  # bytes; each cut of a stream of this size reads it once more
MIDDLE = 40_000

pytestmark = pytest.mark.skipif(not INDEX, reason="QWEN_MAGIC_RECORDED is not set")


def streams(*, least: int = 0, most: int = 1 << 30) -> list[Any]:
    """Return the names of the streams whose size is between the two."""
    return [entry["file"] for entry in INDEX if least <= entry["bytes"] < most]


def turn_of(*pieces: bytes) -> Turn:
    reading, turn = Reading(Endpoint("http://localhost/v1")), Turn("?")
    for piece in pieces:
        turn = fold(turn, reading.feed(piece))
    return turn if reading.ended else fold(turn, reading.close())


def stream(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


@pytest.mark.parametrize(
    "entry",
    [entry for entry in INDEX if entry["looks_real"] and entry["delta_eq_final"]],
    ids=lambda entry: entry["file"],
)
def test_a_recorded_stream_gives_its_turn(entry: dict[str, Any]) -> None:
    turn = turn_of(stream(entry["file"]))
    assert turn.status == entry["status"]
    assert hashlib.sha256(turn.text.encode()).hexdigest()[:16] == entry["text_sha256"]
    assert len(turn.text) == entry["final_text_len"]
    assert len(turn.reasoning) == entry["reasoning_len"]
    calls = [[call.name, call.arguments] for call in turn.items if isinstance(call, FunctionCall)]
    assert calls == entry["function_calls"]
    assert turn.response_id == entry["response_id"]
    assert turn.skipped == entry["bad_json"] == 0


@pytest.mark.parametrize("name", streams())
def test_a_turn_without_its_last_event_says_the_same(name: str) -> None:
    whole, cut = turn_of(stream(name)), Turn("?")
    blocks = stream(name).replace(b"\r\n", b"\n").strip().split(b"\n\n")
    ends = (b'"response.completed"', b'"response.incomplete"', b"[DONE]")
    kept = [block for block in blocks if not any(end in block for end in ends)]
    cut = turn_of(b"\n\n".join(kept))
    assert (cut.text, cut.reasoning) == (whole.text, whole.reasoning)
    assert [type(item) for item in cut.items] == [type(item) for item in whole.items]


@pytest.mark.parametrize("name", streams(most=SMALL))
def test_a_small_stream_may_be_cut_at_every_byte(name: str) -> None:
    data = stream(name)
    whole = turn_of(data)
    assert all(turn_of(*cut_at(data, place)) == whole for place in range(len(data)))


@pytest.mark.parametrize("name", streams(most=MIDDLE))
def test_a_stream_may_come_one_byte_at_a_time(name: str) -> None:
    assert turn_of(*one_by_one(stream(name))) == turn_of(stream(name))


@pytest.mark.parametrize("name", streams(least=SMALL))
def test_a_stream_may_be_cut_anywhere(name: str) -> None:
    data, chance = stream(name), Random(name)
    whole = turn_of(data)
    for count in (1, 10, 100, 1000):
        places = [chance.randrange(len(data)) for _ in range(count)]
        assert turn_of(*cut_at(data, *places)) == whole
