"""The shape of an answer: a type becomes a JSON schema, a model's JSON a value (pure). Asking and notebook may come in."""
