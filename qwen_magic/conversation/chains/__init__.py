"""The tree of a chain, the place of a new turn in it, and what rebuilds it (pure). Store, asking and notebook may come in."""
