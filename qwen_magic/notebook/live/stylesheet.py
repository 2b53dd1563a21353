"""The style that makes widgets look like the output that replaces them, so that nothing jumps.

JupyterLab and Notebook 7 style an output's HTML by the class `jp-RenderedHTMLCommon`. Inside it,
widgets must flow as their text would without them: as blocks, so that margins collapse. A block in
a widget of its own is the first and the last there, and the front end's rules for headings take
that for the beginning and end of the output.
"""

from __future__ import annotations

from qwen_magic.notebook.markdown.drawing import ON, OPEN

__all__ = ["ANSWER", "APPROVAL", "CLASSES", "FOLD", "REST", "RIGHT_TO_LEFT", "STYLE", "long_block"]

CLASSES = ("qwen-magic-turn", "jp-RenderedHTMLCommon", "jp-RenderedHTML")
ANSWER = "qwen-magic-answer"
FOLD = "qwen-magic-fold"
APPROVAL = "qwen-magic-approval"
REST = "qwen-magic-rest"
RIGHT_TO_LEFT = "qwen-magic-right-to-left"

_FOCUS = "2px solid var(--jp-brand-color1, #1976d2)"
_HEADINGS = ":is(h1, h2, h3, h4, h5, h6)"
_CONTENT = ".widget-htmlmath > .widget-htmlmath-content"


def long_block(kind: str) -> str:
    """Return the class of a block that is shown in parts."""
    return f"qwen-magic-long-{kind}"


# A long block's parts stand in widgets of their own, which must leave no trace: they have no boxes,
# so that words flow from one into the next, and rows stand in the columns of one table. What begins
# or ends to be in parts takes two messages: between them, the page shows it only once.
_LONG = '[class*="qwen-magic-long-"]'
_PARTS = f".qwen-magic-turn {_LONG} :is(.widget-vbox, .widget-htmlmath, .widget-htmlmath-content)"
_QUOTE = f".qwen-magic-turn .{long_block('quote')}"
_TABLE = f".qwen-magic-turn .{long_block('table')}"
_LONG_STYLE = f"""
{_PARTS} {{ display: contents }}
.widget-htmlmath:has(+ {_LONG} > .widget-htmlmath > *) > * > .{REST},
.qwen-magic-turn {_LONG} > .widget-htmlmath:first-child:not(:has(> * > .{OPEN})) ~ * {{ display: none }}
.qwen-magic-turn .{long_block("paragraph")} {{ margin: 0 0 1em !important; text-align: left }}
{_QUOTE} {{
  margin: 1em 2em !important; padding: 0 1em !important; border-left: 5px solid var(--jp-border-color2) }}
{_QUOTE} > .widget-htmlmath > * > blockquote, {_QUOTE} > .widget-vbox > * > * > blockquote {{ display: contents }}
{_QUOTE} p:is(.{ON}, .{OPEN}) {{ display: inline }}
{_QUOTE} p.{ON}:not(.{OPEN})::after {{ content: ""; display: block; margin-bottom: 1em }}
{_TABLE} {{
  display: table; margin: 0 0 1em !important; border-collapse: collapse; color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1) }}
{_TABLE} table {{ display: contents }}
.qwen-magic-turn {_LONG} :is(td, th) {{ text-align: left }}
.qwen-magic-turn {_LONG} td.right {{ text-align: right }}
.qwen-magic-turn {_LONG} td.center {{ text-align: center }}
.qwen-magic-turn .{RIGHT_TO_LEFT}, .qwen-magic-turn .{RIGHT_TO_LEFT} :is(td, th) {{
  direction: rtl; text-align: right }}
{_QUOTE}.{RIGHT_TO_LEFT} {{ border-left: 0; border-right: 5px solid rgba(128, 128, 128, .3) }}
.qwen-magic-turn .{ON} {{ margin-top: 0 }}
.qwen-magic-turn .{OPEN} {{ margin-bottom: 0 }}
.qwen-magic-turn .{long_block("code")} {{ margin: 0 0 1em !important }}
.qwen-magic-turn :not(.{OPEN}, .{long_block("code")} *).highlight.{ON} {{ margin: 0 0 1em }}
.qwen-magic-turn .highlight.{ON} {{ padding-top: 0; border-top-width: 0; border-top-left-radius: 0; border-top-right-radius: 0 }}
.qwen-magic-turn .highlight.{OPEN} {{ padding-bottom: 0; border-bottom-width: 0; border-bottom-left-radius: 0; border-bottom-right-radius: 0 }}
.qwen-magic-turn li.{ON} {{ list-style: none }}
"""

STYLE = f"""<style>
.qwen-magic-turn {{
  display: block; font-size: var(--jp-content-font-size1, inherit); padding-right: 20px !important }}
.qwen-magic-turn .widget-vbox, .qwen-magic-turn .widget-htmlmath {{
  display: block; margin: 0 !important; font-size: inherit }}
.qwen-magic-turn .widget-htmlmath-content {{ line-height: inherit }}
.qwen-magic-turn table {{ margin-left: 0; margin-right: 0 }}
.qwen-magic-turn .highlight > pre {{
  font-family: var(--jp-code-font-family, monospace); word-break: normal; overflow-wrap: anywhere }}
.qwen-magic-turn .{ANSWER} {{ margin: .8em 0 !important }}
.qwen-magic-turn .widget-vbox:not(:first-child, .{ANSWER}) > {_CONTENT} > {_HEADINGS}:first-child,
.qwen-magic-turn .widget-htmlmath:not(:first-child) > * > {_HEADINGS}:first-child {{
  margin-top: var(--jp-content-heading-margin-top) }}
.qwen-magic-turn {_CONTENT} > {_HEADINGS}:last-child {{
  margin-bottom: var(--jp-content-heading-margin-bottom) }}
.qwen-magic-turn .{FOLD} {{ margin: .3em 0 !important }}
.qwen-magic-turn .{FOLD} > button {{
  display: flex; width: 100%; height: auto; padding: 0; border: 0; background: none !important;
  box-shadow: none !important; cursor: pointer; opacity: .7; color: inherit !important;
  font: inherit; line-height: inherit; text-align: start; white-space: normal }}
.qwen-magic-turn .{FOLD} > button::before {{
  flex: none; display: list-item; list-style: disclosure-closed inside;
  content: "\\200b"; content: "\\200b" / "collapsed:" }}
.qwen-magic-turn .{FOLD} > button.mod-active::before {{
  list-style-type: disclosure-open; content: "\\200b"; content: "\\200b" / "expanded:" }}
.qwen-magic-turn .{FOLD} > button:disabled {{ cursor: default }}
.qwen-magic-turn .{FOLD} > button:disabled::before {{ visibility: hidden; content: none }}
.qwen-magic-turn .fa-stop::before {{ content: "\\f04d" / "" }}
.qwen-magic-turn .{FOLD} > button:focus-visible {{ outline: {_FOCUS} }}
.qwen-magic-turn .{FOLD} > button:not(.mod-active) + .widget-vbox {{ display: none }}
.qwen-magic-turn .{FOLD} > .widget-vbox {{
  margin: .4em 0 .8em .3em !important; padding: 0 0 0 .9em !important;
  border-left: 2px solid rgba(128, 128, 128, .35); opacity: .85 }}
.qwen-magic-turn .widget-hbox {{ align-items: center; margin: 0 !important; min-height: 25px }}
.qwen-magic-turn .widget-label {{
  height: auto; font-size: .9em; line-height: inherit; opacity: .65; color: inherit }}
.qwen-magic-turn .widget-button {{
  font-size: .85em; line-height: 22px; padding: 0 .8em; color: inherit; background: none;
  border: 1px solid rgba(128, 128, 128, .5); border-radius: 4px }}
.qwen-magic-turn .widget-button:hover, .qwen-magic-turn .widget-button:focus-visible {{
  background: rgba(128, 128, 128, .15); box-shadow: none; outline: {_FOCUS} }}
.qwen-magic-turn .widget-button:hover {{ outline: 0 }}
.qwen-magic-turn .widget-button.mod-primary {{
  background: var(--jp-brand-color1, #1976d2); border-color: transparent;
  color: var(--jp-ui-inverse-font-color1, #fff) }}
.qwen-magic-turn .{APPROVAL} {{ margin: .6em 0 1em !important }}
.qwen-magic-turn .{APPROVAL} .widget-label {{ font-size: inherit; opacity: 1 }}
.qwen-magic-turn .{APPROVAL} .widget-hbox {{ row-gap: 6px }}
.qwen-magic-turn .{APPROVAL} .widget-text > label {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }}
.qwen-magic-turn .{APPROVAL} input:focus-visible {{ outline: {_FOCUS} !important }}
.qwen-magic-turn .jupyter-widgets-disconnected::before {{ content: none; padding: 0; color: inherit }}
.qwen-magic-turn.jupyter-widgets-disconnected::before {{
  content: "The kernel has gone or restarted: run the cell again."; padding: 0; color: inherit;
  font: inherit; opacity: .65 }}
.qwen-magic-turn.jupyter-widgets-disconnected .widget-button {{ display: none }}
{_LONG_STYLE}</style>"""
