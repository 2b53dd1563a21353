from __future__ import annotations

import pandas as pd  # type: ignore[import-untyped]

from qwen_magic.conversation.mapping.ledger import Newest
from qwen_magic.conversation.tables.records import NOT_ASKED, Outcome
from qwen_magic.notebook.mapping.reading import seen_of, settled_of, tallies_of
from qwen_magic.notebook.mapping.seen import Failure, Line
from tests.notebook.mapping.maps import good, made

FAILED = Outcome("failed", error="no answer came")


def test_rows_have_the_labels_of_the_readers_table() -> None:
    frame = pd.DataFrame({"text": ["a", "b"]}, index=["R1", "R2"])
    found = settled_of(made(frame, [good("good", "tea"), FAILED]), model="m", out="labels")
    assert found.head == (
        Line("R1", {"text": "a"}, {"mood": "good", "topics": ["tea"]}),
        Line("R2", {"text": "b"}, {"mood": None, "topics": None}, "failed"),
    )
    pairs = pd.MultiIndex.from_tuples([("x", 1), ("x", 1)])
    both = settled_of(made(frame.set_index(pairs), [good(), good()]), model="m", out="")
    assert [line.label for line in both.head] == ["x / 1", "x / 1"]
    keyed = settled_of(made({"k": "a"}, [good()], "{{item}}"), model="m", out="")
    assert [line.label for line in keyed.head] == ["k"]
    plain = settled_of(made(["a", "b"], [good(), good()], "{{item}}"), model="m", out="")
    assert [line.label for line in plain.head] == ["0", "1"]


def test_only_the_columns_that_the_prompt_names_are_shown() -> None:
    frame = pd.DataFrame({"text": ["a"], "secret": ["b"]})
    found = settled_of(made(frame, [good()], "Hi {{text}}"), model="m", out="")
    assert found.head[0].given == {"text": "a"}


def test_a_stopped_map_counts_what_was_not_asked() -> None:
    stopped = made(
        ["a", "b", "c"],
        [good(), FAILED, NOT_ASKED],
        "{{item}}",
        failed=1,
        known=1,
        why={"no answer came": [1]},
    )
    found = settled_of(stopped, model="m", out="", note="Stopped.")
    assert found.counts == {"completed": 1, "failed": 1, "refused": 0, "not asked": 1}
    assert found.failures == (Failure("no answer came", 1, "row 1", "b"),)
    assert (found.known, found.note, found.rows) == (1, "Stopped.", 3)


def test_a_generators_rows_are_shown_without_what_was_filled_in() -> None:
    found = settled_of(made(iter(["a"]), [good()], "{{item}}"), model="m", out="")
    assert found.head == (Line("0", {}, {"mood": "good", "topics": []}),)


def test_the_newest_rows_are_seen_while_it_runs_without_what_all_have_in_common() -> None:
    newest = (Newest(0, "Mood? a", good("bad")), Newest(1, "Mood? b", FAILED))
    running = made({"k": "a", "l": "b"}, [], "Mood? {{item}}", newest=newest)
    assert seen_of(running).newest == (
        Line("l", {"prompt": "b"}, {"mood": None, "topics": None}, "failed"),
        Line("k", {"prompt": "a"}, {"mood": "bad", "topics": []}),
    )


def test_values_are_counted_where_they_are_few() -> None:
    found = made(["a"] * 3, [good("good", "tea", "cup"), good("bad", "tea"), FAILED], "{{item}}")
    assert tallies_of(found) == {"mood": {"good": 1, "bad": 1}, "topics": {"tea": 2, "cup": 1}}
    many = [Outcome("completed", f"word {number}") for number in range(50)]
    assert tallies_of(made(["a"] * 50, many, "{{item}}", None)) == {}
