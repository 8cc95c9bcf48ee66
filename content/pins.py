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
    "en/notice.yaml": "8a2029986465f37d3ec118d36a381df964efa4635576ccb63025b77b17988c27",
    "en/safety.yaml": "6f59b81ef2ae5eff099147c746a3242d88ff1198022044cc0feb1613e6f1f394",
    "en/calm.yaml": "fd09665d4ef96d068a0c2308afccf3dc8ba2c6cf665917abba4f8ee77b7d81d9",
    "es/notice.yaml": "2190dae752b7cb333187117fc1fb01d40443e89df812dcdd6ced55c8714ba7ce",
    "es/safety.yaml": "194d04c392182a3d09482a9519e0eeb4cab5feb065440d624be18362d3bc8e3a",
    "es/calm.yaml": "47dd1e6aeeeb421abb2583bf265f81934491d13374603355384b13a646166657",
    "fr/notice.yaml": "d2ba3e7368724d2e3de510f304e9d5e93ba0f7087f5c00df83cd66d3c8483546",
    "fr/safety.yaml": "a77e9ff2ca30888b94496a2313941e297cac4c2990cfa9415d5c9e6ede14fc1f",
    "fr/calm.yaml": "f557e193471d3cc9b1710ff2481723718ebf1fd9bf40df1ca6bcb556ac1c0dc0",
    "de/notice.yaml": "3a5de6e1e97d2661fbcd670d7070d980c1d15090919cd9669cca046c6cb0387c",
    "de/safety.yaml": "2d740140cbcb863780ce96f64497173e43d06aed9f37fb92226c09e9900d83a8",
    "de/calm.yaml": "51bacefbe7009435c800ed2532a66ca0678ae25629f3aa78c93aff750d499210",
    "pt/notice.yaml": "2eb783f425a9b65e15e6278d296755e240860eb9a8ca029929c5e8bd7c4528cd",
    "pt/safety.yaml": "af5c5fe2787980cc9326cb29623408541a00e1166a43d25640157d429eadf9e1",
    "pt/calm.yaml": "d63f1d767acbdc04cfaecac40952791e1fe789f1bea139c76e740a09f69b86c6",
    "crisis/lexicon.en.yaml": "da10cb11ef234ac3b5e953ac5cdb638fb04f65e472cae142ce310d8c968c011f",
    "crisis/lexicon.es.yaml": "5092627c808bf21ac421b2f7e7c7e234a70185516bcb0850e4a0dc39eb0af550",
    "crisis/lexicon.fr.yaml": "8c674de7e999726b9b24d9c68e8d75fbe6b502211e1780f9119398a379838b65",
    "crisis/lexicon.de.yaml": "b79cc4fc930d67c1cb8165bd76125d63fd678890d05236ff3b30ec0281fa8a6e",
    "crisis/lexicon.pt.yaml": "91ebe5908e79b86225af69ce42f79fc445f74dd3f26d9dc56f6b3ad8591b57e7",
}
LEARNED: Final[Mapping[str, str]] = {
    "reader.words.bin": "50d5ea2dd67d46397011c098eb0e30674505a48f6fbb59e60e5e85c886bf6a38",
    "reader.meaning.bin": "13ad0c34c67b38939aea6d28e7b123400ab47fb000373ebf9096e983c6ed6d67",
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
