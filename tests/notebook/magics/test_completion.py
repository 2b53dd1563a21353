from __future__ import annotations

from qwen_magic.notebook.magics.chain_flags import CHAIN_FLAGS, LOG_FLAGS
from qwen_magic.notebook.magics.completion import complete, complete_command
from qwen_magic.responses.request import EFFORTS


def test_options_are_completed() -> None:
    assert complete(" --mo") == ["--model"]


def test_an_option_is_offered_once() -> None:
    assert "--model" in complete(" ")
    assert "--model" not in complete(" -m qwen-plus ")


def test_models_are_completed() -> None:
    assert complete(" -m qwen3.7-")[:3] == ["qwen3.7-plus", "qwen3.7-max", "qwen3.7-max-preview"]
    assert complete(" -m qwen3.7-max-2026-06") == ["qwen3.7-max-2026-06-08"]


def test_efforts_are_completed() -> None:
    assert complete(" --effort ") == list(EFFORTS)


def test_a_value_behind_an_equals_sign_is_completed() -> None:
    assert complete(" --effort=h") == ["--effort=high"]


def test_each_tool_of_a_list_is_completed_once() -> None:
    assert complete(" -t web_search,web_") == ["web_extractor", "web_search_image"]


def test_what_the_notebook_has_comes_before_what_all_have() -> None:
    known = {"tools": ["get_weather", "web"]}
    assert complete(" -t get_weather,we", known)[:2] == ["web", "web_search"]
    assert complete(" -m we", known) == []


def test_words_of_the_question_are_left_alone() -> None:
    assert complete(" -m qwen-plus What is mod") == []


def completed(before: str) -> list[str] | None:
    return complete_command(before, CHAIN_FLAGS, ("draft", "main", "two words"), takes_name=True)


def test_a_chains_name_is_completed_alone_and_behind_its_flag() -> None:
    assert completed(" dr") == ["draft"]
    assert completed(" --delete ") == ["draft", "main"]
    assert completed(" --rename ma") == ["main"]


def test_new_names_and_numbers_are_left_alone() -> None:
    assert completed(" --new ") == completed(" --rename main ") == completed(" --from ") == []


def test_flags_of_a_command_are_offered_once() -> None:
    assert completed(" --re") == ["--rewind", "--restore", "--resume", "--rename"]
    assert completed(" --delete main --") == [
        flag.flags[-1] for flag in CHAIN_FLAGS if flag.name != "delete"
    ]


def test_formats_of_a_transcript_are_completed() -> None:
    assert complete_command(" --to ", LOG_FLAGS, ()) == ["md", "json"]


def test_files_are_left_to_ipython() -> None:
    assert complete_command(" --to md ", LOG_FLAGS, ()) is None
    assert completed(" --resume ") is None
    assert completed(" --resume --ch") == ["--chain"]
    assert complete_command(" m", LOG_FLAGS, ("main",)) == []
