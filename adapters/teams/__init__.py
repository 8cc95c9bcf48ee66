"""Microsoft Teams: the room is kept free for the adapter; nothing is mounted yet."""
