"""What a saved notebook keeps of the panel: its last turns as HTML and plain text (pure).

It stands in an output of its own, below the widgets. While they live, their style hides it. In a
reopened notebook, the widgets' output says that its model is gone; there, this output hides the
other one and shows itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.notebook.cards.views import transcript
from qwen_magic.notebook.markdown.escapes import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.notebook.panel.turn import TurnView

__all__ = ["SAVED", "saved_bundle"]

SAVED = "qwen-magic-saved"

_MOST = 24_000  # characters of HTML, which are sent and typeset after each answer
_CHILD = ".jp-OutputArea-child"
_OUTPUT = "> .jp-OutputArea-output >"
_STYLE = (
    f"<style>{_CHILD}:has(+ {_CHILD} {_OUTPUT} .{SAVED}):not(:has({_OUTPUT} *))"
    "{display:none}</style>"
)
_QUESTION = (
    "margin:1.2em 0 .4em;padding:0 0 0 .8em;border-left:2px solid rgba(128,128,128,.35);"
    "white-space:pre-wrap;overflow-wrap:anywhere;font-weight:600"
)


def saved_bundle(chain: str, views: Sequence[TurnView], mark: str = "") -> dict[str, str]:
    """Return the last turns of a chain as a MIME bundle.

    Args:
        chain: The chain's name.
        views: Its turns, the newest last.
        mark: A class by which the widgets of this panel know their static output; empty without
            widgets.
    """
    shown: list[TurnView] = []
    room = _MOST
    for view in reversed([view for view in views if view.html]):
        room -= len(view.html) + len(view.question)
        if room < 0 and shown:
            break
        shown.insert(0, view)
    rows = "".join(map(_html, shown))
    title = f"<p><em>Chat with Qwen · chain {escape(chain)}</em></p>\n"
    html = f"{title}{rows}"
    return {
        "text/html": f'{_STYLE}<div class="{SAVED} {mark}">\n{html}</div>' if mark else html,
        "text/plain": "\n\n".join(map(_plain, shown)) or f"Chat with Qwen, chain {chain}",
    }


def _html(view: TurnView) -> str:
    return f'<div style="{_QUESTION}">{escape(view.question)}</div>\n{view.html}'


def _plain(view: TurnView) -> str:
    answer = transcript(view.turn, show_reasoning=False) if view.turn else ""
    return f"> {view.question}\n\n{answer}".rstrip()
