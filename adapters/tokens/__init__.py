"""Signed tokens from outside: services prove themselves by their own keys, persons by the sponsor's provider.

Nothing in a token is believed before its signature was checked with a key that was known beforehand, under the
one algorithm that goes with that key. Whatever is wrong, the outside learns `login_failed` and no more.
"""
