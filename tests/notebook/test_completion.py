from __future__ import annotations

from qwen_magic.notebook.completion import complete
from qwen_magic.responses.request import EFFORTS


def test_options_are_completed() -> None:
    assert complete(" --mo") == ["--model"]


def test_an_option_is_offered_once() -> None:
    assert "--model" in complete(" ")
    assert "--model" not in complete(" -m qwen-plus ")


def test_models_are_completed() -> None:
    assert complete(" -m qwen3.7-") == ["qwen3.7-plus", "qwen3.7-max"]


def test_efforts_are_completed() -> None:
    assert complete(" --effort ") == list(EFFORTS)


def test_a_value_behind_an_equals_sign_is_completed() -> None:
    assert complete(" --effort=h") == ["--effort=high"]


def test_each_tool_of_a_list_is_completed_once() -> None:
    assert complete(" -t web_search,web_") == ["web_extractor", "web_search_image"]


def test_words_of_the_question_are_left_alone() -> None:
    assert complete(" -m qwen-plus What is mod") == []
