"""The services on a real site."""
