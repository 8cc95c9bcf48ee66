"""Stand-in platforms that speak the real wire formats over HTTP and refuse what the real ones refuse."""
