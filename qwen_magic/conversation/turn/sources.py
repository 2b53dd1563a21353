"""What an answer relies on: the pages and files that it cites, and those that its tools found (pure).

An annotation names its source, and the place in the text where it is cited. Sources:
OpenAI's reference of `url_citation`, `file_citation`, `container_file_citation`, `file_path`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.turn.output import item_of
from qwen_magic.responses import lenient
from qwen_magic.responses.items import FileSearchCall, Message, WebExtractorCall, WebSearchCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qwen_magic.conversation.turn.output import Output
    from qwen_magic.responses.items import Item

__all__ = ["Source", "cited", "source_of", "sources"]

_TOOLS = (WebSearchCall, WebExtractorCall, FileSearchCall)
_CAMPAIGN = re.compile(r"(?<=[?&])utm_\w+=[^&#]*&?|#.*\Z")


class Source(Struct, frozen=True):
    """A page or a file.

    Attributes:
        number: Its mark in the answer, as in `[1]`; 0 if the answer does not cite it.
        title: The page's title or the file's name; empty if the server tells none.
        url: The page's address; empty for a file.
        site: The name of the page's site, if a search tells it.
        file_id: The server's name for the file.
    """

    number: int = 0
    title: str = ""
    url: str = ""
    site: str = ""
    file_id: str = ""

    @property
    def key(self) -> str:
        """The same for all mentions of one source, whatever campaign or section a link names."""
        return _CAMPAIGN.sub("", self.url).rstrip("?&/") or self.file_id or self.title


def source_of(annotation: Mapping[str, Any]) -> Source | None:
    """Return the source that an annotation names, if it names one."""
    inner = annotation.get(lenient.text(annotation, "type"))
    told = {**annotation, **inner} if isinstance(inner, dict) else annotation
    title = lenient.text(told, "title") or lenient.text(told, "filename")
    url, file_id = lenient.text(told, "url"), lenient.text(told, "file_id")
    return (
        Source(0, title.strip(), url.strip(), file_id=file_id) if url or title or file_id else None
    )


def cited(output: Output) -> dict[str, Source]:
    """Return the sources that the answer cites, by their keys; numbered in order from 1.

    It joins no texts, so it is cheap to call while the answer grows.
    """
    found: dict[str, Source] = {}
    for source in _annotated(output):
        known = found.get(source.key, replace(source, number=len(found) + 1))
        found[source.key] = replace(known, title=known.title or source.title)
    return found


def sources(output: Output) -> tuple[Source, ...]:
    """Return what the answer cites, in the order of its marks; then what else the tools found."""
    known = cited(output)
    tools = (item_of(slot) for slot in output if slot.place.types[0] in _TOOLS)
    for source in _found(tools):
        before = known.get(source.key, source)
        title, site = before.title or source.title, before.site or source.site
        known[source.key] = replace(before, title=title, site=site)
    return tuple(known.values())


def _annotated(output: Output) -> Iterator[Source]:
    for slot in output:
        parts = slot.item.content if isinstance(slot.item, Message) else ()
        told = [said for part in parts for said in part.annotations]
        for annotation in told or [said for _, said in slot.annotations]:
            if source := source_of(annotation):
                yield source


def _found(items: Iterable[Item]) -> Iterator[Source]:
    for item in items:
        match item:
            case WebSearchCall():
                pages = {page.url: page for page in item.pages}
                for url in item.sources:
                    page = pages.get(url)
                    yield Source(0, page.title, url, page.site) if page else Source(url=url)
            case WebExtractorCall():
                yield from (Source(url=url) for url in item.urls)
            case FileSearchCall():
                yield from (Source(0, r.filename, file_id=r.file_id) for r in item.results)
            case _:
                pass
