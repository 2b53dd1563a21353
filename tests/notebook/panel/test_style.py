"""What the panel's styles may cost a page with a long transcript."""

from __future__ import annotations

import re

import pytest

from qwen_magic.notebook.panel.saved import saved_bundle
from qwen_magic.notebook.panel.style import panel_style

STYLES = [panel_style("mark"), saved_bundle("a", [], "mark")["text/html"]]


@pytest.mark.parametrize("style", STYLES, ids=["live", "saved"])
def test_no_rule_makes_a_browser_search_the_whole_transcript(style: str) -> None:
    inside = re.findall(r":has\(([^()]*)\)", style)
    combinators = {word for part in inside for word in part.split()[::2]}
    assert combinators
    assert combinators <= {">", "+"}
