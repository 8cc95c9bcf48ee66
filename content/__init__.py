"""What people read: words, instruments, crisis help, the organisation's own files, and how they load."""

from pathlib import Path


def default_root() -> Path:
    """Return the folder of the content that ships with the package."""
    return Path(__file__).parent
