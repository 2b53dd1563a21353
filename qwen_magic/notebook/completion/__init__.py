"""What the tab key offers on our magics' lines; the extension may come in."""
