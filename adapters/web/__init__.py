"""The private room: pages of ours, behind a link that works once, for what the chat at work should not hold."""
