"""Keys and seals: who somebody is (a keyed hash), what is written (sealed), and what a button may do (signed).

AES-256-GCM from `cryptography`; every ciphertext is bound by its associated data to the table, column, schema
version, person and etag it was made for, so rows cannot be swapped, moved or mixed. Plaintexts are padded to a
fixed size first: a length tells nothing.
"""

import base64
import binascii
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.platform import Address
from bot.clock import Clock

OPS = 2048
PRIVATE = 16384
BODY = 3072
_SCHEMA = b"1"
_NONCE = 12


class Unsealable(Exception):
    """A ciphertext does not open: wrong key, moved, swapped or changed. Says nothing else, on purpose."""


class KeyTrouble(Exception):
    """The key file is missing, unreadable or open to others; the message says what to do."""


@dataclass(frozen=True)
class Keys:
    """The root key (identity and signatures are derived from it) and the key of each epoch (which wraps
    people's data keys). All of 32 bytes."""

    root: bytes
    epochs: dict[int, bytes]


@dataclass(frozen=True)
class Sealed:
    """A person's row as it lies in the database: nothing in it is readable."""

    sid: bytes  # 16 bytes
    epoch: int
    etag: bytes  # 16 random bytes, new with every write
    dek: bytes  # the data key, wrapped by the epoch's key
    ops: bytes
    private: bytes


def load_keys(path: Path, *, database_is_empty: bool, clock: Clock) -> Keys:
    """Read the key file, or make it at the very first start.

    With data but no keys a new key would lock everybody out of their data for good, so that is refused.
    Raises KeyTrouble.
    """
    if not path.exists():
        if not database_is_empty:
            raise KeyTrouble(
                f"HAVEN_KEY_FILE: {path} is missing, but the database holds data sealed with it. "
                "Restore the key file from its backup, or start with an empty database."
            )
        _make_keys(path, clock)
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise KeyTrouble(f"HAVEN_KEY_FILE: {path} can be read by others (mode {mode:o}). Run: chmod 400 {path}")
    try:
        data = json.loads(path.read_bytes())
        keys = Keys(
            root=base64.b64decode(data["root"], validate=True),
            epochs={int(epoch): base64.b64decode(key, validate=True) for epoch, key in data["epochs"].items()},
        )
    except OSError as error:
        raise KeyTrouble(
            f"HAVEN_KEY_FILE: {path} cannot be read ({error.strerror}). Is it a file of this user?"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyTrouble(f"HAVEN_KEY_FILE: {path} is not a Haven key file. Restore it from its backup.") from None
    if not keys.epochs or any(len(key) != 32 for key in (keys.root, *keys.epochs.values())):
        raise KeyTrouble(f"HAVEN_KEY_FILE: {path} holds a key of a wrong size. Restore it from its backup.")
    return keys


def _make_keys(path: Path, clock: Clock) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    encoded = [base64.b64encode(clock.chance(32)).decode() for _ in range(2)]
    text = json.dumps({"root": encoded[0], "epochs": {"1": encoded[1]}}, indent=1)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


class Vault:
    """Seals, opens, names and signs. Holds the keys; nobody else does."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._clock = clock
        self._epochs = {epoch: AESGCM(key) for epoch, key in keys.epochs.items()}
        self._epoch = max(keys.epochs)
        self._id, self._act, self._tag, self._effect, self._clinic, self._bearer, self._hint, self._app = (
            hmac.digest(keys.root, purpose, "sha256")
            for purpose in (b"id", b"act", b"tag", b"effect", b"clinic", b"bearer", b"hint", b"installation")
        )
        self._entries = hmac.digest(keys.root, b"entry", "sha256")
        self._lanes = dict[tuple[str, str], bytes]()
        self._bodies = AESGCM(hmac.digest(self._effect, b"body", "sha256"))

    def sid(self, address: Address) -> bytes:
        """Return the person's keyed id, 16 bytes: without the key an address cannot be tried against it."""
        parts = ("v1", address.platform, address.tenant, address.user)
        return hmac.digest(self._id, lp(*parts), "sha256")[:16]

    def tag(self, event_id: str) -> bytes:
        """Return the keyed tag by which a repeated delivery is recognised, 16 bytes."""
        return hmac.digest(self._tag, event_id.encode(), "sha256")[:16]

    def effect_id(self, kind: str, *parts: bytes | str) -> bytes:
        """Return the id of an effect, 16 bytes: the same thing asked twice has the same id."""
        return hmac.digest(self._effect, lp(kind, *parts), "sha256")[:16]

    def lane(self, address: Address) -> bytes:
        """Return the keyed id of whose pace is kept, 8 bytes: that of a workspace or tenant. Kept: they are few."""
        where = address.platform, address.tenant
        if where not in self._lanes:
            self._lanes[where] = self.effect_id("lane", *where)[:8]
        return self._lanes[where]

    def sign(self, *parts: bytes | str) -> bytes:
        """Return 12 bytes that only we could have made of these parts: for buttons."""
        return hmac.digest(self._act, lp(*parts), "sha256")[:12]

    def entry(self, sid: bytes, appointment: str) -> str:
        """Return the name of an appointment in its person's calendar: a UUID that says nothing, and is the
        same when it is asked for again. `appointment` is the key that it was first booked under."""
        name = hmac.digest(self._entries, lp(sid, appointment), "sha256")[:16]
        return str(UUID(bytes=name, version=4))

    def clinic_key(self) -> bytes:
        """Return the key with which the built-in clinic seals its patients' fields."""
        return self._clinic

    def clinic_token(self) -> str:
        """Return the token with which the service asks its own clinic: not the key that seals, as it travels."""
        return self._bearer.hex()

    def clinic_hints(self) -> str:
        """Return the secret with which the built-in clinic signs what it tells the service of."""
        return self._hint.hex()

    def seal(self, sid: bytes, ops: bytes, private: bytes, wrapped: tuple[int, bytes] | None = None) -> Sealed:
        """Seal a person's two columns under their data key, with a new etag.

        `wrapped` is the (epoch, wrapped data key) of the row that is being replaced; without it the person is
        new and gets a data key. Raises ValueError if a column outgrew its size.
        """
        if wrapped is None:
            plain = self._clock.chance(32)
            wrapped = (self._epoch, self._encrypt(self._epochs[self._epoch], plain, _dek_aad(sid, self._epoch)))
        epoch, dek = wrapped
        key = self._data_key(sid, epoch, dek)
        etag = self._clock.chance(16)
        return Sealed(
            sid=sid,
            epoch=epoch,
            etag=etag,
            dek=dek,
            ops=self._encrypt(key, pad(ops, OPS), _column_aad("ops", sid, etag)),
            private=self._encrypt(key, pad(private, PRIVATE), _column_aad("private", sid, etag)),
        )

    def open(self, row: Sealed) -> tuple[bytes, bytes]:
        """Return (ops, private) as they were sealed. Raises Unsealable."""
        key = self._data_key(row.sid, row.epoch, row.dek)
        ops = self._decrypt(key, row.ops, _column_aad("ops", row.sid, row.etag))
        private = self._decrypt(key, row.private, _column_aad("private", row.sid, row.etag))
        return unpad(ops), unpad(private)

    def open_ops(self, row: Sealed) -> tuple[bytes, Callable[[bytes], Sealed]]:
        """Return the first column, and what seals the row anew, etag and all, with another first column. The second
        is carried over as it is: it is not even opened unless the row is sealed anew. Raises Unsealable."""
        key = self._data_key(row.sid, row.epoch, row.dek)

        def seal(ops: bytes) -> Sealed:
            etag = self._clock.chance(16)
            private = self._decrypt(key, row.private, _column_aad("private", row.sid, row.etag))
            return replace(
                row,
                etag=etag,
                ops=self._encrypt(key, pad(ops, OPS), _column_aad("ops", row.sid, etag)),
                private=self._encrypt(key, private, _column_aad("private", row.sid, etag)),
            )

        return unpad(self._decrypt(key, row.ops, _column_aad("ops", row.sid, row.etag))), seal

    def seal_body(self, effect: bytes, body: bytes) -> bytes:
        """Seal what an effect is about; bound to the effect's id."""
        return self._encrypt(self._bodies, pad(body, BODY), _BODY + lp(effect))

    def open_body(self, effect: bytes, sealed: bytes) -> bytes:
        """Return an effect's body. Raises Unsealable."""
        return unpad(self._decrypt(self._bodies, sealed, _BODY + lp(effect)))

    def installation_id(self, platform: str, tenant: str) -> bytes:
        """Return the keyed id of an installation, 16 bytes: without the key it does not tell which workspace."""
        return hmac.digest(self._app, lp(platform, tenant), "sha256")[:16]

    def seal_installation(self, id_: bytes, body: bytes) -> bytes:
        """Seal what an installation gave us; bound to its id."""
        return self._encrypt(self._app_key(), pad(body, BODY), lp("installation", "body", _SCHEMA, id_))

    def open_installation(self, id_: bytes, sealed: bytes) -> bytes:
        """Return an installation's body. Raises Unsealable."""
        return unpad(self._decrypt(self._app_key(), sealed, lp("installation", "body", _SCHEMA, id_)))

    def _app_key(self) -> AESGCM:
        return AESGCM(hmac.digest(self._app, b"body", "sha256"))

    def _data_key(self, sid: bytes, epoch: int, wrapped: bytes) -> AESGCM:
        if epoch not in self._epochs:
            raise Unsealable("the key of this epoch is gone")
        return AESGCM(self._decrypt(self._epochs[epoch], wrapped, _dek_aad(sid, epoch)))

    def _encrypt(self, key: AESGCM, plain: bytes, aad: bytes) -> bytes:
        nonce = self._clock.chance(_NONCE)
        return nonce + key.encrypt(nonce, plain, aad)

    def _decrypt(self, key: AESGCM, sealed: bytes, aad: bytes) -> bytes:
        try:
            return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], aad)
        except (InvalidTag, ValueError):
            raise Unsealable("does not open") from None


def lp(*parts: bytes | str) -> bytes:
    """Join parts so that no two lists of parts give the same bytes: each behind its length in 4 bytes."""
    joined = b""
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        joined += len(raw).to_bytes(4, "big") + raw
    return joined


def pad(data: bytes, size: int) -> bytes:
    """Return exactly `size` bytes. Raises ValueError if the data does not fit."""
    if len(data) + 4 > size:
        raise ValueError(f"a sealed column holds {size - 4} bytes, not {len(data)}")
    return len(data).to_bytes(4, "big") + data + bytes(size - 4 - len(data))


def unpad(padded: bytes) -> bytes:
    """Return what `pad` was given."""
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


_SUBJECT = {column: lp("subject", column, _SCHEMA) for column in ("dek", "ops", "private")}
_BODY = lp("effect", "body", _SCHEMA)


def _dek_aad(sid: bytes, epoch: int) -> bytes:
    return _SUBJECT["dek"] + lp(sid, str(epoch))


def _column_aad(column: str, sid: bytes, etag: bytes) -> bytes:
    return _SUBJECT[column] + lp(sid, etag)


def encode(raw: bytes) -> str:
    """Return bytes as URL-safe text without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes | None:
    """Return the bytes of `encode`; None if it is not such a text."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
