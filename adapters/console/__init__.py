"""The terminal: reads lines, draws screens as text."""
