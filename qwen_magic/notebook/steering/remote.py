"""What `%qwen_chain` does with what the server keeps: deleting, joining, resuming by an id."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.asking.keeping import fetched
from qwen_magic.conversation.chains.refetching import records_of
from qwen_magic.conversation.chains.tree import counted, path, restoring
from qwen_magic.conversation.turn.records import Chain, Record
from qwen_magic.errors import GoneError
from qwen_magic.notebook.cards.wording import line
from qwen_magic.notebook.magics.fetching import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.asking.keeping import Fetched, Forgotten
    from qwen_magic.conversation.asking.session import Session

__all__ = ["deleted", "is_response", "joined", "resume_response"]

_ID = re.compile(r"[\w-]{8,}\Z")
_MOST = 500  # turns of a chain


def deleted(found: Forgotten) -> str:
    """Return what became of the responses that were to be deleted."""
    said = [
        f"{counted(found.deleted, 'response')} deleted at the server",
        f"{found.gone:,} already gone" if found.gone else "",
        f"{found.refused:,} refused ({line(found.reason, 200)})" if found.refused else "",
        f"{found.elsewhere:,} at another server, left there" if found.elsewhere else "",
    ]
    if not (found.deleted or found.gone):
        return " · ".join(filter(None, said))
    return " · ".join([*filter(None, said), "the next cell sends the transcript"])


def joined(name: str, items: Sequence[Mapping[str, Any]]) -> str:
    """Return what a conversation holds, now that the cells join it."""
    known = counted(len(items), "item") if items else "nothing said yet"
    return "\n".join((f"Cells join the conversation {name} now: {known}", *told(items)))


def is_response(word: str) -> bool:
    """Return whether a word is the id of a response, not the name of a file."""
    return bool(_ID.match(word)) and not Path(word).exists()


def resume_response(session: Session, response_id: str, chain: str = "") -> str:
    """Put a response that the server keeps, and all before it, into a chain; return what was done.

    Raises:
        QwenError: The server has no such response, or cannot be asked.
    """
    store, remote = session.store, session.store.remote
    where = Chain(session.chain.notebook, chain or session.chain.name)
    if remote.knows(where, response_id):
        return f"Nothing changed: the chain has {response_id} already"
    found, missing = _line_of(session, where, response_id)
    endpoint = session.settings.endpoint()
    account = store.account(endpoint.key)
    like = Record(chain=where, base_url=endpoint.base_url, account=account, begun=store.now())
    pairs = [(known.turn, known.inputs) for known in found]
    records = records_of(pairs, like)
    before = store.tree(where)
    remote.adopt(records, found[0].turn.previous_response_id or "")
    kept = {node.id for node in path(store.tree(where))}
    left = sum(node.id not in kept for node in path(before))
    said = [f"{counted(len(records), 'turn')} resumed from the server"]
    said += ["what came before is gone there"] if missing else []
    said += [f"{counted(left, 'turn')} set aside · {restoring(before.head, chain)}"] if left else []
    return " · ".join(said)


def _line_of(session: Session, where: Chain, response_id: str) -> tuple[list[Fetched], bool]:
    """Return the responses up to this one that a chain lacks, and whether earlier ones are gone."""
    found = [fetched(session, response_id)]
    for _ in range(_MOST):
        before = found[0].turn.previous_response_id
        names = {known.turn.response_id for known in found}
        if before is None or before in names or session.store.remote.knows(where, before):
            return found, False
        try:
            found.insert(0, fetched(session, before))
        except GoneError:
            return found, True
    return found, True
