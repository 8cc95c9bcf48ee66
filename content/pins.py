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
    "en/notice.yaml": "1a847802026d9cf45541cd9e60e8b9cc12eb3ce5a9a42bffcc9411717130893a",
    "en/safety.yaml": "f4970600492eba6f34f2f9401b1d4004a65df905dbb3186a13c50d1c7c6119ed",
    "es/notice.yaml": "8496e9756b45db112e8caae4526dcdbb0d579bac51320ab09e5730ac55ece32e",
    "es/safety.yaml": "c4560a7915a1368c64706200d174e06f9818212404a5896f30fe2b472896b1b1",
    "fr/notice.yaml": "771007c078e5803a399979fa232e91319f8d96cf971253ff7e685d48068075af",
    "fr/safety.yaml": "30916aa6a3d42450d082793257adea7af0f11e97a28f602cfea7210ccff2ce03",
    "de/notice.yaml": "216fe12bf05de2bea9afcf4b842e5dae11c006ba1e929d349e0dbbafca77e115",
    "de/safety.yaml": "35e8f0fc0a201cb67947f7edb5987e86f20c63e6dad5f5ba229546c1edf9116e",
    "pt/notice.yaml": "940336e6e7b79bbfd4b18a34c57316b885798514c64f83f428cce48b9bbdf47c",
    "pt/safety.yaml": "7b48a33d2f835aa6cc890305bac3deccfe930ce73fda80030ae2d2b4ae5d9c3d",
    "crisis/lexicon.en.yaml": "e241f93164e1953f7a543eac746c4cb0475c044767344590cd0db4fb3460dd45",
}
LEARNED: Final[Mapping[str, str]] = {
    "reader.words.bin": "50d5ea2dd67d46397011c098eb0e30674505a48f6fbb59e60e5e85c886bf6a38",
    "reader.meaning.bin": "b1db7c1da0f79074117b5a4e221909f795925c88e8ffc6ec763216a13d33b1b1",
}
"""What `haven safety train` makes of `tests/safety/corpus`."""
_RELEASED_NAMES: Final = re.compile(r".*/(notice|safety)\.yaml|crisis/lexicon\..*\.yaml")


def is_released(file: str, raw: bytes) -> bool:
    """Tell whether a file, by its path in the content folder, may stand there: it is not one of those that only
    a release changes, or it is that one byte for byte."""
    return not _RELEASED_NAMES.fullmatch(file) or RELEASED.get(file) == sha256(raw).hexdigest()


def is_pinned(name: str, raw: bytes) -> bool:
    """Tell whether a file of `instruments/` is, byte for byte, the one that was reviewed."""
    return PINS.get(name) == sha256(raw).hexdigest()
