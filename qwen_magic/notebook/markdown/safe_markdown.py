"""The model's text rewritten as Markdown, safe for readers that let raw HTML through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.tree import SyntaxTreeNode as Node

from qwen_magic.notebook.markdown.escapes import (
    FORMULA_START,
    escape_lines,
    escape_markdown,
    escape_span,
    fence,
    indented,
    inline_code,
    join_spans,
)
from qwen_magic.notebook.markdown.flanking import apart, neighbours
from qwen_magic.notebook.markdown.footnotes import NOTE
from qwen_magic.notebook.markdown.tex import markdown_tex, without_bars
from qwen_magic.notebook.markdown.tokens import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["link", "to_markdown"]

_CODE = ("fence", "code_block")
_FORMULAS = ("math_inline", "math_display")
_INDENT = re.compile(r"^ +", re.MULTILINE)
_LAST_BREAK = re.compile(r"(?:\\?\n)+\Z")
_EMPTY_LINES = re.compile(r"\n{2,}")
_RULES = {"left": ":--", "center": ":-:", "right": "--:"}


def to_markdown(text: str) -> str:
    """Return the text as Markdown that means the same, with no HTML but `<br>` in cells and headings.

    Text is escaped, a fence is longer than any run of backticks inside, links are
    `[text](<address>)`, and formulas stay between dollars.
    """
    blocks = _blocks(Node(parse(text)).children)
    return f"{blocks}\n" if blocks else ""


def link(label: str, url: str) -> str:
    """Return a link to a safe address."""
    return f"[{escape_markdown(label)}]({_address(url)})"


def _blocks(nodes: Iterable[Node], gap: str = "\n\n") -> str:
    return gap.join(filter(None, (_BLOCKS[node.type](node) for node in nodes)))


def _fenced(node: Node) -> str:
    if _starts_formula(node) and _is_quoted(node):
        # In a quote, no blank line ends what Jupyter takes for a formula. So this becomes text.
        code = _INDENT.sub(lambda m: "\N{NO-BREAK SPACE}" * len(m[0]), node.content.expandtabs(4))
        return escape_markdown(code.strip("\n"))
    return fence(node.content, (node.info.split() or [""])[0])


def _starts_formula(node: Node) -> bool:
    return node.type in _CODE and bool(FORMULA_START.search(node.content))


def _is_quoted(node: Node) -> bool:
    return node.type == "blockquote" or bool(node.parent and _is_quoted(node.parent))


def _list(node: Node) -> str:
    tight = any(child.hidden for item in node.children for child in item.children)
    # With blank lines around it, code keeps what Jupyter takes for a formula to itself.
    tight = tight and not any(map(_starts_formula, node.walk()))
    gap = "\n" if tight else "\n\n"
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    items: list[str] = []
    for index, item in enumerate(node.children):
        number = "" if first is None else str(min(first + index, 999_999_999))
        marker = f"{number}{node.markup} "
        items.append(indented(_blocks(item.children, gap), marker, " " * len(marker)))
    return gap.join(item.rstrip() for item in items)


def _table(node: Node) -> str:
    rows = [row for part in node.children for row in part.children]
    styles = (str(cell.attrs.get("style", "")) for cell in rows[0].children)
    lines = [[_cell(cell) for cell in row.children] for row in rows]
    lines.insert(1, [_RULES.get(style.removeprefix("text-align:"), "---") for style in styles])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(node: Node) -> str:
    for part in node.walk():
        if part.token and part.type in _FORMULAS:
            part.token.content = without_bars(part.content)
    return _one_line(node).replace("|", r"\|")


def _one_line(node: Node) -> str:
    return _text(node.children).replace("\\\n", "<br>").replace("\n", " ")


def _text(nodes: Iterable[Node]) -> str:
    return _LAST_BREAK.sub("", escape_lines(_EMPTY_LINES.sub("\n", _spans(nodes))))


def _spans(nodes: Iterable[Node]) -> str:
    nodes = list(nodes)
    spans = [_SPANS[node.type](node) for node in nodes]
    return join_spans(
        apart(span, len(node.markup), *beside) if node.type in {"em", "strong", "s"} else span
        for node, span, beside in zip(nodes, spans, neighbours(spans), strict=True)
    )


def _marked(node: Node) -> str:
    return f"{node.markup}{_spans(node.children)}{node.markup}"


def _link(node: Node) -> str:
    return f"[{_spans(node.children)}]({_target(str(node.attrs['href']), node)})"


def _citation(node: Node) -> str:
    mark = rf"\[{node.meta['number']}\]"
    return f"[{mark}]({_target(str(node.attrs['href']), node)})" if "href" in node.attrs else mark


def _image(node: Node) -> str:
    alt = escape_span(str(node.attrs["alt"]))
    return f"![{alt}]({_target(str(node.attrs['src']), node)})"


def _target(url: str, node: Node) -> str:
    title = escape_span(str(node.attrs.get("title", "")))
    title = title.replace('"', "&quot;").replace("`", "&#96;")
    return f'{_address(url)} "{title}"' if title else _address(url)


def _address(url: str) -> str:
    shown = url.replace("&", "&amp;").replace("$", r"\$")
    return f"<{shown}>"


_BLOCKS: dict[str, Callable[[Node], str]] = {
    "paragraph": lambda node: _text(node.children),
    "heading": lambda node: f"{'#' * int(node.tag[1])} {_one_line(node)}".rstrip(),
    "fence": _fenced,
    "code_block": _fenced,
    "blockquote": lambda node: indented(_blocks(node.children), "> ", "> "),
    "bullet_list": _list,
    "ordered_list": _list,
    "table": _table,
    "hr": lambda _: "___",  # three hyphens would turn a line above them into a heading
    NOTE: lambda node: _blocks(node.children),
    "math_block": lambda node: f"$${markdown_tex(node.content)}$$",
}

_SPANS: dict[str, Callable[[Node], str]] = {
    "inline": lambda node: _spans(node.children),
    "text": lambda node: escape_span(node.content),
    "code_inline": lambda node: inline_code(node.content),
    "citation": _citation,
    "footnote_mark": lambda node: escape_span(f"[^{node.meta['label']}]"),
    "footnote_label": lambda node: escape_span(f"[^{node.meta['label']}]: "),
    "softbreak": lambda _: "\n",
    "hardbreak": lambda _: "\\\n",
    "em": _marked,
    "strong": _marked,
    "s": _marked,
    "link": _link,
    "image": _image,
    "math_inline": lambda node: f"${markdown_tex(node.content)}$",
    "math_display": lambda node: f"$${markdown_tex(node.content)}$$",
}
