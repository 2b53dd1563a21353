from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import qwen_magic
from qwen_magic.demo.faults import ALL_MODELS
from qwen_magic.models import CACHING_MODELS, MODELS, READ, caches, sees_images
from qwen_magic.notebook.completion.lines import complete

DOCUMENTED = [
    "qwen3-max",
    "qwen3-max-2026-01-23",
    "qwen3.7-max",
    "qwen3.7-max-2026-05-20",
    "qwen3.7-max-2026-06-08",
    "qwen3.7-max-preview",
    "qwen3.7-max-2026-05-17",
    "qwen3.7-plus",
    "qwen3.7-plus-2026-05-26",
    "qwen3.6-plus",
    "qwen3.6-plus-2026-04-02",
    "qwen3.5-plus",
    "qwen3.5-plus-2026-02-15",
    "qwen3.6-flash",
    "qwen3.6-flash-2026-04-16",
    "qwen3.5-flash",
    "qwen3.5-flash-2026-02-23",
    "qwen3.6-35b-a3b",
    "qwen3.5-397b-a17b",
    "qwen3.5-122b-a10b",
    "qwen3.5-27b",
    "qwen3.5-35b-a3b",
    "qwen-plus",
    "qwen-flash",
    "qwen3-coder-plus",
    "qwen3-coder-flash",
    "qwen3-coder-next",
]
PACKAGE = Path(qwen_magic.__file__).parent


def test_the_list_has_the_models_of_the_documents_once() -> None:
    assert len(MODELS) == len(DOCUMENTED) == 27
    assert set(MODELS) == set(DOCUMENTED)


def test_each_of_them_is_offered_and_answers_in_the_demo() -> None:
    assert complete(" -m ") == list(MODELS)
    assert set(MODELS) <= ALL_MODELS


def test_the_list_says_when_it_was_read() -> None:
    assert date.fromisoformat(READ) >= date(2026, 11, 28)


def test_no_other_file_lists_models() -> None:
    listing = [
        file.name
        for file in PACKAGE.rglob("*.py")
        if sum(f'"{name}"' in file.read_text("utf-8") for name in MODELS) > 2
    ]
    assert listing == []


def test_a_row_holds_only_what_is_read() -> None:
    rows = json.loads((PACKAGE / "models.json").read_text("utf-8"))["models"].values()
    assert {name for row in rows for name in row} == {"images", "session_cache"}


@pytest.mark.parametrize(
    ("model", "sees", "cached"),
    [
        ("qwen3.7-plus", True, True),
        ("qwen3.7-plus-2026-05-26", True, True),
        ("qwen3.7-plus-2027-01-01", True, True),
        ("qwen3.7-max-2026-06-08", False, True),
        ("qwen3.5-27b", True, False),
        ("qwen3-coder-next-2026-01-01", False, False),
        ("qwen3.8-max", None, None),
        ("qwen4-flash", None, None),
        ("qwen3-vl-plus", True, None),
        ("qwen2.5-7b-instruct", False, None),
        ("qwen3:8b", False, None),
        ("llama-4", False, None),
    ],
)
def test_a_model_is_known_or_it_is_newer(
    model: str, *, sees: bool | None, cached: bool | None
) -> None:
    assert (sees_images(model), caches(model)) == (sees, cached)


def test_the_models_with_a_session_cache_are_named_without_snapshots() -> None:
    assert "qwen3.7-max" in CACHING_MODELS
    assert not {"qwen3.7-max-2026-06-08", "qwen3-coder-next", "qwen3.5-27b"} & {*CACHING_MODELS}
