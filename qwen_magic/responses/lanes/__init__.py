"""Many requests at once: connections side by side, each with one request at a time. Mapping may come in."""
