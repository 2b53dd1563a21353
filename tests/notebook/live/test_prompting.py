"""Calls approved at a prompt, with answers from standard input."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from qwen_magic.conversation.tools.approval import Decision
from qwen_magic.notebook.live.prompting import AtPrompt
from qwen_magic.responses.items import FunctionCall, McpApprovalRequest

if TYPE_CHECKING:
    import pytest

HIDDEN = "ls " + " " * 100 + "; rm -rf ~"
RUN = FunctionCall(name="run", arguments=json.dumps({"command": HIDDEN}))


def answered(monkeypatch: pytest.MonkeyPatch, typed: str, call: object = RUN) -> Decision:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    prompt = AtPrompt()
    assert isinstance(call, FunctionCall | McpApprovalRequest)
    prompt.ask(1, call)
    return prompt.answer(1)


def test_all_of_the_arguments_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(monkeypatch, "yes\n") == Decision("allow")
    assert HIDDEN in capsys.readouterr().out


def test_the_end_of_the_input_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, "") == Decision("deny")


def test_always_is_not_offered_for_a_server_whose_tools_are_not_remembered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(monkeypatch, "y\n", McpApprovalRequest(name="find", server_label="maps"))
    assert "always" not in capsys.readouterr().out
