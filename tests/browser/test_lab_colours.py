"""Questions look like questions: colours by computed style, in JupyterLab and Notebook 7."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.watching import use_theme

if TYPE_CHECKING:
    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

PYTHON = "x = 1 if True else 2"
QUESTION = """%%qwen -m qwen3.7-max --effort=low -s "is it"
Is this and that *one* or two, if {{name}} is {other}?

```python
for x in y: pass
```
"""
STYLE = """([i, text]) => {
    const editor = window.panel().content.widgets[i].editorWidget.node.querySelector('.cm-content');
    const walker = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    const found = (nodes.find(({ data }) => data.trim() === text)
        ?? nodes.find(({ data }) => data.includes(text)))?.parentElement;
    const { color, fontWeight, fontStyle } = getComputedStyle(found ?? editor);
    let behind = found, ground = 'rgba(0, 0, 0, 0)';
    for (; behind && /, 0\\)|0\\.15\\)/.test(ground); behind = behind.parentElement)
        ground = getComputedStyle(behind).backgroundColor;
    const variable = found?.closest('.qwen-magic-variable')?.textContent ?? '';
    return { color, weight: fontWeight, style: fontStyle, ground, variable,
        plain: getComputedStyle(editor).color };
}"""

WRAPS = """wanted => JSON.stringify(wanted) === JSON.stringify(
    window.panel().content.widgets.map(cell => cell.editor.editor.lineWrapping))"""


def style(notebook: OpenNotebook, i: int, text: str) -> dict[str, str]:
    """Return how a text in a cell looks, and what plain text looks like there."""
    found: dict[str, str] = notebook.page.evaluate(STYLE, [i, text])
    return found


def wait_plain(notebook: OpenNotebook, i: int, text: str, *, plain: bool) -> None:
    """Wait until a text in a cell has the colour of plain text, or another one."""
    notebook.page.wait_for_function(
        f"([i, text, plain]) => {{ const it = ({STYLE})([i, text]);"
        " return (it.color === it.plain) === plain; }",
        arg=[i, text, plain],
    )


def cells_of(notebook: OpenNotebook) -> list[dict[str, Any]]:
    """Return the cells as they would be saved; JupyterLab itself adds to the notebook's metadata."""
    cells = notebook.page.evaluate("() => window.panel().context.model.toJSON().cells")
    for cell in cells:
        cell["metadata"].pop("trusted", None)
        cell["source"] = cell["source"].splitlines(keepends=True)
    return list(cells)


def test_a_question_is_markdown_and_its_magic_is_marked(jupyter: Jupyter) -> None:
    notebook = jupyter.open(
        [PYTHON, QUESTION, "%qwen -e low Is it 1 or 2, {{name}}?", "%%bash\nls"]
    )
    wait_plain(notebook, 0, "if", plain=False)
    wait_plain(notebook, 1, "Is this and that", plain=True)
    wait_plain(notebook, 1, "for", plain=False)
    wait_plain(notebook, 2, "%qwen", plain=False)
    assert style(notebook, 1, "one")["style"] == "italic"
    assert style(notebook, 1, "for")["color"] == style(notebook, 0, "if")["color"]
    plain = style(notebook, 1, "Is this")["plain"]
    for i, text in ((1, "%%qwen"), (1, "-m"), (1, "--effort"), (1, "-s"), (2, "%qwen"), (2, "-")):
        assert style(notebook, i, text)["color"] != plain, text
    for i, text in ((1, "qwen3.7-max"), (1, '"is it"'), (1, "{other}"), (2, "Is it 1 or 2")):
        assert style(notebook, i, text)["color"] == plain, text
    assert [style(notebook, i, "name")["variable"] for i in (1, 2)] == ["{{name}}", "{{name}}"]
    assert style(notebook, 1, "other")["variable"] == ""
    notebook.page.wait_for_function(WRAPS, arg=[False, True, False, False])
    assert cells_of(notebook) == json.loads(notebook.path.read_text())["cells"]
    notebook.screenshot(f"colours-{jupyter.app}")


def test_colours_follow_what_is_typed_and_the_file_tells_nothing(jupyter: Jupyter) -> None:
    notebook = jupyter.open([PYTHON])
    wait_plain(notebook, 0, "if", plain=False)
    notebook.page.locator(".jp-Notebook .cm-content").click()
    keyboard = notebook.page.keyboard
    for key in ("ControlOrMeta+Home", "Enter", "ArrowUp"):
        keyboard.press(key)
    for typed, plain in (
        ("%%qwe", False),
        ("n", True),
        ("x", False),
        ("\b", True),
        (" -e low", True),
    ):
        keyboard.press("Backspace") if typed == "\b" else keyboard.type(typed)
        wait_plain(notebook, 0, "if", plain=plain)
    notebook.page.wait_for_function(WRAPS, arg=[True])
    keyboard.press("Home")
    keyboard.type("#")
    wait_plain(notebook, 0, "if", plain=False)
    notebook.page.wait_for_function(WRAPS, arg=[False])
    notebook.save()
    (cell,) = notebook.saved().cells
    assert cell.source == f"#%%qwen -e low\n{PYTHON}"
    assert set(cell.metadata) <= {"trusted"}
    assert cell.cell_type == "code"


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("\n %%qwen\nif", True),
        ("    %%qwen\n    if", True),
        ("\uff05\uff05\uff51\uff57\uff45\uff4e \u2014\u2014new\nif", True),
        ("%%qwen?\nif", False),
        ("%%qwenx\nif", False),
        ("%qwen_log\nif", False),
        ("x = '''\n%%qwen'''\nif", False),
    ],
)
def test_what_begins_like_a_question_is_one(lab: Jupyter, cell: str, *, plain: bool) -> None:
    notebook = lab.open([PYTHON, cell])
    wait_plain(notebook, 0, "if", plain=False)
    wait_plain(notebook, 1, "if", plain=plain)


def test_what_is_sent_as_it_stands_is_no_variable(lab: Jupyter) -> None:
    notebook = lab.open(["%%qwen --raw\nIs {{name}} it?", "f'{{name}}'"])
    wait_plain(notebook, 0, "Is", plain=True)
    assert [style(notebook, i, "name")["variable"] for i in (0, 1)] == ["", ""]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_marks_can_be_read_in_both_themes(lab: Jupyter) -> None:
    notebook = lab.open([QUESTION])
    wait_plain(notebook, 0, "for", plain=False)
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        use_theme(notebook, theme)
        for text in ("%%qwen", "-m", "name"):
            seen = style(notebook, 0, text)
            assert contrast(seen["color"], seen["ground"]) >= 4.5, (theme, text, seen)
