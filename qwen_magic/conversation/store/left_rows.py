"""Turns that no kernel answers any more: those it left behind, and those that the server works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.conversation.store.turn_rows import update

if TYPE_CHECKING:
    from qwen_magic.conversation.store.schema import Rows
    from qwen_magic.conversation.turn.records import Record

__all__ = ["forget", "interrupt", "settle"]

_OPEN = "status IN ('queued', 'in_progress')"


def interrupt(rows: Rows, notebook: str, reason: str) -> None:
    """End the turns that a kernel left behind in a notebook; what had arrived stays.

    A turn with a response's id runs on at the server: the kernel had done its part.
    """
    left = rows.execute(
        f"SELECT DISTINCT uid FROM turns JOIN contents ON uid = content WHERE {_OPEN}"  # noqa: S608 - our own words
        " AND response_id IS NULL AND chain IN (SELECT id FROM chains WHERE notebook = ?)",
        (notebook,),
    ).fetchall()
    rows.executemany("UPDATE contents SET error = ? WHERE uid = ?", ((reason, u) for (u,) in left))
    rows.executemany("UPDATE turns SET status = 'failed' WHERE content = ?", left)


def settle(rows: Rows, record: Record) -> Record:
    """Note how a turn stands at the server, in all copies of its chain; return it.

    A chain whose head ended badly goes back to the turn before.
    """
    update(rows, record)
    rows.execute("UPDATE turns SET status = ? WHERE content = ?", (record.status, record.uid))
    if record.status in {"failed", "cancelled"}:
        rows.execute(
            "UPDATE chains SET head = (SELECT parent FROM turns WHERE chain = chains.id AND id = head)"
            " WHERE EXISTS (SELECT 1 FROM turns"
            " WHERE chain = chains.id AND turns.id = chains.head AND content = ?)",
            (record.uid,),
        )
    return record


def forget(rows: Rows, record: Record) -> None:
    """Forget the ids of a turn's responses, so that nothing continues them."""
    rows.execute(
        "UPDATE contents SET response_id = NULL WHERE response_id = ?", (record.response_id,)
    )
    echo = replace(record.echo, earlier=())
    update(rows, replace(record, response_id=None, echo=echo))
