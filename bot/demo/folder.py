"""A copy of the content files for HR to edit in the demo: what ships stays as it is."""

import shutil
from pathlib import Path


def copied(source: Path, target: Path) -> Path:
    """Copy the content files, without the code beside them; return the copy's folder."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.py", "*.pyc", "__pycache__"))
    return target
