"""Settings that hold for all cells: what each does, and what it may be."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import RequestError
from qwen_magic.readers import APPROVALS, SWITCH, check_secret, word_of
from qwen_magic.responses.endpoint import SHARED_BASES, clean_base
from qwen_magic.responses.nearest import known_or_new
from qwen_magic.responses.regions import REGIONS, TRIAL, check_region
from qwen_magic.responses.request import EFFORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qwen_magic.settings import Settings

__all__ = ["CHECKS", "SETTINGS", "WORDS", "check_settings"]

SETTINGS = {
    "region": f"where Model Studio answers: {', '.join(REGIONS)}; local is a model on this computer, demo a script",
    "workspace": "the workspace's id, which begins the address; trial for trying a region out",
    "base_url": "another server's address, without /responses",
    "system": "the system message of chains that were given none with -s",
    "chain": "the chain that cells ask in, in place of the notebook's current one",
    "history": "on keeps chains for the next kernel, off only for this one",
    "reuse": "same shows the stored turn of an unchanged question, never always asks",
    "local_model": "what region local loads: a GGUF file, or org/repo:Q4_K_M on the Hub",
    "local_download": "True downloads it without asking; without a person, nothing else does",
    "local_shorten": "True leaves the oldest turns out where a conversation is too long for it",
    "local_idle": "after how many minutes without a question it leaves the memory",
    "resend": "True sends the whole conversation each time: for servers, as Ollama, that ignore ids",
    "max_rounds": "how often one turn may call functions before the model has to do without",
    "tool_timeout": "how many seconds a function may take",
    "timeout": "the longest silence in seconds, before the answer and between its events",
    "record": "the cassette (a file) that every exchange is added to, without secrets; empty for none",
    "replay": "the cassette that answers in the network's place, without a key; empty for none",
    "replay_speed": "1 replays in the recorded rhythm, 2 twice as fast, 0 at once (so without a person); the demo keeps to it",
    "show_reasoning": "whether reasoning is displayed",
    "think_tags": "whether <think>…</think> at the head of an answer's text is reasoning",
    "prices": 'by model, what a million tokens cost, in and out: {"qwen3.7-plus": (0.4, 1.2)}; a third number for those from the cache',
    "budget": "how many tokens the notebook may spend a day; 0 for no limit",
    "updates_per_second": "how often a growing answer is redrawn, at most",
    "api_key": "never here, where the notebook would save it: in DASHSCOPE_API_KEY",
}


def _plain(value: str) -> None:
    check_secret(value, "in the configuration")


def _refused(value: str) -> None:
    if value:
        check_secret("sk-00000000", "in the configuration")


def _count(what: str) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not (isinstance(value, int) and value >= 1):
            raise RequestError(f"{what} {value!r} is no number of times", hint="at least 1")

    return check


def _between(what: str, least: float, most: float = inf) -> Callable[[float], None]:
    def check(value: float) -> None:
        if not (isinstance(value, int | float) and least <= value <= most and isfinite(value)):
            end = f"≤ {most:g}" if isfinite(most) else "< ∞"
            raise RequestError(
                f"{what} {value!r} is out of range", hint=f"{least:g} ≤ {what} {end}"
            )

    return check


def _speed(value: float | None) -> None:
    if value is not None and not (isfinite(value) and value >= 0):
        raise RequestError(
            f"replay_speed {value!r} is no speed",
            hint="1 is the recorded rhythm, 2 twice as fast, 0 at once",
        )


def _budget(value: int) -> None:
    if not isinstance(value, int) or value < 0:
        raise RequestError(
            f"budget {value!r} is no number of tokens", hint="such as 200_000; 0 for no limit"
        )


def _prices(value: Mapping[str, Sequence[float]]) -> None:
    for model, prices in value.items():
        given = tuple(prices) if isinstance(prices, list | tuple) else ()
        numbers = all(isinstance(one, int | float) and 0 <= one < inf for one in given)
        if not isinstance(model, str) or len(given) not in {2, 3} or not numbers:
            raise RequestError(
                f"prices {prices!r} of {model!r} are no two or three numbers",
                hint='{"qwen3.7-plus": (0.4, 1.2)}: a million tokens in, and out',
            )


def _unless_empty(check: Callable[[str], object]) -> Callable[[str], object]:
    return lambda value: check(value) if value else None


REUSES = ("never", "same")
WORDS: dict[str, tuple[str, ...]] = {
    "region": REGIONS,
    "workspace": (TRIAL,),
    "base_url": SHARED_BASES,
    "history": SWITCH,
    "reuse": REUSES,
    "local_download": ("True", "False"),
    "local_shorten": ("True", "False"),
    "resend": ("True", "False"),
    "show_reasoning": ("True", "False"),
}
"""What completion offers for a setting that is no option."""
_VALUES: dict[str, Callable[[Any], object]] = {
    "region": check_region,
    "base_url": _unless_empty(clean_base),
    "effort": _unless_empty(lambda word: known_or_new("effort", word, EFFORTS)),
    "approve": word_of("approve", APPROVALS),
    "max_rounds": _count("max_rounds"),
    "tool_timeout": _between("tool_timeout", 0.1),
    "session_cache": _unless_empty(word_of("session cache", SWITCH)),
    "history": word_of("history", SWITCH),
    "reuse": word_of("reuse", REUSES),
    "local_idle": _between("local_idle", 0.1),
    "timeout": _between("timeout", 0.1),
    "replay_speed": _speed,
    "prices": _prices,
    "budget": _budget,
    "updates_per_second": _between("updates_per_second", 1, 100),
}
_SAVED: dict[str, Callable[[Any], object]] = {
    "model": _plain,
    "workspace": _plain,
    "system": _plain,
    "tools": lambda names: _plain(" ".join(names)),
    "chain": _plain,
    "local_model": _plain,
    "record": _plain,
    "replay": _plain,
    "api_key": _refused,
}
CHECKS = _VALUES | _SAVED
"""The checks of a notebook's configuration: its values are allowed, and it saves no key."""


def check_settings(settings: Settings) -> None:
    """Refuse a value that is not allowed.

    Raises:
        RequestError: Names the value, and what is allowed.
    """
    for name, check in _VALUES.items():
        check(getattr(settings, name))
