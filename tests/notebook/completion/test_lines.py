from __future__ import annotations

import pytest

from qwen_magic.notebook.completion.lines import (
    complete,
    complete_command,
    complete_setting,
    fragment,
    is_file,
)
from qwen_magic.notebook.magics.chain_flags import CHAIN_FLAGS, LOG_FLAGS
from qwen_magic.responses.regions import REGIONS
from qwen_magic.responses.request import EFFORTS

US = "https://dashscope-us.aliyuncs.com/compatible-mode/v1"


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


def test_a_list_behind_an_equals_sign_goes_on_behind_its_comma() -> None:
    assert complete(" --tools=web_e") == ["--tools=web_extractor"]
    assert complete(" --tools=web_search,code") == ["code_interpreter"]
    assert complete(" -t web_search，code") == ["code_interpreter"]


def test_variables_are_completed_between_braces() -> None:
    assert complete(" What is {{ta", {"": ["table", "x"]}) == ["table"]
    assert complete(" What is {{table}} and", {"": ["table", "x"]}) == []


def test_values_that_the_notebook_has_are_completed() -> None:
    known = {
        "model": ["qwen9-giga"],
        "chain": ["trip-to-rome"],
        "mcp": ["maps"],
        "out": ["answer"],
        "messages": ["talk"],
        "conversation": ["conv_1"],
    }
    assert complete(" -m qwen9-", known) == ["qwen9-giga"]
    assert complete(" -c trip-to", known) == ["trip-to-rome"]
    for line, offered in (("--mcp", "maps"), ("-o", "answer"), ("--messages", "talk")):
        assert complete(f" {line} ", known) == [offered]
    assert complete(" --conversation conv", known) == ["conv_1"]


def test_a_file_of_servers_is_left_to_ipython() -> None:
    assert is_file(" --mcp ./ser")
    assert is_file(" --mcp=servers.js")
    assert not is_file(" --mcp serv")
    assert not is_file(" --mcp serv -m qwen3.7-")


@pytest.mark.parametrize(
    ("before", "replaced"),
    [
        (" -m qwen3.7-max-2026", "qwen3.7-max-2026"),
        (" --effort=h", "--effort=h"),
        (" -t web_search,co", "co"),
        (" see {{ta", "ta"),
        (" -m ", ""),
    ],
)
def test_the_whole_of_a_half_typed_value_is_replaced(before: str, replaced: str) -> None:
    assert fragment(before) == replaced


@pytest.mark.parametrize(
    ("name", "before", "offered", "replaced"),
    [
        ("region", '"', REGIONS, ""),
        ("region", "'hon", ["hongkong"], "hon"),
        ("region", "", [f'"{name}"' for name in REGIONS], ""),
        ("model", '"qwen3.7-max-2026-06', ["qwen3.7-max-2026-06-08"], "qwen3.7-max-2026-06"),
        ("effort", '"hi', ["high"], "hi"),
        ("workspace", '"tr', ["trial"], "tr"),
        ("base_url", '"https://dashscope-us', [US], "https://dashscope-us"),
        ("tools", '["web_search", "code', ["code_interpreter"], "code"),
        ("history", '"', ["on", "off"], ""),
        ("resend", "T", ["True"], "T"),
        ("timeout", "3", [], "3"),
        ("region", '"japan"', [], '"japan"'),
        ("nothing", '"', [], ""),
    ],
)
def test_the_value_of_a_setting_is_completed(
    name: str, before: str, offered: list[str], replaced: str
) -> None:
    assert complete_setting(name, before) == ([*offered], replaced)


def test_the_cassettes_name_is_left_to_ipython() -> None:
    assert complete_setting("record", '"les') is None


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
