"""How the panel asks: model, effort, tools, schema and session cache; as cells do, until changed."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from qwen_magic.excerpt import cut
from qwen_magic.models import MODELS
from qwen_magic.notebook.kernel.frontend import is_served
from qwen_magic.notebook.kernel.subshells import hear
from qwen_magic.notebook.panel.composer import MODES
from qwen_magic.notebook.panel.controls import Controls, place
from qwen_magic.readers import SWITCH
from qwen_magic.responses.request import BUILT_IN_TOOLS, EFFORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ipywidgets import Dropdown, ToggleButton, Widget
    from traitlets import Bunch

    from qwen_magic.notebook.live.widgets import Look
    from qwen_magic.notebook.magics.magics import QwenMagics
    from qwen_magic.notebook.panel.composer import Mode

__all__ = ["OptionBar", "tools_among"]

_TITLE = "Tools and options"
_ABOUT_FOLD = "What goes with each question"
_VALUES = "values: "
_SHAPES = "prose; or: stars: 1..5, topics: [str]; or the name of a type"
_ABOUT_SCHEMA = "What the answer is to look like as a value, as after --schema"
_LONGEST = 40  # characters of a schema in the title
_FOLLOWED = ("model", "effort", "session_cache")


def tools_among(variables: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of variables that can be tools: the reader's functions and MCP servers."""
    return tuple(
        name
        for name, value in variables.items()
        if not name.startswith("_")
        and (
            (isinstance(value, FunctionType) and value.__module__ == "__main__")
            or (isinstance(value, dict) and value.get("type") == "mcp")
        )
    )


class OptionBar:
    """What goes with each question.

    Args:
        look: Closes the widgets.
        qwen: Holds the configuration, which the options follow.
        use: Takes which key sends a question.
    """

    def __init__(self, look: Look, qwen: QwenMagics, use: Callable[[Mode], None]) -> None:
        self._qwen = qwen
        self._controls = controls = Controls(look)
        self._choices = self._made_choices()
        self._tools: dict[str, ToggleButton] = {}
        self._chosen = set(qwen.tools)
        self._sends = controls.choice("Sends", "What sends a question", MODES)
        self._sends.observe(lambda change: use(change.new), "value")
        self._toggles = controls.row(classes=("qwen-magic-tools",))
        self._schema = controls.line("Schema", placeholder=_SHAPES, tooltip=_ABOUT_SCHEMA)
        self._schema.observe(lambda _: self._title(), "value")
        self.quick = (self._choices["model"], self._choices["effort"])
        self._fold = controls.toggle(_TITLE, _ABOUT_FOLD, on=False)
        self._inside = controls.column(
            look.html('<div class="qwen-magic-label">Tools</div>'),
            self._toggles,
            controls.row(self._schema, classes=("qwen-magic-bar", "qwen-magic-schema")),
            controls.row(self._choices["session_cache"], self._sends, classes=("qwen-magic-bar",)),
        )
        self.box = controls.column(self._fold, self._inside, classes=("qwen-magic-options",))
        qwen.observe(self._follow, list(_FOLLOWED))
        qwen.observe(self._follow_tools, "tools")

    def values(self) -> dict[str, Any]:
        """Return the options of a question, as a cell's magic line would give them."""
        found: dict[str, Any] = {name: choice.value for name, choice in self._choices.items()}
        if schema := self._schema.value.strip():
            found["schema"] = schema
        return {**found, "tools": tuple(name for name in self._tools if name in self._chosen)}

    def show(self, variables: Mapping[str, object]) -> None:
        """Offer the tools that exist now; to visitors, of the author's own those of `tools` alone."""
        names = (*BUILT_IN_TOOLS, *(() if is_served() else tools_among(variables)))
        names += tuple(name for name in self._qwen.tools if name not in names)
        if names == tuple(self._tools):
            return
        self._tools = {name: self._tools.get(name) or self._toggle(name) for name in names}
        place(self._toggles, tuple(self._tools.values()))

    def add(self, widget: Widget) -> None:
        """Add something below the options."""
        place(self._inside, (*self._inside.children, widget))

    def close(self) -> None:
        """Stop following the configuration."""
        self._qwen.unobserve(self._follow, list(_FOLLOWED))
        self._qwen.unobserve(self._follow_tools, "tools")

    def _title(self) -> None:
        """Tell in the title that answers are values: the field may be folded away."""
        schema = self._schema.value.strip()
        told = f" · {_VALUES}{cut(schema, _LONGEST)}" if schema else ""
        self._fold.description = f"{_TITLE}{told}"
        self._controls.hear()

    def _made_choices(self) -> dict[str, Dropdown]:
        controls = self._controls
        efforts = [("Default", ""), *((name.capitalize(), name) for name in EFFORTS)]
        caches = [("Default", ""), *((name.capitalize(), name) for name in SWITCH)]
        made = {
            "model": controls.choice("Model", "The model that answers", MODELS),
            "effort": controls.choice("Effort", "How hard to think", efforts),
            "session_cache": controls.choice(
                "Session cache", "Cache the conversation on the server", caches
            ),
        }
        for name, choice in made.items():
            _choose(choice, getattr(self._qwen, name))
        return made

    def _toggle(self, name: str) -> ToggleButton:
        label = name.replace("_", " ") if name in BUILT_IN_TOOLS else f"{name}()"
        toggle = self._controls.toggle(label, f"Let the model use {name}", on=name in self._chosen)
        toggle.observe(lambda change: self._set(name, on=change.new), "value")
        return toggle

    def _set(self, name: str, *, on: bool) -> None:
        (self._chosen.add if on else self._chosen.discard)(name)

    def _follow(self, change: Bunch) -> None:
        _choose(self._choices[change.name], change.new)
        self._controls.hear()

    def _follow_tools(self, change: Bunch) -> None:
        self._chosen = set(change.new)
        self.show(self._qwen.variables())
        for name, toggle in self._tools.items():
            toggle.value = name in self._chosen
            hear(toggle)


def _choose(choice: Dropdown, value: str) -> None:
    """Choose a value, even one that is not in the list."""
    known: Sequence[Any] = choice.options
    values = [option[1] if isinstance(option, tuple) else option for option in known]
    if value not in values:
        choice.options = (*known, value)
    choice.value = value
