"""The database: its tables, every query there is, and the one thread that writes."""
