"""A table's rows, the prompt that each fills, and the frame of what came (no network). Mapping, asking and notebook may come in."""
