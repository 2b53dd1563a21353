"""Items: the pieces of a response's output, and of the input that answers it.

A server may leave out any field, so each has a default; `parsing` reads them.

Shapes: Model Studio's "OpenAI responses" reference and its built-in tools guide.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

from msgspec import Struct

__all__ = [
    "CodeInterpreterCall",
    "CodeOutput",
    "FileResult",
    "FileSearchCall",
    "FunctionCall",
    "ImageSearchCall",
    "Item",
    "McpApprovalRequest",
    "McpCall",
    "McpListTools",
    "Message",
    "OtherItem",
    "Part",
    "Reasoning",
    "WebExtractorCall",
    "WebPage",
    "WebSearchCall",
    "kind",
]


class Part(Struct, frozen=True):
    """One part of a message: text, or the words of a refusal."""

    text: str = ""
    refusal: str = ""
    annotations: tuple[dict[str, Any], ...] = ()


class Message(Struct, frozen=True):
    """What the model says to the reader.

    Attributes:
        thought: Thoughts that the server left in the text. It is not on the wire.
    """

    type: ClassVar[str] = "message"
    id: str = ""
    status: str = ""
    role: str = "assistant"
    content: tuple[Part, ...] = ()
    thought: str = ""


class Reasoning(Struct, frozen=True):
    """What the model says about its thinking: a summary, or the thoughts themselves."""

    type: ClassVar[str] = "reasoning"
    id: str = ""
    status: str = ""
    summary: tuple[str, ...] = ()
    content: tuple[str, ...] = ()


class FunctionCall(Struct, frozen=True):
    """A request to call a function of ours; `arguments` is JSON. What follows is not on the wire.

    Attributes:
        output: What the model is told the function returned: a text, or a list of texts and
            images as a `function_call_output` takes them; None until it was called.
        logs: What the function printed.
        error: Why there is no result, if there is none.
        round: Which response of the turn made the call: how many items came before that response.
        spoken: Whether the model wrote it as its text.
    """

    type: ClassVar[str] = "function_call"
    id: str = ""
    status: str = ""
    name: str = ""
    arguments: str = ""
    call_id: str = ""
    output: str | tuple[dict[str, Any], ...] | None = None
    logs: str = ""
    error: str = ""
    round: int = 0
    spoken: bool = False


class WebPage(Struct, frozen=True):
    """A page that a search found, with its title and the name of its site."""

    url: str
    title: str = ""
    site: str = ""


class WebSearchCall(Struct, frozen=True):
    """A search, with the addresses it found; they may repeat.

    Attributes:
        pages: Those of the addresses that have a title or the name of a site.
    """

    type: ClassVar[str] = "web_search_call"
    id: str = ""
    status: str = ""
    queries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pages: tuple[WebPage, ...] = ()


class WebExtractorCall(Struct, frozen=True):
    """Web pages read for a goal."""

    type: ClassVar[str] = "web_extractor_call"
    id: str = ""
    status: str = ""
    urls: tuple[str, ...] = ()
    goal: str = ""
    output: str = ""


class CodeOutput(Struct, frozen=True):
    """What code printed (Markdown), or the address of an image it drew."""

    logs: str = ""
    url: str = ""


class CodeInterpreterCall(Struct, frozen=True):
    """Python code run on the server."""

    type: ClassVar[str] = "code_interpreter_call"
    id: str = ""
    status: str = ""
    code: str = ""
    container_id: str = ""
    outputs: tuple[CodeOutput, ...] = ()


class ImageSearchCall(Struct, frozen=True):
    """A search for images, by words (`web_search_image_call`) or by an image.

    `output` is a JSON string: a list of objects with `title` and `url`.
    """

    type: str
    id: str = ""
    status: str = ""
    name: str = ""
    arguments: str = ""
    output: str = ""


class McpCall(Struct, frozen=True):
    """A tool called on an MCP server."""

    type: ClassVar[str] = "mcp_call"
    id: str = ""
    status: str = ""
    name: str = ""
    server_label: str = ""
    arguments: str = ""
    output: str = ""
    error: str = ""


class McpListTools(Struct, frozen=True):
    """The tools an MCP server offers, by name."""

    type: ClassVar[str] = "mcp_list_tools"
    id: str = ""
    status: str = ""
    server_label: str = ""
    tools: tuple[str, ...] = ()
    error: str = ""


class McpApprovalRequest(Struct, frozen=True):
    """A question: may this MCP tool be called?

    Attributes:
        approve: The answer that was given; None until then. It is not on the wire.
        error: Why not, if not.
    """

    type: ClassVar[str] = "mcp_approval_request"
    id: str = ""
    status: str = ""
    name: str = ""
    server_label: str = ""
    arguments: str = ""
    approve: bool | None = None
    error: str = ""


class FileResult(Struct, frozen=True):
    """A passage found in a file; a higher `score` fits better."""

    file_id: str = ""
    filename: str = ""
    score: float | None = None
    text: str = ""


class FileSearchCall(Struct, frozen=True):
    """A search in uploaded files."""

    type: ClassVar[str] = "file_search_call"
    id: str = ""
    status: str = ""
    queries: tuple[str, ...] = ()
    results: tuple[FileResult, ...] = ()


class OtherItem(Struct, frozen=True):
    """An item of a type this version does not know, whole."""

    type: str
    id: str = ""
    status: str = ""
    fields: dict[str, Any] = {}


Item: TypeAlias = (
    Message
    | Reasoning
    | FunctionCall
    | WebSearchCall
    | WebExtractorCall
    | CodeInterpreterCall
    | ImageSearchCall
    | McpCall
    | McpListTools
    | McpApprovalRequest
    | FileSearchCall
    | OtherItem
)


def kind(item: Item) -> str:
    """Return the wire's name for the item's type."""
    return item.type
