"""The Responses protocol: bytes in, events out; knows no notebook and no chain."""
