"""Reads what a provider tells of its own accord: whether it is from them, and which appointment to look at.

A hint is never believed. It says where to look; what is true is read from the provider."""

import hashlib
import hmac
import json
import re
from typing import Any, Final, Literal

Kind = Literal["fhir", "calcom"]
HEADERS: Final[dict[Kind, str]] = {"fhir": "x-haven-signature", "calcom": "x-cal-signature-256"}
"""Where the signature stands: HMAC-SHA256 of the raw body in hex, for FHIR behind `sha256=`."""


def signed(kind: Kind, secret: str, body: bytes, header: str) -> bool:
    """Tell whether the signature in the header is the one that the secret makes of the body."""
    given = header.removeprefix("sha256=") if kind == "fhir" else header
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return given.isascii() and hmac.compare_digest(made, given)


def about(kind: Kind, body: bytes) -> frozenset[str]:
    """Return the references of the appointments that a hint is about; none, if it cannot be read.

    FHIR: `{"reference": "Appointment/x"}`. Cal.com: `{"payload": {"uid": ...}}`; of a move the uid before it, too."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(told, dict):
        return frozenset()
    found = _calcom(told.get("payload")) if kind == "calcom" else [told.get("reference")]
    return frozenset(one for one in found if isinstance(one, str) and re.fullmatch(r"[!-~]{1,80}", one))


def _calcom(payload: Any) -> list[str]:
    if not isinstance(payload, dict):
        return []
    uids = (payload.get("uid"), payload.get("rescheduleUid"))
    return [f"booking/{uid}" for uid in uids if isinstance(uid, str) and uid]
