"""The built-in server that answers without a key or a network, from a script. Settings and tests may come in."""
