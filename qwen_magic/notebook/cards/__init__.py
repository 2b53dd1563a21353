"""An item as a card, and a turn as a MIME bundle, a transcript or a tree (pure). Live, magics and panel may come in."""
