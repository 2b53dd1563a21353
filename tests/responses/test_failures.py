from __future__ import annotations

import httpx
import pytest

from qwen_magic.errors import CassetteError, WireError
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.failures import broken, silence, unexpected, unusable

HERE = Endpoint("https://host/v1", key="sk-12345678")


@pytest.mark.parametrize(
    ("error", "message", "hint", "retryable"),
    [
        (
            httpx.ConnectError("[Errno 111] Connection refused"),
            "no connection to https://host/v1: [Errno 111] Connection refused",
            "check the network",
            True,
        ),
        (
            httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"),
            "no connection to https://host/v1: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate",
            "SSL_CERT_FILE",
            False,
        ),
        (
            httpx.ConnectTimeout(""),
            "no connection to https://host/v1: ConnectTimeout",
            "check the network",
            True,
        ),
        (httpx.ProxyError("407 No"), "the proxy refused: 407 No", "HTTPS_PROXY", False),
        (httpx.ReadError("reset"), "the connection broke: reset", "run the cell again", True),
        (
            httpx.DecodingError("bad\x1b[31m\nbytes"),
            "the answer's compression is damaged: bad [31m bytes",
            "run the cell again",
            False,
        ),
        (httpx.UnsupportedProtocol("x"), "the base URL cannot be used: x", "https://", False),
        (RuntimeError("odd"), "the request could not be sent: odd", "run the cell again", False),
    ],
)
def test_each_failure_is_explained(
    error: Exception,
    message: str,
    hint: str,
    retryable: bool,  # noqa: FBT001 - a case of the table
) -> None:
    found = broken(error, HERE, began=False)
    assert found.args[0] == message
    assert hint in found.hint
    assert isinstance(found, WireError)
    assert found.retryable is retryable
    assert found.__cause__ is error


def test_nothing_is_tried_again_once_the_answer_began() -> None:
    found = broken(httpx.ReadError("reset"), HERE, began=True)
    assert isinstance(found, WireError)
    assert not found.retryable


def test_an_error_of_ours_says_itself_what_happened() -> None:
    error = CassetteError("the disk is full")
    assert broken(error, HERE, began=True) is error


def test_a_clean_end_is_a_failure_too() -> None:
    assert "before its last event" in str(broken(None, HERE, began=True))
    assert "holds no event" in str(broken(None, HERE, began=False))


def test_a_cause_shows_neither_the_key_nor_where_it_was() -> None:
    with pytest.raises(httpx.ReadError) as raised:
        raise httpx.ReadError(f"illegal header {HERE.key}")
    found = broken(raised.value, HERE, began=False)
    assert HERE.key not in f"{found}{found.__cause__!r}"
    assert found.__cause__ is not None
    assert found.__cause__.__traceback__ is None


def test_silence_names_the_setting() -> None:
    assert "silent for 0.5 s between" in str(silence(0.5, "between"))


@pytest.mark.parametrize(("status", "told"), [(204, "HTTP 204 No Content,"), (299, "HTTP 299,")])
def test_a_success_without_a_response_names_its_status(status: int, told: str) -> None:
    assert told in str(unexpected(status, HERE))


def test_settings_that_cannot_be_used_are_not_repeated() -> None:
    assert "hunter2" not in str(unusable(ValueError("http://me:hunter2@host")))
    assert "httpx[socks]" in unusable(ImportError("socksio")).hint
