"""The notebook that asks: its file, its cells, and which of them runs. For the magics."""
