from __future__ import annotations

import pytest

from qwen_magic.conversation.turn.sources import Source
from qwen_magic.notebook.markdown.citations import citation, cleaned, without_citations
from qwen_magic.notebook.markdown.markdown import to_html, to_markdown
from tests.notebook.attacks import ATTACKS
from tests.notebook.safety import assert_inert

PAGE = Source(1, "Title", "https://a.example/?a=1&b=2")
ONE = citation(PAGE)
LINK = (
    '<sup><a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"'
    ' title="Title">[1]</a></sup>'
)
WRITTEN = r'[\[1\]](<https://a.example/?a=1&amp;b=2> "Title")'


@pytest.mark.parametrize(
    ("text", "html", "markdown"),
    [
        (f"Words{ONE}.", f"<p>Words{LINK}.</p>\n", f"Words{WRITTEN}.\n"),
        (f"**Bold**{ONE}text", f"<p><strong>Bold</strong>{LINK}text</p>\n", None),
        (f"**粗：**{ONE}体", f"<p><strong>粗：</strong>{LINK}体</p>\n", None),
        (f"a{ONE}**b**", f"<p>a{LINK}<strong>b</strong></p>\n", None),
        (f"- x{ONE}", f"<ul>\n<li>x{LINK}\n</li>\n</ul>\n", None),
        (f"`x{ONE}`", "<p><code>x</code></p>\n", "`x`\n"),
        (f"$x{ONE}$", "<p><span>$x$</span></p>\n", "$x$\n"),
        (f"一\n{ONE}二", f"<p>一{LINK}二</p>\n", None),
        (f"{citation(Source(2, 'f.txt'))}", '<p><sup title="f.txt">[2]</sup></p>\n', "\\[2\\]\n"),
        (f"{citation(Source(2, 'x', 'javascript:alert(1)'))}", '<p><sup title="x">[2]</sup></p>\n', None),
        (f"[a {ONE} b](https://c.example/)", None, None),
    ],
)  # fmt: skip
def test_a_citation_is_a_small_number_that_links_to_its_source(
    text: str, html: str | None, markdown: str | None
) -> None:
    assert html is None or to_html(text) == html
    assert markdown is None or to_markdown(text) == markdown
    assert_inert(to_html(text))


def test_code_keeps_no_trace_of_a_citation() -> None:
    for text in (f"```\nx{ONE}\n```", f"    x{ONE}\n", f"```py{ONE}\nx\n```", f"$$x{ONE}$$"):
        assert "\ufdd0" not in to_html(text) + to_markdown(text)
    assert without_citations(f"a{ONE}b{ONE}") == "ab"


@pytest.mark.parametrize("forged", ["^\ufdd0\ufdd1", "^\ufdd0AAAA\ufdd1", "^\ufdd0Ww\ufdd1", ONE])
def test_a_model_cannot_write_a_citation(forged: str) -> None:
    assert "<sup>" not in to_html(cleaned(forged))
    assert len(cleaned(forged)) == len(forged)
    assert_inert(to_html(forged))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_source_stays_text(attack: str) -> None:
    for source in (Source(1, attack, attack), Source(1, attack, "https://a.example/")):
        html = to_html(f"Words{citation(source)}.")
        assert_inert(html)
        assert "[1]</" in html
        assert_inert(to_html(to_markdown(f"Words{citation(source)}.")))
