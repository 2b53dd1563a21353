"""How the panel looks: calm, in the theme's own colours, from 320 pixels on."""

from __future__ import annotations

from qwen_magic.notebook.stylesheet import STYLE

__all__ = ["panel_style"]


def panel_style(mark: str) -> str:
    """Return the styles of a panel; while they are in the page its static output is hidden."""
    hidden = f".jp-OutputArea-child:has(.{mark}) {{ display: none }} .{mark} {{ display: none }}"
    return f"{STYLE}<style>{_PANEL}{hidden}</style>"


_PANEL = """
"""
