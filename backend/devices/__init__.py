"""The Akuvox wire only: HTTP client, model profiles, Action URL and door log decoding.

Nothing is imported here: the client needs httpx, the profiles and decoders do not.
"""
