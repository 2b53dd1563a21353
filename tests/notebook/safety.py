"""What no output may contain, whatever the model wrote."""

from __future__ import annotations

import base64
import html
import re
from html.parser import HTMLParser

__all__ = ["assert_inert"]

_VOID = {"br", "hr", "img"}
_TAGS = _VOID | {
    "a",
    "blockquote",
    "code",
    "del",
    "details",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
_ATTRIBUTES = {
    "a": {"href", "id", "title", "rel", "target"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "details": {"open"},
    "sup": {"title"},
}
_EVERYWHERE = {"class", "dir", "style"}
_HREF = re.compile(r"(?:https?://[^\s/@\\]+(?:[/?#]\S*)?|mailto:\S+)", re.IGNORECASE)
_NOTE = re.compile(r"fn(?:ref)?-[0-9a-f]{8}-[\w-]{1,40}", re.ASCII)
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([\w+/]+=*)")
_STYLE = re.compile(r"(?:\s*[a-z-]+\s*:[\w\s.,%#()+-]+;?)*")
_LOADING = re.compile(r"url|expression|import|behaviou?r|binding|position|attr\(", re.IGNORECASE)
_CLASS = re.compile(r"[\w\s+#.-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TEX = re.compile(
    r"\\(?:href|url|class|style|cssId|data|html\w*|require|def|let|(?:re)?newcommand|unicode|bbox"
    r"|mmlToken|texttip|mathtip|includegraphics|input|write|eqref|ref)(?![A-Za-z])"
)


class _Inspector(HTMLParser):
    """Fails at the first thing that is not on the list, and repairs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.end_text()
        assert tag in _TAGS, f"<{tag}>"
        assert not (tag == "a" and "a" in self.open), "a link within a link"
        for name, value in attrs:
            assert name in _EVERYWHERE | _ATTRIBUTES.get(tag, set()), f"<{tag} {name}={value!r}>"
            _check(name, value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID, f"<{tag}/>"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.end_text()
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        assert "<" not in data, data
        self.text += data

    def handle_entityref(self, name: str) -> None:
        self.text += html.unescape(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.text += html.unescape(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"<?{data}>")

    def end_text(self) -> None:
        """Check one text node as MathJax would read it; MathJax leaves code alone."""
        assert not _CONTROL.search(self.text), repr(self.text)
        if not {"code", "pre"} & set(self.open):
            assert not _TEX.search(self.text), self.text
        self.text = ""


def _check(name: str, value: str) -> None:
    assert not _CONTROL.search(value), repr(value)
    if name == "href":
        assert _HREF.fullmatch(value) or _NOTE.fullmatch(value.removeprefix("#")), value
    elif name == "id":
        assert _NOTE.fullmatch(value), value
    elif name == "src":
        image = _IMAGE.fullmatch(value)
        assert image, value
        base64.b64decode(image[1], validate=True)
    elif name == "style":
        assert _STYLE.fullmatch(value), value
        assert not _LOADING.search(value), value
    elif name == "class":
        assert _CLASS.fullmatch(value), value
    elif name == "dir":
        assert value in {"rtl", "ltr"}
    elif name == "target":
        assert value == "_blank"


def assert_inert(output: str) -> None:
    """Assert that the HTML is well formed and loads, runs and redirects nothing.

    It may have listed tags and attributes, links to http, https and mailto, images that contain
    their data, and styles that load nothing. It may not have comments, declarations, control
    characters, or text in which MathJax would find a command that makes links or definitions.
    """
    inspector = _Inspector()
    inspector.feed(output)
    inspector.close()
    inspector.end_text()
    assert not inspector.open, f"not closed: {inspector.open}"
