"""What we colour ourselves can be read in both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.contrast import faint
from tests.browser.panel import QUICK
from tests.browser.test_lab_side import SIDE, chat, execute, side
from tests.browser.watching import use_theme

if TYPE_CHECKING:
    from tests.browser.lab import Jupyter

TOOL = 'def get_weather(city: str) -> str:\n    "Look up the weather."\n    return "sunny"'
AS_POINTED_AT = """* { transition: none !important }
.qwen-magic-code-bar { opacity: 1 !important }
.qwen-magic-foot > .jupyter-button { opacity: .75 !important }"""


def test_every_word_of_the_chat_and_of_an_answer_can_be_read(lab: Jupyter) -> None:
    notebook = lab.open([f"{QUICK}\n{TOOL}", "%%qwen -e low\nWrite a function in Python"])
    notebook.run(0)
    notebook.run(1)
    notebook.page.add_style_tag(content=AS_POINTED_AT)
    notebook.output(1).locator(".qwen-magic-code-bar").wait_for()
    execute(notebook, "qwen-magic:panel")
    panel = chat(notebook)
    side(notebook).get_by_text("Tools and options").click()
    side(notebook).get_by_role("button", name="get_weather").click()
    panel.ask("What is the weather in Paris?")
    side(notebook).get_by_role("button", name="Allow").wait_for()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        use_theme(notebook, theme)
        for root, least in (
            (SIDE, 30),
            (".jp-Cell[data-windowed-list-index='1'] .jp-OutputArea", 6),
        ):
            count, found = faint(notebook.page, root)
            assert count >= least
            assert found == [], theme
    notebook.screenshot("contrast")
    side(notebook).get_by_role("button", name="Deny").click()
    panel.wait_idle()
