"""`%qwen_chain --resume`: putting the turns in a notebook's file back into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from qwen_magic.conversation.asking.keeping import fetched
from qwen_magic.conversation.chains.tree import counted, moves_head, path, restoring
from qwen_magic.conversation.turn.records import Chain, Record
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import CellError, GoneError, QwenError
from qwen_magic.notebook.cards.wording import line
from qwen_magic.notebook.steering.saved_turns import saved_turns
from qwen_magic.responses.endpoint import DEMO
from qwen_magic.settings import is_demo_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.chains.resuming import Saved
    from qwen_magic.conversation.chains.tree import Tree
    from qwen_magic.responses.endpoint import Endpoint

__all__ = ["lost", "resume"]

_HERE = {"127.0.0.1", "::1", "localhost"}


def resume(session: Session, file: str, chain: str = "") -> str:
    """Put a file's turns into the store, into chains of the same names; return what was done.

    Nothing is overwritten: an existing path is set aside.

    Args:
        session: Knows the store and the current chain.
        file: The notebook's file.
        chain: The only chain to resume; empty for all.

    Raises:
        CellError: The file cannot be read, or has no turns to resume.
    """
    name, endpoint = Path(file).name, session.settings.endpoint()
    kept = [turn for turn in _read(file) if chain in {"", turn.chain}]
    found = _fitting(kept, endpoint)
    if not found:
        which = f" of chain {chain!r}" if chain else ""
        hint = _apart(len(kept), endpoint) or "save the notebook, or name another one"
        raise CellError(f"{name} keeps no turns{which} to resume", hint=hint)
    found = list(_filled(session, found))
    here = "" if chain else session.chain.name
    names = {"" if turn.chain == here else turn.chain: turn.chain for turn in found}
    told = [
        _resumed(session, name, [turn for turn in found if turn.chain == names[other]], other=other)
        for other in sorted(names)
    ]
    said = " · ".join(filter(None, (*told, _apart(len(kept) - len(found), endpoint))))
    return said if any(told) else f"Nothing changed: what {name} keeps is stored already"


def _filled(session: Session, found: Sequence[Saved]) -> Iterator[Saved]:
    """Yield turns whose question or answer the file lacks as the server keeps them, if it does."""
    can_ask = True
    for turn in found:
        if (turn.prompt and turn.text) or not can_ask:
            yield turn
            continue
        known = Turn()
        try:
            known = fetched(session, turn.response_id).turn
        except QwenError as error:
            can_ask = isinstance(error, GoneError)
        yield replace(turn, prompt=turn.prompt or known.prompt, text=turn.text or known.text)


def lost(session: Session, file: str) -> str:
    """Return a line about the turns that an empty chain could resume from a notebook's file."""
    try:
        kept = _fitting(_read(file), session.settings.endpoint())
    except CellError:
        return ""
    count = sum(turn.chain == session.chain.name for turn in kept)
    return (
        f"{Path(file).name} keeps {counted(count, 'turn')}: %qwen_chain --resume" if count else ""
    )


def _resumed(session: Session, file: str, found: Sequence[Saved], *, other: str) -> str:
    """Resume the current chain or another one; return what was done, empty if nothing was."""
    chain, store = Chain(session.chain.notebook, other or session.chain.name), session.store
    server = session.settings.endpoint()
    like = Record(chain=chain, base_url=server.base_url, account=store.account(server.key))
    before = store.tree(chain)
    records = store.resume(found, like)
    if not records:
        return ""
    where = f" in chain {other!r}" if other else ""
    said = f"{counted(len(records), 'turn')} resumed from {file}{where}"
    end, *notes = _places(records, before, store.tree(chain), chain=other)
    return " · ".join((f"{said}; {end}", *notes))


def _places(records: Sequence[Record], before: Tree, after: Tree, *, chain: str) -> Iterator[str]:
    """Yield words on where the resumed turns stand now, and on the turns set aside."""
    nodes = path(after)
    kept = {node.id for node in nodes}
    last = next((record.prompt for record in records if record.id == after.head), "")
    yield f"the last is turn {len(nodes):,}{f', “{line(last, 40)}”' if last else ''}"
    if beside := sum(record.id not in kept for record in records):
        yield f"{beside:,} of them beside the path"
    if bare := sum(not record.prompt or not record.output for record in records):
        yield f"{counted(bare, 'turn')} without a readable transcript"
    if left := sum(node.id not in kept for node in path(before)):
        yield f"{counted(left, 'turn')} set aside · {restoring(before.head, chain)}"


def _read(file: str) -> tuple[Saved, ...]:
    try:
        content = Path(file).expanduser().read_bytes()
    except (OSError, RuntimeError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or exc
        raise CellError(
            f"{file!r} cannot be read: {reason}", hint="name the file: %qwen_chain --resume FILE"
        ) from exc
    return tuple(
        turn for turn in saved_turns(content) if turn.response_id and moves_head(turn.status)
    )


def _fitting(kept: Sequence[Saved], endpoint: Endpoint) -> list[Saved]:
    """Return the turns that the server may continue: the demo's for the demo, others elsewhere."""
    is_demo = endpoint.region == DEMO
    if not is_demo and urlsplit(endpoint.base_url).hostname in _HERE:
        return list(kept)  # `python -m qwen_magic.demo` may serve there
    demo = _of_demo(kept)
    return [turn for turn in kept if (turn.response_id in demo) == is_demo]


def _apart(count: int, endpoint: Endpoint) -> str:
    """Return a line about the turns that were left out."""
    if not count:
        return ""
    if endpoint.region == DEMO:
        return f"{counted(count, 'turn')} of a model left out: this is the demo"
    return f'{counted(count, "turn")} of the demo go to the demo alone: region = "demo"'


def _of_demo(found: Sequence[Saved]) -> set[str | None]:
    """Return the ids of the demo's responses; one says so itself, unless it was cut short."""
    told = [turn for turn in found if is_demo_answer(turn.text)]
    ids = {turn.response_id for turn in told} | {turn.previous_response_id for turn in told}
    after = {turn.response_id for turn in found if turn.previous_response_id in ids - {None}}
    return ids | after
