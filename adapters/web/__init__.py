"""The private room, a page of our own: the room is kept free for the adapter; nothing is mounted yet."""
