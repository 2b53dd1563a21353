"""One turn through all its tool calls: from a question to the turns that answer it. The notebook comes in through `Session`."""
