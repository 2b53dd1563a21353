"""A Python function as a tool that the model may call (pure).

The schema comes from the signature, the type hints and the docstring; nothing is called here.
"""

from __future__ import annotations

import inspect
import math
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

from qwen_magic.conversation.tools.docstrings import described
from qwen_magic.conversation.tools.parameters import Parameter, parameters_of, schema_of, source_of
from qwen_magic.errors import ToolError
from qwen_magic.responses.request import BUILT_IN_TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Tool", "definition", "tool", "tool_of"]

F = TypeVar("F")

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
MEMORY = "_qwen_magic_tool"


@dataclass(frozen=True, slots=True)
class Tool:
    """A function with all that the model is told about it.

    Attributes:
        parameters: The JSON Schema (2020-12) of the object that the model fills.
        is_async: Whether a call must be awaited.
        timeout: How many seconds a call may take, or None.
        parallel: Whether calls for several rows of a table may run at once, in threads.
        takes: The function's parameters, which read the arguments.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    function: Callable[..., Any]
    is_async: bool = False
    timeout: float | None = None
    parallel: bool = False
    takes: tuple[Parameter, ...] = field(default=(), repr=False, compare=False)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the function's own
        """Call the function itself."""
        return self.function(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class _Memory:
    """What `@tool(…)` was told."""

    name: str | None = None
    description: str | None = None
    timeout: float | None = None
    parallel: bool = False


@overload
def tool(function: F, /) -> F: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    timeout: float | None = None,
    parallel: bool = False,
) -> Callable[[F], F]: ...
def tool(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    timeout: float | None = None,
    parallel: bool = False,
) -> Any:
    '''Mark a function as a tool that the model may call.

    Use it bare or with words of your own; the function stays as it is and can be called as before.
    You can also offer a function without it: the decorator lets you say more, and refuses at once
    what would be refused later.

        @tool
        def weather(city: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> dict:
            """Look up the weather of today in a city, named in English."""

        @tool(name="sales", description="Ask the sales database.", timeout=30)
        def run(query: Annotated[str, "One SELECT statement of SQLite."]) -> pd.DataFrame: ...

    **What the model is told.** The function's name; the text of its docstring, without its
    sections; and for each parameter its type, its default, and what the docstring (in Google,
    NumPy or reST style) or a string in `Annotated` says about it.

    **Types.** `str`, `int`, `float`, `bool`, `None`, `Literal`, enums by value, unions, lists, tuples,
    sets, dicts, `TypedDict`, `NamedTuple`, dataclasses, `msgspec.Struct`, dates and times, `UUID`,
    `Decimal`, `bytes` in base64, `Path`, and pydantic models if you use pydantic. To set limits,
    write `Annotated[int, msgspec.Meta(ge=1)]`. The function is called with values of these types,
    never with bare JSON. A parameter without a hint takes values like its default; without a
    default, it takes any JSON value. `*args` is offered as a list, `**kwargs` as an object; what
    `functools.partial` sets by name is not offered.

    **Methods** are offered bound: `database.query`. Async functions are awaited.

    Args:
        function: The function, if the decorator is used bare.
        name: What the model calls it: 1 to 64 ASCII letters, digits, `_` and `-`; a lambda needs one.
        description: Used instead of the docstring's text.
        timeout: How many seconds a call may take.
        parallel: Whether calls for several rows of a table (`--map`) may run at once, in threads.

    Raises:
        ToolError: The function cannot be offered; the message names the parameter.
    '''
    memory = _Memory(name, description, timeout, parallel)
    return partial(_remembered, memory) if function is None else _remembered(memory, function)


def tool_of(function: Any, *, name: str | None = None) -> Tool:  # noqa: ANN401 - any callable
    """Return a function as a tool; a Tool stays what it is.

    `name` is the variable's name. It is used if `def` gave none: for a lambda, a
    `functools.partial`, or an object that can be called.

    Raises:
        ToolError: It cannot be offered to a model.
    """
    if isinstance(function, Tool):
        return function
    if isinstance(function, type) or not callable(function):
        raise ToolError(
            f"{function!r:.80} is no function", hint="offer a function, a method or a tool"
        )
    bearers = (function, source_of(function))
    memories = (getattr(bearer, MEMORY, None) for bearer in bearers)
    memory = next((found for found in memories if isinstance(found, _Memory)), _Memory())
    return _tool(function, memory, name)


def definition(tool: Tool) -> dict[str, Any]:
    """Return the tool as the API takes it."""
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }


def _remembered(memory: _Memory, function: Any) -> Any:  # noqa: ANN401
    """Refuse what could not be offered, and put the memory on the function."""
    own: Any = function.__func__ if isinstance(function, classmethod | staticmethod) else function
    drops_first = isinstance(function, classmethod) or (own is function and _is_unbound(own))
    _tool(partial(own, ...) if drops_first else own, memory, None)
    if memory == _Memory():
        return function
    try:
        setattr(own, MEMORY, memory)
    except AttributeError as exc:
        raise ToolError(
            f"{own!r:.80} cannot remember what tool() was told",
            hint="decorate it where it is defined, or give tool() a functools.partial of it",
        ) from exc
    return function


def _is_unbound(function: Any) -> bool:  # noqa: ANN401
    """Return whether a function is defined in a class and still needs its `self`."""
    if not inspect.isfunction(function):
        return False
    home = function.__qualname__.rpartition(".")[0]
    first = next(iter(inspect.signature(function).parameters), "")
    return bool(home) and not home.endswith("<locals>") and first in {"self", "cls"}


def _tool(function: Any, memory: _Memory, name: str | None) -> Tool:  # noqa: ANN401
    source = source_of(function)
    name = _named(memory.name or _name(function, name or ""))
    takes = parameters_of(function, name)
    if _is_unbound(function):
        raise ToolError(
            f"{name}() is a method without its object", hint=f"offer it bound: your_object.{name}"
        )
    said = described(_docstring(function, source))
    return Tool(
        name,
        said.text if memory.description is None else memory.description,
        schema_of(takes, said.parameters),
        function,
        any(map(inspect.iscoroutinefunction, (function, type(function).__call__))),
        _seconds(memory.timeout, name),
        memory.parallel,
        takes,
    )


def _name(function: Any, variable: str) -> str:  # noqa: ANN401
    """Return the name that `def` gave; if there was no `def`, prefer the variable's name."""
    named = function.func if isinstance(function, partial) else function
    name = str(getattr(named, "__name__", "") or type(named).__name__)
    if name == "<lambda>":
        return variable
    has_def = named is function and inspect.isroutine(function)  # to Python 3.14 a partial is one
    return name if has_def else variable or name


def _named(name: str) -> str:
    if not name:
        raise ToolError("a lambda has no name", hint='say tool(name="…"), or use def')
    if not NAME.fullmatch(name):
        raise ToolError(
            f"{name!r} cannot be the name of a tool",
            hint="1 to 64 of the letters a-z and A-Z, digits, _ and -; say @tool(name=…)",
        )
    if name in BUILT_IN_TOOLS:
        raise ToolError(
            f"a function named {name!r} is taken for the built-in tool",
            hint="give the function another name, or say @tool(name=…)",
        )
    return name


def _docstring(function: Any, source: Any) -> str | None:  # noqa: ANN401
    """Return the author's docstring; for an object that can be called, its method's or class's."""
    if isinstance(function, partial):
        return _docstring(function.func, source)
    if inspect.isroutine(function):
        return inspect.getdoc(function)
    return getattr(source, "__doc__", None) or inspect.getdoc(type(function))


def _seconds(timeout: float | None, name: str) -> float | None:
    if timeout is None or (0 < timeout < math.inf):
        return timeout
    raise ToolError(
        f"the timeout {timeout!r} of {name}() is no number of seconds",
        hint="a number above 0, or leave it out",
    )
