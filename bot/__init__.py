"""The outside: a turn, its effects, the time, what is stored, and the one place where it is put together."""
