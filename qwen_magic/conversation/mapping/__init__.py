"""One prompt over the rows of a table, each row a conversation of its own. Asking and notebook may come in."""
