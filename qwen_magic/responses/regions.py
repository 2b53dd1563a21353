"""Model Studio's regions: their hosts, and the names that people give them (pure).

Hosts: Model Studio, "OpenAI-compatible Responses API", Endpoints, and "Base URL". A workspace has a
host of its own in each region; the shared hosts are older, and still answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qwen_magic.errors import RequestError
from qwen_magic.responses.nearest import known_or_new, suggestion

__all__ = [
    "DEFAULT_REGION",
    "DEMO",
    "LOCAL",
    "REGIONS",
    "SHARED_HOSTS",
    "TRIAL",
    "WORKSPACE_HINT",
    "check_host",
    "check_region",
    "host_of",
    "region_at",
    "workspace_at",
]

DEFAULT_REGION = "singapore"
DEMO = "demo"
LOCAL = "local"
TRIAL = "trial"
"""The workspace in whose place anyone with a key may try a region, within lower limits."""

_MAAS = "maas.aliyuncs.com"
WORKSPACE_HINT = (
    "its id stands in the Model Studio console, Workspace Details; "
    'set %config QwenMagics.workspace = "…" or DASHSCOPE_WORKSPACE_ID'
)


@dataclass(frozen=True, slots=True)
class _Region:
    """One region.

    Attributes:
        name: What we call it.
        place: What its workspaces' hosts call it.
        shared: The host for all workspaces; empty if there is none.
        also: What else people call it.
    """

    name: str
    place: str
    shared: str = ""
    also: tuple[str, ...] = ()


_ALL = (
    _Region("singapore", "ap-southeast-1", "dashscope-intl.aliyuncs.com", ("intl", "sg")),
    _Region("beijing", "cn-beijing", "dashscope.aliyuncs.com", ("china", "cn")),
    _Region("hongkong", "cn-hongkong", "cn-hongkong.dashscope.aliyuncs.com", ("hk",)),
    _Region("us", "us-east-1", "dashscope-us.aliyuncs.com", ("virginia", "usa", "america")),
    _Region("germany", "eu-central-1", also=("frankfurt", "eu", "europe", "de")),
    _Region("japan", "ap-northeast-1", also=("tokyo", "jp")),
)
_BY_NAME = {region.name: region for region in _ALL}
_BY_PLACE = {f"{region.place}.{_MAAS}": region.name for region in _ALL}
_BY_HOST = {region.shared: region.name for region in _ALL if region.shared}
_ALSO = {also: region.name for region in _ALL for also in (region.place, *region.also)}
REGIONS = (*_BY_NAME, LOCAL, DEMO)
SHARED_HOSTS = tuple(_BY_HOST)


def check_region(name: str) -> str:
    """Return a region's name.

    Raises:
        RequestError: There is no such region; the hint has the nearest one.
    """
    if name in REGIONS:
        return name
    written = name.strip().casefold()
    joined = re.sub(r"[\s_-]", "", written)
    near = _ALSO.get(written) or _ALSO.get(joined) or joined
    raise RequestError(f"unknown region {name!r}", hint=suggestion(near, REGIONS))


def host_of(region: str, workspace: str = "") -> str:
    """Return the host of a region of Model Studio, or of a workspace there.

    Raises:
        RequestError: There is no such region, it needs a workspace, or the workspace is no id.
    """
    found = _BY_NAME.get(check_region(region))
    if workspace and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", workspace):
        raise RequestError(f"{workspace!r} is no workspace id", hint=WORKSPACE_HINT)
    if found and workspace:
        return f"{workspace}.{found.place}.{_MAAS}"
    if not found or not found.shared:
        raise RequestError(f"region {region!r} needs a workspace", hint=WORKSPACE_HINT)
    return found.shared


def region_at(host: str) -> str:
    """Return the region whose host it is; empty if it is another server's."""
    return _BY_HOST.get(host) or _BY_PLACE.get(host.partition(".")[2], "")


def workspace_at(host: str) -> str:
    """Return the workspace that a host names; empty if it names none."""
    return host.partition(".")[0] if host.partition(".")[2] in _BY_PLACE else ""


def check_host(host: str) -> None:
    """Refuse a host that is one of Model Studio's but for a slip: the key would go to a stranger.

    Raises:
        RequestError: The hint has the host that was meant.
    """
    if region_at(host):
        return
    known_or_new("host", host, _BY_HOST)
    known_or_new("host", host.partition(".")[2], _BY_PLACE)
