"""From a question to the request that asks it: its place in the chain, its form, what is refused. Asking comes in."""
