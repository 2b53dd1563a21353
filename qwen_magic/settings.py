"""Settings: what every ask of a session shares, and what the environment adds to it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from qwen_magic.addresses import at, lanes_through, recorded, refuse_workspace, replayed, replaying
from qwen_magic.errors import RequestError
from qwen_magic.responses.endpoint import (
    DEFAULT_REGION,
    DEMO,
    LOCAL,
    Endpoint,
    check_key,
    region_base,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qwen_magic.local.wishes import Wish
    from qwen_magic.responses.client import Through, Transport

__all__ = ["KEY_LINE", "Offer", "Settings", "is_demo_answer"]

Offer: TypeAlias = "str | Mapping[str, Any] | Callable[..., Any]"
"""A built-in tool's name, an object as the API takes it, or a function."""

_VENDORS = "qwen3.7-plus"
KEY_LINE = 'import os, getpass; os.environ["DASHSCOPE_API_KEY"] = getpass.getpass("API key: ")'


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every ask of a session shares.

        Settings(model="qwen3.7-max", effort="high")
        Settings(base_url="http://127.0.0.1:8080/v1", model="qwen3")  # a server of your own

    Attributes:
        model: The model that answers.
        region: Model Studio's region: singapore, beijing, hongkong, us, germany, japan; or local, a
            model on this computer; or demo, which answers offline from a script.
        workspace: The workspace's id, which begins the address; `trial` tries a region out; else
            `DASHSCOPE_WORKSPACE_ID`.
        base_url: Another server's address, without `/responses`; else, in the default region,
            `DASHSCOPE_BASE_URL`.
        effort: How hard to think: none, minimal, low, medium, high, xhigh, max; empty leaves it to the server.
        system: The system message of every turn.
        tools: Built-in tools by name, functions that the model may call, and tool objects as the
            API takes them.
        approve: Before a function is called: `ask` the user, `always` call it, or `never`.
        max_rounds: How often one turn may call functions before the model must do without; at
            least 1.
        tool_timeout: How many seconds a function may take; at least 0.1.
        chain: The name of the chain that turns join. A `Session` keeps a chain that is named here
            for later sessions; without a name, it begins afresh each time.
        session_cache: `on`, `off`, or empty for the server's default (Model Studio, "Session cache").
        history: `on` keeps chains for the next kernel, `off` only for this one.
        reuse: `same` shows the stored turn of an unchanged question instead of asking again,
            `never` always asks.
        local_model: What `region="local"` loads: a GGUF file, or `org/repo:Q4_K_M` on the Hub; empty
            for a server that runs here already, else for a Qwen that fits.
        local_download: Whether it may be downloaded without asking.
        local_shorten: Whether the oldest turns are left out of a conversation that is too long for
            the model on this computer; else the question is refused.
        local_idle: After how many minutes without a question it leaves the memory; at least 0.1.
        resend: Whether to send the whole conversation each time, for a server that silently ignores
            `previous_response_id`, as Ollama does.
        timeout: The longest silence in seconds, before the answer and between its events; at least
            0.1.
        record: The cassette that exchanges are added to; empty records nothing.
        replay: The cassette that answers instead of the network, without a key; empty asks.
        replay_speed: 1 keeps the recorded rhythm, 2 is twice as fast, 0 gives answers at once.
            None keeps the recorded rhythm, but answers at once in a notebook that runs without a
            person. It sets the built-in demo's speed, too.
        show_reasoning: Whether reasoning is displayed.
        think_tags: Whether `<think>…</think>` at the head of an answer's text is reasoning, as
            servers without a reasoning parser leave it there.
        prices: By model, what a million tokens cost: read, written, and perhaps from the cache.
        budget: How many tokens a notebook may spend a day; 0 for no limit.
        updates_per_second: How often a growing answer is redrawn, at most; 1 to 100.
        api_key: The key; else `DASHSCOPE_API_KEY`, read at each ask.
    """

    model: str = _VENDORS
    region: str = DEFAULT_REGION
    workspace: str = ""
    base_url: str = ""
    effort: str = ""
    system: str = ""
    tools: tuple[Offer, ...] = field(default=(), repr=False)  # may hold secrets
    approve: str = "ask"
    max_rounds: int = 8
    tool_timeout: float = 120.0
    chain: str = ""
    session_cache: str = ""
    history: str = "on"
    reuse: str = "never"
    local_model: str = ""
    local_download: bool = False
    local_shorten: bool = False
    local_idle: float = 15.0
    resend: bool = False
    timeout: float = 300.0
    record: str = ""
    replay: str = ""
    replay_speed: float | None = None
    show_reasoning: bool = True
    think_tags: bool = True
    prices: Mapping[str, Sequence[float]] = field(default_factory=dict)
    budget: int = 0
    updates_per_second: float = 25.0
    api_key: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """The API key, from here or from the environment; empty if there is none.

        Raises:
            RequestError: It holds a character that no key has.
        """
        return check_key(self.api_key or os.environ.get("DASHSCOPE_API_KEY", ""))

    @property
    def home(self) -> Path:
        """The folder for chains: `QWEN_MAGIC_HOME`, else where the platform keeps user data."""
        given = os.environ.get("QWEN_MAGIC_HOME", "").strip()
        if given:
            return Path(given).expanduser()
        from platformdirs import user_data_path

        return user_data_path("qwen_magic", appauthor=False)

    @property
    def folder(self) -> Path | None:
        """Where a named chain is kept for later sessions; None if it is in memory alone."""
        return self.home if self.chain and self.history == "on" else None

    @property
    def is_unset(self) -> bool:
        """Whether nothing says yet where questions go: no key, address, region or cassette."""
        address = self.base_url or os.environ.get("DASHSCOPE_BASE_URL", "")
        cassette = self.record or self.replay
        chosen = self.region != DEFAULT_REGION or self.workspace
        return not (self.key or address.strip() or cassette or chosen)

    def endpoint(self) -> Endpoint:
        """Return where requests go, without asking for a key.

        Raises:
            RequestError: The region or the address is not usable, a workspace is given for a server
                that has none, or both `record` and `replay` are set.
        """
        if self.replay:
            return replayed(self.replay, self.record)
        if self.base_url:
            return at(self.base_url, self.workspace, self.key)
        if self.region == DEMO:
            from qwen_magic.demo.server import shared_server

            refuse_workspace(self.workspace, "the demo")
            return Endpoint(shared_server(self._speed).base_url, region=DEMO, proxies=False)
        if self.region == LOCAL:
            from qwen_magic.local.place import endpoint

            refuse_workspace(self.workspace, "a model on this computer")
            return endpoint(self.wish)
        given = os.environ.get("DASHSCOPE_BASE_URL", "").strip()
        if given and self.region == DEFAULT_REGION:
            return at(given, self.workspace, self.key)
        return Endpoint(self.region_base(), region=self.region, key=self.key)

    @property
    def is_local(self) -> bool:
        """Whether a model on this computer answers."""
        return self.region == LOCAL and not (self.base_url or self.replay)

    @property
    def wish(self) -> Wish:
        """What is asked of this computer."""
        from qwen_magic.local.wishes import Wish

        named = "" if self.model == _VENDORS else self.model
        return Wish(self.home, named, self.local_model, self.local_idle, self.local_download)

    def transport(self, network: Transport | None = None) -> Transport | None:
        """Return what sends requests: a cassette if there is one, else the given transport.

        Raises:
            CassetteError: The cassette to replay is not there, or cannot be read.
        """
        if self.replay:
            return replaying(self.replay, self._speed)
        if self.record:
            return recorded(self.record, self.endpoint(), network)
        return network

    def lanes_through(self, endpoint: Endpoint) -> Through | None:
        """Return what makes the connections of a table's rows use a cassette; None without one."""
        return lanes_through(self.record, self.replay, self._speed, endpoint)

    @property
    def cassette(self) -> tuple[object, ...]:
        """What is recorded or replayed, and how; a new value needs a new transport."""
        return self.record, self.replay, self.replay_speed

    @property
    def patience(self) -> float:
        """The factor on waits before a new attempt; a replay at double speed waits half as long."""
        speed = self._speed if self.replay else 1.0
        return 1 / speed if speed else 0.0

    @property
    def _speed(self) -> float:
        return 1.0 if self.replay_speed is None else self.replay_speed

    def region_base(self) -> str:
        """Return the region's base URL.

        Raises:
            RequestError: There is no such region, or it needs a workspace.
        """
        workspace = self.workspace or os.environ.get("DASHSCOPE_WORKSPACE_ID", "").strip()
        return region_base(self.region, workspace)

    def admitted(self) -> Endpoint:
        """Return where requests go, with the key that they need there.

        Raises:
            RequestError: Requests go to Model Studio without a key, or the endpoint is unusable.
        """
        endpoint = self.endpoint()
        if endpoint.is_model_studio and not endpoint.key:
            raise RequestError(
                "no API key is set",
                hint=f'{KEY_LINE} — or try without one: the region "demo" answers offline',
            )
        return endpoint


def is_demo_answer(text: str) -> bool:
    """Return whether a text is an answer of the built-in demo, which says so at its end."""
    from qwen_magic.demo.answers.script import is_closed

    return is_closed(text)
