"""Items: the pieces of a response's output, and of the input that answers it.

A server may leave out any field, so each has a default; `parsing` reads them.

Shapes: Model Studio's "OpenAI responses" reference and its built-in tools guide.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

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
    "ToolCall",
    "WebExtractorCall",
    "WebPage",
    "WebSearchCall",
]


class Part(Struct, frozen=True):
    """One part of a message: text, or the words of a refusal."""

    text: str = ""
    refusal: str = ""
    annotations: tuple[dict[str, Any], ...] = ()


class Message(Struct, frozen=True):
    """What the model says to the reader; `thought` is what a server left in the text of its thoughts."""

    type: ClassVar[Literal["message"]] = "message"
    id: str = ""
    status: str = ""
    role: str = "assistant"
    content: tuple[Part, ...] = ()
    thought: str = ""


class Reasoning(Struct, frozen=True):
    """What the model says about its thinking: a summary, or the thoughts themselves."""

    type: ClassVar[Literal["reasoning"]] = "reasoning"
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

    type: ClassVar[Literal["function_call"]] = "function_call"
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
    """A search, with the addresses it found, which may repeat; `pages` are those with a title or site."""

    type: ClassVar[Literal["web_search_call"]] = "web_search_call"
    id: str = ""
    status: str = ""
    queries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pages: tuple[WebPage, ...] = ()

    @property
    def output(self) -> str:
        """The addresses, one a line."""
        return "\n".join(self.sources)


class WebExtractorCall(Struct, frozen=True):
    """Web pages read for a goal."""

    type: ClassVar[Literal["web_extractor_call"]] = "web_extractor_call"
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

    type: ClassVar[Literal["code_interpreter_call"]] = "code_interpreter_call"
    id: str = ""
    status: str = ""
    code: str = ""
    container_id: str = ""
    outputs: tuple[CodeOutput, ...] = ()

    @property
    def output(self) -> str:
        """What the code printed and drew, in order."""
        return "\n".join(one.logs or one.url for one in self.outputs)


class ImageSearchCall(Struct, frozen=True):
    """A search for images, by words (`web_search_image_call`) or by an image; `output` is JSON."""

    type: Literal["web_search_image_call", "image_search_call"]
    id: str = ""
    status: str = ""
    name: str = ""
    arguments: str = ""
    output: str = ""


class McpCall(Struct, frozen=True):
    """A tool called on an MCP server."""

    type: ClassVar[Literal["mcp_call"]] = "mcp_call"
    id: str = ""
    status: str = ""
    name: str = ""
    server_label: str = ""
    arguments: str = ""
    output: str = ""
    error: str = ""


class McpListTools(Struct, frozen=True):
    """The tools an MCP server offers, by name."""

    type: ClassVar[Literal["mcp_list_tools"]] = "mcp_list_tools"
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

    type: ClassVar[Literal["mcp_approval_request"]] = "mcp_approval_request"
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

    type: ClassVar[Literal["file_search_call"]] = "file_search_call"
    id: str = ""
    status: str = ""
    queries: tuple[str, ...] = ()
    results: tuple[FileResult, ...] = ()

    @property
    def output(self) -> str:
        """The passages, in order."""
        return "\n\n".join(result.text for result in self.results)


class OtherItem(Struct, frozen=True):
    """An item of a type this version does not know, whole; its fields are attributes, too."""

    type: str
    id: str = ""
    status: str = ""
    fields: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        if name == "fields" or name.startswith("_") or name not in self.fields:
            raise AttributeError(f"no {name!r} in an item of a type that is not known here")
        return self.fields[name]


ToolCall: TypeAlias = (
    FunctionCall
    | WebSearchCall
    | WebExtractorCall
    | CodeInterpreterCall
    | ImageSearchCall
    | McpCall
    | FileSearchCall
    | OtherItem
)
Item: TypeAlias = Message | Reasoning | McpListTools | McpApprovalRequest | ToolCall
