from __future__ import annotations

import pytest

from qwen_magic.errors import CellError, QwenError
from qwen_magic.notebook.magics.chain_flags import CHAIN_FLAGS, LOG_FLAGS, chain_help, log_help
from qwen_magic.notebook.steering.chain_commands import (
    ChainCommand,
    LogCommand,
    parse_chain,
    parse_log,
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("", ChainCommand()),
        ("draft", ChainCommand("switch", "draft")),
        ('"a draft"', ChainCommand("switch", "a draft")),
        ("--new draft", ChainCommand("new", "draft")),
        ("--new=draft", ChainCommand("new", "draft")),
        ("--from 2", ChainCommand("from", number=2)),
        ("--rewind", ChainCommand("rewind")),
        ("--rewind 0", ChainCommand("rewind", number=0)),
        ("--rewind -c draft", ChainCommand("rewind", chain="draft")),
        ("-c draft --restore 4", ChainCommand("restore", number=4, chain="draft")),
        ("--resume", ChainCommand("resume")),
        ("--resume 'a b.ipynb' -c x", ChainCommand("resume", chain="x", file="a b.ipynb")),
        ("--list", ChainCommand("list")),
        ("--delete draft", ChainCommand("delete", "draft")),
        ("--delete draft --force", ChainCommand("delete", "draft", force=True)),
        ("--rename draft 'the end'", ChainCommand("rename", "draft", "the end")),
        ("-c draft", ChainCommand(chain="draft")),
    ],
)
def test_a_line_of_qwen_chain_asks_for_one_thing(line: str, command: ChainCommand) -> None:
    assert parse_chain(line) == command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("", LogCommand()),
        ("--reasoning -c draft", LogCommand(reasoning=True, chain="draft")),
        ("--to md log.md", LogCommand("md", "log.md")),
        (r"--to json C:\new\log.json --force", LogCommand("json", r"C:\new\log.json", force=True)),
    ],
)
def test_a_line_of_qwen_log_shows_or_writes(line: str, command: LogCommand) -> None:
    assert parse_log(line) == command


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--nwe x", "unknown option '--nwe'\n→ did you mean --new? "),
        ("--help", "unknown option '--help'\n→ %qwen_chain? shows the help"),
        ("--new", "--new needs NAME\n→ --new NAME: begin a chain"),
        ("--new --list", "--new needs NAME"),
        ("--rename one", "--rename needs CHAIN and NAME"),
        ("--from two", "'two' is no turn's number\n→ %qwen_chain shows"),
        ("--from 1 --from 2", "--from is given twice\n→ leave one of them out"),
        ("--from 1 --list", "--from and --list exclude each other"),
        ("draft --list", "--list and 'draft' exclude each other"),
        ("my draft", "unexpected 'draft'\n→ a name of several words needs quotes: \"my draft\""),
        ("''", "a chain cannot be called ''"),
        ("--force", "--force goes with --delete only"),
        ("-c one two", "-c does not go with another name"),
        ("don't", 'a quote is not closed: "don\'t"'),
        ("sk-0123456789abcdef", "an API key does not belong on the magic line"),
    ],
)
def test_a_wrong_line_of_qwen_chain_is_refused_with_the_next_step(line: str, said: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_chain(line)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("draft", "unexpected 'draft'\n→ -c draft names a chain"),
        ("--to md", "--to needs FORMAT and FILE"),
        ("--to pdf log.pdf", "unknown format 'pdf'"),
        ("--force", "--force goes with --to only"),
    ],
)
def test_a_wrong_line_of_qwen_log_is_refused_with_the_next_step(line: str, said: str) -> None:
    with pytest.raises(QwenError) as caught:
        parse_log(line)
    assert said in str(caught.value)


def test_the_help_has_every_flag() -> None:
    for table, text in ((CHAIN_FLAGS, chain_help()), (LOG_FLAGS, log_help())):
        assert [flag for row in table for flag in row.flags if flag not in text] == []
    assert "--rewind [N]" in chain_help()
