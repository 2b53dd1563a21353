"""The turns of all notebooks, kept in SQLite. Asking and notebook may come in; `ChainStore` hides the rest of the room."""
