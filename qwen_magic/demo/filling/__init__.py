"""What fills a JSON schema from a text, by simple rules. `answers` comes in through `arguments`."""
