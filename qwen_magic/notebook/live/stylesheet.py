"""The style that makes widgets look like the output that replaces them, so that nothing jumps.

JupyterLab and Notebook 7 style an output's HTML by the class `jp-RenderedHTMLCommon`. Inside it,
widgets must flow as their text would without them: as blocks, so that margins collapse. A block in
a widget of its own is the first and the last there, and the front end's rules for headings take
that for the beginning and end of the output.
"""

from __future__ import annotations

__all__ = ["ANSWER", "APPROVAL", "CLASSES", "FOLD", "STYLE"]

CLASSES = ("qwen-magic-turn", "jp-RenderedHTMLCommon", "jp-RenderedHTML")
ANSWER = "qwen-magic-answer"
FOLD = "qwen-magic-fold"
APPROVAL = "qwen-magic-approval"

_HEADINGS = ":is(h1, h2, h3, h4, h5, h6)"
_CONTENT = ".widget-htmlmath > .widget-htmlmath-content"

STYLE = f"""<style>
.qwen-magic-turn {{
  display: block; font-size: var(--jp-content-font-size1, inherit); padding-right: 20px !important }}
.qwen-magic-turn .widget-vbox, .qwen-magic-turn .widget-htmlmath {{
  display: block; margin: 0 !important; font-size: inherit }}
.qwen-magic-turn .widget-htmlmath-content {{ line-height: inherit }}
.qwen-magic-turn table {{ margin-left: 0; margin-right: 0 }}
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
.qwen-magic-turn .{FOLD} > button:focus-visible {{ outline: 2px solid rgba(128, 128, 128, .6) }}
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
  background: rgba(128, 128, 128, .15); box-shadow: none; outline: 2px solid rgba(128, 128, 128, .6) }}
.qwen-magic-turn .widget-button:hover {{ outline: 0 }}
.qwen-magic-turn .widget-button.mod-primary {{
  background: var(--jp-brand-color1, #1976d2); border-color: transparent; color: #fff }}
.qwen-magic-turn .{APPROVAL} {{ margin: .6em 0 1em !important }}
.qwen-magic-turn .{APPROVAL} .widget-label {{ font-size: inherit; opacity: 1 }}
</style>"""
