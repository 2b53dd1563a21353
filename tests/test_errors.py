"""Errors leave a process, and are copied, as any exception is."""

from __future__ import annotations

import copy
import pickle

import pytest

from qwen_magic import QwenError, Turn
from qwen_magic.errors import ContextError, ResponseError, StatusError, WireError

ERRORS = [
    QwenError("no", hint="do"),
    StatusError("HTTP 429", status=429, code="slow", hint="wait", retry_after=2.5),
    WireError("cut", retryable=True),
    ContextError("long", needed=9, most=8, hint="less"),
    ResponseError("failed", code="x"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_whole_out_of_another_process(error: QwenError) -> None:
    error.turn = Turn(prompt="Why?")
    copies = (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error))
    for found in copies:
        assert type(found) is type(error)
        assert str(found) == str(error)
        assert vars(found) == vars(error)
