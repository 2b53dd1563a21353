"""What a short text says, by rules of thumb: mood, language, topics, names. The script's answers may come in."""
