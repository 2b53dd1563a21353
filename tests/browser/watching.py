"""What a reader's eye would notice in a cell's output: where words stand, and every frame."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.notebook import OpenNotebook

__all__ = ["Frame", "Word", "frames", "pictured", "use_theme", "watch_frames", "words"]

_WORDS = """i => {
    const area = window.panel().content.widgets[i].outputArea.node;
    const from = area.getBoundingClientRect();
    const skipped = 'details:not([open]) > div, style, mjx-container, button';
    const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.data.trim() || node.parentElement.closest(skipped)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        const place = [box.top - from.top, box.left - from.left, box.width, box.height];
        if (box.width) found.push([node.data.trim(), ...place.map(Math.round)]);
    }
    return found;
}"""
_WATCH = """i => {
    const node = window.panel().content.widgets[i].outputArea.node;
    const frames = window.frames_ = [];
    window.watching = true;
    const look = () => {
        const widgets = node.querySelector('.jupyter-widgets') !== null;
        frames.push([node.getBoundingClientRect().height, node.innerText.trim().length, widgets]);
        if (window.watching) requestAnimationFrame(look);
    };
    look();
}"""


@dataclass(frozen=True)
class Word:
    """A run of text and its place in the output, in pixels."""

    text: str
    top: int
    left: int
    width: int
    height: int


@dataclass(frozen=True)
class Frame:
    """One frame: how high the output is, how many characters it shows, whether it is live."""

    height: float
    characters: int
    is_live: bool


def words(notebook: OpenNotebook, i: int) -> list[Word]:
    """Return all visible text of a cell's output, but for formulas and buttons."""
    notebook.page.evaluate("() => document.fonts.ready.then(() => true)")  # MathJax's come late
    return [Word(*found) for found in notebook.page.evaluate(_WORDS, i)]


def watch_frames(notebook: OpenNotebook, i: int) -> None:
    """Begin to look at a cell's output in every frame."""
    notebook.page.evaluate(_WATCH, i)


def frames(notebook: OpenNotebook) -> list[Frame]:
    """Stop looking, and return what was seen."""
    notebook.page.evaluate("() => { window.watching = false; }")
    return [Frame(*seen) for seen in notebook.page.evaluate("() => window.frames_")]


def pictured(notebook: OpenNotebook, name: str) -> None:
    """Take a picture in each theme, where pictures are taken."""
    if not os.environ.get("QWEN_MAGIC_SCREENSHOTS"):
        return
    for theme in ("Dark", "Light"):
        use_theme(notebook, f"JupyterLab {theme}")
        notebook.screenshot(f"{name}-{theme.lower()}")


def use_theme(notebook: OpenNotebook, name: str) -> None:
    """Switch the application's theme."""
    notebook.page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name
    )
    is_light = str("Light" in name).lower()
    notebook.page.wait_for_selector("#jupyterlab-splash", state="detached")
    notebook.page.wait_for_selector(f"body[data-jp-theme-light={is_light}]", state="attached")
