from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic import Session, Settings
from qwen_magic.conversation.planning.question import Asking
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.demo.server import DemoServer


def asked(demo: DemoServer, **settings: object) -> Session:
    return Session(Settings(base_url=demo.base_url, **settings))  # type: ignore[arg-type]


def test_a_question_that_the_budget_does_not_last_for_is_not_sent(demo: DemoServer) -> None:
    with asked(demo, budget=400) as session:
        session.ask("Hello!")
        with pytest.raises(
            RequestError, match=r"the budget of 400 tokens a day does not last: \d+ spent"
        ):
            session.ask("Tell me about this: " + "word " * 800)
        assert len(session.path()) == 1
        session.ask("Hello!", asking=Asking(over=True))
        assert len(session.path()) == 2


def test_what_the_server_remembers_counts_again(demo: DemoServer) -> None:
    with asked(demo) as session:
        spent = session.ask("Hello!").usage
        assert spent
        session.settings = Settings(base_url=demo.base_url, budget=2 * spent.total_tokens)
        with pytest.raises(RequestError, match="to be read now"):
            session.ask("And?")
        session.ask("And?", asking=Asking(new=True))


def test_another_alphabet_and_images_are_counted(demo: DemoServer) -> None:
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{'A' * 100_000}"}
    with asked(demo, budget=900) as session:
        with pytest.raises(RequestError, match="about 667 to be read"):
            Session(Settings(base_url=demo.base_url, budget=600)).ask("字" * 1_000)
        with pytest.raises(RequestError, match=r"about 1,0\d\d to be read"):
            session.ask([{"role": "user", "content": [image]}])


def test_a_stored_answer_and_a_cassette_cost_nothing(demo: DemoServer, tmp_path: Path) -> None:
    tape = str(tmp_path / "lesson.jsonl")
    with asked(demo, record=tape) as session:
        session.ask("Hello!")
    with Session(Settings(replay=tape, replay_speed=0, budget=1)) as session:
        session.ask("Hello!")
        assert session.store.ledger.spent() == ()


def test_a_dry_look_is_no_question(demo: DemoServer) -> None:
    with asked(demo, budget=1) as session:
        _, request = session.prepare("Hello!", asking=Asking(over=True))
        assert request.input


@pytest.mark.parametrize(
    "settings",
    [{"budget": -1}, {"budget": 1.5}, {"prices": {"m": (1,)}}, {"prices": {"m": (1, "2")}}],
)
def test_what_is_no_budget_and_no_price_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(RequestError, match=r"is no number of tokens|two or three numbers"):
        Session(Settings(region="demo", **settings)).ask("Hello!")  # type: ignore[arg-type]


def test_the_rows_of_a_table_are_counted_too(demo: DemoServer) -> None:
    with asked(demo) as session:
        rows = [{"text": "I love it."}, {"text": "It broke."}]
        done = session.map("Good or bad? {{text}}", rows, name="reviews")
        done.frame()
        now = done.progress()
        (spent,) = session.store.ledger.spent()
        assert (spent.chain, spent.total) == ("map reviews", now.input_tokens + now.output_tokens)
        assert spent.total > 0
