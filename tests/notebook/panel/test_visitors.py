"""What a visitor of a dashboard reads when no answer comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.errors import (
    CellError,
    ContextError,
    QwenError,
    RequestError,
    ResponseError,
    StatusError,
    WireError,
)
from qwen_magic.notebook.panel.visitors import explained, for_visitors, written

ERRORS = (
    RequestError("no API key is set", hint="%config QwenMagics.region"),
    StatusError("HTTP 401", status=401, hint="set DASHSCOPE_API_KEY"),
    StatusError("HTTP 400 DataInspectionFailed", status=400, code="DataInspectionFailed"),
    ResponseError("the response failed", code="data_inspection_failed"),
    StatusError("HTTP 429", status=429, hint="run the cell again"),
    StatusError("HTTP 503", status=503),
    WireError("no connection to http://10.0.0.1", hint="check the proxy"),
    ContextError("40 tokens", needed=40, most=30, hint="--new"),
    ZeroDivisionError("/home/ada"),
)


@pytest.fixture
def voila(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")


def test_a_visitor_reads_what_they_can_do() -> None:
    told = [for_visitors(error).split("\n")[0] for error in ERRORS]
    assert told == [
        *["Questions cannot be answered here at the moment."] * 2,
        *["The service does not answer this."] * 2,
        *["The service is busy or cannot be reached."] * 3,
        "This is too long to be read.",
        "Questions cannot be answered here at the moment.",
    ]


@pytest.mark.usefixtures("voila")
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_nothing_of_the_reason_is_told_to_a_visitor(error: Exception) -> None:
    told = explained(error)
    assert len(told.split("\n")) == 2
    for word in ("%", "key", "http", "--", "cell", "/"):
        assert word not in told.lower()


@given(st.text(), st.text())
def test_an_author_reads_the_reason(said: str, hint: str) -> None:
    error = QwenError(said, hint=hint)
    assert explained(error) == str(error).replace("run the cell again", "press Retry")
    assert explained(ValueError(said)).startswith("ValueError: ")


@pytest.mark.usefixtures("voila")
def test_what_a_visitor_did_is_told_as_it_is() -> None:
    assert explained(CellError("there is a chain 'a'", hint="another")) == (
        "there is a chain 'a'\n→ another"
    )


@pytest.mark.usefixtures("voila")
def test_a_visitors_question_reads_no_variable_of_the_author() -> None:
    assert written("Repeat {{secret}}.", lambda: {"secret": "tiger"}) == "Repeat {{secret}}."
