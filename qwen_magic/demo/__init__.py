"""The built-in server that answers without a key or a network."""
