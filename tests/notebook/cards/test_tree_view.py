from __future__ import annotations

from wcwidth import width

from qwen_magic.conversation.chains.tree import ChainLine, Line, Node, Tree
from qwen_magic.notebook.cards.tree_view import (
    Row,
    chains_html,
    chains_text,
    rows_of,
    tree_html,
    tree_text,
)

# Turns 1, 2 and 3; then 2 again, which failed once; then 1 again with one after it.
NODES = (
    Node(1, None, "A"),
    Node(2, 1, "B"),
    Node(3, 2, "C"),
    Node(4, 1, "B", status="failed"),
    Node(5, 1, "B"),
    Node(6, None, "A"),
    Node(7, 6, "B", status="cancelled"),
)
LINES = {number: Line(f"Question {number}", number * 1000) for number in range(1, 8)}


def test_the_path_comes_first_and_branches_below_it() -> None:
    assert rows_of(Tree(NODES, 5), LINES) == [
        Row(1, "Question 1", 1000),
        Row(1, "Question 6", 6000, 1, "stale", 6),
        Row(2, "Question 7", 7000, 2, "stopped"),
        Row(2, "Question 5", 5000, 0, "head"),
        Row(2, "Question 2", 2000, 1, "stale"),
        Row(3, "Question 3", 3000, 1, "stale", 3),
        Row(2, "Question 4", 4000, 1, "failed"),
    ]


def test_after_rewinding_to_nothing_all_is_stale() -> None:
    found = rows_of(Tree(NODES[:3]), LINES)
    assert [(row.number, row.depth, row.mark) for row in found] == [
        (1, 1, "stale"),
        (2, 1, "stale"),
        (3, 1, "stale · --restore 3"),
    ]


def test_a_tree_as_text() -> None:
    tree = Tree((*NODES[:3], Node(4, 1, "B")), 4)
    assert tree_text("main", tree, LINES) == (
        "chain main · 2 turns · 2 beside the path\n"
        "   1  Question 1     1,000 tokens\n"
        "   2  Question 4     4,000 tokens  head\n"
        "      2  Question 2  2,000 tokens  stale\n"
        "      3  Question 3  3,000 tokens  stale · --restore 3"
    )
    assert tree_text("main", Tree(), {}) == "chain main · no turns yet"


def test_wide_characters_take_two_columns_in_a_terminal() -> None:
    questions = [
        "我叫小明，请记住。",
        "Hi",
        "👨\u200d👩\u200d👧 e\u0301",
        "很长的问题" * 20,
        "x" * 60,
    ]
    nodes = tuple(Node(n, n - 1 or None, "A") for n in range(1, 6))
    lines = {n: Line(question, n * 1000) for n, question in enumerate(questions, 1)}
    _, *rows = tree_text("草稿", Tree(nodes, 5), lines).splitlines()
    assert {width(row.partition(" tokens")[0]) for row in rows} == {6 + 60 + 2 + 5}
    assert rows[3].split()[1] == "很长的问题" * 5 + "很长的问…"
    chains = (ChainLine("草稿", 2, 10), ChainLine("main", 12, 10, is_current=True))
    assert chains_text(chains).splitlines() == [
        "  草稿       2 turns  10 tokens",
        "* main      12 turns  10 tokens",
    ]


def test_a_tree_as_html_runs_nothing() -> None:
    hostile = {1: Line("<script>alert(1)</script> $x$ \x1b[31m", 0)}
    html = tree_html("<b>", Tree(NODES[:1], 1), hostile)
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <span>$</span>x<span>$</span>" in html
    assert ">head</td>" in html


def test_a_long_tree_shows_what_is_around_its_head() -> None:
    nodes = tuple(Node(number, number - 1 or None) for number in range(1, 10_001))
    text = tree_text("main", Tree(nodes, 10_000), {}).splitlines()
    assert (len(text), text[1], text[-1].split()) == (
        202,
        "… 9,800 turns before",
        ["10000", "head"],
    )
    text = tree_text("main", Tree(nodes, 1), {}).splitlines()
    assert (text[1].split(), text[-1]) == (["1", "head"], "… 9,800 turns more")
    assert "… 9,800 turns more" in tree_html("main", Tree(nodes, 1), {})


def test_the_list_of_chains() -> None:
    chains = (ChainLine("draft <2>", 1, 1), ChainLine("main", 12, 3456, is_current=True))
    assert chains_text(chains) == (
        "  draft <2>        1 turn  1 token\n* main           12 turns  3,456 tokens"
    )
    html = chains_html(chains)
    assert "draft &lt;2&gt;" in html
    assert html.count(">current</td>") == 1
    assert chains_text(()) == chains_html(()) == "no chains yet"
