"""Takes the pictures of the README from a real JupyterLab: `poe pictures [NAME ...]`.

The demo server answers. Each picture shows cells and nothing of the application around them, but
for the chat at the side, whose place in it is the point. Look at them before you commit them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from qwen_magic.demo.server import DemoServer
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.lab import serving
from tests.browser.watching import use_theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import FloatRect

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

FOLDER = Path(__file__).parents[2] / "notebooks/images"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
LOAD = '%load_ext qwen_magic\n%config QwenMagics.region = "demo"'
PLAIN = """
.jp-Toolbar.jp-cell-toolbar, .jp-cell-toolbar, .jp-Collapser { visibility: hidden; }
.jp-WindowedPanel-outer { scrollbar-width: none; }
.jp-Notebook .jp-Cell { border-color: transparent !important; box-shadow: none !important; }
"""

HALF_DONE = """() => Number(
    document.querySelector('.qwen-magic-turn [role=progressbar]')?.getAttribute('aria-valuenow')
) >= 35"""

WEATHER = '''
def get_weather(city: str) -> dict:
    """Look up today's weather.

    Args:
        city: In English, without the country.
    """
    return {"city": city, "celsius": 21}
'''.strip()


def answer(lab: Jupyter) -> None:
    """Reasoning, an answer with a formula, and a second turn that remembers the first."""
    notebook = opened(
        lab,
        "%%qwen -e medium\nWhich is larger, 9.9 or 9.11?",
        "%%qwen\nWhat did I ask so far?",
    )
    run(notebook, 1, 1)
    notebook.output(1).locator("summary").first.evaluate("fold => fold.click()")
    run(notebook, 2, 2)
    in_both_themes(notebook, "answer", 1, 2)


def approval(lab: Jupyter) -> None:
    """Two calls of a function wait to be allowed."""
    notebook = opened(
        lab, WEATHER, "%%qwen -t get_weather\nWhat is the weather in Paris and in Rome?"
    )
    notebook.run(1)
    notebook.run(2, wait=False)
    notebook.page.get_by_role("button", name="Deny").nth(1).wait_for()
    in_both_themes(notebook, "approval", 1, 2)


def chains(lab: Jupyter) -> None:
    """A conversation that took another way after its first turn."""
    notebook = opened(
        lab,
        "%%qwen\nMy destination is Lisbon.",
        "%%qwen\nMy budget is 900 euros.",
        "%%qwen\nWhat is my budget?",
        "%%qwen --from 1\nMy budget is 200 euros.",
        "%qwen_chain",
    )
    run(notebook, 1, 5)
    in_both_themes(notebook, "chains", 4, 5)


def sources(lab: Jupyter) -> None:
    """An answer that cites what it found, with its sources unfolded."""
    notebook = opened(lab, "%%qwen -t web_search\nSearch the web for Qwen")
    run(notebook, 1, 1)
    notebook.output(1).locator("summary").last.evaluate("fold => fold.click()")
    in_both_themes(notebook, "sources", 1, 1)


def panel(lab: Jupyter) -> None:
    """The chat below a cell, continuing the notebook's conversation."""
    notebook = opened(lab, "%%qwen\nMy name is Alice, please remember it.", "%qwen_panel")
    run(notebook, 1, 2)
    chatted(notebook, ".jp-Cell", "What is my name?", turns=2)
    in_both_themes(notebook, "panel", 2, 2)


def jupyterlab(lab: Jupyter) -> None:
    """A question in its colours, buttons at the code of its answer, the chat at the side."""
    asked = "%%qwen -e low\nWrite a function in Python that finds the **primes** below {{limit}}"
    notebook = opened(lab, "limit = 30", asked)
    run(notebook, 1, 2)
    notebook.page.set_viewport_size({"width": 1120, "height": 690})
    notebook.command("qwen-magic:panel")
    chatted(notebook, "#qwen-magic-side", "What did I ask so far?", turns=2)
    notebook.output(2).locator("summary").first.scroll_into_view_if_needed()
    notebook.page.add_style_tag(
        content=".jp-Notebook .qwen-magic-code-bar { opacity: 1 !important }"
    )
    in_both_themes(notebook, "jupyterlab")


def chatted(notebook: OpenNotebook, inside: str, question: str, *, turns: int) -> None:
    """Ask in a chat, and wait until it shows so many turns."""
    chat = notebook.page.locator(f"{inside} .qwen-magic-panel")
    chat.get_by_label("Question").click()
    notebook.page.keyboard.type(question)
    notebook.page.keyboard.press("Enter")
    chat.get_by_text(f"chain main, turn {turns}").wait_for()


def table(lab: Jupyter) -> None:
    """200 reviews while they are asked."""
    reviews = FOLDER.parent / "reviews.csv"
    with DemoServer(pace=0.08) as server:
        notebook = opened(
            lab,
            f'%config QwenMagics.base_url = "{server.base_url}"\nimport pandas as pd\n'
            f'reviews = pd.read_csv("{reviews}", index_col="id")',
            "%%qwen --map reviews -o labels --yes --schema "
            '"sentiment: positive|negative|neutral, topics: [str]"\n'
            "How does the customer feel about our product?\n{{product}}: {{text}}",
        )
        run(notebook, 1, 1)
        notebook.run(2, wait=False)
        notebook.page.wait_for_function(HALF_DONE)
        in_both_themes(notebook, "table", 2, 2)


PICTURES: dict[str, Callable[[Jupyter], None]] = {
    one.__name__: one for one in (answer, approval, chains, sources, table, panel, jupyterlab)
}


def opened(lab: Jupyter, *cells: str) -> OpenNotebook:
    """Open a notebook with these cells behind the one that loads the extension, and run that."""
    notebook = lab.open([LOAD, *cells], "lesson.ipynb")
    notebook.page.set_viewport_size({"width": 900, "height": 1400})
    notebook.page.add_style_tag(content=PLAIN)
    notebook.command("application:toggle-left-area")
    run(notebook, 0, 0)
    return notebook


def run(notebook: OpenNotebook, first: int, last: int) -> None:
    """Run some cells, one after the other."""
    for i in range(first, last + 1):
        notebook.run(i)


def in_both_themes(notebook: OpenNotebook, name: str, first: int = -1, last: int = -1) -> None:
    """Take a picture in light and dark: of cells from the first to the last, or of the page."""
    for theme, called in THEMES.items():
        use_theme(notebook, called)
        notebook.page.mouse.move(0, 0)
        notebook.page.evaluate("() => document.fonts.ready.then(() => {})")
        notebook.page.wait_for_load_state("networkidle")
        clip = around(notebook, first, last) if first >= 0 else None
        file = FOLDER / f"{name}-{theme}.png"
        notebook.page.screenshot(path=file, clip=clip, caret="hide", animations="disabled")
        sys.stdout.write(f"{file.name}: {file.stat().st_size // 1000} kB\n")
    use_theme(notebook, THEMES["light"])


def around(notebook: OpenNotebook, first: int, last: int) -> FloatRect:
    """Return the place of some cells on the page."""
    cells = notebook.page.locator(".jp-NotebookPanel:visible .jp-Cell")
    top, bottom = cells.nth(first).bounding_box(), cells.nth(last).bounding_box()
    assert top
    assert bottom
    height = bottom["y"] + bottom["height"] - top["y"]
    return {"x": top["x"], "y": top["y"], "width": top["width"], "height": height}


def main(*names: str) -> None:
    """Take the pictures of these names, or all."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser,
    ):
        for name in names or PICTURES:
            place = Path(folder) / name
            place.mkdir()
            with serving("lab", place, browser, scale=2) as lab:
                PICTURES[name](lab)


if __name__ == "__main__":
    main(*sys.argv[1:])
