"""Whose certificates are believed, when we ask a server elsewhere: those of certifi, read once."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Return what all our clients share: to read the certificates anew for each takes 50 ms, in which nobody is
    answered."""
    return httpx.create_ssl_context(trust_env=False)
