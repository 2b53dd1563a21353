"""What the server keeps of a chain: responses fetched and deleted, conversations begun and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.records import prompt_in
from qwen_magic.conversation.turn.steps import Stopped
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import GoneError, RequestError, StatusError
from qwen_magic.responses import lenient
from qwen_magic.responses.decoding import from_response

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.conversation.asking.following import Session
    from qwen_magic.conversation.turn.records import Record
    from qwen_magic.responses.client import Client

__all__ = ["Fetched", "Forgotten", "conversation_items", "fetched", "forgotten", "new_conversation"]

T = TypeVar("T")
_MISSING = frozenset({404, 405, 501})
_PAGE = 100
_PAGES = 100


class Forgotten(Struct, frozen=True):
    """What became of the responses that were to be deleted.

    Attributes:
        deleted: How many the server has deleted.
        gone: How many it did not have any more.
        refused: How many it would not delete.
        elsewhere: How many another server keeps.
        reason: Why it refused the last one it refused.
    """

    deleted: int = 0
    gone: int = 0
    refused: int = 0
    elsewhere: int = 0
    reason: str = ""


class Fetched(Struct, frozen=True):
    """A response that the server keeps, as a turn, and the input it had, oldest first."""

    turn: Turn
    inputs: tuple[dict[str, Any], ...] = ()


def forgotten(session: Session) -> Forgotten:
    """Delete all responses of the current chain from the server; the local turns stay.

    Raises:
        QwenError: The server cannot be asked; what was deleted by then is noted.
    """
    client, found = session.client(), Forgotten()
    for record in session.store.remote.turns(session.chain):
        names = tuple(filter(None, (*record.echo.earlier, record.response_id)))
        if not names:
            continue
        if record.base_url != client.endpoint.base_url:
            found = replace(found, elsewhere=found.elsewhere + len(names))
            continue
        before = found.refused
        for name in names:
            found = _deleted(client, f"/responses/{quote(name, safe='')}", found)
        if found.refused == before:
            _forget(session, record)
    return _without_conversation(session, client, found)


def fetched(session: Session, response_id: str) -> Fetched:
    """Return a response that the server keeps.

    Raises:
        QwenError: The server has none of this id, or cannot be asked.
    """
    client, place = session.client(), f"/responses/{quote(response_id, safe='')}"
    fields = _done(_found(client, place, f"response {response_id!r}"))
    inputs = _inputs(client, place)
    begun = Turn(
        prompt=prompt_in(inputs),
        previous_response_id=lenient.text(fields, "previous_response_id") or None,
        background=lenient.text(fields, "status") in {"queued", "in_progress"},
        think_tags=session.settings.think_tags,
    )
    return Fetched(fold(begun, from_response(fields)), inputs)


def new_conversation(session: Session) -> str:
    """Begin a conversation on the server; return its id.

    Raises:
        QwenError: The server keeps none, or cannot be asked.
    """
    try:
        made = _done(session.client().call("POST", "/conversations", {}))
    except StatusError as error:
        raise _none_kept() if error.status in _MISSING else error from None
    if name := lenient.text(made, "id"):
        return name
    raise _none_kept()


def conversation_items(session: Session, name: str) -> tuple[dict[str, Any], ...]:
    """Return what was said in a conversation that the server keeps, oldest first.

    Raises:
        QwenError: There is no such conversation, or the server cannot be asked.
    """
    client, place = session.client(), f"/conversations/{quote(name, safe='')}/items"
    return _done(_listed(client, place, f"conversation {name!r}"))


def _done(waiting: Generator[object, None, T]) -> T:
    """Wait for a result."""
    while True:
        try:
            next(waiting)
        except StopIteration as end:
            result: T = end.value
            return result


def _deleted(client: Client, path: str, found: Forgotten) -> Forgotten:
    try:
        _done(client.call("DELETE", path))
    except StatusError as error:
        if error.status == 404:  # noqa: PLR2004 - Not Found
            return replace(found, gone=found.gone + 1)
        return replace(found, refused=found.refused + 1, reason=str(error.args[0]))
    return replace(found, deleted=found.deleted + 1)


def _forget(session: Session, record: Record) -> None:
    """Forget the ids of a turn; one that the server worked on has been stopped by that."""
    if record.is_left:
        left = Turn(record.prompt, response_id=record.response_id, model=record.model)
        session.store.remote.settle(record, advance(left, Stopped()))
        record = replace(record, status="cancelled")
    session.store.remote.forget(record)


def _without_conversation(session: Session, client: Client, found: Forgotten) -> Forgotten:
    name = session.store.remote.conversation(session.chain)
    if name is None:
        return found
    after = _deleted(client, f"/conversations/{quote(name, safe='')}", found)
    if after.refused == found.refused:
        session.store.remote.bind(session.chain, None)
    return replace(found, refused=after.refused, reason=after.reason)


def _inputs(client: Client, place: str) -> tuple[dict[str, Any], ...]:
    """Return the input of a response; nothing from a server that does not list it."""
    try:
        return _done(_listed(client, f"{place}/input_items", ""))
    except GoneError:
        return ()


def _listed(
    client: Client, place: str, what: str
) -> Generator[object, None, tuple[dict[str, Any], ...]]:
    """Return all items of a list, page by page."""
    items: dict[str, dict[str, Any]] = {}
    query = {"order": "asc", "limit": str(_PAGE)}
    for _ in range(_PAGES):
        page = yield from _found(client, f"{place}?{urlencode(query)}", what)
        known = len(items)
        for number, item in enumerate(lenient.objects(page, "data"), known):
            items.setdefault(lenient.text(item, "id") or f"#{number}", item)
        last = lenient.text(page, "last_id") or next(reversed(items), "")
        if page.get("has_more") is not True or len(items) == known:
            break
        query["after"] = last
    return tuple(items.values())


def _found(client: Client, path: str, what: str) -> Generator[object, None, dict[str, Any]]:
    try:
        return (yield from client.call("GET", path))
    except StatusError as error:
        if error.status not in _MISSING:
            raise
        raise GoneError(
            f"the server has no {what}, or does not show any",
            hint="it keeps responses for seven days, unless they are deleted; %qwen tells which server is asked",
        ) from None


def _none_kept() -> RequestError:
    return RequestError(
        "this server keeps no conversations", hint="chains continue by the ids of responses"
    )
