"""A saved answer as GitHub shows it: its allow-list drops styles, classes and some elements.

GitHub documents the list (github/markup, "sanitization"); it is in the gem html-pipeline:
https://github.com/gjtorikian/html-pipeline
"""

from __future__ import annotations

import re

import bleach  # type: ignore[import-untyped]  # comes with nbconvert

from qwen_magic.notebook.cards.views import bundle
from qwen_magic.responses.items import WebExtractorCall
from tests.notebook.turns import EVERY_ITEM, answer, thought, turn_of

ELEMENTS = [
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "h7",
    "h8",
    "br",
    "b",
    "i",
    "strong",
    "em",
    "a",
    "pre",
    "code",
    "img",
    "tt",
    "div",
    "ins",
    "del",
    "sup",
    "sub",
    "p",
    "ol",
    "ul",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "blockquote",
    "dl",
    "dt",
    "dd",
    "kbd",
    "q",
    "samp",
    "var",
    "hr",
    "ruby",
    "rt",
    "rp",
    "li",
    "tr",
    "td",
    "th",
    "s",
    "strike",
    "summary",
    "details",
]
ATTRIBUTES = {
    "a": ["href"],
    "img": ["src"],
    "*": ["align", "dir", "open", "rel", "start", "target"],
}
TEXT = """# A heading

Words with `code`, **weight** and a [link](https://example.com/).

- one
- two

| a | b |
|---|--:|
| 1 | 2 |

```python
print("<b>")
```

> A quotation, and the area $a^2$
"""


def on_github(text: str) -> str:
    """Return the HTML as GitHub's allow-list leaves it."""
    schemes = {"http", "https", "mailto"}
    cleaned = bleach.clean(text, ELEMENTS, ATTRIBUTES, schemes, strip=True)
    return str(cleaned)


def test_the_structure_of_an_answer_is_kept() -> None:
    data, _ = bundle(turn_of(thought("First **this**."), answer(TEXT), model="a model"))
    left = on_github(data["text/html"])
    assert re.findall(r"<(\w+)", left) == [
        *("details", "summary", "div", "p", "strong", "div", "h1", "p", "code", "strong", "a"),
        *("ul", "li", "li", "table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"),
        *("div", "pre", "blockquote", "p", "div"),
    ]
    assert "<summary>Reasoning</summary>" in left
    assert "print(&lt;b&gt;)" in re.sub('&quot;|"', "", left)
    assert "style" not in left
    assert "$a^2$" in left


def test_every_item_folds_and_no_word_is_lost() -> None:
    rows = WebExtractorCall(output="\n".join(f"row {n}" for n in range(100)))
    data, _ = bundle(turn_of(*EVERY_ITEM, rows, model="a model"))
    left = on_github(data["text/html"])
    words = re.compile(r"<[^>]*>")
    assert words.sub("", left).split() == words.sub("", data["text/html"]).split()
    assert left.count("<details>") == data["text/html"].count("<details") > 10
    assert "<summary>Show all: 70 more lines</summary>" in left
    assert left.count("</a>") == data["text/html"].count("</a>")
