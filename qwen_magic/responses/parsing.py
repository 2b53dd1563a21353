"""JSON objects of the wire → items (pure).

A server may leave out any field or send another type than documented, so each item is read
field by field: what does not fit takes its default, and a type we do not know becomes an
`OtherItem` that keeps everything. Parsing never raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.responses.items import (
    CodeInterpreterCall,
    CodeOutput,
    FileResult,
    FileSearchCall,
    FunctionCall,
    ImageSearchCall,
    McpApprovalRequest,
    McpCall,
    McpListTools,
    Message,
    OtherItem,
    Part,
    Reasoning,
    WebExtractorCall,
    WebPage,
    WebSearchCall,
)
from qwen_magic.responses.lenient import number, objects, strings, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qwen_magic.responses.items import Item

__all__ = ["parse_item", "parse_part"]


def parse_item(fields: Mapping[str, Any]) -> Item:
    """Read an item from its JSON object."""
    name = text(fields, "type")
    read = _READERS.get(name)
    if read is None:
        return OtherItem(name, text(fields, "id"), text(fields, "status"), dict(fields))
    return read(fields)


def _plain(cls: type[Any], *ours: str) -> Callable[[Mapping[str, Any]], Any]:
    """Read an item whose fields, except `ours`, are texts or lists of texts by their names."""
    readers = {"tuple[str, ...]": strings}
    read_by = {
        name: readers.get(cls.__annotations__[name], text)
        for name in cls.__struct_fields__
        if name not in ours
    }

    def read(fields: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an item of `cls`
        return cls(**{name: reader(fields, name) for name, reader in read_by.items()})

    return read


def _message(fields: Mapping[str, Any]) -> Message:
    content = fields.get("content")
    parts = (
        (Part(text=content),)
        if isinstance(content, str)
        else tuple(parse_part(found) for found in objects(fields, "content"))
    )
    role = text(fields, "role") or "assistant"
    return Message(text(fields, "id"), text(fields, "status"), role, parts)


def parse_part(fields: Mapping[str, Any]) -> Part:
    """Read one part of a message's content."""
    refusal = text(fields, "refusal")
    words = "" if refusal else text(fields, "text")
    return Part(words, refusal, tuple(objects(fields, "annotations")))


def _reasoning(fields: Mapping[str, Any]) -> Reasoning:
    def texts(key: str) -> tuple[str, ...]:
        return tuple(text(found, "text") for found in objects(fields, key))

    return Reasoning(text(fields, "id"), text(fields, "status"), texts("summary"), texts("content"))


def _web_search(fields: Mapping[str, Any]) -> WebSearchCall:
    found = fields.get("action")
    action = found if isinstance(found, dict) else {}
    query = text(action, "query")
    queries = strings(action, "queries") or ((query,) if query else ())
    pages = [_page(found) for found in objects(action, "sources")]
    return WebSearchCall(
        text(fields, "id"),
        text(fields, "status"),
        queries,
        tuple(page.url for page in pages if page.url),
        tuple(page for page in pages if page.url and (page.title or page.site)),
    )


def _page(fields: Mapping[str, Any]) -> WebPage:
    site = text(fields, "site") or text(fields, "site_name")
    return WebPage(text(fields, "url"), text(fields, "title"), site)


def _code_interpreter(fields: Mapping[str, Any]) -> CodeInterpreterCall:
    outputs = (CodeOutput(text(o, "logs"), text(o, "url")) for o in objects(fields, "outputs"))
    return CodeInterpreterCall(
        id=text(fields, "id"),
        status=text(fields, "status"),
        code=text(fields, "code"),
        container_id=text(fields, "container_id"),
        outputs=tuple(outputs),
    )


def _mcp_list_tools(fields: Mapping[str, Any]) -> McpListTools:
    names = tuple(text(tool, "name") for tool in objects(fields, "tools"))
    return McpListTools(
        id=text(fields, "id"),
        status=text(fields, "status"),
        server_label=text(fields, "server_label"),
        tools=names,
        error=text(fields, "error"),
    )


def _file_search(fields: Mapping[str, Any]) -> FileSearchCall:
    return FileSearchCall(
        text(fields, "id"),
        text(fields, "status"),
        strings(fields, "queries"),
        tuple(_file_result(found) for found in objects(fields, "results")),
    )


def _file_result(fields: Mapping[str, Any]) -> FileResult:
    return FileResult(
        text(fields, "file_id"),
        text(fields, "filename"),
        number(fields, "score"),
        text(fields, "text"),
    )


_READERS: dict[str, Callable[[Mapping[str, Any]], Item]] = {
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _plain(FunctionCall, "output", "logs", "error", "round", "spoken"),
    "web_search_call": _web_search,
    "web_extractor_call": _plain(WebExtractorCall),
    "code_interpreter_call": _code_interpreter,
    "web_search_image_call": _plain(ImageSearchCall),
    "image_search_call": _plain(ImageSearchCall),
    "mcp_call": _plain(McpCall),
    "mcp_list_tools": _mcp_list_tools,
    "mcp_approval_request": _plain(McpApprovalRequest, "approve", "error"),
    "file_search_call": _file_search,
}
