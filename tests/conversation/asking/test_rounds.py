"""A turn through all its tool calls: against the demo server, and against servers that refuse."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Asking, Session, Settings, tool
from qwen_magic.conversation.tools.approval import Decision
from qwen_magic.conversation.turn.records import turn_of
from qwen_magic.errors import ResponseError
from qwen_magic.responses.items import FunctionCall, McpApprovalRequest
from tests.conversation.asking.sessions import answer, session_at
from tests.responses.asking import frame, serving
from tests.responses.rawserver import answered, streamed

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.demo.server import DemoServer
    from tests.responses.rawserver import Script

BOTH = "What is the weather in Paris and Rome?"


def get_weather(city: str) -> dict[str, Any]:
    """Get the weather forecast of a city."""
    print("looking at", city)  # noqa: T201 - that is shown
    return {"city": city, "temperature": 21}


def to_fahrenheit(celsius: float) -> float:
    """Convert a temperature to Fahrenheit."""
    return celsius * 9 / 5 + 32


def session_of(demo: DemoServer, **settings: Any) -> Session:  # noqa: ANN401 - fields of Settings
    return Session(Settings(base_url=demo.base_url, **{"approve": "always", **settings}))


def calls_of(items: object) -> list[FunctionCall]:
    assert isinstance(items, tuple)
    return [item for item in items if isinstance(item, FunctionCall)]


def test_calls_made_together_are_all_answered_in_one_request(demo: DemoServer) -> None:
    with session_of(demo) as session:
        turn = session.ask(BOTH, tools=[get_weather])
    paris, rome = calls_of(turn.items)
    assert json.loads(str(paris.output)) == {"city": "Paris", "temperature": 21}
    assert json.loads(str(rome.output)) == {"city": "Rome", "temperature": 21}
    assert (paris.logs, rome.logs) == ("looking at Paris\n", "looking at Rome\n")
    assert '{"city": "Rome", "temperature": 21}'.replace(" ", "") in turn.text.replace(" ", "")
    assert turn.status == "completed"


def test_calls_that_need_what_others_returned_come_in_a_second_round(demo: DemoServer) -> None:
    with session_of(demo) as session:
        turn = session.ask(
            "What is the weather in Paris? Then convert the temperature to Fahrenheit.",
            tools=[get_weather, to_fahrenheit],
        )
    assert [call.name for call in calls_of(turn.items)] == ["get_weather", "to_fahrenheit"]
    assert json.loads(str(calls_of(turn.items)[1].output)) == 69.8
    assert "69.8" in turn.text
    assert turn.usage is not None
    assert turn.usage.total_tokens == turn.usage.input_tokens + turn.usage.output_tokens


def test_the_next_turn_continues_the_last_response(demo: DemoServer) -> None:
    with session_of(demo) as session:
        first = session.ask("My name is Alice. What is the weather in Rome?", tools=[get_weather])
        second = session.ask("What is my name?")
    assert second.previous_response_id == first.response_id
    assert "Alice" in second.text
    assert second.notes == ()


def test_no_growing_turn_claims_to_be_complete(demo: DemoServer) -> None:
    with session_of(demo) as session, closing(session.stream(BOTH, tools=[get_weather])) as turns:
        statuses = [turn.status for turn in turns]
    assert statuses.count("completed") == 1
    assert statuses[-1] == "completed"


def test_after_the_last_round_the_model_has_to_do_without(demo: DemoServer) -> None:
    with session_of(demo, max_rounds=3) as session:
        turn = session.ask("Keep calling get_weather for Paris", tools=[get_weather])
    assert len(calls_of(turn.items)) == 3
    assert turn.status == "completed"
    assert turn.text


def test_async_functions_run_side_by_side(demo: DemoServer) -> None:
    together = threading.Barrier(2, timeout=30)

    async def get_weather(city: str) -> str:
        """Get the weather forecast of a city."""
        await asyncio.to_thread(together.wait)  # neither ends before the other has begun
        print("async", city)  # noqa: T201
        return f"{city} is sunny"

    with session_of(demo) as session:
        turn = session.ask(BOTH, tools=[get_weather])
    assert [call.output for call in calls_of(turn.items)] == ["Paris is sunny", "Rome is sunny"]
    assert [call.logs for call in calls_of(turn.items)] == ["async Paris\n", "async Rome\n"]


def test_plain_functions_run_where_the_question_was_asked(demo: DemoServer) -> None:
    threads = []

    def get_weather(city: str) -> str:
        """Get the weather forecast of a city."""
        threads.append(threading.current_thread())
        return city

    with session_of(demo) as session:
        session.ask(BOTH, tools=[get_weather])
    assert threads == [threading.main_thread()] * 2


def _raises(_city: str) -> str:
    raise KeyError("no such city")


def _exits(_city: str) -> str:
    sys.exit(3)


def _loops(_city: str) -> str:
    while True:
        pass


async def _sleeps(_city: str) -> str:
    await asyncio.sleep(600)
    return "late"


def _prints(_city: str) -> str:
    for _ in range(10):
        sys.stdout.write("x" * 1024 * 1024)
    return "printed"


def _is_nan(_city: str) -> float:
    return float("nan")


def _returns_coroutine(city: str) -> object:
    return _sleeps(city)


def _is_opaque(_city: str) -> object:
    return threading.Lock()


@pytest.mark.parametrize(
    ("function", "told", "failed"),
    [
        (_raises, "no such city", True),
        (_exits, "SystemExit", True),
        (_loops, "stopped after 0.3 seconds", True),
        (_sleeps, "stopped after 0.3 seconds", True),
        (_prints, "printed", False),
        (_is_nan, "NaN", False),
        (_is_opaque, "lock", False),
        (_returns_coroutine, "stopped after 0.3 seconds", True),
    ],
)
def test_whatever_a_function_does_the_turn_ends_with_an_answer(
    demo: DemoServer, function: Callable[[str], object], told: str, *, failed: bool
) -> None:
    function.__name__ = "get_weather"
    function.__doc__ = "Get the weather forecast of a city."
    patience = 0.3 if "stopped" in told else 60.0
    with session_of(demo, tool_timeout=patience) as session:
        session.ask("My name is Alice.")
        turn = session.ask("What is the weather in Paris?", tools=[function])
        (call,) = calls_of(turn.items)
        assert told.lower() in str(call.output).lower()
        assert bool(call.error) == failed
        assert len(call.logs) < 21_000  # of the ten million
        assert turn.status == "completed"
        assert "Alice" in session.ask("What is my name?").text


def test_another_threads_prints_are_not_the_functions(
    demo: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def get_weather(city: str) -> str:
        """Get the weather forecast of a city."""
        other = threading.Thread(target=print, args=("from elsewhere",))
        other.start()
        other.join()
        print("mine")  # noqa: T201
        return city

    with session_of(demo) as session:
        turn = session.ask("What is the weather in Paris?", tools=[get_weather])
    assert [call.logs for call in calls_of(turn.items)] == ["mine\n"]
    assert capsys.readouterr().out == "from elsewhere\n"


def test_wrong_arguments_go_back_to_the_model() -> None:
    call = calling("get_weather", '{"town": "Paris"}')
    with serving(call, answer("r2")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always")
        turn = session.ask("Weather?", tools=[get_weather])
    (found,) = calls_of(turn.items)
    assert found.status == "denied"
    assert "town" in str(found.output)
    assert turn.text == "Answer r2"


def test_a_function_that_was_never_offered_is_answered_with_those_that_were() -> None:
    call = calling("get_wether", "{}")
    with serving(call, answer("r2")) as server, session_at(server.url) as session:
        turn = session.ask("Weather?", tools=[get_weather])
    assert "did you mean get_weather" in str(calls_of(turn.items)[0].output)


def test_a_call_that_only_the_caller_can_answer_ends_the_turn(demo: DemoServer) -> None:
    theirs = {
        "type": "function",
        "name": "get_weather",
        "description": "Get the weather forecast of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    with session_of(demo) as session:
        turn = session.ask("My name is Alice. The weather in Paris?", tools=[theirs])
        (call,) = calls_of(turn.items)
        assert (call.output, turn.status) == (None, "completed")
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
        known = session.ask([output], tools=[theirs])
        assert "sunny" in known.text
        assert known.previous_response_id == turn.response_id


def test_a_call_that_is_left_unanswered_does_not_end_the_chain(demo: DemoServer) -> None:
    theirs = {"type": "function", "name": "get_weather", "parameters": {}}
    with session_of(demo) as session:
        session.ask("My name is Alice. get_weather please", tools=[theirs])
        turn = session.ask("What is my name?")
    assert "Alice" in turn.text
    assert "unanswered" in "".join(turn.notes)


class Scripted:
    """An approver that answers after a while, from a script."""

    def __init__(self, *decisions: Decision) -> None:
        self.asked: list[Call] = []
        self.decided = dict(enumerate(decisions))
        self._places: list[int] = []

    def decide(self, number: int, decision: Decision) -> None:
        self.decided[number] = decision

    def ask(self, number: int, call: Call) -> None:
        self.asked.append(call)
        self._places.append(number)

    def answer(self, number: int) -> Decision | None:
        return self.decided.get(self._places.index(number))


ALLOW, ALWAYS, DENY = Decision("allow"), Decision("always"), Decision("deny", "not today")


def test_a_denied_call_is_told_with_its_reason(demo: DemoServer) -> None:
    with session_of(demo, approve="ask") as session:
        session.approver = approver = Scripted(ALLOW, DENY)
        turn = session.ask(BOTH, tools=[get_weather])
    assert [call.name for call in approver.asked] == ["get_weather"] * 2
    paris, rome = calls_of(turn.items)
    assert (paris.status, rome.status) == ("completed", "denied")
    assert rome.output == "Not called: not today"


@pytest.mark.parametrize("first", [0, 1])
def test_a_denied_call_is_denied_while_another_still_waits(demo: DemoServer, first: int) -> None:
    with session_of(demo, approve="ask") as session:
        session.approver = approver = Scripted()
        for turn in session.stream(BOTH, tools=[get_weather]):
            calls = calls_of(turn.items)
            if len(approver.asked) == 2 and not approver.decided:
                approver.decide(first, DENY)
            elif "denied" in {call.status for call in calls} and len(approver.decided) == 1:
                assert [calls[first].status, calls[1 - first].status] == ["denied", "waiting"]
                assert calls[first].error == "not today"
                approver.decide(1 - first, ALLOW)
    assert [call.status for call in calls_of(turn.items)][first] == "denied"
    assert turn.status == "completed"


def test_always_holds_until_the_function_is_defined_anew(demo: DemoServer) -> None:
    def defined() -> Callable[[str], str]:
        def get_weather(city: str) -> str:
            """Get the weather forecast of a city."""
            return city

        return get_weather

    first, again = defined(), defined()
    with session_of(demo, approve="ask") as session:
        for function, asked in ((first, 2), (first, 0), (again, 2)):
            session.approver = approver = Scripted(ALWAYS, ALLOW)
            turn = session.ask(f"{BOTH} {asked}", tools=[function])
            assert len(approver.asked) == asked
            assert [call.status for call in calls_of(turn.items)] == ["completed"] * 2


@pytest.mark.parametrize(("approve", "named"), [("ask", "--approve"), ("never", "--approve")])
def test_a_call_that_nobody_allows_names_the_setting(
    demo: DemoServer, approve: str, named: str
) -> None:
    with session_of(demo, approve=approve) as session:
        turn = session.ask("What is the weather in Paris?", tools=[get_weather])
    (call,) = calls_of(turn.items)
    assert named in str(call.output)
    assert call.logs == ""


@pytest.mark.parametrize(("decision", "said"), [(ALLOW, "answered"), (DENY, "did not call")])
def test_an_mcp_server_may_ask_before_it_calls(
    demo: DemoServer, decision: Decision, said: str
) -> None:
    server = {
        "type": "mcp",
        "server_label": "amap",
        "server_url": "https://maps.example/sse",
        "require_approval": "always",
    }
    with session_of(demo, approve="ask") as session:
        session.approver = approver = Scripted(decision)
        turn = session.ask("Ask the mcp server amap about the weather in Paris", tools=[server])
    (request,) = approver.asked
    assert isinstance(request, McpApprovalRequest)
    assert said in turn.text


def test_closing_the_stream_ends_the_wait_for_an_approval(demo: DemoServer) -> None:
    with session_of(demo, approve="ask") as session:
        session.approver = approver = Scripted()
        with closing(session.stream(BOTH, tools=[get_weather])) as turns:
            for _ in turns:
                if approver.asked:
                    break
        assert session.last is not None
        assert session.last.status == "cancelled"
        assert session.ask("What is 2 + 2?").status == "completed"


def test_closing_the_stream_cancels_an_async_function(demo: DemoServer) -> None:
    began, ended = threading.Event(), threading.Event()

    async def get_weather(city: str) -> str:
        """Get the weather forecast of a city."""
        began.set()
        try:
            await asyncio.sleep(600)
        finally:
            ended.set()
        return city

    with session_of(demo) as session:
        with closing(session.stream("The weather in Paris?", tools=[get_weather])) as turns:
            for _ in turns:
                if began.is_set():
                    break
        assert ended.wait(30)


def calling(name: str, arguments: str, response: str = "r1") -> Script:
    """Return the script of a response that calls a function."""
    call = {
        "type": "function_call",
        "id": f"fc_{response}",
        "call_id": f"call_{response}",
        "name": name,
        "arguments": arguments,
        "status": "completed",
    }
    done = {"id": response, "status": "completed", "output": [call]}
    return streamed(frame("response.completed", response=done))


REFUSED = answered(400, b'{"code": "InvalidParameter", "message": "messages with role tool"}')
CALLED = {
    "type": "function_call",
    "call_id": "call_r1",
    "name": "get_weather",
    "arguments": '{"city": "Rome"}',
}


def bodies(server: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a RawServer
    return [json.loads(request.body) for request in server.asked]


def test_a_server_that_refuses_the_outputs_alone_gets_the_whole_turn_again() -> None:
    call = calling("get_weather", '{"city": "Rome"}')
    again = calling("get_weather", '{"city": "Rome"}', "r2")
    with serving(call, REFUSED, again, answer("r3")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always")
        turn = session.ask("Weather?", tools=[get_weather])
        first, alone, whole, last = bodies(server)
    output = {
        "type": "function_call_output",
        "call_id": "call_r1",
        "output": calls_of(turn.items)[0].output,
    }
    question = {"role": "user", "content": "Weather?"}
    assert turn.text == "Answer r3"
    assert (alone["previous_response_id"], alone["input"]) == ("r1", [output])
    assert whole["input"] == [question, CALLED, output]
    assert "previous_response_id" not in whole
    assert len(last["input"]) == 5  # and it is not asked again in vain
    assert first["tools"] == alone["tools"] == whole["tools"]


@pytest.mark.parametrize(
    ("message", "continues"),
    [
        ("Images in function_call_output are not supported by this model.", True),
        ("previous_response_id is not supported.", False),
    ],
)
def test_only_a_refusal_of_the_id_says_that_the_server_continues_nothing(
    message: str, *, continues: bool
) -> None:
    refused = answered(400, json.dumps({"error": {"message": message}}).encode())
    call = calling("get_weather", '{"city": "Rome"}')
    with (
        serving(call, refused, answer("r2"), answer("r3")) as server,
        session_at(server.url, approve="always") as session,
    ):
        session.ask("Weather?", tools=[get_weather])
        session.ask("Thanks")
        assert bodies(server)[3].get("previous_response_id") == ("r2" if continues else None)


def test_a_choice_that_forces_a_call_holds_for_the_first_request_only() -> None:
    call = calling("get_weather", '{"city": "Rome"}')
    with serving(call, answer("r2")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always")
        session.ask("Weather?", tools=[get_weather], asking=Asking(tool_choice="required"))
        first, second = bodies(server)
    assert first["tool_choice"] == "required"
    assert "tool_choice" not in second


def test_a_function_has_no_longer_than_its_own_limit(demo: DemoServer) -> None:
    @tool(timeout=0.2)
    def get_weather(city: str) -> str:
        """Get the weather forecast of a city."""
        time.sleep(600)
        return city

    began = time.monotonic()
    with session_of(demo) as session:
        turn = session.ask("The weather in Paris?", tools=[get_weather])
    assert "0.2 seconds" in str(calls_of(turn.items)[0].output)
    assert time.monotonic() - began < 60  # of ten minutes


def test_a_cut_response_ends_the_turn_and_its_calls_are_not_made() -> None:
    call = {**CALLED, "id": "fc_1", "status": "completed"}
    fields = {"id": "r1", "status": "incomplete", "output": [call]}
    cut = streamed(frame("response.incomplete", response=fields))
    with serving(cut, answer("r2")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always")
        turn = session.ask("Weather?", tools=[get_weather])
        assert (turn.status, calls_of(turn.items)[0].output) == ("incomplete", None)
        assert session.ask("And now?").text == "Answer r2"
        assert len(server.asked) == 2


def test_a_model_that_calls_on_though_it_must_not_ends_the_turn() -> None:
    scripts = [calling("get_weather", '{"city": "Rome"}', f"r{n}") for n in range(1, 4)]
    with serving(*scripts, answer("r4")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always", max_rounds=2)
        turn = session.ask("Weather?", tools=[get_weather])
        assert (turn.status, turn.error) == ("incomplete", "max_rounds = 2")
        assert [call.status for call in calls_of(turn.items)] == ["completed"] * 2 + ["denied"]
        assert "unanswered" in "".join(session.ask("And now?").notes)


def test_a_call_without_a_call_id_is_answered_by_its_id() -> None:
    call = {**CALLED, "id": "fc_1"}
    del call["call_id"]
    done = {"id": "r1", "status": "completed", "output": [call]}
    asked = streamed(frame("response.completed", response=done))
    with serving(asked, answer("r2")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always")
        session.ask("Weather?", tools=[get_weather])
        assert bodies(server)[1]["input"][0]["call_id"] == "fc_1"


def test_a_call_that_a_later_response_repeats_is_not_made_again() -> None:
    first = {**CALLED, "id": "fc_1"}
    second = {**first, "id": "fc_2", "call_id": "call_r2", "arguments": '{"city": "Oslo"}'}
    scripts = [
        streamed(frame("response.completed", response={"id": name, "output": output}))
        for name, output in (("r1", [first]), ("r2", [first, second]))
    ]
    with serving(*scripts, answer("r3")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always")
        turn = session.ask("Weather?", tools=[get_weather])
        assert [call.id for call in calls_of(turn.items)] == ["fc_1", "fc_2"]
        assert [item["call_id"] for item in bodies(server)[2]["input"]] == ["call_r2"]


def test_calls_whose_id_is_used_again_are_sent_each_with_its_output() -> None:
    scripts = [
        streamed(
            frame(
                "response.completed",
                response={
                    "id": name,
                    "output": [{**CALLED, "id": name, "arguments": f'{{"city": "{name}"}}'}],
                },
            )
        )
        for name in ("r1", "r2")
    ]
    with serving(*scripts, answer("r3")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always", resend=True)
        session.ask("Weather?", tools=[get_weather])
        _, *sent = bodies(server)[2]["input"]
    kinds = [item["type"] for item in sent]
    assert kinds == ["function_call", "function_call_output"] * 2
    assert "r2" in sent[3]["output"]


def test_a_function_that_asks_leaves_the_turns_approvals_as_they_were(demo: DemoServer) -> None:
    with session_of(demo, approve="ask") as session:

        def get_weather(city: str) -> str:
            """Get the weather forecast of a city."""
            settings, session.settings = (
                session.settings,
                replace(session.settings, approve="never"),
            )
            session.approver = Scripted()
            session.ask(f"What is 2 + 2 in {city}?")
            session.settings = settings
            return f"{city} is sunny"

        session.approver = approver = Scripted(ALLOW, ALLOW)
        turn = session.ask(
            "What is the weather in Paris? Then convert the temperature to Fahrenheit.",
            tools=[get_weather, to_fahrenheit],
        )
        assert len(approver.asked) == len(calls_of(turn.items))
        assert turn.status == "completed"


def test_an_interrupt_after_a_function_has_asked_ends_its_own_turn_alone(demo: DemoServer) -> None:
    with session_of(demo) as session:

        def get_weather(city: str) -> str:
            """Get the weather forecast of a city."""
            session.ask(f"What is 2 + 2 in {city}?", tools=[])
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            session.ask("What is the weather in Paris?", tools=[get_weather])
        outer, inner = session.store.read(session.chain, [1, 2])
        assert (outer.status, inner.status) == ("cancelled", "completed")
        assert outer.response_id != inner.response_id
        assert [type(item) for item in outer.output].count(FunctionCall) == 1
        assert session.head() == turn_of(inner, 1)
        assert session.last is not None
        assert session.last.status == "cancelled"
        assert session.node == outer.id
        usages = [record.usage for record in (outer, inner)]
        assert session.used == sum(usage.total_tokens for usage in usages if usage)


def test_an_approval_is_sent_again_where_the_server_cannot_continue() -> None:
    request = {
        "type": "mcp_approval_request",
        "id": "ask_1",
        "server_label": "maps",
        "name": "find",
        "arguments": '{"city": "Rome"}',
    }
    done = {"id": "r1", "status": "completed", "output": [request]}
    asks = streamed(frame("response.completed", response=done))
    maps = {"type": "mcp", "server_label": "maps", "server_url": "https://maps.example/sse"}
    with serving(asks, answer("r2")) as server, session_at(server.url) as session:
        session.settings = replace(session.settings, approve="always", resend=True)
        session.ask("Weather?", tools=[maps])
        sent = bodies(server)[1]["input"]
    response = {
        "type": "mcp_approval_response",
        "approval_request_id": "ask_1",
        "approve": True,
    }
    assert sent == [{"role": "user", "content": "Weather?"}, request, response]


def test_a_response_that_fails_in_the_middle_of_its_answer_is_no_refusal() -> None:
    part = frame("response.output_text.delta", output_index=0, item_id="m", delta="It is")
    failed = frame("response.failed", response={"id": "r2", "error": {"message": "boom"}})
    call = calling("get_weather", '{"city": "Rome"}')
    with (
        serving(call, streamed(part + failed), answer("r3")) as server,
        session_at(server.url, approve="always") as session,
    ):
        with pytest.raises(ResponseError, match="boom") as caught:
            session.ask("Weather?", tools=[get_weather])
        assert len(server.asked) == 2
    assert caught.value.turn is not None
    assert caught.value.turn.text == "It is"


def drawn(city: str) -> bytes:
    """Draw a map of a city."""
    return b"\x89PNG\r\n\x1a\n" + city.encode()


@pytest.mark.parametrize(
    ("model", "sent", "noted"),
    [("qwen3.7-plus", True, 0), ("qwen3.8-max", True, 1), ("qwen3-max", False, 0), ("m", False, 0)],
)
def test_pictures_are_sent_to_models_newer_than_us_and_told_once(
    model: str, noted: int, *, sent: bool
) -> None:
    def asking(name: str) -> Script:
        call = {"type": "function_call", "call_id": name, "name": "drawn"}
        output = [{**call, "arguments": '{"city": "Paris"}'}]
        response = {"id": name, "model": model, "status": "completed", "output": output}
        return streamed(frame("response.completed", response=response))

    with (
        serving(asking("r1"), asking("r2"), answer("r3")) as server,
        session_at(server.url, model=model, approve="always") as session,
    ):
        turn = session.ask("Draw Paris", tools=[drawn])
    told = f"Whether {model} takes pictures is not known here; they are sent"
    assert turn.notes == (told,) * noted
    assert [isinstance(call.output, str) for call in calls_of(turn.items)] == [not sent] * 2
