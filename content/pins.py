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
    "en/safety.yaml": "f5285570d36007146bcc10a7dec532548e450d8cebc5c25f3a4a34e7fec55443",
    "en/calm.yaml": "fd09665d4ef96d068a0c2308afccf3dc8ba2c6cf665917abba4f8ee77b7d81d9",
    "es/notice.yaml": "8496e9756b45db112e8caae4526dcdbb0d579bac51320ab09e5730ac55ece32e",
    "es/safety.yaml": "f31275b20286328a8768d3102479a42bc004b9875d769a3551d53440a95f6683",
    "es/calm.yaml": "47dd1e6aeeeb421abb2583bf265f81934491d13374603355384b13a646166657",
    "fr/notice.yaml": "771007c078e5803a399979fa232e91319f8d96cf971253ff7e685d48068075af",
    "fr/safety.yaml": "41da91fbc78c491579c4c99dc68e6187e1868e2d498d0b00568a14fc187e20c1",
    "fr/calm.yaml": "f557e193471d3cc9b1710ff2481723718ebf1fd9bf40df1ca6bcb556ac1c0dc0",
    "de/notice.yaml": "216fe12bf05de2bea9afcf4b842e5dae11c006ba1e929d349e0dbbafca77e115",
    "de/safety.yaml": "4cbff87e3fcb518d2254e90960195b69a4d2cf999b8d702b5be5309a0bebc0f0",
    "de/calm.yaml": "51bacefbe7009435c800ed2532a66ca0678ae25629f3aa78c93aff750d499210",
    "pt/notice.yaml": "940336e6e7b79bbfd4b18a34c57316b885798514c64f83f428cce48b9bbdf47c",
    "pt/safety.yaml": "a858ce56f3b8dd23eecb8ce525f96fced34dc32d682620e79766aaaecefa3538",
    "pt/calm.yaml": "d63f1d767acbdc04cfaecac40952791e1fe789f1bea139c76e740a09f69b86c6",
    "crisis/lexicon.en.yaml": "e241f93164e1953f7a543eac746c4cb0475c044767344590cd0db4fb3460dd45",
}
LEARNED: Final[Mapping[str, str]] = {
    "reader.words.bin": "50d5ea2dd67d46397011c098eb0e30674505a48f6fbb59e60e5e85c886bf6a38",
    "reader.meaning.bin": "b1db7c1da0f79074117b5a4e221909f795925c88e8ffc6ec763216a13d33b1b1",
}
"""What `haven safety train` makes of `tests/safety/corpus`."""
_RELEASED_NAMES: Final = re.compile(r".*/(notice|safety|calm)\.yaml|crisis/lexicon\..*\.yaml")


def is_released(file: str, raw: bytes) -> bool:
    """Tell whether a file, by its path in the content folder, may stand there: it is not one of those that only
    a release changes, or it is that one byte for byte."""
    return not _RELEASED_NAMES.fullmatch(file) or RELEASED.get(file) == sha256(raw).hexdigest()


def is_pinned(name: str, raw: bytes) -> bool:
    """Tell whether a file of `instruments/` is, byte for byte, the one that was reviewed."""
    return PINS.get(name) == sha256(raw).hexdigest()
