"""Answers that have to be fetched, recorded and replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic import Asking, Session, Settings
from qwen_magic.demo.server import DemoServer

if TYPE_CHECKING:
    from pathlib import Path


def test_an_answer_that_was_fetched_is_fetched_from_the_cassette(tmp_path: Path) -> None:
    cassette, asking = str(tmp_path / "lesson.jsonl"), Asking(stream=False)
    with DemoServer(pace=0.002) as server:
        settings = Settings(base_url=server.base_url, model="demo-queued", record=cassette)
        with Session(settings) as session:
            asked = [
                session.ask(question, asking=asking) for question in ("Hello", "What is JSON?")
            ]
    with Session(Settings(model="demo-queued", replay=cassette, replay_speed=0)) as session:
        again = [session.ask(question, asking=asking) for question in ("Hello", "What is JSON?")]
    assert [turn.text for turn in again] == [turn.text for turn in asked]
    assert [turn.response_id for turn in again] == [turn.response_id for turn in asked]
