"""`%%qwen` and its sisters: from the line and the text to an ask, and back to a variable. The panel may come in."""
