"""The grammar of every conversation. Imports pydantic and the standard library, nothing else."""
