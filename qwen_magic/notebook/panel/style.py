"""How the panel looks: calm, in the theme's own colours, from 320 pixels on.

A full transcript has some 60,000 nodes, and an answer that grows below them moves them all. So the
page does not draw turns out of sight (`content-visibility`). No `:has()` looks deeper than a few
children, or a browser would search the whole transcript again with each change.
"""

from __future__ import annotations

from qwen_magic.notebook.live.stylesheet import STYLE

__all__ = ["panel_style"]


def panel_style(mark: str) -> str:
    """Return the styles of a panel; while they are in the page, they hide its static output."""
    hidden = f".jp-OutputArea-child:has(> .jp-OutputArea-output > .{mark}) {{ display: none }} .{mark} {{ display: none }}"
    rules = f"{_FRAME}{_TURNS}{_FIELDS}{_BUTTONS}{_STATES}{_COMPACT}".replace("UNSEEN", _UNSEEN)
    return f"{STYLE}<style>{rules}{hidden}</style>"


# For screen readers alone.
_UNSEEN = (
    "position: absolute !important; width: 1px !important; min-width: 0 !important; height: 1px !important;"
    " margin: -1px !important; padding: 0 !important; overflow: hidden; clip-path: inset(50%)"
)
_FRAME = """
.qwen-magic-panel {
  --line: rgba(128, 128, 128, .28); --wash: rgba(128, 128, 128, .1);
  --accent: var(--jp-brand-color1, #1976d2);
  container-type: inline-size; display: flex; flex-direction: column; gap: 8px;
  width: auto; max-width: 960px; height: min(640px, 78vh); min-height: 320px; margin: 4px 8px 4px 0;
  padding: 12px; border: 1px solid var(--line); border-radius: 12px; overflow: hidden;
  background: var(--jp-layout-color1, transparent); color: var(--jp-content-font-color1, inherit);
  font-family: var(--jp-content-font-family, inherit); font-size: var(--jp-content-font-size1, 14px) }
.jp-LinkedOutputView:has(> * > * > .jp-OutputArea-output > .qwen-magic-panel),
.jp-LinkedOutputView:has(> * > * > .jp-OutputArea-output > .qwen-magic-panel) > .jp-OutputArea,
.jp-LinkedOutputView .jp-OutputArea-child:has(> .jp-OutputArea-output > .qwen-magic-panel),
.jp-LinkedOutputView .jp-OutputArea-output:has(> .qwen-magic-panel) {
  height: 100%; padding: 0; overflow: hidden }
.jp-LinkedOutputView .qwen-magic-panel { height: 100%; min-width: 240px; min-height: 0; max-width: none; margin: 0;
  border: 0; border-radius: 0 }
.jp-LinkedOutputView .jp-OutputArea-child:has(> .jp-OutputArea-output > .qwen-magic-panel) > .jp-OutputPrompt {
  display: none }
.qwen-magic-panel .widget-box, .qwen-magic-panel .widget-htmlmath {
  width: auto; height: auto; margin: 0; overflow: visible; min-width: 0; font-size: inherit }
.qwen-magic-panel .widget-htmlmath > .widget-htmlmath-content { align-self: auto; flex: 1 1 auto; min-width: 0 }
.qwen-magic-panel > .widget-box, .qwen-magic-panel > .widget-accordion { flex: 0 0 auto }
.qwen-magic-panel .widget-html-content, .qwen-magic-panel .widget-htmlmath-content { line-height: inherit }
.qwen-magic-unseen, .qwen-magic-input > label, .qwen-magic-chain > label, .qwen-magic-code > label {
  UNSEEN }
.qwen-magic-top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
  gap: 4px 12px; padding-bottom: 8px !important; border-bottom: 1px solid var(--line) }
.qwen-magic-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px }
.qwen-magic-used, .qwen-magic-hint, .qwen-magic-label { font-size: .85em; line-height: 1.5; opacity: .65 }
.qwen-magic-used { white-space: nowrap; font-variant-numeric: tabular-nums }
"""
_TURNS = """
.qwen-magic-panel > .qwen-magic-transcript {
  display: flex; flex-direction: column-reverse; flex: 1 1 0; min-height: 80px;
  overflow-x: hidden !important; overflow-y: auto !important; overscroll-behavior: contain;
  scrollbar-width: thin }
.qwen-magic-turns { display: block; flex: 0 0 auto; margin: 0 0 auto !important }
.qwen-magic-turns > .qwen-magic-group { display: block }
.qwen-magic-earlier { display: flex; flex: 0 0 auto; flex-direction: column-reverse }
.qwen-magic-transcript > .qwen-magic-bar { flex: 0 0 auto; justify-content: center; padding: 4px !important }
.qwen-magic-exchange { display: block; padding: 2px 6px 18px 2px !important;
  content-visibility: auto; contain-intrinsic-block-size: auto 400px }
.qwen-magic-question {
  width: fit-content; max-width: 85%; max-height: 16em; overflow: auto; margin: 0 0 10px auto;
  padding: 7px 13px; border-radius: 14px 14px 4px 14px; background: var(--wash); line-height: 1.5 }
.qwen-magic-exchange .qwen-magic-turn { padding: 0 !important; overflow-wrap: anywhere }
.qwen-magic-exchange .qwen-magic-turn mjx-container[display="true"] { overflow-x: auto; overflow-y: hidden;
  padding-block: 5px }
.qwen-magic-exchange .qwen-magic-turn pre { overflow-x: auto; overflow-wrap: anywhere; word-break: normal }
.qwen-magic-exchange .highlight {
  border: 1px solid var(--line); border-radius: 8px; background: var(--jp-layout-color0, transparent);
  padding: 8px 12px; overflow-x: auto }
.qwen-magic-exchange .qwen-magic-turn .highlight pre { background: none; padding: 0; margin: 0 }
.qwen-magic-exchange .qwen-magic-turn :is(h1, h2, h3, h4, h5, h6) { font-weight: 600; line-height: 1.35 }
.qwen-magic-exchange .qwen-magic-turn h1 { font-size: 1.35em }
.qwen-magic-exchange .qwen-magic-turn h2 { font-size: 1.2em }
.qwen-magic-exchange .qwen-magic-turn :is(h3, h4, h5, h6) { font-size: 1.05em }
.qwen-magic-foot { display: flex; align-items: flex-end; justify-content: flex-end; gap: 2px }
.qwen-magic-foot > .widget-htmlmath { flex: 1 1 0 }
.qwen-magic-foot > .jupyter-button { flex: none }
.qwen-magic-foot > .jupyter-button { opacity: 0; transition: opacity .12s }
.qwen-magic-exchange:hover .qwen-magic-foot > .jupyter-button,
.qwen-magic-group:last-child > .qwen-magic-exchange:last-child .qwen-magic-foot > .jupyter-button,
.qwen-magic-foot:focus-within > .jupyter-button { opacity: .75 }
@media (hover: none) { .qwen-magic-foot > .jupyter-button { opacity: .75 } }
.qwen-magic-empty { max-width: 34em; margin: 2em auto; text-align: center; line-height: 1.6; opacity: .65 }
.qwen-magic-drawer { display: flex; flex-direction: column; gap: 8px; margin: 6px 0 0 !important;
  padding: 8px 0 8px 12px !important; border-left: 2px solid var(--line) }
.qwen-magic-drawer > .widget-vbox { align-items: flex-start; gap: 4px }
.qwen-magic-helped .jupyter-button.qwen-magic-unhelped { display: none }
.qwen-magic-exchange .highlight { position: relative }
.qwen-magic-code-bar { position: absolute; top: 4px; right: 4px; display: flex; gap: 4px; opacity: 0;
  border-radius: 7px; background: var(--jp-layout-color1, Canvas); transition: opacity .12s }
.qwen-magic-panel .qwen-magic-code-bar > .jupyter-button { height: 24px; line-height: 22px; cursor: pointer }
.highlight:hover > .qwen-magic-code-bar, .qwen-magic-code-bar:focus-within { opacity: 1 }
@media (hover: none) { .qwen-magic-code-bar { opacity: 1 } }
.qwen-magic-told:not(:has(> * > * > *)) { display: none }
"""
_FIELDS = """
.qwen-magic-composer { display: flex; flex-direction: column; gap: 6px; padding: 8px !important;
  border: 1px solid var(--line); border-radius: 12px; background: var(--jp-layout-color0, transparent) }
.qwen-magic-composer:focus-within { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent) }
.qwen-magic-input, .qwen-magic-code { width: 100%; height: auto; margin: 0 }
.qwen-magic-input textarea, .qwen-magic-code textarea {
  width: 100%; color: inherit; font-size: inherit; line-height: 1.5; resize: vertical }
.qwen-magic-input textarea { min-height: 3.2em; padding: 2px 6px; border: 0; background: none;
  font-family: inherit; box-shadow: none !important; outline: 0 }
.qwen-magic-code textarea { padding: 8px 12px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--wash); font-family: var(--jp-code-font-family, monospace);
  font-size: var(--jp-code-font-size, 13px); white-space: pre; overflow-x: auto }
.qwen-magic-panel textarea::placeholder { color: inherit; opacity: .65 }
.qwen-magic-panel .widget-dropdown, .qwen-magic-panel .qwen-magic-name {
  width: auto; max-width: 100%; height: 28px; margin: 0; gap: 6px; font-size: inherit }
.qwen-magic-panel .widget-label { width: auto; min-width: 0; margin: 0; color: inherit; opacity: .65;
  font-size: .85em; line-height: 28px }
.qwen-magic-panel select, :is(.qwen-magic-name, .qwen-magic-schema) input {
  height: 28px; min-width: 0; max-width: 15em; padding: 0 22px 0 9px; color: inherit;
  font-size: .85em; font-family: inherit; border: 1px solid var(--line); border-radius: 7px;
  background-color: var(--jp-layout-color1, transparent); box-shadow: none; flex: 0 1 auto }
.qwen-magic-panel select { appearance: none; background-repeat: no-repeat; background-size: 5px 5px;
  background-position: right 12px center, right 7px center; background-image:
  linear-gradient(45deg, transparent 50%, currentColor 50%), linear-gradient(135deg, currentColor 50%, transparent 50%) }
.qwen-magic-name input { padding: 0 9px; min-width: 9em }
.qwen-magic-panel .qwen-magic-schema .widget-text { flex: 1 1 0; width: auto; margin: 0; gap: 6px }
.qwen-magic-schema input { padding: 0 9px; flex: 1 1 0; max-width: none }
.qwen-magic-chain select { font-weight: 600 }
.qwen-magic-panel select option { color: var(--jp-ui-font-color1, initial); background: var(--jp-layout-color1, initial) }
.qwen-magic-panel :is(select, input, .jupyter-button):focus-visible {
  outline: 2px solid var(--accent) !important; outline-offset: 1px }
"""
_BUTTONS = """
.qwen-magic-panel .jupyter-button {
  width: auto; height: 28px; margin: 0; padding: 0 10px; line-height: 26px; font-size: .85em;
  font-family: inherit; color: inherit; background: none; box-shadow: none; border: 1px solid var(--line);
  border-radius: 7px }
.qwen-magic-panel .jupyter-button:hover { background: var(--wash); box-shadow: none }
.qwen-magic-panel .jupyter-button > i { margin-right: 5px }
.qwen-magic-chains .jupyter-button, .qwen-magic-foot .jupyter-button { border-color: transparent; padding: 0 7px }
.qwen-magic-foot .jupyter-button { height: 24px; line-height: 22px }
.qwen-magic-composer .qwen-magic-bar > .widget-dropdown:last-of-type { margin-right: auto }
.qwen-magic-panel .qwen-magic-send { color: var(--jp-ui-inverse-font-color1, #fff); background: var(--accent);
  border-color: transparent; font-weight: 600 }
.qwen-magic-panel .qwen-magic-send:hover { background: var(--accent); box-shadow: 0 0 0 2px var(--line) }
.qwen-magic-panel .qwen-magic-stop { font-weight: 600; border-color: currentColor }
.qwen-magic-tools { display: flex; flex-wrap: wrap; gap: 6px }
.qwen-magic-panel .jupyter-button.mod-active {
  border-color: var(--accent); background: color-mix(in srgb, var(--accent) 12%, transparent) }
.qwen-magic-tools > .mod-active::before { content: "✓ "; content: "✓ " / "on: " }
.qwen-magic-panel .qwen-magic-options > .jupyter-button.jupyter-button {
  display: flex; height: auto; padding: 0 4px; line-height: 1.5; border: 0; background: none; opacity: .7;
  cursor: pointer; overflow-wrap: anywhere; text-align: start; white-space: normal }
.qwen-magic-options > .jupyter-button::before {
  flex: none; display: list-item; list-style: disclosure-closed inside;
  content: "\\200b"; content: "\\200b" / "collapsed:" }
.qwen-magic-options > .jupyter-button.mod-active::before {
  list-style-type: disclosure-open; content: "\\200b"; content: "\\200b" / "expanded:" }
.qwen-magic-options > .jupyter-button:not(.mod-active) + .widget-vbox { display: none }
.qwen-magic-options > .widget-vbox { gap: 8px; padding: 6px 4px 2px !important }
"""
_STATES = """
.qwen-magic-panel .jupyter-widgets-disconnected::before { display: none }
.qwen-magic-panel.jupyter-widgets-disconnected::before {
  content: "The kernel has gone or restarted: run the cell again to go on. The conversation is kept.";
  align-self: stretch; flex: 0 0 auto; padding: 8px 12px; border-radius: 8px; background: var(--wash);
  color: inherit; font: inherit }
.qwen-magic-panel.jupyter-widgets-disconnected .qwen-magic-composer { opacity: .5; pointer-events: none }
@container (max-width: 420px) {
  .qwen-magic-question { max-width: 94% }
  .qwen-magic-panel { padding: 8px }
  .qwen-magic-top { gap: 2px 6px }
  .qwen-magic-chains { gap: 0 }
  .qwen-magic-composer .qwen-magic-bar { justify-content: flex-end }
  .qwen-magic-composer .widget-dropdown > label { UNSEEN }
  .qwen-magic-composer .widget-dropdown { flex: 1 1 40% }
  .qwen-magic-composer select { flex: 1 1 auto; width: 100%; max-width: none } }
@media (prefers-reduced-motion: reduce) { .qwen-magic-panel * { transition: none !important } }
"""
_COMPACT = """
.qwen-magic-panel.qwen-magic-compact { height: auto; min-height: 0; border: 0; padding: 0 }
.qwen-magic-compact > .qwen-magic-transcript { flex: 0 1 auto; min-height: 0; max-height: none }
.qwen-magic-compact .qwen-magic-exchange, .qwen-magic-compact .qwen-magic-empty,
.qwen-magic-compact .qwen-magic-transcript > .qwen-magic-bar,
.qwen-magic-compact .qwen-magic-foot > .jupyter-button,
.qwen-magic-compact .qwen-magic-cost,
.qwen-magic-compact .qwen-magic-code-bar > :nth-child(2),
.qwen-magic-served .qwen-magic-code-bar > :nth-child(2) { display: none }
.qwen-magic-compact .qwen-magic-composer .qwen-magic-bar { justify-content: flex-end }
.qwen-magic-compact .qwen-magic-group:last-child > .qwen-magic-exchange:last-child { display: block }
"""
