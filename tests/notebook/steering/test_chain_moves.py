from __future__ import annotations

import pytest

from qwen_magic.conversation.chains.tree import Node, Tree
from qwen_magic.errors import RequestError
from qwen_magic.notebook.steering.chain_commands import ChainCommand
from qwen_magic.notebook.steering.chain_moves import moved, told

# Turns 1, 2 and 3; then another after 1.
TREE = Tree((Node(1), Node(2, 1), Node(3, 2), Node(4, 1)), 3)


@pytest.mark.parametrize(
    ("command", "head", "said"),
    [
        (
            ChainCommand("from", number=1),
            1,
            "The next cell continues from turn 1 · 2 turns set aside · %qwen_chain --restore 3",
        ),
        (
            ChainCommand("rewind", chain="a draft"),
            2,
            (
                "The next cell continues from turn 2 of chain 'a draft' · 1 turn set aside"
                " · %qwen_chain -c 'a draft' --restore 3"
            ),
        ),
        (
            ChainCommand("rewind", number=0),
            None,
            "The next cell begins a new conversation · 3 turns set aside · %qwen_chain --restore 3",
        ),
        (
            ChainCommand("restore", number=4),
            4,
            "The next cell continues from turn 2 · 2 turns set aside · %qwen_chain --restore 3",
        ),
        (ChainCommand("restore", number=3), 3, "Nothing changed: the path has 3 turns"),
    ],
)
def test_the_head_moves_and_the_way_back_is_told(
    command: ChainCommand, head: int | None, said: str
) -> None:
    after = moved(TREE, command)
    assert (after.head, told(TREE, after, command)) == (head, said)


@pytest.mark.parametrize(
    "command", [ChainCommand("from", number=0), ChainCommand("rewind", number=4)]
)
def test_a_turn_that_is_not_on_the_path_is_refused(command: ChainCommand) -> None:
    with pytest.raises(RequestError, match="the path has no turn"):
        moved(TREE, command)
