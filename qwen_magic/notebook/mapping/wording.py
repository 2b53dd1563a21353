"""The words of a map: how far it is, what it cost, how it ended (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.conversation.chains.tree import counted

if TYPE_CHECKING:
    from qwen_magic.notebook.mapping.seen import Seen, Settled

__all__ = ["ended", "footer", "missing", "progress", "share", "short", "spent"]

_MINUTE, _HOUR, _SOON = 60, 3600, 10
_UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


def short(number: int) -> str:
    """Return a number of tokens as one says it: 950, 12k, 1.2M."""
    for size, unit in _UNITS:
        if number >= size:
            found = f"{number / size:.0f}" if number >= 10 * size else f"{number / size:.1f}"
            return f"{found.removesuffix('.0')}{unit}"
    return str(number)


def share(seen: Seen) -> float | None:
    """Return the part that is done, from 0 to 1; None if the end is not known."""
    return None if seen.total is None else min(1.0, seen.done / max(1, seen.total))


def progress(seen: Seen) -> tuple[str, str]:
    """Return two lines: how far it is, and what it took."""
    part = share(seen)
    of = "" if seen.total is None else f" of {seen.total:,}"
    where = [
        f"{seen.done:,}{of} rows",
        "" if part is None else f"{int(part * 100)} %",
        f"{_number(seen.rate)} rows/s" if seen.rate else "",
        "" if seen.seconds_left is None else f"{_duration(seen.seconds_left)} left",
    ]
    took = [
        f"{seen.known:,} from before" if seen.known else "",
        spent(seen.input_tokens, seen.output_tokens),
        f"{seen.failed:,} failed" if seen.failed else "",
        f"{seen.refused:,} refused" if seen.refused else "",
        f"{seen.concurrency:,} at once" if seen.concurrency else "",
    ]
    return " · ".join(filter(None, where)), " · ".join(filter(None, took))


def spent(input_tokens: int, output_tokens: int) -> str:
    """Return what was spent, if anything was."""
    if not input_tokens and not output_tokens:
        return ""
    return f"{short(input_tokens)} tokens in, {short(output_tokens)} out"


def ended(settled: Settled) -> str:
    """Return how the rows ended: those that completed first."""
    named = [(count, status) for status, count in settled.counts.items() if count]
    rows = counted(settled.rows, "row")
    if len(named) == 1:
        return f"{rows} {named[0][1]}"
    listed = ", ".join(f"{count:,} {status}" for count, status in named)
    return f"{rows}: {listed}" if named else rows


def footer(settled: Settled) -> str:
    """Return the line below the table."""
    equal = settled.counts.get("completed", 0) - settled.known - settled.asked
    parts = [
        settled.model,
        ended(settled),
        f"{settled.known:,} from before, {settled.asked:,} asked" if settled.known else "",
        f"{equal:,} the same as others" if equal > 0 else "",
        spent(settled.input_tokens, settled.output_tokens),
        f"in {settled.out}" if settled.out else "",
    ]
    return " · ".join(filter(None, parts))


def missing(settled: Settled) -> str:
    """Return how many cells were empty, if any were."""
    told = [f"{count:,} in {name}" for name, count in settled.missing.items() if count]
    return f"Empty cells: {', '.join(told)}" if told else ""


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= _SOON else f"{rate:.1f}"


def _duration(seconds: float) -> str:
    if seconds < _SOON:
        return "a few seconds"
    if seconds < _MINUTE * 2:
        return f"{seconds:.0f} s"
    if seconds < _HOUR * 2:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
