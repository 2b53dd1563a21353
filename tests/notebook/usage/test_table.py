from __future__ import annotations

import importlib.util
from itertools import count

import pytest

from qwen_magic.conversation.store.spent_rows import Spent
from qwen_magic.errors import CellError
from qwen_magic.notebook.usage.plot import picture
from qwen_magic.notebook.usage.prices import money_of
from qwen_magic.notebook.usage.table import bars, by_day, lines_of, usage_html, usage_text

ROWS = (
    Spent(chain="main", model="qwen-a", day="2026-11-26", turns=2, input=2_000_000, cached=500_000),
    Spent(chain="trip", model="qwen-b-2026-01-23", day="2026-11-28", turns=1, output=1_000_000),
    Spent(demo=True, chain="main", model="qwen-a", day="2026-11-28", turns=1, input=1_000),
)
PRICES = {"qwen-a": (0.4, 1.2), "qwen-b": (1, 2, 0.1)}


def test_the_table_counts_by_chain_model_and_day() -> None:
    told = usage_text(lines_of("This notebook", ROWS, PRICES, chains=True), ["A note"])
    assert told == (
        "                     turns         in   cached        out  reasoning   money\n"
        "This notebook            4  2,001,000  500,000  1,000,000          0    2.80\n"
        "  main                   3  2,001,000  500,000          0          0  0.8000\n"
        "  trip                   1          0        0  1,000,000          0    2.00\n"
        "  qwen-a                 2  2,000,000  500,000          0          0  0.8000\n"
        "  qwen-a (demo)          1      1,000        0          0          0  0.0000\n"
        "  qwen-b-2026-01-23      1          0        0  1,000,000          0    2.00\n"
        "  2026-11-26             2  2,000,000  500,000          0          0  0.8000\n"
        "  2026-11-28             2      1,000        0  1,000,000          0    2.00\n"
        "A note"
    )


def test_without_prices_there_is_no_money() -> None:
    lines = lines_of("All notebooks", ROWS, {}, chains=False)
    assert "money" not in usage_text(lines)
    assert "main" not in usage_text(lines)
    assert usage_html(lines).count("<th scope=") == 5 + 6


def test_an_unknown_price_is_not_guessed() -> None:
    money = money_of(ROWS, {"qwen-a": (0.4, 1.2)})
    assert (str(money), money.unknown) == ("0.8000 + ?", ("qwen-b-2026-01-23",))
    assert str(money_of(ROWS[1:], {"other": (1, 1)})) == "?"
    assert str(money_of(ROWS[:1], {"qwen-a": (0.4, 1.2, 0)})) == "0.6000"


def test_names_of_the_readers_are_no_markup() -> None:
    row = Spent(chain="<b>x</b>\x1b[31m", model="m", day="2026-11-28", turns=1)
    shown = usage_html(lines_of("All", (row,), {}, chains=True), ["<i>"])
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "\x1b" not in usage_text(lines_of("All", (row,), {}, chains=True))


def test_days_are_drawn_as_bars_with_those_between() -> None:
    assert by_day(ROWS) == {"2026-11-26": 2_000_000, "2026-11-27": 0, "2026-11-28": 1_001_000}
    assert bars(by_day(ROWS)) == "█▁▅ tokens by day, since 2026-11-26"
    assert bars(by_day(ROWS[:1])) == ""


def test_of_many_days_the_last_ones_are_told() -> None:
    rows = [Spent(day=f"2026-{m:02}-{d:02}", turns=n) for m in (1, 2) for d, n in zip(range(1, 29), count(1), strict=False)]  # fmt: skip
    told = usage_text(lines_of("All", rows, {}, chains=False))
    assert "2026-02-15" in told
    assert "2026-02-14" not in told
    assert len(by_day(rows)) == 14


def test_a_plot_needs_matplotlib_and_two_days() -> None:
    tokens = by_day(ROWS)
    if importlib.util.find_spec("matplotlib") is None:
        with pytest.raises(CellError, match="--plot needs matplotlib"):
            picture(tokens)
        return
    assert picture(tokens).startswith(b"\x89PNG")
    with pytest.raises(CellError, match="nothing to draw"):
        picture({})
