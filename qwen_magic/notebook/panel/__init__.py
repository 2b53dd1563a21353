"""The chat panel. Only the extension, and the package itself, come in."""
