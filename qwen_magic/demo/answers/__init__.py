"""The script that plays the model: from a scene to the items of an answer. `responses` comes in through `script`."""
