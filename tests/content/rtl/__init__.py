"""A language that is read from right to left, in sample words: the shipped English wherever there is none."""

import shutil
from hashlib import sha256
from pathlib import Path

import yaml

from content import default_root, pins

HERE = Path(__file__).parent
RELEASED = [file.partition("/")[2] for file in pins.RELEASED if file.startswith("en/")]  # only a release may hold them


def rtl_at(folder: Path) -> dict[str, str]:
    """Make a content folder with Arabic beside English; return what a release would pin of it."""
    shutil.copytree(default_root(), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(folder / "en", folder / "ar")
    for sample in (HERE / "ar").glob("*.yaml"):
        path = folder / "ar" / sample.name
        words = yaml.safe_load(path.read_text(encoding="utf-8")) | yaml.safe_load(sample.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(words, allow_unicode=True), encoding="utf-8")
    shutil.copy(folder / "crisis" / "lexicon.en.yaml", folder / "crisis" / "lexicon.ar.yaml")
    files = [f"ar/{name}" for name in RELEASED] + ["crisis/lexicon.ar.yaml"]
    return {file: sha256((folder / file).read_bytes()).hexdigest() for file in files}
