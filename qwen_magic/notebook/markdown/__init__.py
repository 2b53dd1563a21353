"""Model text as safe HTML and safe Markdown. Everything above may come in; it imports nothing of ours (pure)."""
