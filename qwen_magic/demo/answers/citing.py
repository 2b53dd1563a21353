"""What the script says of the pages and files it found, and the annotations that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.demo.wire.items import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwen_magic.demo.answers.chinese import Voice
    from qwen_magic.demo.wire.items import Item

__all__ = ["citations", "told_files", "told_search"]

PAGES = {
    "https://www.alibabacloud.com/en": ("Alibaba Cloud", "cloud computing and large models."),
    "https://www.aliyun.com/": ("阿里云", "the same for mainland China."),
    "https://qwen.ai/": ("Qwen", "the models' own site, with a chat."),
    "https://github.com/QwenLM": ("QwenLM · GitHub", "code and open weights."),
    "https://en.wikipedia.org/wiki/Main_Page": ("Wikipedia", "an encyclopedia for all to edit."),
    "https://www.python.org/": ("Python.org", "the language and its documents."),
}
"""The pages that the script knows: their titles, and what they are."""


def told_search(item: Item, say: Voice) -> str:
    """Return what the assistant says about a web search."""
    urls = dict.fromkeys(source["url"] for source in item["action"]["sources"])
    listed = "\n".join(_line(url, say) for url in urls)
    query = item["action"]["query"]
    return say("A search for *{query}* leads to:\n\n{listed}", query=query, listed=listed)


def told_files(item: Item, say: Voice) -> str:
    """Return what the assistant says about a search in files."""
    return "\n".join(_passage(one, say) for one in item["results"])


def citations(text: str, items: Iterable[Item], say: Voice) -> list[Item]:
    """Return the annotations of a text that tells what these calls found, in order."""
    found = [one for item in items for one in _citations(text, item, say)]
    return sorted(found, key=place_of)


def _citations(text: str, item: Item, say: Voice) -> Iterator[Item]:
    if item["type"] == "web_search_call":
        for url in dict.fromkeys(source["url"] for source in item["action"]["sources"]):
            begin, end = _span(text, _line(url, say))
            place = {"start_index": begin, "end_index": end}
            yield {"type": "url_citation", "url": url, "title": PAGES[url][0], **place}
    elif item["type"] == "file_search_call":
        for one in item["results"]:
            _, end = _span(text, _passage(one, say))
            named = {"file_id": one["file_id"], "filename": one["filename"]}
            yield {"type": "file_citation", **named, "index": end}


def _span(text: str, said: str) -> tuple[int, int]:
    begin = text.index(said)
    return begin, begin + len(said)


def _line(url: str, say: Voice) -> str:
    title, what = PAGES[url]
    return f"- **{title}**{say(': ')}{say(what)}"


def _passage(result: dict[str, Any], say: Voice) -> str:
    return say("*{name}* says: {text}", name=result["filename"], text=result["text"])
