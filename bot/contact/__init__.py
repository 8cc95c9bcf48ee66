"""Requests to be called back, on their way to the staffed contact: the wire, the errand, and what it leaves behind."""
