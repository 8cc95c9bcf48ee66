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
    "es/notice.yaml": "88cd3a7e3cbc267db11585b7e4446f72370b34faf925a1ffd403508abd7cb1b0",
    "es/safety.yaml": "614f5ba460d03b831a5c6aa94a93713e41d353c83e0ac612d987b7a13112b4c6",
    "fr/notice.yaml": "b731b7439a06195e7b41196b74ee5a72ddb35634a70280501695c8a80787387b",
    "fr/safety.yaml": "d907e75da643f0cd383f0500764ed34b53f83d15b5e6b3336268adbb252c717c",
    "de/notice.yaml": "e20e72d73ce7c3be77f25dbd45c04d1c6fb45ee98f5c0c7e25da21ae0133599c",
    "de/safety.yaml": "234ebae09a3d24cdbfcd7932a6759e612253440251411ea3c55c4d0349cf002d",
    "pt/notice.yaml": "2626bd11be7178646d0a5dcb44d04d4e69051a1bc7a55f976980bcbafefce08a",
    "pt/safety.yaml": "62b185fad01bd85cddee657dd274fedb57efff22fd9a4cae1b3ac62a1ba97683",
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
