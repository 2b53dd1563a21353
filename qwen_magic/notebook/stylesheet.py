"""How widgets come to look like the output that takes their place, so that nothing jumps then.

JupyterLab and Notebook 7 style an output's HTML by the class `jp-RenderedHTMLCommon`. Within it
widgets must flow as their text would without them: as blocks, so that margins fall together. A
block that stands in a widget of its own is the first and last of its kind there, which the front
end's rules for headings take for the beginning and end of the output.
"""

from __future__ import annotations

__all__ = ["ANSWER", "CLASSES", "STYLE"]

CLASSES = ("qwen-magic-turn", "jp-RenderedHTMLCommon", "jp-RenderedHTML")
ANSWER = "qwen-magic-answer"

_HEADINGS = ":is(h1, h2, h3, h4, h5, h6)"
_CONTENT = ".widget-htmlmath > .widget-htmlmath-content"

STYLE = f"""<style>
.qwen-magic-turn {{
  display: block; font-size: var(--jp-content-font-size1, inherit); padding-right: 20px !important }}
.qwen-magic-turn .widget-vbox, .qwen-magic-turn .widget-htmlmath,
.qwen-magic-turn .widget-accordion, .qwen-magic-turn .jupyter-widget-Collapse {{
  display: block; margin: 0 !important; font-size: inherit }}
.qwen-magic-turn .widget-htmlmath-content {{ line-height: inherit }}
.qwen-magic-turn table {{ margin-left: 0; margin-right: 0 }}
.qwen-magic-turn .{ANSWER} {{ margin: .8em 0 !important }}
.qwen-magic-turn .widget-vbox:not(:first-child, .{ANSWER}) > {_CONTENT} > {_HEADINGS}:first-child,
.qwen-magic-turn .widget-htmlmath:not(:first-child) > * > {_HEADINGS}:first-child {{
  margin-top: var(--jp-content-heading-margin-top) }}
.qwen-magic-turn {_CONTENT} > {_HEADINGS}:last-child {{
  margin-bottom: var(--jp-content-heading-margin-bottom) }}
.qwen-magic-turn .widget-accordion {{ margin: .3em 0 !important }}
.qwen-magic-turn .jupyter-widget-Collapse-header {{
  display: list-item; list-style: disclosure-closed inside; cursor: pointer; opacity: .7;
  padding: 0; border: 0; background: none; color: inherit; font: inherit; line-height: inherit }}
.qwen-magic-turn .jupyter-widget-Collapse-header > i {{ display: none }}
.qwen-magic-turn .jupyter-widget-Collapse-open > .jupyter-widget-Collapse-header {{
  list-style-type: disclosure-open }}
.qwen-magic-turn .jupyter-widget-Collapse-contents {{
  margin: .4em 0 .8em .3em; padding: 0 0 0 .9em; border: 0; background: none; color: inherit;
  border-left: 2px solid rgba(128, 128, 128, .35); opacity: .85; overflow: visible }}
.qwen-magic-turn .widget-hbox {{ align-items: center; margin: 0 !important; min-height: 25px }}
.qwen-magic-turn .widget-label {{
  height: auto; font-size: .9em; line-height: inherit; opacity: .65; color: inherit }}
.qwen-magic-turn .jupyter-button {{
  font-size: .85em; line-height: 22px; padding: 0 .8em; color: inherit; background: none;
  border: 1px solid rgba(128, 128, 128, .5); border-radius: 4px }}
.qwen-magic-turn .jupyter-button:hover, .qwen-magic-turn .jupyter-button:focus-visible {{
  background: rgba(128, 128, 128, .15); box-shadow: none; outline: 2px solid rgba(128, 128, 128, .6) }}
.qwen-magic-turn .jupyter-button:hover {{ outline: 0 }}
</style>"""
