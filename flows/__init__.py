"""The conversations: pure functions over frozen states, one file each; `core` is their grammar."""
