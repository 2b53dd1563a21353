"""A Python function as a tool: schema, arguments, call, result. Asking and notebook may come in."""
