"""The addresses that settings lead to, and what does not go together there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from qwen_magic.errors import RequestError
from qwen_magic.responses.endpoint import Endpoint, advice, clean_base, region_of, workspace_of

if TYPE_CHECKING:
    from qwen_magic.responses.client import Through, Transport

__all__ = ["at", "lanes_through", "recorded", "refuse_workspace", "replayed", "replaying"]

_NOWHERE = "replay.invalid"  # no address: RFC 2606 reserves it


def at(address: str, workspace: str, key: str) -> Endpoint:
    """Return the endpoint of an address that was given.

    Raises:
        RequestError: The address is not usable, or the server there has no workspace.
    """
    base = clean_base(address)
    if workspace_of(base) != workspace:
        refuse_workspace(workspace, base)
    return Endpoint(base, region=region_of(base), key=key, advice=advice(address, base))


def replayed(cassette: str, record: str) -> Endpoint:
    """Return the endpoint that stands for a cassette.

    Raises:
        RequestError: It is to be recorded, too.
    """
    if record:
        raise RequestError(
            "record and replay exclude each other",
            hint='%config QwenMagics.record = "" ends recording, and likewise replay',
        )
    from qwen_magic.cassette.replaying import source_of

    serving, path = source_of(cassette)
    base_url = f"http://{_NOWHERE}/{quote(cassette, safe='')}"
    return Endpoint(base_url, proxies=False, serving=serving, path=path)


def recorded(cassette: str, endpoint: Endpoint, network: Transport | None) -> Transport:
    """Return what sends requests to an endpoint and adds what comes back to a cassette."""
    from qwen_magic.cassette.recording import Recording

    return Recording(cassette, network=network, proxies=endpoint.proxies, serving=endpoint.serving)


def replaying(cassette: str, speed: float) -> Transport:
    """Return what answers from a cassette.

    Raises:
        CassetteError: There is no such cassette, or it cannot be read.
    """
    from qwen_magic.cassette.replaying import Replaying

    return Replaying(cassette, speed=speed)


def lanes_through(record: str, replay: str, speed: float, endpoint: Endpoint) -> Through | None:
    """Return what makes the connections of a table's rows use a cassette; None without one.

    Raises:
        CassetteError: It cannot be read or written.
    """
    if not record and not replay:
        return None
    from qwen_magic.cassette import rows

    return rows.replayed(replay, speed) if replay else rows.recorded(record, endpoint.serving)


def refuse_workspace(workspace: str, where: str) -> None:
    """Refuse a workspace that would have no effect; one of the environment is for regions.

    Raises:
        RequestError: There is one.
    """
    if workspace:
        raise RequestError(
            f"{where} has no workspace {workspace!r}",
            hint='%config QwenMagics.workspace = "" leaves it out; region and workspace alone'
            " make an address of Model Studio",
        )
