"""A panel in a notebook: what a reader does in it, and what is seen of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.hearing import wait_hearing, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

__all__ = ["DEMO", "QUICK", "PanelIn", "panel_in"]

DEMO = '%load_ext qwen_magic\n%config QwenMagics.region = "demo"'
QUICK = f"{DEMO}\n%config QwenMagics.replay_speed = 20"  # where nobody watches it write
SHOW = "import qwen_magic, time\npanel = qwen_magic.Panel()\npanel"


# The browser has no inner text for turns out of sight, which it does not draw.
READ = """([panel, text, count]) => {
    const read = turn => turn.innerText.trim() ? turn.innerText : turn.textContent;
    const turns = document.querySelector(panel)?.querySelectorAll('.qwen-magic-exchange') ?? [];
    return [...turns].map(read).join('').split(text).length > count;
}"""


class PanelIn:
    """The first panel on a notebook's page, or one inside another element."""

    def __init__(self, notebook: OpenNotebook, inside: str = "") -> None:
        self.notebook = notebook
        self.page = notebook.page
        self._place = f"{inside} .qwen-magic-panel"
        self.root = self.page.locator(self._place).first
        self.root.wait_for()

    def wait_helped(self) -> None:
        """Wait until the panel's script hears keys."""
        self.root.and_(self.page.locator(".qwen-magic-helped")).wait_for()

    @property
    def field(self) -> Locator:
        return self.root.get_by_label("Question")

    @property
    def turns(self) -> Locator:
        return self.root.locator(".qwen-magic-exchange")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def ask(self, text: str) -> None:
        """Paste a question and press Enter; each key would be a message to the kernel."""
        self.field.fill(text)
        self.field.press("Enter")

    def wait(self, text: str, count: int = 1) -> None:
        """Wait until a text can be read so many times in the turns."""
        wait_until(self.page, READ, arg=[self._place, text, count])

    def wait_idle(self) -> None:
        """Wait until nothing is on its way."""
        self.button("Stop").wait_for(state="detached")

    def wait_questions(self, *texts: str) -> None:
        """Wait until these are the questions that are shown."""
        whole = [re.compile(rf"^\s*(You: )?\s*{_escaped(text)}\s*$") for text in texts]
        expect(self.root.locator(".qwen-magic-question")).to_have_text(whole)


def _escaped(text: str) -> str:
    """Return a regular expression for a text that JavaScript reads too."""
    return re.escape(text).replace("\\\n", "\\n")


def panel_in(jupyter: Jupyter, *cells: str, load: str = QUICK, fresh: bool = False) -> PanelIn:
    """Open a notebook whose first cell shows a panel, and run that cell."""
    notebook = jupyter.open([f"{load}\n{SHOW}", *cells], fresh=fresh)
    notebook.page.set_viewport_size({"width": 1200, "height": 1100})
    notebook.run(0)
    panel = PanelIn(notebook)
    panel.wait_helped()
    wait_hearing(panel.page)
    return panel
