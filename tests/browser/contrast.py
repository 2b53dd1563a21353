"""Text that is hard to read: its contrast, computed from styles (WCAG 2.2, level AA)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["faint"]

_FAINT = """([root, others]) => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const rgba = (colour) => {
        const [r, g, b, a = 1] = parts(colour.replace('srgb', ''));
        return colour.startsWith('color') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
    };
    const over = ([r, g, b, a], ground) =>
        [r, g, b].map((part, i) => part * a + ground[i] * (1 - a));
    const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const luminance = (colour) => {
        const [r, g, b] = colour.map((part) => linear(part / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    /** Return what is seen behind a text, and the text: an element may be half transparent. */
    const painted = ([element, ...inner], ink, ground) => {
        const { backgroundColor, opacity } = getComputedStyle(element);
        const behind = over(rgba(backgroundColor), ground);
        const found = inner.length ? painted(inner, ink, behind) : [behind, over(ink, behind)];
        return found.map((colour) => over([...colour, Number(opacity)], ground));
    };
    const contrast = (element, ink) => {
        const around = [];
        for (let one = element; one; one = one.parentElement) around.unshift(one);
        const [dark, light] = painted(around, ink, [255, 255, 255])
            .map(luminance).sort((one, other) => one - other);
        return (light + 0.05) / (dark + 0.05);
    };
    const texts = [];
    const walker = document.createTreeWalker(document.querySelector(root), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { data, parentElement: element } = walker.currentNode;
        if (!data.trim() || !element.checkVisibility() || element.closest(others)) continue;
        texts.push([data.trim(), element, rgba(getComputedStyle(element).color)]);
    }
    for (const field of document.querySelectorAll(`${root} textarea, ${root} input`)) {
        const { color, opacity } = getComputedStyle(field, '::placeholder');
        const [r, g, b, a] = rgba(color);
        texts.push([field.placeholder, field, [r, g, b, a * Number(opacity)]]);
    }
    const found = texts.map(([text, element, ink]) => [text, contrast(element, ink)]);
    return [found.length, found.filter(([, ratio]) => ratio < 4.5)];
}"""


def faint(page: Page, root: str) -> tuple[int, list[tuple[str, float]]]:
    """Return how many texts are in an element, and those whose contrast is too low.

    Code, whose colours are the theme's, and what cannot be pressed are left out.
    """
    others = ".highlight > pre, [disabled], style, script, option"
    count, found = page.evaluate(_FAINT, [root, others])
    return int(count), [(str(text), float(ratio)) for text, ratio in found]
