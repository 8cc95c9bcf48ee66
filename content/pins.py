"""The SHA-256 of what HR does not edit: standards (verbatim), the promise, and what somebody in pain reads.

A changed byte is refused. A release that changes them changes the pin here, and for the notice also EDITION in
`flows/notice.py`, so that everybody is asked again.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

PINS: Final[Mapping[str, str]] = {
    "LICENSE.txt": "dfcfd8457626c748ef6210de63474b3e3fd465888fa06a9b7da7d68a1f7a0749",
    "gad7.de.yaml": "0e91b51a7c35ae4e2ec3fe73332b1aa8c3d6424e050f48875de11a3e7566989e",
    "gad7.en.yaml": "1a65e6fcbc6a48e0a454558b9d2750ee243cdfa1adb72dc7d2dc499a2306a798",
    "gad7.es.yaml": "f383febd8b4f0dc716510198bba9f51f150f40a2dd4e213b0179825f3f9c2f5d",
    "gad7.fr.yaml": "966a045a96ca7b02c87e3d18b1c810b134a29f80db40b20a51e45c1fb982a3a6",
    "gad7.pt.yaml": "9c018b13e2e72e7bdb0c241de012451a3e4d73c0f7cb2b00d178087555a208c5",
    "phq9.de.yaml": "0b2b6cfb2ffee2e0e100e03084f34fe62472a71a9abd0371775b49baa9837eb3",
    "phq9.en.yaml": "04fbfcb84b69de769ce0124767c74c75bad0e4ca719f54cbad26e023b1adeaa8",
    "phq9.es.yaml": "a6448a69a1aca36d973cbd227d879c29292ca800abf18bea02bcf5cde23c95bf",
    "phq9.fr.yaml": "1e49b83365424f11fce50977d598ae0cae1c1e2255af0367099efa30b8f7c189",
    "phq9.pt.yaml": "fd9e804b86540e4bb71a874c5ae9889a5e9122fb48d00a0909b6b7e6c4a2ecf2",
    "who5.en.yaml": "9bbf0a7972bb4f9f0c9d6960a3fc71244acd2c51f519101282616ad45d3a5201",
}

RELEASED: Final[Mapping[str, str]] = {
    "en/notice.yaml": "f9f923115dfd89aa2f25bd1eeebb437de3e95479253deb53d28200abef9dcf2c",
    "en/safety.yaml": "9dfabdf90ad4ee7eb95fbe70125027318c2e2960d49013751a32b20ae6de1a67",
    "en/calm.yaml": "fd09665d4ef96d068a0c2308afccf3dc8ba2c6cf665917abba4f8ee77b7d81d9",
    "en/country.yaml": "1450d5b3fb81718469fd52026a04a21eff3c10d7a7b6fef98faf3e7c22b500d2",
    "es/notice.yaml": "861283ab813a283d7a79a0ded6296472f3e52a615ba90e35c5d432902e261e50",
    "es/safety.yaml": "829f0c832b079186563587583a5bb1fc52b585f1278e402fd247903775aabd74",
    "es/calm.yaml": "61c48785de2ee5e8e01235d2693f9cee1834d8a716c7fd9bb82bb1ac558513e5",
    "es/country.yaml": "3f67b18b2e114c7aaf834e6deca5f42389c19d4e2c738ecc49c9a68e64ef02b2",
    "fr/notice.yaml": "3a8ed3843f6fddbd63b77ea4d9abc006f238f3a7555daf1f060c03afd40414b5",
    "fr/safety.yaml": "505aaf863ae7559f52cac8f9661dd2bb6b4e1b8533dab8654d184affb3585b1d",
    "fr/calm.yaml": "475cea2343c5adbf78b2b906fad0cb7f0ea49f45a8d10bfb9708ee87ba13042b",
    "fr/country.yaml": "4de72dba19f56158078a799499e091c7ff5949ba6e7dc2f1098b5f122c492fca",
    "de/notice.yaml": "f1466b5d353a793e5ab062c35d2dd85569d938162c7de4ea1f9d556df1562844",
    "de/safety.yaml": "ad661d28fcfbc569a87d5c6bc562080c07fd130d41945c24d86ef66275d9fab2",
    "de/calm.yaml": "51bacefbe7009435c800ed2532a66ca0678ae25629f3aa78c93aff750d499210",
    "de/country.yaml": "008574dc9e3627dd098a771d4321ecf38dfc082f63961edd1b0d14b96aaa290f",
    "pt/notice.yaml": "e176ab65819de03be137cf6e3696b395d97cc32c1650f1dc160e9eef28757427",
    "pt/safety.yaml": "50e4aa33039f2927d47b69cc302e2bdd4255a451acb2a64d8e7a54e6559ed3d9",
    "pt/calm.yaml": "11b74678c44c27c91aa3227d9bffe02498bc4124826ad2d390e1c4987919de2e",
    "pt/country.yaml": "3afdc4c5d24bb7cb7aedb52f4dc6da0375372593cbe877d1a653d5250c3cc64e",
    "crisis/lexicon.en.yaml": "39eed5063a5930080c3fe33e15e6f21cd68af7b51dde838970b7667d3e95fb7d",
    "crisis/lexicon.es.yaml": "8f714a81c77eb2bf544ecdf2ef2931cde8c1f188c3f54d142cd0f025cf471bf3",
    "crisis/lexicon.fr.yaml": "41caecf6548ad2873b4c931ed5e338432fbfffde45751e123b1834bf0595c0ff",
    "crisis/lexicon.de.yaml": "0ea8e002bf52c365cca190cbd34c43403162f5573da26950ba6681e4a1525ff5",
    "crisis/lexicon.pt.yaml": "0c84c04d6255bbceffdfaa8cfd36019aec9d763c7b322230c28de746bacc1bbe",
}
LEARNED: Final[Mapping[str, str]] = {
    "reader.words.bin": "236411637eb6a2d08ce8348c773fc1d935adb57f1f31a9e650b5292a1bd919bf",
    "reader.meaning.bin": "d5bac8a00db5881053e1506ea2a637f863a0be6b03db6f747509b641f90d9d1f",
}
"""What `haven safety train` makes of `tests/safety/corpus`."""
_RELEASED_NAMES: Final = re.compile(r".*/(notice|safety|calm|country)\.yaml|crisis/lexicon\..*\.yaml")


def is_released(file: str, raw: bytes) -> bool:
    """Tell whether a file, by its path in the content folder, may stand there: it is not one of those that only
    a release changes, or it is that one byte for byte."""
    return not _RELEASED_NAMES.fullmatch(file) or RELEASED.get(file) == sha256(raw).hexdigest()


def is_pinned(name: str, raw: bytes) -> bool:
    """Tell whether a file of `instruments/` is, byte for byte, the one that was reviewed."""
    return PINS.get(name) == sha256(raw).hexdigest()
