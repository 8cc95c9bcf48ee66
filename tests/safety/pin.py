"""The hashes of what is frozen: written before the conversation that it measures, without sight of its words."""

import hashlib
from pathlib import Path

HERE = Path(__file__).parent
FROZEN_ON = "2026-11-25"
FROZEN: dict[str, str] = {
    "personas/abuse.yaml": "e3c5e2648c4c9f7e337e9fb25c9aa84f308b251fe08f48b25145f304fa8871b0",
    "personas/eating.yaml": "42785000ddc0a8f647d07ca7ece7122ec8505b44bb34113ec5c032c306c20deb",
    "personas/explicit_self.yaml": "bec726951d1dbaa2aa14031b7100409ebee773f82cd6ef4c911b65f28782b795",
    "personas/false_alarm.yaml": "92afcfd450478d7412b382ef07abb2a13c099dc5466a3b4432a4d5d90a73a34c",
    "personas/harm_to_others.yaml": "ff9c0bb701582c0cbd11fcec87f15262eb314d8782e2af2f9c9d3a7056459cbc",
    "personas/medical.yaml": "faa3e632c50e9986b1b2443b3c9769e0f16ca0e18a87f6c254b53cd10943b5d3",
    "personas/oblique_self.yaml": "62f12390e5e04c0ffba0109a795b41f9e92ad73148e039964237a3dae1acf359",
    "personas/psychosis.yaml": "1ce2fa034888298fdea2eecb7e84dd3e69e7979b423c30a7829f1d830ad5f69b",
    "personas/third_person.yaml": "360629edbec77cb9d181b40bb1660d67c9f85c49d4891c2f158fa1ed2b490895",
    "banned.py": "88e43ba069817eebcdf29061a68a95bca4c27603398359683051e28bf604986a",
    "checker.py": "0d4e209db324694efabab24caef358d747da16de8de960e45599a11e1840822e",
    "needed.py": "868628b72c9258692a095919ae1a3f20aa4cb09b949dc16c510ac20a7712b181",
    "persona.py": "6de1e65a229227d6b037e5b99751f6bb7c9ff6e5b843f7d0c1a9a7cb7d5be12b",
    "reading.py": "48dc1973f5ad640381be5a11cc6ac175f03ff7de439b1c537ac8594745d55b5d",
    "transcript.py": "5d99c3cc48930e8940f1f198a17e8ea615f04002aad2f86654a34d430840c020",
}


def hashes() -> dict[str, str]:
    """Return the SHA-256 of every frozen file, by its path from here."""
    files = [
        *sorted(HERE.glob("personas/*.yaml")),
        *(HERE / f"{name}.py" for name in ("banned", "checker", "needed", "persona", "reading", "transcript")),
    ]
    return {path.relative_to(HERE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
