"""`%qwen_fix`: what to do after an error. The extension may come in."""
