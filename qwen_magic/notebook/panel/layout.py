"""The panel's widgets as a whole, and how they are displayed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from IPython.core.getipython import get_ipython
from ipywidgets import Layout

from qwen_magic.errors import QwenError
from qwen_magic.notebook.kernel.frontend import frontend_of
from qwen_magic.notebook.live.widgets import Look
from qwen_magic.notebook.panel.chains import ChainBar
from qwen_magic.notebook.panel.composer import Composer
from qwen_magic.notebook.panel.controls import Controls
from qwen_magic.notebook.panel.options import OptionBar
from qwen_magic.notebook.panel.page import PanelPage
from qwen_magic.notebook.panel.style import panel_style
from qwen_magic.notebook.panel.transcript import Transcript
from qwen_magic.notebook.panel.turn import Actions, reason_html
from qwen_magic.notebook.panel.visitors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qwen_magic.notebook.magics.magics import QwenMagics
    from qwen_magic.notebook.panel.chains import Act

__all__ = ["PanelLayout"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_WITHOUT_WIDGETS = (
    "This chat is live while its kernel runs: run the cell to go on. Without Jupyter's widgets, "
    "%%qwen asks in a cell."
)
_HINT = (
    '<div class="qwen-magic-hint">Stop ends an answer at once. A kernel interrupt does not: the'
    " chat answers in a thread of its own.{slow}</div>"
)
_SLOW = " While a cell runs, this kernel hears of clicks and keys only when the cell ends."


class _Owner(Actions, Protocol):
    """What the widgets act upon."""

    def hear(self, text: str) -> None: ...
    def stop(self) -> None: ...
    def act(self, act: Act, name: str) -> None: ...
    def refresh(self) -> None: ...


class PanelLayout:
    """Everything that the reader sees of a panel.

    Args:
        owner: Does what the widgets ask for.
        qwen: Holds the configuration.
        mark: A class of the panel's own.
        compact: Whether it shows one question and its answer alone.
    """

    def __init__(
        self, owner: _Owner, qwen: QwenMagics, mark: str, *, compact: bool = False
    ) -> None:
        self._look = look = Look()
        self._qwen = qwen
        self.mark = mark
        self._controls = controls = Controls(look)
        hidden = look.keep(Layout(display="none"))
        self._chains = chains = ChainBar(look, owner.act)
        acts = {"ask": owner.hear, "insert": owner.insert, "name": chains.finish}
        self.page = look.keep(PanelPage(acts, layout=hidden))
        self.composer = Composer(look, self.page, send=owner.hear, stop=owner.stop)
        self.options = OptionBar(look, qwen, self.composer.use)
        self.transcript = Transcript(look, self.page, actions=owner, load=owner.refresh)
        self._used = look.html("")
        self._told = look.html("")
        style = look.html(panel_style(mark))
        style.layout = hidden
        top = controls.row(self._chains.box, self._used, classes=("qwen-magic-top",))
        told = controls.column(self._told, classes=("qwen-magic-told",))
        self.options.add(self._hint())
        self._is_compact = compact
        parts = (top, self.transcript.box, told, self.composer.box, self.options.box)
        shown = (self.composer.box, told, self.transcript.box) if compact else parts
        shell: Any = get_ipython()
        marks = {
            "qwen-magic-compact": compact,
            "qwen-magic-served": frontend_of(shell).is_dashboard,
        }
        classes = ("qwen-magic-panel", *(name for name, on in marks.items() if on))
        self.root = controls.column(*shown, style, self.page, classes=classes)
        self._publish = shell.display_pub.publish  # a cell's %%capture must not take it away
        self._is_shown = False

    def show(self, chains: Sequence[str], chain: str, used: str, *, busy: bool, cell: str) -> None:
        """Show which chain it is, and what can be done now; new cells go below `cell`."""
        self.page.cell = cell
        self._chains.show(chains, chain)
        self._used.value = f'<div class="qwen-magic-used">{used}</div>'
        self.options.show(self._qwen.variables())
        self.composer.remember([view.question for view in self.transcript.views])
        self.composer.show(busy=busy, beside=() if self._is_compact else self.options.quick)

    def tell(self, text: str) -> None:
        """Show a text above the composer; an empty text takes it away."""
        self._told.value = reason_html(text)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Show errors in the panel: nobody catches what a button raises."""
        try:
            yield
        except QwenError as error:
            self.tell(explained(error))

    def display(self, saved: Mapping[str, str]) -> None:
        """Display the widgets, and below them what a saved notebook keeps."""
        view = {"model_id": self.root.model_id, "version_major": 2, "version_minor": 0}
        html = f"<p>{_WITHOUT_WIDGETS}</p>"
        self._publish({_VIEW: view, "text/html": html, "text/plain": _WITHOUT_WIDGETS}, {})
        self._publish(dict(saved), {}, transient={"display_id": self.mark})
        self._is_shown = True

    def display_alone(self, saved: Mapping[str, str]) -> None:
        """Display what a saved notebook keeps, and no widgets."""
        self._publish(dict(saved), {})

    def save(self, saved: Mapping[str, str]) -> None:
        """Update what a saved notebook keeps."""
        if self._is_shown:
            self._publish(dict(saved), {}, transient={"display_id": self.mark}, update=True)

    def close(self) -> None:
        """Close all widgets."""
        self.options.close()
        self.transcript.close()
        self._look.close()

    def _hint(self) -> Any:  # noqa: ANN401 - ipywidgets is untyped
        kernel = getattr(get_ipython(), "kernel", None)
        subshells = getattr(kernel, "_supports_kernel_subshells", False)
        return self._look.html(_HINT.format(slow="" if subshells else _SLOW))
