"""What the last error tells, without secrets: a value like others for the magics. They may come in."""
