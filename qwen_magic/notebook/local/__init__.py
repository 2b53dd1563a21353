"""`%qwen --local`, and the question whether a model may be downloaded. It knows no widgets."""
