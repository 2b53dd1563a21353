"""The chat at the side, in JupyterLab and Notebook 7: how it opens, and which notebook's it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.panel import QUICK, PanelIn

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

SIDE = "#qwen-magic-side"
EXECUTE = "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }"
SOURCES = "() => window.panel().content.widgets.map(cell => cell.model.sharedModel.getSource())"


def execute(notebook: OpenNotebook, command: str, **arguments: object) -> None:
    """Run a command, as the palette does."""
    notebook.page.evaluate(EXECUTE, [command, arguments])


def side(notebook: OpenNotebook) -> Locator:
    return notebook.page.locator(SIDE)


def chat(notebook: OpenNotebook) -> PanelIn:
    """Return the chat of the active notebook, once it hears keys."""
    panel = PanelIn(notebook, f"{SIDE} > .lm-Panel:not(.lm-mod-hidden)")
    panel.wait_helped()
    return panel


def test_it_offers_to_load_and_leaves_no_trace_in_the_notebook(jupyter: Jupyter) -> None:
    notebook = jupyter.open(["[1 + 1]", "_, len(Out)", QUICK])
    notebook.run(0)
    execute(notebook, "qwen-magic:panel")
    side(notebook).get_by_role("button", name="Load it").wait_for()
    notebook.page.keyboard.press("Enter")  # the button has the focus
    chat(notebook)
    notebook.page.wait_for_function("() => document.activeElement.tagName === 'TEXTAREA'")
    notebook.run(1)
    notebook.wait_output(1, "([2], 1)")
    assert notebook.execution_count(1) == 2
    notebook.run(2)
    notebook.page.keyboard.press("Escape")  # leads to the cells, and these keys back to the chat
    notebook.page.wait_for_function("() => document.activeElement.closest('.jp-Notebook')")
    notebook.page.keyboard.press("q")
    notebook.page.keyboard.press("q")
    notebook.page.wait_for_function("() => document.activeElement.tagName === 'TEXTAREA'")
    notebook.page.keyboard.type("My name is Alice.\n")
    panel = chat(notebook)
    panel.wait("turn 1")
    panel.wait_questions("My name is Alice.")
    assert len(notebook.page.evaluate(SOURCES)) == 3
    notebook.screenshot(f"side-{jupyter.app}")


def test_code_lands_below_the_cell_where_the_reader_is(jupyter: Jupyter) -> None:
    notebook = jupyter.open([QUICK, "first = 1", "last = 1"])
    notebook.run(0)
    notebook.run(1)
    execute(notebook, "qwen-magic:panel")
    panel = chat(notebook)
    panel.ask("Write a function in Python")
    panel.wait("turn 1")
    block = panel.root.locator(".highlight").first
    for name in ("Insert below", "Run below"):
        block.hover()
        block.get_by_role("button", name=name).click()
    notebook.wait_output(3, "29]")
    cells = notebook.page.evaluate(SOURCES)
    assert [cell.startswith("def primes") for cell in cells] == [False, False, True, True, False]
    notebook.wait_ran(3, 3)
    assert notebook.execution_count(2) is None


def test_it_begins_anew_with_a_kernel_and_shows_when_a_cell_loads_us(lab: Jupyter) -> None:
    notebook = lab.open([QUICK, "%qwen My name is Alice."])
    execute(notebook, "qwen-magic:panel")
    side(notebook).get_by_text("has not loaded").wait_for()
    notebook.run(0)
    notebook.run(1)
    chat(notebook).wait_questions("My name is Alice.")
    notebook.restart()
    side(notebook).get_by_text("has not loaded").wait_for()
    side(notebook).get_by_role("button", name="Load it").click()
    chat(notebook).wait("turn 1")
    notebook.reload()  # the kernel goes on, and its chat with it
    notebook.wait_done()
    count = "import qwen_magic.notebook.panel.feed as f; len(f.shared().feed.panels)"
    notebook.insert_below(1, count)
    execute(notebook, "qwen-magic:panel")
    chat(notebook).wait("turn 1")
    notebook.run(2)
    notebook.wait_output(2, "1")
    assert notebook.outputs(2)[0]["data"]["text/plain"] == "1"
    notebook.page.evaluate("() => window.panel().sessionContext.shutdown()")
    side(notebook).get_by_text("has no kernel").wait_for()
    side(notebook).get_by_role("button", name="Choose one").click()
    notebook.page.locator(".jp-Dialog").get_by_role("button", name="Select").click()
    side(notebook).get_by_role("button", name="Load it").wait_for()


def test_it_follows_the_active_notebook(lab: Jupyter) -> None:
    notebook = lab.open([QUICK, "%qwen My name is Alice."])
    notebook.run(0)
    notebook.run(1)
    execute(notebook, "qwen-magic:panel")
    chat(notebook).wait_questions("My name is Alice.")
    (lab.root / "other.ipynb").write_bytes(notebook.path.read_bytes())
    execute(notebook, "docmanager:open", path="other.ipynb")
    side(notebook).get_by_text("has not loaded").wait_for()
    expect(side(notebook).locator(".qwen-magic-panel:visible")).to_have_count(0)
    notebook.page.evaluate("() => window.jupyterapp.shell.activateById(window.panel().id)")
    chat(notebook).wait_questions("My name is Alice.")
    chat(notebook).ask("What is my name?")
    chat(notebook).wait("turn 2")


def test_the_launcher_and_the_menu_lead_to_it(lab: Jupyter) -> None:
    notebook = lab.open([QUICK])
    notebook.run(0)
    execute(notebook, "launcher:create")
    tile = notebook.page.locator(".jp-LauncherCard:visible", has_text="Qwen")
    tile.focus()
    notebook.page.keyboard.press("Enter")
    chat(notebook)
    execute(notebook, "application:toggle-right-area")
    notebook.page.locator(".lm-MenuBar-item", has_text="View").click()
    notebook.page.locator(".lm-Menu-item", has_text="Qwen").click()
    chat(notebook)
