"""Maps as the views take them, without anyone who asks."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from qwen_magic.conversation.schema.shape import shape_of
from qwen_magic.conversation.tables.fields import fields_of
from qwen_magic.conversation.tables.filling import Template
from qwen_magic.conversation.tables.records import Outcome
from qwen_magic.conversation.tables.rows import table
from qwen_magic.notebook.mapping.reading import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.mapping.ledger import Newest
    from qwen_magic.conversation.mapping.mapping import Mapping
    from qwen_magic.conversation.tables.table import Table

MOOD = "mood: good|bad, topics: [str]"


def made(
    rows: Any,  # noqa: ANN401 - any table
    outcomes: list[Outcome],
    text: str = "{{text}}",
    schema: str | None = MOOD,
    **known: Any,  # noqa: ANN401 - fields of `Now`, and `why`
) -> Watched:
    """Return a map of which this came."""
    found = table(rows)
    fields = fields_of(None if schema is None else shape_of(schema))
    return Watched(
        cast("Mapping", _Map(found, outcomes, known)), Template(text).bound(found), fields
    )


def good(mood: str = "good", *topics: str) -> Outcome:
    return Outcome("completed", json.dumps({"mood": mood, "topics": topics}))


@dataclass
class Now:
    """How far a map is."""

    total: int | None = 3
    done: int = 3
    known: int = 0
    asked: int = 3
    failed: int = 0
    refused: int = 0
    concurrency: int = 2
    rate: float = 1.0
    seconds_left: float | None = None
    input_tokens: int = 300
    output_tokens: int = 30
    newest: tuple[Newest, ...] = ()
    missing: dict[str, int] = field(default_factory=dict)


class _Map:
    """A map that has ended, or stands still."""

    def __init__(self, rows: Table, outcomes: list[Outcome], known: dict[str, Any]) -> None:
        self.table = rows
        self.why: dict[str, list[int]] = known.pop("why", {})
        self.now = replace(Now(), **known)
        self._outcomes = outcomes

    @property
    def counts(self) -> Counter[str]:
        return Counter(outcome.status for outcome in self._outcomes)

    def progress(self) -> Now:
        return self.now

    def outcomes(self) -> Iterator[Outcome]:
        return iter(self._outcomes)

    def failures(self) -> dict[str, list[int]]:
        return self.why
