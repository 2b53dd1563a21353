from __future__ import annotations

import pytest

from qwen_magic.notebook.live.widgets import Look
from qwen_magic.notebook.panel.chains import free_name
from qwen_magic.notebook.panel.composer import Composer, is_sent
from qwen_magic.notebook.panel.options import tools_among
from qwen_magic.notebook.panel.page import PanelPage


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        ("Hello", "Hello\n", True),
        ("Hel", "Hello\n", True),  # keys that came together
        ("one\ntwo", "one\ntwo\n", True),
        ("onetwo", "one\ntwo", False),
        ("", "\n", False),
        ("  ", "  \n", False),
        ("", "def f():\n    pass\n", False),  # pasted
        ("Hello\n", "Hello", False),
    ],
)
def test_a_line_end_behind_everything_else_sends(
    old: str,
    new: str,
    sent: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert is_sent(old, new) == sent


def test_what_is_written_while_the_script_comes_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = PanelPage({})
    composer = Composer(look := Look(), page, send=lambda _: None, stop=lambda: None)
    sent: list[set[str]] = []

    def note(key: str | set[str]) -> None:
        sent.append({key} if isinstance(key, str) else {*key})

    monkeypatch.setattr(composer.text, "send_state", note)
    page.is_ready = True
    assert not composer.text.continuous_update
    assert sent == [{"continuous_update", "placeholder"}]  # a second one would empty the field
    look.close()
    page.close()


def test_a_free_name_is_no_other_chains() -> None:
    assert free_name("chat", []) == "chat"
    assert free_name("chat", ["chat", "chat 2"]) == "chat 3"


def test_functions_of_the_notebook_and_mcp_servers_can_be_tools() -> None:
    def own() -> None: ...
    def imported() -> None: ...

    own.__module__ = "__main__"
    server = {"type": "mcp", "server_label": "a"}
    found = {"own": own, "_own": own, "imported": imported, "server": server, "n": 1, "C": int}
    assert tools_among(found) == ("own", "server")
