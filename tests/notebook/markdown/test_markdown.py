from __future__ import annotations

import re

import pytest

from qwen_magic.notebook.markdown.markdown import html_blocks, to_html
from tests.notebook.attacks import PNG

STYLE = re.compile(r' style="[^"]*"')
OUT = 'rel="noopener noreferrer" target="_blank"'


def unstyled(text: str) -> str:
    return STYLE.sub("", to_html(text))


def test_common_markdown_becomes_plain_elements() -> None:
    assert to_html("# A *b*\n\nc **d** ~~e~~ `f`\\\ng") == (
        "<h1>A <em>b</em></h1>\n<p>c <strong>d</strong> <s>e</s> <code>f</code><br>\ng</p>\n"
    )


def test_a_list_keeps_its_first_number_and_its_nesting() -> None:
    assert to_html("7. a\n8. b\n   - c") == (
        '<ol start="7">\n<li>a\n</li>\n<li>b\n<ul>\n<li>c\n</li>\n</ul>\n</li>\n</ol>\n'
    )


def test_a_loose_list_has_paragraphs() -> None:
    assert to_html("- a\n\n- b") == "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"


def test_a_task_has_a_box_that_cannot_be_clicked() -> None:
    assert to_html("- [x] a") == "<ul>\n<li>☑ a\n</li>\n</ul>\n"


def test_a_table_keeps_its_alignment() -> None:
    text = "| a | b |\n|---|--:|\n| 1<br>2 | `x\\|y` |"
    assert unstyled(text) == (
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1<br>\n2</td>\n<td><code>x|y</code></td>\n</tr>\n</tbody>\n</table>\n"
    )
    assert to_html(text).count('style="text-align:right"') == 2


def test_html_shows_as_text() -> None:
    assert to_html("a <b>c</b> &lt;i&gt;") == ("<p>a &lt;b&gt;c&lt;/b&gt; &lt;i&gt;</p>\n")


def test_code_has_the_classes_of_pygments() -> None:
    assert unstyled("```python\nx = 1\n```") == (
        '<div class="highlight"><pre><span class="n">x</span> <span class="o">=</span> '
        '<span class="mi">1</span>\n</pre></div>\n'
    )


def test_an_unclosed_fence_is_code() -> None:
    block = '<div class="highlight qwen-magic-other"><pre>&lt;b&gt;\n</pre></div>\n'
    assert unstyled("```\n<b>") == block


@pytest.mark.parametrize(
    "text", ["**bo", "[te", "[text](htt", "`co", "![al", "$x + ", "a <b", r"\(x"]
)
def test_half_an_inline_shows_as_text(text: str) -> None:
    assert "<p>" in to_html(text)
    assert not {"<a", "<strong", "<code"} & set(to_html(text).split())


@pytest.mark.parametrize("stub", ["-", "---", "=", "1.", "#", "```", "|", "> -"])
def test_the_start_of_some_markup_is_left_out_while_it_grows(stub: str) -> None:
    assert html_blocks(f"text\n{stub}", growing=True) == html_blocks("text")


def test_long_code_waits_for_its_colours_while_it_grows() -> None:
    code = "```python\n" + "x = 1\n" * 2_000
    assert "<span" not in html_blocks(code, growing=True)[0]
    assert "<span" in html_blocks(code)[0]


def test_a_link_opens_elsewhere_and_keeps_its_title() -> None:
    assert to_html('[a](https://b.c/?d=1&e=2 "f\\"<")') == (
        f'<p><a href="https://b.c/?d=1&amp;e=2" title="f&quot;&lt;" {OUT}>a</a></p>\n'
    )


def test_a_bare_address_is_a_link() -> None:
    assert to_html("see https://b.c/d_e, or") == (
        f'<p>see <a href="https://b.c/d_e" {OUT}>https://b.c/d_e</a>, or</p>\n'
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](./b.md)", "a (./b.md)"),
        ("[a](//b.c)", "a (//b.c)"),
        ("[a](javascript:b)", "[a](javascript:b)"),
        ("<javascript:b>", "&lt;javascript:b&gt;"),
        ("<tel:12>", "tel:12"),
        ("[a](https://b@c.d)", "a (https://b@c.d)"),
        ("[a]: https://b.c", None),
    ],
)
def test_what_may_not_be_a_link_shows_its_address(text: str, shown: str | None) -> None:
    html = to_html(text)
    assert html == f"<p>{shown}</p>\n" if shown else "<p>[a]: <a" in html


def test_a_remote_image_is_a_link() -> None:
    assert to_html("![a](https://b.c/d.png)") == (
        f'<p><a href="https://b.c/d.png" {OUT}>a</a></p>\n'
    )


def test_a_remote_image_within_a_link_is_text() -> None:
    assert to_html("[![a](https://b.c/d.png)](https://e.f)") == (
        f'<p><a href="https://e.f" {OUT}>a (https://b.c/d.png)</a></p>\n'
    )


def test_an_image_that_holds_its_data_is_shown() -> None:
    source = f"data:image/png;base64,{PNG}"
    assert to_html(f'![a "b"]({source})') == (
        f'<p><img src="{source}" alt="a &quot;b&quot;"></p>\n'
    )


def test_headings_have_no_ids() -> None:
    assert to_html("## a {#b}") == "<h2>a {#b}</h2>\n"


def test_control_characters_and_reordering_vanish() -> None:
    assert to_html("a\x1b[31mb\x00 \u202ec &#x202e;d\x85 \ud800") == "<p>ab c d \ufffd</p>\n"


def test_the_blocks_add_up_to_the_whole() -> None:
    text = "# a\n\n- b\n- c\n\n```\nd\n```\n\ne"
    assert len(html_blocks(text)) == 4
    assert "".join(html_blocks(text)) == to_html(text)


def test_there_is_nothing_to_say_about_nothing() -> None:
    assert html_blocks("") == []
    assert to_html(" \n\n") == ""
