"""A turn and `advance`, the only function that changes one (pure). All of conversation and notebook may come in."""
