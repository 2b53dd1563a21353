"""What the demo and its script both say: items, refusals, and the scene of one request."""
