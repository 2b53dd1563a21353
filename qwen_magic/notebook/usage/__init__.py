"""`%qwen_usage`: tokens and money, by chain, model and day. The extension may come in."""
