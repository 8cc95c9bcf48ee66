"""How quick Haven is, side by side with a peer, in one run: `make bench`. No test is timed; these are the figures."""
