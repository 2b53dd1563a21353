"""Answers that are values: from the demo, and from servers that give what does not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, assert_type

import pytest

from qwen_magic import Asking, QwenError, Session, Settings
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.errors import MisfitError, RequestError, SchemaError
from qwen_magic.responses.items import FunctionCall
from tests.conversation.asking.sessions import answer, answered_by, question, sent
from tests.conversation.asking.shaped import (
    FINE,
    OK,
    Review,
    bodies,
    called,
    refused,
    studio_at,
    worded,
)
from tests.responses.asking import frame, serving
from tests.responses.rawserver import streamed

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.demo.server import DemoServer


def test_the_answer_is_a_value(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        turn = session.ask("I give it 4 stars: negative.", schema=Review)
    assert_type(turn.value, Review)
    assert turn.value == Review("negative", 4)
    assert (turn.status, turn.corrections, turn.repaired) == ("completed", 0, False)
    assert '"stars": 4' in turn.text
    body = demo.requests[-1].body
    (tool,) = body["tools"]
    assert (tool["name"], tool["strict"], body["tool_choice"]) == ("Review", True, "required")
    assert tool["description"].startswith("What a review says.")


def test_the_value_of_a_turn_that_grows_is_there_at_the_end(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        *grown, last = session.stream("I give it 4 stars: negative.", schema=Review)
    assert_type(last.value, Review)
    assert last.value == Review("negative", 4)
    assert {turn.value for turn in grown[:-1]} == {None}


def test_the_next_question_first_answers_the_call(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        first = session.ask("My name is Alice, 3 stars, positive.", schema=Review)
        second = session.ask("What is my name?")
        third = session.ask("And once more: what is my name?")
    assert "Alice" in second.text
    assert (second.previous_response_id, second.notes) == (first.response_id, ())
    *_, before, last = demo.requests
    assert [item.get("type") for item in before.body["input"]] == ["function_call_output", None]
    assert last.body["input"] == "And once more: what is my name?"
    assert third.previous_response_id == second.response_id


def test_the_chain_goes_on_after_a_restart_and_in_a_fork(demo: DemoServer, tmp_path: Path) -> None:
    settings = Settings(base_url=demo.base_url, chain="main")
    with Session(settings, store=ChainStore(tmp_path)) as session:
        session.ask("My name is Alice, 3 stars, positive.", schema=Review)
        session.store.fork(session.chain, "other")
        session.store.close()
    for chain in ("main", "other"):
        store = ChainStore(tmp_path)
        with Session(replace(settings, chain=chain), store=store) as session:
            (kept,) = session.path()
            assert kept.value == {"sentiment": "positive", "stars": 3}
            turn = session.ask("What is my name?")
        store.close()
        assert "Alice" in turn.text
        assert demo.requests[-1].body["input"][0]["output"] == "ok"


def test_a_rebuilt_conversation_has_the_call_and_its_output() -> None:
    gone = refused("Response with id 'r1' not found.")
    with serving(called(FINE), gone, answer("2")) as server, studio_at(server.url) as session:
        session.ask("How is it?", schema=Review)
        session.ask("And now?")
    call = {"type": "function_call", "call_id": "c1", "name": "Review", "arguments": FINE}
    asked = [question("How is it?"), call, OK, question("And now?")]
    assert sent(server)[1:] == [([OK, question("And now?")], "r1"), (asked, None)]


def test_a_conversation_on_the_server_is_settled_too(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        import httpx

        found = httpx.post(f"{demo.base_url}/conversations", json={}).json()["id"]
        within = Asking(conversation=found)
        session.ask("My name is Alice, 3 stars, positive.", schema=Review, asking=within)
        turn = session.ask("What is my name?", asking=within)
    assert "Alice" in turn.text
    assert demo.requests[-1].body["input"][0]["output"] == "ok"


WRONG = {
    "out of range": ('{"sentiment": "positive", "stars": 9}', "stars: must be at most 5, not 9"),
    "a field too many": ('{"sentiment": "positive", "stars": 1, "x": 1}', "x: there is no such field"),
    "a field missing": ('{"stars": 1}', "sentiment: is missing"),
    "another word": ('{"sentiment": "fine", "stars": 1}', "sentiment: must be one of"),
    "nothing": ("", "the value is empty"),
    "no JSON": ("Sure!", "this is no valid JSON"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_what_does_not_fit_goes_back_with_the_reason(kind: str) -> None:
    wrong, reason = WRONG[kind]
    scripts = (called(wrong), called(FINE, "r2", "c2"), answer("3"))
    with serving(*scripts) as server, studio_at(server.url) as session:
        turn = session.ask("How is it?", schema=Review)
        session.ask("Thanks")
    assert (turn.value, turn.corrections, turn.status) == (Review("positive", 5), 1, "completed")
    first, second = (item for item in turn.items if isinstance(item, FunctionCall))
    assert reason in first.error
    assert (first.status, second.status) == ("failed", "completed")
    (told,), previous = sent(server)[1]
    assert (told["call_id"], previous) == ("c1", "r1")
    assert reason in told["output"]
    assert [body["tool_choice"] for body in bodies(server)[:2]] == ["required", "required"]
    assert sent(server)[2] == ([{**OK, "call_id": "c2"}, question("Thanks")], "r2")


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_after_so_many_corrections_the_turn_has_failed(retries: int) -> None:
    scripts = [called('{"stars": 1}', f"r{n}", f"c{n}") for n in range(retries + 1)]
    asking = Asking(schema=Review, schema_retries=retries)
    with serving(*scripts, answer("x")) as server, studio_at(server.url) as session:
        with pytest.raises(MisfitError, match="sentiment: is missing") as caught:
            session.ask("How is it?", asking=asking)
        session.ask("Hello?")
    turn: Any = caught.value.turn
    assert (turn.status, turn.value, turn.corrections) == ("failed", None, retries)
    assert '{"stars": 1}' in turn.text
    assert len(turn.items) == retries + 1
    assert sent(server)[-1] == ("Hello?", None)  # a failed turn is not continued


def test_a_slip_is_mended_and_told() -> None:
    with serving(called(f"```json\n{FINE}\n```")) as server, studio_at(server.url) as session:
        turn = session.ask("How is it?", schema=Review)
    assert (turn.value, turn.repaired, turn.corrections) == (Review("positive", 5), True, 0)


def test_several_calls_are_all_answered() -> None:
    items = [{"type": "function_call", "id": c, "call_id": c, "name": "Review", "arguments": FINE} for c in "ab"]  # fmt: skip
    response = {"id": "r1", "model": "q", "status": "completed", "output": items}
    both = streamed(frame("response.completed", response=response))
    with serving(both, answer("2")) as server, studio_at(server.url) as session:
        session.ask("How is it?", schema=Review)
        session.ask("Thanks")
    assert [item.get("call_id") for item in sent(server)[1][0]] == ["a", "b", None]


def test_other_tools_are_used_first(demo: DemoServer) -> None:
    def get_weather(city: str) -> str:
        """Get the weather forecast of a city."""
        return f"{city}: 21 degrees"

    with Session(Settings(base_url=demo.base_url, approve="always")) as session:
        turn = session.ask(
            "What is the weather in Paris?", schema="degrees: int", tools=[get_weather]
        )
    assert turn.value == {"degrees": 21}
    names = [item.name for item in turn.items if isinstance(item, FunctionCall)]
    assert names == ["get_weather", "Answer"]
    offered = [[tool["name"] for tool in asked.body["tools"]] for asked in demo.requests]
    assert offered == [["get_weather"], ["get_weather"], ["Answer"]]
    assert demo.requests[-1].body["tool_choice"] == "required"


def test_where_a_call_cannot_be_forced_the_model_is_asked_for_it(tmp_path: Path) -> None:
    no = refused("tool_choice 'required' is not supported in thinking mode.")
    store = ChainStore(tmp_path)
    scripts = (no, called(FINE), called(FINE, "r2"))
    with serving(*scripts) as server, studio_at(server.url, store) as session:
        values = [
            session.ask("How is it?", schema=Review, asking=Asking(new=True)).value for _ in "12"
        ]
    assert values == [Review("positive", 5)] * 2
    first, second, third = bodies(server)
    assert (first["tool_choice"], second.get("tool_choice")) == ("required", None)
    assert "calling the function Review" in second["instructions"]
    assert third["instructions"] == second["instructions"]  # it was remembered


@pytest.mark.parametrize("text", [FINE, f"Sure:\n```json\n{FINE}\n```", f"It is {FINE}."])
def test_a_server_that_forces_nothing_may_still_give_a_value(text: str) -> None:
    with serving(worded(text)) as server, studio_at(server.url) as session:
        turn = session.ask("How is it?", schema=Review)
    assert (turn.value, turn.corrections) == (Review("positive", 5), 0)
    assert turn.text == text


def test_words_instead_of_a_call_are_asked_for_as_text() -> None:
    scripts = (worded("It is fine."), worded(FINE, "r2"))
    with serving(*scripts) as server, studio_at(server.url) as session:
        turn = session.ask("How is it?", schema=Review)
    assert (turn.value, turn.corrections) == (Review("positive", 5), 1)
    _, second = bodies(server)
    assert second["text"]["format"]["schema"]["properties"].keys() == {"sentiment", "stars"}
    assert "JSON schema" in second["instructions"]


def test_a_server_without_tools_and_forms_is_asked_in_words() -> None:
    scripts = (
        refused("tools are not supported"),
        refused("unknown field: text.format"),
        worded(FINE),
    )
    with serving(*scripts) as server, studio_at(server.url) as session:
        assert session.ask("How is it?", schema=Review).value == Review("positive", 5)
    assert [sorted({"tools", "text"} & body.keys()) for body in bodies(server)] == [["tools"], ["text"], []]  # fmt: skip


def test_a_refusal_of_another_kind_stays_one() -> None:
    with (
        serving(refused("The model 'q' does not exist.")) as server,
        studio_at(server.url) as session,
        pytest.raises(QwenError, match="does not exist"),
    ):
        session.ask("How is it?", schema=Review)


def test_what_cannot_be_asked_for_is_refused_before_sending(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        with pytest.raises(SchemaError):
            session.ask("How is it?", schema=len)
        with pytest.raises(RequestError, match="background"):
            session.ask("How is it?", schema=Review, asking=Asking(background=True))
    assert demo.requests == []


def test_a_turn_that_is_shown_again_has_its_value_again(demo: DemoServer) -> None:
    def ask(session: Session) -> Turn[Any]:
        asking = Asking(schema=Review)
        return list(session.stream("3 stars, positive", asking=asking, asked=Asked("a")))[-1]

    with Session(Settings(base_url=demo.base_url, reuse="same")) as session:
        turns = [ask(session), ask(session)]
    assert [turn.value for turn in turns] == [Review("positive", 3)] * 2
    assert len(demo.requests) == 1


def test_a_list_of_records_is_a_frame(demo: DemoServer) -> None:
    pd = pytest.importorskip("pandas")

    with serving(called(f'{{"value": [{FINE}, {FINE}]}}', function="answer")) as server, studio_at(server.url) as session:  # fmt: skip
        frame = session.ask("How are they?", schema=list[Review]).frame()
    assert frame.equals(pd.DataFrame({"sentiment": ["positive"] * 2, "stars": [5, 5]}))
    with Session(Settings(base_url=demo.base_url)) as session:
        one = session.ask("4 stars", schema="stars: 1..5").frame()
        bare = session.ask("4 stars", schema=int).frame()
    assert (one.to_dict("list"), bare.to_dict("list")) == ({"stars": [4]}, {"value": [4]})


def test_answers_before_it_are_said_as_before() -> None:
    scripts = (answer("1"), called(FINE, "r2"))
    with serving(*scripts) as server, studio_at(server.url, resend=True) as session:
        session.ask("Hello")
        session.ask("How is it?", schema=Review)
    assert sent(server)[1] == ([question("Hello"), answered_by("1"), question("How is it?")], None)


def test_a_conversation_goes_on_after_a_value_that_did_not_fit() -> None:
    within = Asking(conversation="conv_1")
    scripts = (called(FINE, "r1", "c1"), called("{}", "r2", "c2"), answer("r3"), answer("r4"))
    with serving(*scripts) as server, studio_at(server.url) as session:
        session.ask("How is it?", schema=Review, asking=within)
        with pytest.raises(MisfitError):
            session.ask("And that?", asking=replace(within, schema=Review, schema_retries=0))
        session.ask("Thanks", asking=within)
        session.ask("Bye", asking=within)
    brought = [asked for asked, _ in sent(server)][1:]
    assert [[item.get("call_id") for item in asked] for asked in brought[:2]] == [["c1", None], ["c2", None]]  # fmt: skip
    assert brought[2] == "Bye"


def test_one_slip_of_a_server_that_forces_calls_is_no_habit(tmp_path: Path) -> None:
    scripts = (worded("It is fine."), worded(FINE, "r2"), called(FINE, "r3"))
    store = ChainStore(tmp_path)
    with serving(*scripts) as server, studio_at(server.url, store) as session:
        session.ask("How is it?", schema=Review)
        session.ask("And that?", schema=Review)
    assert [body.get("tool_choice") for body in bodies(server)] == ["required", None, "required"]
