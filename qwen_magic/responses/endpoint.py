"""Where requests go: Model Studio's regions, or any server that speaks the same protocol (pure).

Bases: Model Studio, "OpenAI-compatible Responses API", Endpoints.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from qwen_magic.errors import RequestError
from qwen_magic.responses.regions import (
    DEFAULT_REGION,
    DEMO,
    LOCAL,
    REGIONS,
    SHARED_HOSTS,
    WORKSPACE_HINT,
    check_host,
    check_region,
    host_of,
    region_at,
    workspace_at,
)

__all__ = [
    "DEFAULT_REGION",
    "DEMO",
    "LOCAL",
    "MCP_OPEN",
    "REGIONS",
    "SHARED_BASES",
    "Endpoint",
    "Serving",
    "advice",
    "check_key",
    "clean_base",
    "region_base",
    "region_of",
    "without_secrets",
    "workspace_of",
]

_SHORTEST_KEY = 8

_PATH = "/compatible-mode/v1"
_LEGACY_PATH = "/api/v2/apps/protocols/compatible-mode/v1"
SHARED_BASES = tuple(f"https://{host}{_PATH}" for host in SHARED_HOSTS)
_CALLED = re.compile(r"/+(responses|chat/+completions)\Z")
_BARE = re.compile(r"(?!sk-)(//)?([\w-]+\.[\w.-]+|localhost)(:\d+)?(/[\w./-]*)?", re.ASCII)
_LOCAL = re.compile(r"(//)?(localhost|127\.|10\.|192\.168\.)")
_WITHOUT_RESPONSES = re.compile(r"(/v1|/api/v\d.*|/compatible-mode|/apps/anthropic.*)?\Z")
MCP_OPEN = (
    "type",
    "server_label",
    "server_description",
    "server_url",
    "server_protocol",
    "connector_id",
    "allowed_tools",
    "require_approval",
)
"""The fields of an MCP server that hold no secret, except the query of its address."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What is known of a model that this computer serves.

    Attributes:
        model: Its name there.
        server: What serves it.
        slots: How many questions are answered at once; 0 if that is not known.
        context: How many tokens it reads and writes; 0 if that is not known.
        images: Whether it sees images; None if that is not known.
        continues: Whether the server may continue a response by its id.
        is_llama: Whether llama.cpp serves it, which has fields of its own.
        forces_calls: Whether the server heeds `tool_choice`.
    """

    model: str
    server: str = ""
    slots: int = 0
    context: int = 0
    images: bool | None = None
    continues: bool = False
    is_llama: bool = False
    forces_calls: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server, and the key to it.

    Attributes:
        base_url: The address, without `/responses`.
        region: The name of the region whose address it is; empty for another server.
        key: The API key; empty for a server that asks for none.
        proxies: Whether proxies from the environment are used.
        advice: What to tell the reader of the address, once; mostly nothing.
        serving: The model that answers there, in place of the one that was named; None elsewhere
            than on this computer.
        path: Where the server that a cassette stands for has its API; empty for any other.
    """

    base_url: str
    region: str = ""
    key: str = field(default="", repr=False)
    proxies: bool = True
    advice: str = field(default="", repr=False, compare=False)
    serving: Serving | None = None
    path: str = ""

    def __post_init__(self) -> None:
        # A header that cannot be sent ends in an error that shows it.
        object.__setattr__(self, "key", check_key(self.key))
        if self.is_legacy:
            told = f"This path is about to be retired: use {self.current_base}"
            object.__setattr__(self, "advice", told)

    @property
    def is_model_studio(self) -> bool:
        """Whether Alibaba Cloud answers there, so that a key is needed."""
        host = urlsplit(self.base_url).hostname or ""
        return host.endswith(".aliyuncs.com")

    @property
    def is_like_model_studio(self) -> bool:
        """Whether Model Studio answers, the demo in its place, or a gateway to it by its path."""
        path = self.path or urlsplit(self.base_url).path
        return self.is_model_studio or self.region == DEMO or path.endswith(_PATH)

    @property
    def lasting(self) -> str:
        """What it is called in every session: a server of our own has another port each time."""
        served = f"{self.region} {self.serving.server}" if self.serving else self.region
        return served if self.region in {DEMO, LOCAL} else self.base_url

    @property
    def is_legacy(self) -> bool:
        """Whether the address uses the path that Model Studio is about to retire."""
        return urlsplit(self.base_url).path.startswith(_LEGACY_PATH)

    @property
    def current_base(self) -> str:
        """The address with the legacy path replaced."""
        return self.base_url.replace(_LEGACY_PATH, _PATH)

    def without_key(self, words: str) -> str:
        """Return a server's words with the key left out; a stand-in like "none" is no secret."""
        return words.replace(self.key, "sk-…") if len(self.key) >= _SHORTEST_KEY else words


def region_base(region: str, workspace: str = "") -> str:
    """Return a region's base URL.

    Raises:
        RequestError: There is no such region, it needs a workspace, or the workspace is no id.
    """
    return f"https://{host_of(region, workspace)}{_PATH}"


def region_of(base_url: str) -> str:
    """Return the region that a base URL belongs to; empty if it is another server's."""
    return region_at(urlsplit(base_url).hostname or "")


def workspace_of(base_url: str) -> str:
    """Return the workspace that a base URL names; empty if it names none."""
    return workspace_at(urlsplit(base_url).hostname or "")


def clean_base(url: str) -> str:
    """Return a base URL as we use it: one that `/responses` may follow.

    Raises:
        RequestError: The URL is no plain http(s) address, has a slip in a host of Model Studio, or
            holds a user name, password or query, which every message that names it would show.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.strip().isprintable() or " " in url.strip():
        raise RequestError("the base URL is no http address", hint=_nearest(url))
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise RequestError(
            "the base URL holds a user name, a password or a query",
            hint="give the plain address; the key belongs in DASHSCOPE_API_KEY",
        )
    if re.search(r"[{}<>]", parts.netloc):
        raise RequestError("the base URL names no workspace yet", hint=WORKSPACE_HINT)
    check_host(parts.hostname or "")
    path = _CALLED.sub("", parts.path.rstrip("/")).rstrip("/")
    base = f"{parts.scheme}://{parts.netloc}"
    legacy = path.startswith(_LEGACY_PATH)
    if region_of(base) and not legacy and _WITHOUT_RESPONSES.fullmatch(path):
        path = _PATH
    return base + path


def advice(url: str, base: str) -> str:
    """Return what to tell of a base URL that was given in another form; mostly nothing."""
    given = url.strip().rstrip("/")
    if urlsplit(given).path == urlsplit(base).path:
        return ""
    return f"The base URL is taken as {base}: give it in this form"


def _nearest(url: str) -> str:
    """Return a hint: the address that was probably meant, unless it may hold a secret."""
    word = url.strip()
    with suppress(RequestError):
        return f'for a region, say %config QwenMagics.region = "{check_region(word.lower())}"'
    if _BARE.fullmatch(word):
        scheme = "http" if _LOCAL.match(word) else "https"
        return f'did you mean "{scheme}://{word.removeprefix("//")}"?'
    return 'it looks like "https://…/compatible-mode/v1", without /responses'


def without_secrets(url: str) -> str:
    """Return an address without the user, password and query it may hold."""
    parts = urlsplit(url)
    query = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"


def check_key(key: str) -> str:
    """Return the key without surrounding space.

    Raises:
        RequestError: It holds a character that no key has; the message does not repeat it.
    """
    key = key.strip()
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise RequestError(
            "the API key holds a space, a line break or a special character",
            hint="copy it once more from Model Studio's console, API keys",
        )
    return key
