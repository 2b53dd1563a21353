"""`%qwen_usage`: from the store to a table."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.display import Image, display

from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.sisters import Sister
from qwen_magic.typed import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.store.spent_rows import Spent

__all__ = ["UsageMagics"]

_SET = '%config QwenMagics.prices = {"MODEL": (IN, OUT)}, per million tokens'


@magics_class
class UsageMagics(Sister):
    """Tell what was spent."""

    @no_var_expand
    @line_magic
    def qwen_usage(self, line: str) -> None:
        """Show the tokens spent, by chain, model and day: of this notebook, and of all.

          %qwen_usage             a table; with matplotlib loaded, a small plot of the days
          %qwen_usage --plot      the plot in any case

        Money is told with prices: %config QwenMagics.prices = {"qwen3.7-plus": (0.4, 1.2)}, for a
        million tokens in and out; a third number is the price of those from the cache. Replayed
        turns and stored answers cost nothing, and nor does the demo.
        %config QwenMagics.budget = 200_000 refuses questions that today's tokens do not last for.
        """
        with brief_errors():
            plots = _plots(line)
            session = self._qwen.join()
            self._show(session)
            self._plot(session.store.ledger.spent(session.notebook), asked=plots)
            self._qwen.tell_of_store()

    def _show(self, session: Session) -> None:
        from qwen_magic.notebook.usage.table import bars, by_day, lines_of, usage_html, usage_text

        prices = session.settings.prices
        own, every = session.store.ledger.spent(session.notebook), session.store.ledger.spent()
        lines = lines_of(
            "This notebook" if session.notebook else "This kernel", own, prices, chains=True
        )
        if session.notebook:
            lines += lines_of("All notebooks", every, prices, chains=False)
        notes = [bars(by_day(own)), *self._notes(session, every)]
        notes = [note for note in notes if note]
        data = {"text/html": usage_html(lines, notes), "text/plain": usage_text(lines, notes)}
        display(data, raw=True)

    def _notes(self, session: Session, rows: Sequence[Spent]) -> Iterator[str]:
        from qwen_magic.notebook.usage.prices import money_of

        settings, unknown = session.settings, money_of(rows, session.settings.prices).unknown
        if settings.prices and unknown:
            yield f"No price is set for {', '.join(unknown)} · {_SET}"
        elif unknown:
            yield f"For money, set prices · {_SET}"
        if settings.budget:
            spent = session.store.ledger.today(session.chain.notebook)
            yield f"Budget: {spent:,} of {settings.budget:,} tokens spent today"

    def _plot(self, rows: Sequence[Spent], *, asked: bool) -> None:
        from qwen_magic.notebook.usage.plot import picture
        from qwen_magic.notebook.usage.table import by_day

        if asked or ("matplotlib.pyplot" in sys.modules and by_day(rows)):
            display(Image(picture(by_day(rows)), format="png", alt="Tokens by day"))


def _plots(line: str) -> bool:
    """Return whether a line asks for a plot.

    Raises:
        CellError: It asks for something else.
    """
    words = plain(line).split()
    if words not in ([], ["--plot"]):
        raise CellError(f"unexpected {line.strip()!r}", hint="%qwen_usage, or %qwen_usage --plot")
    return bool(words)
