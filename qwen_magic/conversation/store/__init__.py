"""The turns of all notebooks, kept in SQLite. Asking and notebook may come in; the rest of the room is behind `ChainStore`."""
