"""Tokens by day as a small picture, drawn by matplotlib if that is there."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING

from qwen_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["picture"]

_INCHES = (6.0, 1.8)
_LABELS = 7


def picture(tokens: Mapping[str, int]) -> bytes:
    """Return bars for the tokens of some days, as a PNG with a clear background.

    Raises:
        CellError: There is no matplotlib, or nothing to draw.
    """
    if find_spec("matplotlib") is None:
        raise CellError("--plot needs matplotlib", hint="%pip install matplotlib")
    if not tokens:
        raise CellError("there is one day at most: nothing to draw", hint="leave --plot out")
    from matplotlib.figure import Figure

    figure = Figure(figsize=_INCHES, layout="constrained")
    axes = figure.subplots()
    axes.bar(range(len(tokens)), list(tokens.values()), color="#1976d2")
    step = -(-len(tokens) // _LABELS)
    axes.set_xticks(range(0, len(tokens), step), [day[5:] for day in list(tokens)[::step]])
    axes.set_ylabel("tokens")
    for part in (*axes.spines.values(), axes.xaxis.label, axes.yaxis.label):
        part.set_color("#888888")
    axes.tick_params(colors="#888888")
    axes.spines[["top", "right"]].set_visible(False)
    written = BytesIO()
    figure.savefig(written, format="png", transparent=True, dpi=110)
    return written.getvalue()
