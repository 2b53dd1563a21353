"""Model text as safe HTML and safe Markdown. Everything above may come in; it knows nothing of ours (pure)."""
