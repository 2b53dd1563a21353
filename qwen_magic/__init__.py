"""Ask Qwen from a notebook cell."""
