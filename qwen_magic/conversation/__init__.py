"""What a chat is; knows neither HTTP nor IPython."""
