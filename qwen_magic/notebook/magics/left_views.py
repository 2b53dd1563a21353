"""Outputs of turns that the server works on: each is drawn again once its turn has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.turn.records import Chain, Record
    from qwen_magic.notebook.live.live import View

__all__ = ["LeftViews"]


class LeftViews:
    """The views of this kernel's turns in the background, by their places in the store."""

    def __init__(self) -> None:
        self._views: dict[tuple[Chain, int], View] = {}

    def keep(self, session: Session, view: View) -> None:
        """Keep the view of the session's last turn until that has ended."""
        if session.node is not None:
            self._views[session.chain, session.node] = view

    def settle(self, session: Session) -> list[Record]:
        """Draw the turns that have ended since; return them."""
        from qwen_magic.conversation.chains.tree import branch
        from qwen_magic.conversation.turn.records import turn_of

        ended: list[Record] = []
        for (chain, number), view in list(self._views.items()):
            found = session.store.read(chain, [number])
            if found and found[0].is_left:
                continue
            del self._views[chain, number]
            for record in found:
                view.settle(turn_of(record, len(branch(session.store.tree(chain), number))))
                ended.append(record)
        return ended
