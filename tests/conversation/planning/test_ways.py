"""How servers of each kind are asked for a value; what they do decides, and is remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.conversation.store.store import ChainStore
from tests.conversation.asking.sessions import session_at
from tests.conversation.asking.shaped import (
    FINE,
    Review,
    bodies,
    called,
    refused,
    studio_at,
    worded,
)
from tests.responses.asking import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.responses.rawserver import Script

HIGH = FINE.replace("5", "9")


def way(body: dict[str, Any]) -> str:
    """Return in which way a request asks for a value."""
    if "text" in body:
        return "text"
    if not body.get("tools"):
        return "plain"
    return "forced" if body.get("tool_choice") == "required" else "auto"


KINDS: dict[str, tuple[list[Script], str, str]] = {
    "enforces the form": ([worded(FINE)], "text", "text"),
    "ignores the form, heeds the words": ([worded(f"```json\n{FINE}\n```")], "text", "text"),
    "ignores the form, forces calls": ([worded("Fine."), called(FINE, "r2")], "text forced", "forced"),
    "enforces the form, but no bounds": ([worded(HIGH), worded(FINE, "r2")], "text text", "text"),
    "refuses the form": ([refused("unknown field: text.format"), called(FINE)], "text forced", "forced"),
    "refuses the form and to force": (
        [refused("unknown field: text"), refused("bad tool_choice"), called(FINE)],
        "text forced auto",
        "auto",
    ),
    "refuses the form and tools": (
        [refused("response_format is not supported"), refused("no tools"), worded(FINE)],
        "text forced plain",
        "plain",
    ),
    "ignores the form and calls nothing": (
        [worded("Fine."), worded("Fine!", "r2"), worded(FINE, "r3")],
        "text forced plain",
        "plain",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_server_does_decides_and_is_remembered(kind: str, tmp_path: Path) -> None:
    scripts, tried, kept = KINDS[kind]
    last = called(FINE, "r9") if kept in {"forced", "auto"} else worded(FINE, "r9")
    store = ChainStore(tmp_path)
    with serving(*scripts, last) as server, session_at(server.url, store) as session:
        values = [session.ask("How is it?", schema=Review).value for _ in "12"]
    assert values == [Review("positive", 5)] * 2
    assert [way(body) for body in bodies(server)] == [*tried.split(), kept]


def test_model_studio_reads_no_form_so_a_first_question_costs_one_request() -> None:
    with serving(called(FINE)) as server, studio_at(server.url) as session:
        session.ask("How is it?", schema=Review)
    assert [way(body) for body in bodies(server)] == ["forced"]


@dataclass
class Knot:
    name: str
    children: list[Knot] = field(default_factory=list)


KNOT = '{"name": "a", "children": [{"name": "b", "children": []}]}'


@pytest.mark.parametrize("at", [session_at, studio_at])
def test_where_no_recursive_schema_is_taken_it_is_asked_for_in_words(at: Any) -> None:  # noqa: ANN401 - either
    no = refused("Invalid schema: recursive references are not supported")
    with serving(no, no, worded(KNOT)) as server, at(server.url) as session:
        assert session.ask("How is it?", schema=Knot).value == Knot("a", [Knot("b")])
    assert way(bodies(server)[-1]) == "plain"
