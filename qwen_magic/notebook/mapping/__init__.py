"""A map on the screen: while it runs, and once it has ended. Magics and steering may come in."""
