"""Whatever breaks in our extension, or is broken for it, the application starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_lab_colours import PYTHON, QUESTION, wait_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.lab import Jupyter

ENTRY = "/lab/extensions/qwen-magic/static/remoteEntry.js"
NO_SYNTAX = "export const = ;"
THROWS = """
export const needs = ["@jupyterlab/notebook"];
export default ({ INotebookTracker }) => ({
  id: "qwen-magic:code", wants: [INotebookTracker], start() { throw new Error("broken"); } });
"""
NO_PLUGIN = "export const needs = ['@jupyterlab/nothing']; export default () => undefined;"
GET = """async (scope) => {
    const ours = window._JUPYTERLAB['qwen-magic'];
    const made = scope === 'none' ? null : eval(scope);
    const modules = Object.fromEntries(window.names.map(name => [name, { '1.0.0': { get: made } }]));
    await ours.init(made ? modules : {});
    const module = (await ours.get('./extension'))();
    module.__scope__ = 'qwen-magic';
    const plugins = module.default;
    for (const plugin of plugins) plugin.activate(null, null);
    return { own: module.hasOwnProperty('__esModule'), ids: plugins.map(plugin => plugin.id) };
}"""
TOKENS = """async () => () => new Proxy({}, { get: (_, name) =>
    name === 'then' ? undefined : name === 'Decoration' ? { mark() {}, line() {} } : { name } })"""
MODULES = {
    "there are none": "none",
    "they are refused": "() => Promise.reject(new Error('broken'))",
    "they throw": "() => { throw new Error('broken'); }",
    "they are none": "async () => () => undefined",
    "they are empty": "async () => () => ({})",
    "their parts throw": "async () => () => ({ get Decoration() { throw new Error('broken'); } })",
    "what makes them throws": "async () => () => { throw new Error('broken'); }",
    "what makes them is none": "async () => null",
    "they never come": "() => new Promise(() => {})",
}


def test_an_application_starts_with_broken_parts(lab: Jupyter) -> None:
    with lab.with_files({"colours.js": NO_SYNTAX, "code.js": THROWS, "panel.js": NO_PLUGIN}):
        notebook = lab.open([PYTHON, QUESTION])
        notebook.run(0)
        wait_plain(notebook, 0, "if", plain=False)
        wait_plain(notebook, 1, "Is this", plain=True)
        active = "id => window.jupyterapp.isPluginActivated(id)"
        notebook.page.wait_for_function(active, arg="qwen-magic:code")
        assert notebook.page.locator("#qwen-magic-side").count() == 0
        assert notebook.console == []


@pytest.fixture(scope="module")
def bare(lab_server: Jupyter) -> Iterator[Page]:
    with lab_server.bare_page() as page:
        script = page.request.get(f"{lab_server.url}{ENTRY}").text()
        impatient = script.replace("15_000", "300")
        assert impatient != script
        page.route(f"**{ENTRY}", lambda route: route.fulfill(body=impatient))
        page.add_script_tag(url=ENTRY)
        parts = "['colours', 'code', 'panel'].map(part => import(`./${part}.js`))"
        base = ENTRY.rpartition("/")[0]
        parts = parts.replace("./", f"{base}/")
        page.evaluate(
            f"async () => {{ const found = await Promise.all({parts});"
            " window.names = found.flatMap(({ needs }) => needs); }"
        )
        yield page


def made(page: Page, modules: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(GET, modules)
    return found


def test_all_parts_are_there_with_modules_as_they_should_be(bare: Page) -> None:
    found = made(bare, TOKENS)
    assert found == {"own": True, "ids": [f"qwen-magic:{p}" for p in ("colours", "code", "panel")]}


@pytest.mark.parametrize("modules", MODULES.values(), ids=list(MODULES))
def test_the_entry_always_gives_a_list_of_plugins(bare: Page, modules: str) -> None:
    assert made(bare, modules)["own"] is True
