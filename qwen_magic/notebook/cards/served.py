"""Cards of the tools that run on the server (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.notebook.cards.parts import (
    Code,
    Drawn,
    Note,
    Part,
    as_json,
    as_links,
    as_logs,
    as_note,
    labelled,
)
from qwen_magic.notebook.cards.wording import address, cut, line, loaded, quoted, unfenced
from qwen_magic.responses import lenient

if TYPE_CHECKING:
    from qwen_magic.responses import items

__all__ = ["code_interpreter", "file_search", "image_search", "web_extractor", "web_search"]

_RESULTS = 10
_PASSAGE = 600
_TRACEBACK = "Traceback (most recent call last)"
_IMAGE = re.compile(r"!\[([^\]\n]{0,200})\]\(<?([^\s()<>]{1,4000})>?\)")
_PLACEHOLDER = "web search"  # what the service says when it does not tell the query


def web_search(item: items.WebSearchCall) -> Drawn:
    """Return the title and the parts of a search."""
    queries = [q for q in item.queries if q.strip().lower() not in {"", _PLACEHOLDER}]
    title = f"Web search: {quoted(queries)}" if queries else "Web search"
    return title, as_links((address(url), url) for url in item.sources)


def web_extractor(item: items.WebExtractorCall) -> Drawn:
    """Return the title and the parts of pages that were read."""
    urls = tuple(dict.fromkeys(item.urls))
    found = as_links((address(url), url) for url in urls)
    title = f"Read {counted(len(urls), 'page')}" if urls else "Read a page"
    return title, (*found, *as_note(line(item.goal, 300)), *as_logs(item.output))


def code_interpreter(item: items.CodeInterpreterCall) -> Drawn:
    """Return the title and the parts of a program and what it printed."""
    logs = "\n".join(filter(None, (unfenced(output.logs) for output in item.outputs)))
    drawn = [(label or "image", url) for label, url in _IMAGE.findall(logs)]
    drawn += [("image", output.url) for output in item.outputs if output.url]
    code = (Code(cut(item.code), "python"),) if item.code.strip() else ()
    title = "Python code: error" if _TRACEBACK in logs else "Python code"
    printed = as_logs(_IMAGE.sub("", logs).strip("\n"))
    return title, (*code, *labelled("Output", printed), *as_links(drawn))


def image_search(item: items.ImageSearchCall) -> Drawn:
    """Return the title and the parts of a search for images."""
    asked = loaded(item.arguments)
    words = lenient.strings(asked, "queries") if isinstance(asked, dict) else ()
    by_image = item.type == "image_search_call"
    title = "Image search by image" if by_image else "Image search"
    arguments = () if words else as_json(item.arguments)
    return f"{title}: {quoted(words)}" if words else title, (*arguments, *_images(item.output))


def _images(output: str) -> tuple[Part, ...]:
    """Return the images that a search found; its output is a JSON text."""
    found = lenient.objects({"images": loaded(output)}, "images")
    pairs = [(lenient.text(one, "title"), lenient.text(one, "url")) for one in found]
    named = [(line(title) or address(url), url) for title, url in pairs if url]
    return as_links(named) or as_logs(output)


def file_search(item: items.FileSearchCall) -> Drawn:
    """Return the title and the parts of a search in files."""
    parts: list[Part] = []
    for result in item.results[:_RESULTS]:
        score = "" if result.score is None else f" · {result.score:.2f}"
        parts.append(Note(f"{line(result.filename) or 'a file'}{score}"))
        parts += as_logs(result.text, _PASSAGE)
    left = len(item.results) - _RESULTS
    more = as_note(f"… {counted(left, 'more result')}" if left > 0 else "")
    queries = quoted(tuple(dict.fromkeys(item.queries)))
    return f"File search: {queries}" if queries else "File search", (*parts, *more)
