"""Thousands of spoilt, odd and forged requests on every door: none ends in a 5xx, none is echoed or logged."""
