from __future__ import annotations

from dataclasses import fields

import pytest

from qwen_magic.configuration import CHECKS
from qwen_magic.errors import CellError, QwenError
from qwen_magic.helptext import help_text
from qwen_magic.options import OPTIONS, option_of
from qwen_magic.readers import check_secret
from qwen_magic.settings import Settings


def test_no_flag_is_used_twice() -> None:
    flags = [flag for option in OPTIONS for flag in option.flags]
    assert len(flags) == len(set(flags))


def test_every_flag_finds_its_option() -> None:
    assert all(option_of(flag) is option for option in OPTIONS for flag in option.flags)


def test_the_help_tells_of_every_option() -> None:
    text = help_text()
    assert all(flag in text for option in OPTIONS for flag in option.flags)
    assert "{{name}}" in text


@pytest.mark.parametrize(
    "option", [option for option in OPTIONS if option.values and not option.many]
)
def test_what_completion_offers_is_accepted(option: object) -> None:
    from qwen_magic.options import Option

    assert isinstance(option, Option)
    assert [option.read(value) for value in option.values]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", "mars"),
        ("effort", "hihg"),
        ("session_cache", "yes"),
        ("base_url", "ftp://example.com"),
        ("base_url", "https://me:secret@example.com/v1"),
        ("model", "sk-0123456789abcdef"),
        ("system", "my key is sk-0123456789abcdef"),
        ("tools", ["sk-0123456789abcdef"]),
        ("api_key", "anything"),
        ("timeout", float("inf")),
        ("timeout", float("nan")),
        ("replay_speed", -1.0),
        ("replay_speed", float("inf")),
        ("max_rounds", 0),
        ("max_rounds", 1.5),
        ("tool_timeout", 0),
        ("tool_timeout", -1.0),
        ("tool_timeout", float("inf")),
        ("updates_per_second", 101),
        ("approve", "alway"),
        ("reuse", "sme"),
        ("history", "of"),
    ],
)
def test_a_wrong_setting_is_refused(name: str, value: object) -> None:
    with pytest.raises(QwenError) as caught:
        CHECKS[name](value)
    assert "0123456789" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", [field.name for field in fields(Settings) if field.default == ""])
def test_an_empty_setting_is_unset(name: str) -> None:
    assert not CHECKS[name]("")


def test_what_only_looks_a_little_like_a_key_is_none() -> None:
    check_secret("ask-me-anything-about-task-sk-1", "here")
    with pytest.raises(CellError):
        check_secret("sk-abcdefghijkl", "here")
