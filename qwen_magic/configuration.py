"""Settings that hold for all cells: what each does, and what it may be."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import RequestError
from qwen_magic.options import APPROVALS, SWITCH, check_secret, word_of
from qwen_magic.responses.endpoint import REGIONS, clean_base
from qwen_magic.responses.request import EFFORTS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHECKS", "SETTINGS"]

SETTINGS = {
    "region": f"where Model Studio answers: {', '.join(REGIONS)} (offline)",
    "workspace": "the workspace's id, part of the address in some regions",
    "base_url": "another server's address, without /responses",
    "system": "the system message of chains that were given none with -s",
    "chain": "the chain that cells ask in, in place of the notebook's current one",
    "history": "on keeps chains for the next kernel, off only for this one",
    "reuse": "same shows the stored turn of an unchanged question, never always asks",
    "resend": "True sends the whole conversation each time: for servers, as Ollama, that ignore ids",
    "max_rounds": "how often one turn may call functions before the model has to do without",
    "tool_timeout": "how many seconds a function may take",
    "timeout": "the longest silence in seconds, before the answer and between its events",
    "record": "the cassette (a file) that every exchange is added to, without secrets; empty for none",
    "replay": "the cassette that answers in the network's place, without a key; empty for none",
    "replay_speed": "1 replays in the recorded rhythm, 2 twice as fast, 0 at once (so without a person); the demo keeps to it",
    "show_reasoning": "whether reasoning is displayed",
    "updates_per_second": "how often a growing answer is redrawn, at most",
    "api_key": "never here, where the notebook would save it: in DASHSCOPE_API_KEY",
}


def _plain(value: str) -> None:
    check_secret(value, "in the configuration")


def _refused(value: str) -> None:
    if value:
        check_secret("sk-00000000", "in the configuration")


def _finite(value: float) -> None:
    if not isfinite(value):
        raise RequestError(f"timeout {value!r} is no number of seconds", hint="for example 3600")


def _speed(value: float | None) -> None:
    if value is not None and not (isfinite(value) and value >= 0):
        raise RequestError(
            f"replay_speed {value!r} is no speed",
            hint="1 is the recorded rhythm, 2 twice as fast, 0 at once",
        )


def _unless_empty(check: Callable[[str], object]) -> Callable[[str], object]:
    return lambda value: check(value) if value else None


CHECKS: dict[str, Callable[[Any], object]] = {
    "model": _plain,
    "region": word_of("region", REGIONS),
    "workspace": _plain,
    "base_url": _unless_empty(clean_base),
    "effort": _unless_empty(word_of("effort", EFFORTS)),
    "system": _plain,
    "tools": lambda names: _plain(" ".join(names)),
    "chain": _plain,
    "history": word_of("history", SWITCH),
    "reuse": word_of("reuse", ("never", "same")),
    "timeout": _finite,
    "approve": word_of("approve", APPROVALS),
    "record": _plain,
    "replay": _plain,
    "replay_speed": _speed,
    "session_cache": _unless_empty(word_of("session cache", SWITCH)),
    "api_key": _refused,
}
