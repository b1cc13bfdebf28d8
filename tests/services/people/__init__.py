"""People and what they may open, on a real site."""
