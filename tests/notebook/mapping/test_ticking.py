from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from qwen_magic.notebook.mapping.seen import Seen
from qwen_magic.notebook.mapping.ticking import Ticking

if TYPE_CHECKING:
    import pytest

DATA = {"text/plain": "2 rows completed"}


def test_a_terminal_has_a_bar_that_goes_and_then_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = Ticking(("A note",), is_seen=True)
    view.show(Seen(200, 10, known=10))
    view.show(Seen(200, 50, known=10, failed=1, input_tokens=2_000, output_tokens=100))
    view.settle(DATA, {})
    out, err = capsys.readouterr()
    assert out == "A note\n2 rows completed\n"
    assert "200" in err
    assert err.endswith("\r")


def test_without_a_reader_a_short_map_says_nothing_until_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = Ticking((), is_seen=False)
    view.show(Seen(200, 10))
    view.show(Seen(200, 200))
    view.settle(DATA, {})
    assert capsys.readouterr().err == ""


def test_without_tqdm_there_is_no_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    view = Ticking((), is_seen=True)
    view.show(Seen(200, 10))
    view.settle(DATA, {})
    assert capsys.readouterr() == ("2 rows completed\n", "")
