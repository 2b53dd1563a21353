"""The chat panel as a reader uses it, in a real JupyterLab and Notebook 7."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.panel import DEMO, QUICK, PanelIn, panel_in
from tests.browser.watching import use_theme

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter

LARGER = "Which is larger, 9.9 or 9.11?"
END = "a script answered, not a model"
WEATHER = 'def get_weather(city: str) -> str:\n    "Look up the weather."\n    return "sunny"'
UNNAMED = """root => [...root.querySelectorAll('button, select, input, textarea')]
    .filter(e => !e.innerText.trim() && !e.labels?.[0]?.innerText.trim()).length"""
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
LATE_ENTER = """field => field.dispatchEvent(new KeyboardEvent(
    "keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))"""


def test_a_question_is_answered_below_the_one_before(jupyter: Jupyter) -> None:
    panel = panel_in(jupyter)
    panel.notebook.screenshot(f"panel-idle-{jupyter.app}")
    panel.ask("My name is Ada.")
    panel.wait("chain main, turn 1")
    panel.ask("What is my name?")
    panel.wait("Ada", 3)
    panel.wait_idle()
    panel.notebook.screenshot(f"panel-answered-{jupyter.app}")
    panel.wait_questions("My name is Ada.", "What is my name?")
    expect(panel.field).to_have_value("")
    expect(panel.root.locator(".qwen-magic-used")).to_contain_text("2 turns")
    assert panel.notebook.console == []


def test_reasoning_folds_itself_and_stays_readable(lab: Jupyter) -> None:
    panel = panel_in(lab, "%config QwenMagics.effort = 'medium'", load=DEMO)
    panel.notebook.run(1)
    expect(panel.root.get_by_label("Effort")).to_have_value("Medium")
    panel.ask(LARGER)
    panel.wait("Thinking…")
    panel.notebook.screenshot("panel-thinking")
    panel.wait(END)
    fold = panel.turns.locator(".qwen-magic-fold > button").first
    expect(fold).to_have_text(re.compile("^Thought for "))
    fold.click()
    panel.wait("The question: which of")


def test_shift_enter_begins_a_line_and_enter_sends(jupyter: Jupyter) -> None:
    panel = panel_in(jupyter)
    panel.field.click()
    panel.page.keyboard.type("first")
    panel.page.keyboard.press("Shift+Enter")
    panel.page.keyboard.type("second")
    expect(panel.field).to_have_value("first\nsecond")
    for _ in "second":
        panel.page.keyboard.press("ArrowLeft")
    panel.page.keyboard.press("Enter")
    panel.wait(END)
    panel.wait_questions("first\nsecond")
    expect(panel.field).to_have_value("")
    assert panel.notebook.execution_count(0) == 1  # JupyterLab took no key for its own
    assert panel.notebook.console == []


def test_enter_that_ends_a_composition_sends_nothing(jupyter: Jupyter) -> None:
    panel = panel_in(jupyter)
    panel.field.click()
    typing = panel.page.context.new_cdp_session(panel.page)
    typing.send(
        "Input.imeSetComposition", {"text": "ni'hao", "selectionStart": 6, "selectionEnd": 6}
    )
    typing.send("Input.dispatchKeyEvent", ENTER | {"type": "rawKeyDown"})  # while it composes
    typing.send("Input.dispatchKeyEvent", ENTER | {"type": "keyUp"})
    typing.send("Input.insertText", {"text": "你好"})
    panel.field.evaluate(LATE_ENTER)  # as Safari tells it, when the composition is over
    expect(panel.field).to_have_value("你好")
    expect(panel.root.locator(".qwen-magic-question")).to_have_count(0)
    panel.page.keyboard.press("Enter")
    panel.wait("很高兴见到你")
    panel.wait_questions("你好")
    expect(panel.field).to_have_value("")
    assert panel.notebook.execution_count(0) == 1
    assert panel.notebook.console == []


def test_ctrl_enter_can_be_what_sends(lab: Jupyter) -> None:
    panel = panel_in(lab)
    panel.root.get_by_text("Tools and options").click()
    panel.root.get_by_label("Sends").select_option("Ctrl-Enter")
    panel.root.get_by_placeholder("Ctrl-Enter sends").wait_for()
    panel.field.click()
    for text in ("one", "two"):
        panel.page.keyboard.type(text)
        panel.page.keyboard.press("Enter")
    expect(panel.field).to_have_value("one\ntwo\n")
    panel.page.keyboard.press("Control+Enter")
    panel.wait(END)
    panel.field.fill("three")
    panel.button("Send").click()
    panel.wait(END, 2)
    panel.wait_questions("one\ntwo", "three")


def test_enter_that_ends_a_word_of_an_input_method_sends_nothing(lab: Jupyter) -> None:
    panel = panel_in(lab)
    panel.field.fill("ni hao")
    pressed = """field => field.dispatchEvent(new KeyboardEvent(
        'keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"""
    assert panel.field.evaluate(pressed)  # nobody took it
    expect(panel.field).to_have_value("ni hao")
    panel.page.keyboard.press("Enter")
    panel.wait(END)
    panel.wait_questions("ni hao")


def test_the_up_arrow_recalls_questions_in_an_empty_field(lab: Jupyter) -> None:
    panel = panel_in(lab, "panel.ask('first'); panel.ask('second')")
    panel.notebook.run(1)
    panel.wait(END, 2)
    panel.wait_idle()
    panel.field.click()
    for key, expected in (
        ("ArrowUp", "second"),
        ("ArrowUp", "first"),
        ("ArrowUp", "first"),
        ("ArrowDown", "second"),
        ("ArrowDown", ""),
        ("ArrowUp", "second"),
    ):
        panel.page.keyboard.press(key)
        expect(panel.field).to_have_value(expected)
    panel.page.keyboard.type(", please")
    panel.page.keyboard.press("ArrowUp")
    expect(panel.field).to_have_value("second, please")


def test_a_retried_question_takes_its_own_place(lab: Jupyter) -> None:
    panel = panel_in(lab, "panel.ask('one'); panel.ask('two')", "%qwen_chain")
    panel.notebook.run(1)
    panel.wait(END, 2)
    panel.wait_idle()
    panel.turns.first.hover()
    panel.turns.first.get_by_role("button", name="Retry").click()
    panel.wait("2 earlier turns set aside")
    panel.wait_idle()
    panel.wait_questions("one")
    panel.notebook.run(2)
    told = panel.notebook.outputs(2)[0]["data"]["text/plain"]
    assert "1 turn · 2 beside the path" in told


def test_an_edited_question_branches_there(lab: Jupyter) -> None:
    panel = panel_in(lab, "panel.ask('My name is Ada.'); panel.ask('two'); panel.ask('three')")
    panel.notebook.run(1)
    panel.wait(END, 3)
    panel.wait_idle()
    panel.turns.nth(1).hover()
    panel.turns.nth(1).get_by_role("button", name="Edit").click()
    panel.root.get_by_text("takes the place of that one").wait_for()
    expect(panel.field).to_have_value("two")
    panel.field.fill("What is my name?")
    panel.page.keyboard.press("Enter")
    panel.wait("Ada", 3)
    panel.wait_idle()
    panel.wait_questions("My name is Ada.", "What is my name?")
    expect(panel.root.get_by_text("takes the place of that one")).to_have_count(0)


def test_chains_can_be_begun_copied_and_renamed(lab: Jupyter) -> None:
    panel = panel_in(lab, "panel.ask('one')", "%qwen_chain --list")
    panel.notebook.run(1)
    panel.wait(END)
    panel.wait_idle()
    panel.button("Fork").click()
    panel.root.get_by_label("Name of the copy").press("Enter")
    panel.root.get_by_label("Chain").wait_for()
    panel.ask("two")
    panel.wait(END, 2)
    panel.button("New").click()
    panel.root.get_by_label("Name of the new chain").fill("draft")
    panel.notebook.screenshot("panel-naming")
    panel.button("OK").click()
    panel.root.get_by_text("Ask a question below").wait_for()
    panel.ask("three")
    panel.wait(END)
    panel.wait_idle()
    panel.button("Rename").click()
    panel.root.get_by_label("New name").fill("final")
    panel.page.keyboard.press("Enter")
    panel.page.wait_for_function(
        "panel => panel.querySelector('.qwen-magic-chain select')?.value === 'final'",
        arg=panel.root.element_handle(),
    )
    panel.wait_questions("three")
    panel.root.get_by_label("Chain").select_option("main")
    panel.wait("one")
    panel.wait_questions("one")
    panel.notebook.run(2)
    listed = panel.notebook.outputs(2)[0]["data"]["text/plain"].splitlines()
    assert [line.split("  ")[1 if line.startswith(" ") else 0].strip(" *") for line in listed] == [
        "final",
        "main",
        "main copy",
    ]


def test_code_is_copied_and_put_below_the_cell_that_ran_last(jupyter: Jupyter) -> None:
    panel = panel_in(jupyter, "panel.ask('Write Python code that prints primes')", "1 + 1", "2 + 2")
    panel.notebook.run(1)
    panel.wait(END)
    panel.wait_idle()
    panel.notebook.run(2)
    panel.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.turns.last.locator(".highlight").hover()
    panel.button("Copy").click()
    panel.button("Copied").wait_for()
    code = panel.page.evaluate("() => navigator.clipboard.readText()")
    assert code.startswith("def primes(")
    assert code.endswith("29]")
    panel.button("Insert below").click()
    panel.button("Inserted").wait_for()
    panel.notebook.screenshot(f"panel-code-{jupyter.app}")
    cells = "() => window.panel().content.widgets.map(c => c.model.sharedModel.getSource())"
    panel.page.wait_for_function(f"() => ({cells})().length === 5")
    assert panel.page.evaluate(cells)[2:] == ["1 + 1", code, "2 + 2"]
    panel.notebook.run(3)
    assert panel.notebook.outputs(3)[0]["text"].strip() == "[2, 3, 5, 7, 11, 13, 17, 19, 23, 29]"


def test_tools_are_offered_and_used(lab: Jupyter) -> None:
    panel = panel_in(lab, "def double(n: int) -> int:\n    return 2 * n")
    panel.notebook.run(1)
    panel.root.get_by_text("Tools and options").click()
    panel.button("double()").wait_for()
    panel.button("web search").click()
    panel.notebook.screenshot("panel-options")
    panel.ask("Find the Alibaba Cloud website")
    panel.wait("Web search")
    panel.wait_idle()


def test_variables_are_filled_in_as_in_a_cell(lab: Jupyter) -> None:
    panel = panel_in(lab, "x = 20")
    panel.notebook.run(1)
    panel.ask("What is {{x}} + {{x}}?")
    panel.wait("{{x}}: int")
    panel.wait("40")
    panel.wait_questions("What is {{x}} + {{x}}?")


def test_an_error_is_told_with_what_to_do(lab: Jupyter) -> None:
    panel = panel_in(lab, load='%load_ext qwen_magic\n%config QwenMagics.region = "beijing"')
    panel.ask("Hello")
    panel.wait("No API key is set")
    panel.notebook.screenshot("panel-error")
    expect(panel.turns.last.get_by_role("button", name="Retry")).to_be_visible()
    panel.wait_idle()


def test_a_broken_answer_stays_with_its_reason(lab: Jupyter) -> None:
    panel = panel_in(lab, "%config QwenMagics.model = 'demo-cut'")
    panel.notebook.run(1)
    panel.ask("Hello")
    panel.wait("The stream ended before")
    expect(panel.turns.last.locator(".qwen-magic-turn")).to_contain_text("Hello")
    panel.notebook.screenshot("panel-broken")


def test_without_a_key_the_demo_answers_and_says_so(lab: Jupyter) -> None:
    panel = panel_in(lab, load="%load_ext qwen_magic")
    panel.ask("Hello")
    panel.wait("so the built-in demo answers")


def test_keys_alone_lead_through_the_panel_and_lose_no_focus(lab: Jupyter) -> None:
    panel = panel_in(lab, WEATHER, load=QUICK)
    panel.notebook.run(1)
    keys = panel.page.keyboard
    panel.field.focus()
    for name in ("Model", "Effort", "Send", "collapsed: Tools and options"):
        keys.press("Tab")
        expect(focused(panel)).to_have_accessible_name(name)
    keys.press("Space")
    tool = panel.root.get_by_role("button", name="get_weather()")
    expect(tool).to_be_visible()
    tool.focus()
    keys.press("Enter")
    expect(tool).to_have_accessible_name("on: get_weather()")
    panel.button("New").focus()
    keys.press("Enter")
    expect(focused(panel)).to_have_accessible_name("Name of the new chain")
    keys.press("Escape")
    expect(panel.field).to_be_focused()
    panel.button("Rename").focus()
    keys.press("Enter")
    expect(focused(panel)).to_have_accessible_name("New name")
    expect(focused(panel)).to_have_css("outline-width", "2px")
    keys.type("trip\n")
    expect(panel.root.get_by_label("Chain")).to_have_value("trip")
    expect(panel.field).to_be_focused()
    keys.type("What is the weather in Paris?\n")
    panel.button("Allow").wait_for()
    assert panel.root.evaluate(UNNAMED) == 0
    panel.button("Allow").focus()
    keys.press("Enter")
    expect(panel.field).to_be_focused()
    panel.wait(END)
    panel.wait_idle()
    panel.button("Retry").focus()
    keys.press("Enter")
    expect(panel.field).to_be_focused()
    panel.button("Deny").wait_for()
    panel.button("Stop").focus()
    keys.press("Enter")
    panel.wait_idle()
    expect(panel.field).to_be_focused()


def focused(panel: PanelIn) -> Locator:
    """Return what has the focus in a panel."""
    return panel.root.locator(":focus")


def test_it_fits_320_pixels_docked_and_dark(lab: Jupyter) -> None:
    panel = panel_in(lab, "panel.ask('Write Python code that prints primes')")
    panel.notebook.run(1)
    panel.wait(END)
    panel.page.evaluate("() => { window.panel().content.activeCellIndex = 0; }")
    panel.notebook.command("notebook:create-output-view")
    docked = PanelIn(panel.notebook, ".jp-LinkedOutputView")
    docked.root.evaluate("root => { root.style.width = '320px'; }")
    panel.notebook.screenshot("panel-narrow")
    wide = "e => e.scrollWidth > e.clientWidth + 1"
    assert not docked.root.evaluate(wide)
    assert not docked.root.locator(".qwen-magic-transcript").evaluate(wide)
    color = "e => getComputedStyle(e).color"
    light = docked.root.evaluate(color)
    use_theme(panel.notebook, "JupyterLab Dark")
    assert docked.root.evaluate(color) != light
    panel.notebook.screenshot("panel-narrow-dark")
    use_theme(panel.notebook, "JupyterLab Light")
