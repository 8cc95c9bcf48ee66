"""Golden dialogues: one script, played through the terminal, Slack and Teams, with the same turns on each."""
