"""`%qwen_chain`, `%qwen_log` and `%qwen_code`: the chains of a notebook, shown and steered. Only the extension may come in."""
