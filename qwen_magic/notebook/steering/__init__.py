"""`%qwen_chain` and `%qwen_log`: the chains of a notebook, shown and steered. Only the extension may come in."""
