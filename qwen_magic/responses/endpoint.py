"""Where requests go: Model Studio's regions, or any server that speaks the same protocol (pure).

Bases: Model Studio, "OpenAI-compatible Responses API", Endpoints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from qwen_magic.errors import RequestError
from qwen_magic.responses.nearest import one_of

__all__ = [
    "DEFAULT_REGION",
    "DEMO",
    "MCP_OPEN",
    "REGIONS",
    "Endpoint",
    "check_key",
    "clean_base",
    "region_base",
    "region_of",
    "without_secrets",
]

_SHORTEST_KEY = 8
DEFAULT_REGION = "singapore"
DEMO = "demo"

_PATH = "/compatible-mode/v1"
_LEGACY_PATH = "/api/v2/apps/protocols/compatible-mode/v1"
_SHARED = {
    "singapore": "dashscope-intl.aliyuncs.com",
    "beijing": "dashscope.aliyuncs.com",
    "us": "dashscope-us.aliyuncs.com",
}
_MAAS = "maas.aliyuncs.com"
_DEDICATED = {"singapore": "ap-southeast-1", "germany": "eu-central-1", "japan": "ap-northeast-1"}
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
REGIONS = ("singapore", "beijing", "us", "germany", "japan", DEMO)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server, and the key to it.

    Attributes:
        base_url: The address, without `/responses`.
        region: The name of the region whose address it is; empty for another server.
        key: The API key; empty for a server that asks for none.
        proxies: Whether proxies from the environment are used.
    """

    base_url: str
    region: str = ""
    key: str = field(default="", repr=False)
    proxies: bool = True

    def __post_init__(self) -> None:
        # A header that cannot be sent ends in an error that shows it.
        object.__setattr__(self, "key", check_key(self.key))

    @property
    def is_model_studio(self) -> bool:
        """Whether Alibaba Cloud answers there, so that a key is needed."""
        host = urlsplit(self.base_url).hostname or ""
        return host.endswith(".aliyuncs.com")

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
    one_of("region", region, REGIONS)
    if workspace and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", workspace):
        raise RequestError(f"{workspace!r} is no workspace id", hint=_WHERE)
    if workspace and region in _DEDICATED:
        return f"https://{workspace}.{_DEDICATED[region]}.{_MAAS}{_PATH}"
    if region not in _SHARED:
        raise RequestError(f"region {region!r} needs a workspace", hint=_WHERE)
    return f"https://{_SHARED[region]}{_PATH}"


def region_of(base_url: str) -> str:
    """Return the region that a base URL belongs to; empty if it is another server's."""
    host = urlsplit(base_url).hostname or ""
    known = {shared: region for region, shared in _SHARED.items()}
    known |= {f"{place}.{_MAAS}": region for region, place in _DEDICATED.items()}
    return known.get(host) or known.get(host.partition(".")[2], "")


def clean_base(url: str) -> str:
    """Return a base URL as we use it, without a closing slash or `/responses`.

    Raises:
        RequestError: The URL is no plain http(s) address, or holds a user name, password or query,
            which every message that names it would show.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.strip().isprintable() or " " in url.strip():
        raise RequestError(
            "the base URL is no http address",
            hint='it looks like "https://…/compatible-mode/v1", without /responses',
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise RequestError(
            "the base URL holds a user name, a password or a query",
            hint="give the plain address; the key belongs in DASHSCOPE_API_KEY",
        )
    return (
        f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
        .removesuffix("/responses")
        .rstrip("/")
    )


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


_WHERE = (
    "its id stands in the Model Studio console, Workspace Details; "
    'set %config QwenMagics.workspace = "…" or DASHSCOPE_WORKSPACE_ID'
)
