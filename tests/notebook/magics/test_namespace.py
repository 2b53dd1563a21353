from __future__ import annotations

import pytest

from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.namespace import check_free, variables_of

HIDDEN = {"In": ["", "1"], "exit": exit}


def test_what_ipython_put_there_is_no_variable_of_the_readers() -> None:
    assert variables_of({**HIDDEN, "x": 1}, HIDDEN) == {"x": 1}


def test_a_variable_of_the_readers_may_have_a_hidden_name() -> None:
    assert variables_of({**HIDDEN, "exit": 1}, HIDDEN) == {"exit": 1}


def test_a_turn_is_not_kept_in_ipythons_place() -> None:
    assert check_free("answer", HIDDEN) == "answer"
    with pytest.raises(CellError, match="-o 'In' is a name of IPython's own"):
        check_free("In", HIDDEN)
