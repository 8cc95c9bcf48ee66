"""The private room, at its wire: HTTP."""
