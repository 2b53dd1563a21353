from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.demo.responses import Responses
from qwen_magic.demo.usage import count, pieces
from tests.demo.asking import WEATHER, Json, ask, request

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

LONG = "Artificial intelligence is an important branch of computer science. " * 100


@given(st.text())
def test_pieces_join_to_their_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_a_token_is_a_few_letters() -> None:
    assert pieces("Hello, 你好 wide  world\n") == [
        *("Hell", "o", ",", " 你", "好", " wide", "  worl", "d", "\n"),
    ]
    assert len(LONG) / 5 < count(LONG) < len(LONG) / 3


def test_the_same_question_costs_the_same(demo: DemoServer) -> None:
    assert ask(demo, "Introduce AI")["usage"] == ask(demo, "Introduce AI")["usage"]


def test_the_totals_add_up(demo: DemoServer) -> None:
    usage = ask(demo, "Introduce AI")["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert 0 < usage["output_tokens_details"]["reasoning_tokens"] < usage["output_tokens"]
    (details,) = usage["x_details"]
    assert details["x_billing_type"] == "response_api"
    assert details["output_tokens"] == usage["output_tokens"]
    assert "x_tools" not in usage


def test_a_chain_costs_what_it_carries(demo: DemoServer) -> None:
    first = ask(demo, LONG)
    second = ask(demo, "Hi", previous_response_id=first["id"])
    carried = first["usage"]["input_tokens"] + ask(demo, "Hi")["usage"]["input_tokens"]
    assert second["usage"]["input_tokens"] > carried


def test_instructions_and_images_cost(demo: DemoServer) -> None:
    def cost(asked: object, **fields: object) -> int:
        tokens: int = ask(demo, asked, **fields)["usage"]["input_tokens"]
        return tokens

    image = {"type": "input_image", "image_url": "https://example.com/a.png"}
    pictured = [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}, image]}]
    assert cost("Hi") < cost("Hi", instructions="Be brief.") < cost(pictured)


def test_tools_are_counted_twice_and_meant_once(demo: DemoServer) -> None:
    tools = [{"type": name} for name in ("web_search", "web_extractor", "code_interpreter")]
    asked = "Find the Alibaba Cloud website and extract key information from the homepage"
    usage = ask(demo, asked, tools=tools)["usage"]
    assert usage["x_tools"] == {
        "web_search": {"count": 1},
        "web_extractor": {"count": 1},
        "code_interpreter": {"count": 1},
    }
    assert usage["x_details"][0]["plugins"] == usage["x_tools"]


def test_a_function_is_no_tool_of_the_servers(demo: DemoServer) -> None:
    assert "x_tools" not in ask(demo, "Weather in Paris?", tools=[WEATHER])["usage"]


class Cached:
    """Asks with the session cache on, at a time that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self._responses = Responses(lambda: self.now)

    def __call__(self, asked: str, *, session_cache: bool = True, **fields: object) -> Json:
        exchange = self._responses.create(request(asked, **fields), session_cache=session_cache)
        self._responses.keep(exchange)
        return exchange.response

    def tokens(self, asked: str, *, session_cache: bool = True, **fields: object) -> int:
        response = self(asked, session_cache=session_cache, **fields)
        cached: int = response["usage"]["input_tokens_details"]["cached_tokens"]
        return cached


def test_a_beginning_seen_before_is_cached() -> None:
    cached = Cached()
    first = cached(LONG)
    assert first["usage"]["input_tokens_details"]["cached_tokens"] == 0
    again = cached.tokens("And now?", previous_response_id=first["id"])
    assert again == first["usage"]["input_tokens"]


def test_a_short_beginning_is_not_cached() -> None:
    cached = Cached()
    assert [cached.tokens("Hi"), cached.tokens("Hi")] == [0, 0]


def test_a_cache_is_kept_five_minutes_from_its_last_use() -> None:
    cached = Cached()
    hits = []
    for seconds in (0, 299, 299, 301):
        cached.now += seconds
        hits.append(cached.tokens(LONG) > 0)
    assert hits == [False, True, True, False]


def test_other_instructions_or_models_are_another_beginning() -> None:
    cached = Cached()
    cached(LONG)
    assert cached.tokens(LONG, instructions="Be brief.") == 0
    assert cached.tokens(LONG, model="qwen-plus") == 0
    assert cached.tokens(LONG) > 0


def test_the_cache_must_be_enabled() -> None:
    cached = Cached()
    assert [cached.tokens(LONG, session_cache=False) for _ in range(2)] == [0, 0]


def test_the_header_enables_the_cache(demo: DemoServer) -> None:
    headers = {"x-dashscope-session-cache": "enable"}
    with httpx.Client(base_url=demo.base_url, headers=headers) as client:
        answers = [client.post("responses", json=request(LONG)).json() for _ in range(2)]
    hits = [answer["usage"]["input_tokens_details"]["cached_tokens"] for answer in answers]
    assert hits == [0, answers[0]["usage"]["input_tokens"]]
