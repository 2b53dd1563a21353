"""What the demo can say about an error: a few common ones, by small rules. `answers` may come in."""
