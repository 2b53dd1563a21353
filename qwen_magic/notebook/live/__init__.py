"""A turn while it grows, in a notebook or a terminal: widgets, Stop, approval. Magics and panel may come in."""
