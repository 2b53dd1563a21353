"""`%%qwen --map` in a real kernel: asked, shown, kept, stopped, gone on with, refused."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import running
from tests.slowness import slowness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notebook.kernels import Kernel, Ran

DEFINED = """
import pandas as pd
import polars as pl
reviews = pd.DataFrame(
    {"text": ["I love it.", "It broke at once.", None], "limit": [1, 2, 3], "评论": ["很好", "很差", ""]},
    index=["a", "b", "c"],
)
frame = pl.DataFrame({"text": ["I love it.", "It broke at once."], "item": ["x", "y"]})
texts = ["I love it.", "It broke at once."]
keyed = {"x": "I love it.", "y": "It broke at once."}
rules = "Answer in one word."
def lines():
    yield {"text": "I love it."}
    yield {"text": "It broke at once."}
    raise OSError("the disk is gone")
empty = pd.DataFrame({"text": []})
twice = pd.DataFrame([["a", "b"]], columns=["text", "text"])
odd = pd.DataFrame({"--limit": ["a"]})
many = [f"Parcel {n} came late." for n in range(150)]
number = 3
gone = pd.DataFrame({"text": [None, float("nan")]})
"""
LAZY = "import dask.dataframe as dd\nlazy = dd.from_pandas(reviews[['text']][:2], npartitions=2)"
MOOD = "How does the customer feel?"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


@pytest.fixture(scope="module")
def kernel(server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    home = str(tmp_path_factory.mktemp("home"))
    with running(DASHSCOPE_BASE_URL=server.base_url, QWEN_MAGIC_HOME=home) as kernel:
        assert kernel.run(DEFINED).errors == []
        yield kernel


def value(kernel: Kernel, expression: str) -> str:
    return kernel.run(f"print({expression})").printed.strip()


def refused(ran: Ran) -> str:
    assert ran.status == "error", ran
    return "\n".join(ran.errors[0]["traceback"])


def test_a_map_keeps_a_frame_with_the_tables_index_and_shows_its_head(kernel: Kernel) -> None:
    ran = kernel.run(
        f'%%qwen --map reviews -o labels --schema "mood: positive|negative|neutral"\n{MOOD}\n{{{{text}}}}',
        cell="first",
    )
    assert (ran.status, ran.errors) == ("ok", [])
    shown = ran.shown["data"]
    for kind in ("text/html", "text/plain", "text/markdown"):
        assert "positive" in shown[kind]
        assert "3 rows completed" in shown[kind]
        assert "Empty cells: 1 in text" in shown[kind]
        assert "in labels" in shown[kind]
    assert value(kernel, "labels['mood'].to_dict()") == (
        "{'a': 'positive', 'b': 'negative', 'c': 'neutral'}"
    )
    assert value(kernel, "_qwen is labels") == "True"


@pytest.mark.parametrize(
    ("name", "column", "kind"),
    [
        ("frame", "text", "polars"),
        ("frame", "item", "polars"),
        ("texts", "item", "pandas"),
        ("keyed", "item", "pandas"),
        ("reviews", "评论", "pandas"),
        ("reviews", "limit", "pandas"),
    ],
)
def test_the_frame_is_of_the_tables_kind(kernel: Kernel, name: str, column: str, kind: str) -> None:
    ran = kernel.run(f"%%qwen --map {name} -o out\n{MOOD}\nIt says: {{{{{column}}}}}", cell=column)
    assert (ran.status, ran.errors) == ("ok", [])
    assert value(kernel, "type(out).__module__").startswith(kind)
    assert value(kernel, "list(out.columns)[:2]") == "['answer', 'status']"


def test_a_file_is_a_table_too(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "my reviews.csv").write_text("text,stars\nI love it.,05\n")
    ran = kernel.run(
        f'%%qwen --map "{tmp_path / "my reviews.csv"}" -o out\n{MOOD}\n{{{{stars}}}}: {{{{text}}}}'
    )
    assert (ran.status, ran.errors) == ("ok", [])
    assert "| 0 | 05 | I love it. | positive |" in ran.printed


def test_a_variable_stands_in_each_row_and_a_column_comes_before_it(
    kernel: Kernel, server: DemoServer
) -> None:
    before = len(server.requests)
    kernel.run("text = 'the variable'")
    ran = kernel.run(f"%%qwen --map texts -o out\n{MOOD} {{{{rules}}}} {{{{text}}}}\n{{{{item}}}}")
    assert (ran.status, ran.errors) == ("ok", [])
    assert "{{rules}}: str" in ran.printed
    asked = [request.body["input"] for request in server.requests[before:]]
    assert f"{MOOD} Answer in one word. the variable\nI love it." in asked
    kernel.run("del text")


def test_what_was_answered_is_not_asked_again(kernel: Kernel, server: DemoServer) -> None:
    cell = f"%%qwen --map texts -o out\nAgain: {MOOD}\n{{{{item}}}}"
    assert "2 rows completed" in kernel.run(cell).printed
    before = len(server.requests)
    assert "2 from before, 0 asked" in kernel.run(cell).printed
    assert len(server.requests) == before
    kernel.run(cell.replace("-o out", "-o out --fresh"))
    assert len(server.requests) == before + 2


def test_a_generator_that_raises_keeps_what_came(kernel: Kernel) -> None:
    kernel.run("rows = lines()")
    ran = kernel.run(f"%%qwen --map rows -o out\n{MOOD}\n{{{{text}}}}")
    assert "the rows end after 2: OSError: the disk is gone" in refused(ran)
    assert value(kernel, "out['answer'].tolist()") == "['positive', 'negative']"


def test_a_trial_asks_some_rows_and_the_frame_has_these(kernel: Kernel) -> None:
    kernel.run(f"%%qwen --map many --limit 2 -o out\n{MOOD}\n{{{{item}}}}")
    assert value(kernel, "len(out)") == "2"
    kernel.run(f"%%qwen --map many --sample 3 -o out\n{MOOD}\n{{{{item}}}}")
    assert value(kernel, "len(out)") == "3"


@pytest.mark.parametrize(
    ("line", "text", "told"),
    [
        ("--map empty", "{{text}}", "a DataFrame has no rows"),
        ("--map twice", "{{text}}", "2 columns are named 'text'"),
        ("--map odd", "{{--limit}}", "named like an option: '--limit'"),
        ("--map reviews", "Hello", "the text names no column of the table"),
        ("--map reviews", "{{txt}}", "{{txt}} is no column of the table"),
        ("--map gone", "{{text}}", "no row can be asked: the prompt of this row is empty"),
        ("--map number", "{{item}}", "an int has no rows"),
        ("--map reviewz", "{{text}}", "--map 'reviewz' is no variable"),
        ("--map none.csv", "{{text}}", "No such file"),
        ("--map texts --new", "{{item}}", "--new does not go with --map"),
        ("--map texts --from 1", "{{item}}", "--from does not go with --map"),
        ("--map texts --conversation c", "{{item}}", "--conversation does not go with --map"),
        ("--map texts --background", "{{item}}", "--background does not go with --map"),
        ("--map texts -c other", "{{item}}", "-c does not go with --map"),
        ('--map texts --schema "a: str" --value b', "{{item}}", "--value does not go with --map"),
        (
            '--map texts --schema "status: str"',
            "{{item}}",
            "a field of the schema is named 'status'",
        ),
        ("--map texts --limit 0", "{{item}}", "limit '0' is too small"),
        ("--map texts --limit 1 --sample 1", "{{item}}", "exclude each other"),
        ("--map texts --budget lots", "{{item}}", "budget 'lots' is no number of tokens"),
        ("--limit 3", "{{item}}", "--limit needs --map"),
        ("--map texts -o In", "{{item}}", "a name of IPython's own"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_two_lines_and_nothing_is_sent(
    kernel: Kernel, server: DemoServer, line: str, text: str, told: str
) -> None:
    before = len(server.requests)
    ran = kernel.run(f"%%qwen {line}\n{text}", cell="refused")
    assert told in refused(ran)
    assert len(refused(ran).splitlines()) <= 2
    assert len(server.requests) == before


def test_a_dry_run_shows_prompts_and_counts_and_sends_nothing(
    kernel: Kernel, server: DemoServer
) -> None:
    before = len(server.requests)
    ran = kernel.run("%%qwen --map reviews --dry-run\nDry: {{text}}", cell="dry")
    assert "Dry: I love it." in ran.printed
    assert "3 rows, 3 distinct, 0 known already, 3 to ask" in ran.printed
    assert "Empty cells: 1 in text" in ran.printed
    assert ran.printed.endswith("Nothing was sent.\n")
    assert len(server.requests) == before


def test_many_rows_are_asked_only_after_a_yes(kernel: Kernel, server: DemoServer) -> None:
    before = len(server.requests)
    cell = f"%%qwen --map many -o out\n{MOOD}\n{{{{item}}}} So?"
    request = kernel.start(cell, cell="many")
    question = kernel.prompted("no")
    assert question.startswith("150 rows would be asked, about ")
    assert "nothing was asked" in refused(kernel.finish(request))
    assert "150 rows would be asked" in refused(kernel.run(cell, person=False))
    assert len(server.requests) == before
    request = kernel.start(cell, cell="many")
    kernel.prompted("y")
    assert kernel.finish(request).status == "ok"
    assert len(server.requests) == before + 150
    assert kernel.run(cell, person=False).status == "ok"  # nothing of it is new


def test_a_budget_stops_it_and_the_reader_is_told(kernel: Kernel) -> None:
    cell = f"%%qwen --map many -o out --yes --budget 1k\n{MOOD}\n{{{{item}}}} Budget."
    ran = kernel.run(cell, cell="budget")
    assert ran.status == "ok"
    assert "The budget is reached." in ran.shown["data"]["text/plain"]
    spent = int(value(kernel, "int(out.input_tokens.sum() + out.output_tokens.sum())"))
    assert 0 < spent <= 1000
    assert value(kernel, "sorted(set(out.status))") == "['completed', 'not asked']"


def test_an_interrupt_keeps_what_came_and_run_all_stops(kernel: Kernel, server: DemoServer) -> None:
    server.pace = 0.2
    cell = f"%%qwen --map many -o out --yes\n{MOOD}\n{{{{item}}}} Slowly."
    request = kernel.start(cell, cell="slow")
    ran = kernel.until(request, "rows/s")
    kernel.interrupt()
    began = time.monotonic()
    ran = kernel.finish(request, ran)
    server.pace = 0
    assert (ran.status, ran.errors) == ("error", [])
    assert ran.ended - began < 5 * slowness()
    assert "Stopped." in ran.shown["data"]["text/plain"]
    assert ran.widgets
    assert ran.closed
    done = int(value(kernel, "(out.status == 'completed').sum()"))
    assert 0 < done < 150
    ran = kernel.run(cell, cell="slow")
    assert f"{done} from before" in ran.shown["data"]["text/plain"]


def test_the_rows_are_not_on_the_chain_unless_the_cell_says_so(
    kernel: Kernel, server: DemoServer
) -> None:
    kernel.run("%qwen_chain --new maps", cell="x")
    kernel.run(f"%%qwen --map texts -o out\n{MOOD}\n{{{{item}}}}", cell="y")
    assert "0 turns" in kernel.run("%qwen").printed
    ran = kernel.run(
        '%%qwen --map texts -o out --as-context --schema "mood: positive|negative"\n'
        f"{MOOD}\n{{{{item}}}}",
        cell="z",
    )
    assert ran.status == "ok"
    assert "1 turn" in kernel.run("%qwen").printed
    told = server.requests[-1].body["input"]
    assert "2 rows completed" in told
    assert "mood: positive 1, negative 1" in told


def test_maps_are_listed_gone_on_with_and_forgotten(kernel: Kernel, server: DemoServer) -> None:
    kernel.run("%%qwen --map texts -o out\nIs it good?\nListed: {{item}}", cell="l")
    listed = kernel.run("%qwen_map", cell="m").printed
    assert re.match(r"1 +texts +Is it good\? Listed: \{\{item\}\} +2 of 2 rows +done\n", listed)
    assert re.search(r"…\S*my reviews\.csv", listed)
    kernel.run("texts.append('It is fine.')")
    before = len(server.requests)
    assert kernel.run("%qwen_map 1", cell="m").status == "ok"
    assert len(server.requests) == before + 1
    assert value(kernel, "len(out)") == "3"
    request = kernel.start("%qwen_map --forget 1", cell="m")
    assert kernel.prompted("n").startswith("Delete the answers that map 1 keeps?")
    assert "Nothing was deleted." in kernel.finish(request).printed
    assert "Deleted 3 answers" in kernel.run("%qwen_map --forget 1 --force", cell="m").printed
    assert "Listed:" not in kernel.run("%qwen_map", cell="m").printed
    kernel.run("texts.pop()")


def test_maps_of_the_demo_are_listed_where_there_is_no_notebook() -> None:
    with running() as kernel:
        kernel.run('%config QwenMagics.region = "demo"\n%config QwenMagics.replay_speed = 0')
        asked = "texts = ['It is good.']\n%qwen --map texts -o out Is it? {{item}}"
        assert kernel.run(asked).status == "ok"
        listed = kernel.run("%qwen_map").printed
        assert re.match(r"1 +texts +Is it\? \{\{item\}\} +1 of 1 rows +done\n", listed)
        assert kernel.run("%qwen_map 1").status == "ok"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("99", "there is no map 99"),
        ("x", "'x' is no map's number"),
        ("1 2", "unexpected '2'"),
        ("--force", "--force goes with --forget only"),
        ("--forgot", "unknown option '--forgot'"),
    ],
)
def test_a_line_of_qwen_map_that_means_nothing_is_refused(
    kernel: Kernel, line: str, told: str
) -> None:
    assert told in refused(kernel.run(f"%qwen_map {line}", cell="m"))


def test_a_wrong_key_stops_all_at_once_with_one_message(tmp_path: Path) -> None:
    with (
        DemoServer(pace=0, key="right") as server,
        running(
            DASHSCOPE_BASE_URL=server.base_url,
            DASHSCOPE_API_KEY="wrong",
            QWEN_MAGIC_HOME=str(tmp_path),
        ) as kernel,
    ):
        kernel.run(DEFINED)
        ran = kernel.run(f"%%qwen --map many -o out --yes\n{MOOD}\n{{{{item}}}}", person=False)
        assert "401" in refused(ran)
        assert len(server.requests) < 100
        assert value(kernel, "set(out.status) <= {'not asked', 'failed', 'refused'}") == "True"


def test_answers_that_cannot_be_kept_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "answers.sqlite3").write_bytes(b"no database" * 500)
    with (
        DemoServer(pace=0) as server,
        running(DASHSCOPE_BASE_URL=server.base_url, QWEN_MAGIC_HOME=str(tmp_path)) as kernel,
    ):
        kernel.run("texts = ['It is good.']")
        shown = kernel.run("%%qwen --map texts\nIs it? {{item}}", person=False).shown
    assert (
        "is damaged; it is kept as it is, and answers are kept in answers-2.sqlite3"
        in (shown["data"]["text/plain"])
    )


def test_without_a_person_there_is_one_output_and_no_bar(kernel: Kernel) -> None:
    ran = kernel.run(f"%%qwen --map texts -o out\n{MOOD}\n{{{{item}}}} Alone.", person=False)
    assert (ran.status, ran.printed, len(ran.outputs)) == ("ok", "", 1)


def test_a_dask_frame_makes_a_lazy_one_that_asks_when_it_is_computed(
    kernel: Kernel, server: DemoServer
) -> None:
    assert kernel.run(LAZY).errors == []
    before = len(server.requests)
    ran = kernel.run(
        f'%%qwen --map lazy -o later --schema "mood: positive|negative|neutral"\n{MOOD} {{{{text}}}}'
    )
    assert "`later` is a Dask frame of 2 partitions. Nothing has been asked" in ran.printed
    assert len(server.requests) == before
    assert value(kernel, "list(later.compute()['mood'])") == "['positive', 'negative']"
    assert len(server.requests) == before + 2


def test_a_dry_run_over_a_dask_frame_reads_its_first_partition(
    kernel: Kernel, server: DemoServer
) -> None:
    assert kernel.run(LAZY).errors == []
    before = len(server.requests)
    ran = kernel.run("%%qwen --map lazy --dry-run\nLazily dry: {{text}}")
    assert "Lazily dry: I love it." in ran.printed
    assert "1 row, 1 distinct, 0 known already, 1 to ask" in ran.printed
    assert "one of 2 partitions; the others were not read" in ran.printed
    assert len(server.requests) == before


@pytest.mark.parametrize(
    ("line", "text", "told"),
    [
        ("--map lazy --budget 2M", "{{text}}", "budget does not go with"),
        ("--map lazy --as-context", "{{text}}", "--as-context does not go with a Dask frame"),
        ("--map lazy --limit 0", "{{text}}", "limit '0' is too small"),
        ("--map lazy", "How?", "names no column"),
    ],
)
def test_a_dask_frame_refuses_what_it_cannot_keep(
    kernel: Kernel, line: str, text: str, told: str
) -> None:
    assert kernel.run(LAZY).errors == []
    assert told in refused(kernel.run(f"%%qwen {line}\n{text}"))
