from __future__ import annotations

import pytest

from qwen_magic.notebook.markdown.markdown import to_html, to_markdown


@pytest.mark.parametrize(
    ("text", "shown", "written"),
    [
        ("- [x] a", "☑ a", "- ☑ a"),
        ("- [X] **a**", "☑ <strong>a</strong>", "- ☑ **a**"),
        ("1. [ ] a", "☐ a", "1. ☐ a"),
        ("- [y] a", "[y] a", r"- &#91;y&#93; a"),
        ("- [x]a", "[x]a", r"- &#91;x&#93;a"),
        ("[x] a", "[x] a", r"&#91;x&#93; a"),
        ("> [!NOTE]\n> a", "<strong>Note</strong><br>\na", "> **Note**\\\n> a"),
        ("> [!caution]", "<strong>Caution</strong>", "> **Caution**"),
        ("> [!NOTE] a", "[!NOTE] a", r"> &#91;!NOTE&#93; a"),
        ("> [!OTHER]\n> a", "[!OTHER]\na", "> &#91;!OTHER&#93;\n> a"),
        ("[!NOTE]", "[!NOTE]", "&#91;!NOTE&#93;"),
    ],
)
def test_boxes_and_alerts(text: str, shown: str, written: str) -> None:
    assert shown in to_html(text)
    assert to_markdown(text) == f"{written}\n"
