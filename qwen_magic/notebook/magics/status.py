"""What bare `%qwen` and `--dry-run` tell (pure)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qwen_magic.responses.endpoint import DEMO, LOCAL, MCP_OPEN, without_secrets, workspace_of
from qwen_magic.responses.regions import TRIAL
from qwen_magic.responses.request import body, doubts, headers
from qwen_magic.settings import KEY_LINE

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.request import Request
    from qwen_magic.settings import Settings

__all__ = ["DEMO_NOTE", "dry_run", "status"]

DEMO_NOTE = "No API key is set, so the built-in demo answers · %qwen tells how to set one"
_DATA_URL_SHOWN = 60
_SECRETS = frozenset({"headers", "authorization", "server_headers"})


def status(  # noqa: PLR0913 - each by its name
    endpoint: Endpoint,
    settings: Settings,
    head: Turn | None,
    used: int,
    *,
    stands_in: bool = False,
    memory: str = "",
) -> str:
    """Return where questions go, what answers, and what it has cost so far.

    Args:
        endpoint: Where questions go.
        settings: What they share.
        head: The last good turn of the chain.
        used: The tokens that the session's turns cost.
        stands_in: Whether the demo answers though nobody chose it.
        memory: What a model of our own takes, if one runs.
    """
    turns = head.number if head else 0
    rows = [
        ("endpoint", _where(endpoint, settings)),
        ("model", endpoint.serving.model if endpoint.serving else settings.model),
        ("API key", _key_state(endpoint, settings)),
        ("chain", f"{settings.chain}, {turns} turn{'' if turns == 1 else 's'}"),
        ("tokens", f"{used:,} used in this session"),
    ]
    if memory:
        rows.append(("memory", memory))
    if settings.record:
        rows.append(("recording", f"into {settings.record}"))
    lines = [f"{name:<9} {value}" for name, value in rows]
    if endpoint.advice:
        lines.append(endpoint.advice)
    if not endpoint.key and endpoint.region == DEMO:
        leave = "" if stands_in else 'choose another region than "demo" and '
        lines += ["", f"To ask a real model, {leave}set a key:", f"  {KEY_LINE}"]
    elif not endpoint.key and endpoint.is_model_studio and not settings.replay:
        lines += ["", "To set a key, run:", f"  {KEY_LINE}"]
    return "\n".join(lines)


def dry_run(endpoint: Endpoint, settings: Settings, request: Request) -> str:
    """Return the request as it would be sent, without secrets and with images shortened."""
    base = "demo" if endpoint.region == DEMO else endpoint.base_url
    url = f"/responses to {_where(endpoint, settings)}" if settings.replay else f"{base}/responses"
    lines = [f"POST {url}"]
    lines += [f"{name}: {value}" for name, value in headers(request).items()]
    shown = json.dumps(_shown(body(request)), indent=2, ensure_ascii=False, default=str)
    told = [*filter(None, (endpoint.advice,)), *doubts(request)]
    return "\n".join([*lines, "", shown, "", *told, "Nothing was sent."])


def _where(endpoint: Endpoint, settings: Settings) -> str:
    if settings.replay:
        return f"the cassette {settings.replay}, replayed without network"
    if endpoint.serving and not endpoint.advice:
        return "this computer; the first question starts the model"
    trial = ", its trial: lower limits" if workspace_of(endpoint.base_url) == TRIAL else ""
    region = f" (region {endpoint.region}{trial})" if endpoint.region else ""
    return f"{endpoint.base_url}{region}"


def _key_state(endpoint: Endpoint, settings: Settings) -> str:
    if settings.replay:
        return "not needed: the cassette answers"
    if endpoint.region == LOCAL:
        return "not needed: a model on this computer answers"
    if endpoint.key:
        return "found"
    if endpoint.region == DEMO:
        return "not needed: the built-in demo answers"
    return "not set" if endpoint.is_model_studio else "not set, and not needed here"


def _shown(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    if name.lower() == "server_url" and isinstance(value, str):
        return without_secrets(value)
    if name.lower() in _SECRETS:
        return _hidden(value)
    if isinstance(value, dict):
        closed = value.keys() - set(MCP_OPEN) if value.get("type") == "mcp" else ()
        return {
            key: _hidden(found) if key in closed else _shown(found, str(key))
            for key, found in value.items()
        }
    if isinstance(value, list | tuple):
        return [_shown(found) for found in value]
    if isinstance(value, str) and value.startswith("data:") and len(value) > _DATA_URL_SHOWN:
        return f"{value[:_DATA_URL_SHOWN]}… ({len(value):,} characters)"
    return value


def _hidden(value: object) -> str | dict[str, str]:
    """Return what stands for a secret; for several, their names."""
    return dict.fromkeys(value, "…") if isinstance(value, dict) else "…"
