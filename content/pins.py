"""The SHA-256 of what HR does not edit: standards (verbatim), the promise, and what somebody in pain reads.

A changed byte is refused. A release that changes them changes the pin here, and for the notice also EDITION in
`flows/notice.py`, so that everybody is asked again.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

PINS: Final[Mapping[str, str]] = {
    "phq4.yaml": "bcbd996911c4e58441ba5619bdba0f7c2880fb179302ea793d0e62a7aeb8b5a4",
    "phq4.LICENSE.txt": "e126cdf3c20b45487104bb70d128f630695c63c618e493056cd3a113be7658c8",
}

RELEASED: Final[Mapping[str, str]] = {
    "en/notice.yaml": "4ebadeca335ee4f2ab3bd9e3eccb2488c0210e6fcb6b36b29eed70f6e8b381f5",
    "en/safety.yaml": "00e38537853e3e2dd2b4d3c42b503fb05010474b7723a0536e71d14aafb84224",
    "crisis/lexicon.en.yaml": "1fad42a1a43e758d506cf0b1e91d71697c1c29a504bdd61aae5a78f0a514f70e",
}
_RELEASED_NAMES: Final = re.compile(r".*/(notice|safety)\.yaml|crisis/lexicon\..*\.yaml")


def is_released(file: str, raw: bytes) -> bool:
    """Tell whether a file, by its path in the content folder, may stand there: it is not one of those that only
    a release changes, or it is that one byte for byte."""
    return not _RELEASED_NAMES.fullmatch(file) or RELEASED.get(file) == sha256(raw).hexdigest()


def is_pinned(name: str, raw: bytes) -> bool:
    """Tell whether a file of `instruments/` is, byte for byte, the one that was reviewed."""
    return PINS.get(name) == sha256(raw).hexdigest()
