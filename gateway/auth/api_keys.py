"""API keys: what a client of the brand sends with every request, and what the gateway keeps of it.

A key is 256 random bits, so nobody finds it by guessing, and nobody finds it from its SHA-256 either: there are no
likely keys to try. A slow, salted hash is for passwords; here it would only cost every request its time.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.auth.callers import EVERYTHING, Permission, Staff

PREFIX: Final = "lgk_"
"""How every key begins, so that scanners of source code can find one that was committed by mistake."""

_KEY_BYTES: Final = 32
_LONGEST: Final = 200
_ENTRY: Final = re.compile(r"(?P<name>[\w.-]{1,64})=(?P<digest>[0-9a-fA-F]{64})(:(?P<permissions>[\w+*]+))?", re.ASCII)
FORM: Final = "NAME=HASH or NAME=HASH:PERMISSION+PERMISSION, with the SHA-256 of the key in hexadecimal"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key. A client may have several: one in use, one that replaces it."""

    name: str
    digest: bytes
    permissions: frozenset[Permission]

    def __str__(self) -> str:
        granted = "*" if self.permissions == EVERYTHING else "+".join(sorted(self.permissions))
        return f"{self.name}={self.digest.hex()}" + (f":{granted}" if granted else "")


def permissions(text: str) -> frozenset[Permission]:
    """From `fraud+image` to permissions; `*` is all, nothing is none. Raises `ValueError` that repeats none of it."""
    names = [name for name in text.split("+") if name]
    if not {"*", *Permission}.issuperset(names):
        raise ValueError(f"names a permission that there is not; choose from {', '.join(Permission)}, or *")
    return EVERYTHING if "*" in names else frozenset(map(Permission, names))


def parsed(entry: str) -> ApiKey:
    """From the text of a key's entry. Raises `ValueError` that shows nothing of it but the name."""
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise ValueError(f"has an entry that is not {FORM}; make one with `gateway key NAME`")
    return ApiKey(found["name"], bytes.fromhex(found["digest"]), permissions(found["permissions"] or ""))


def new_key(name: str, granted: frozenset[Permission]) -> tuple[str, ApiKey]:
    """A key that nobody has seen before, and its entry."""
    key = PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode().rstrip("=")
    return key, ApiKey(name, _digest(key), granted)


class ApiKeys:
    """The keys that are accepted."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._clients = {key.digest: Staff(key.name, key.permissions) for key in keys}

    def __bool__(self) -> bool:
        return bool(self._clients)

    def client(self, key: str) -> Staff | None:
        """Whose key it is. How long that takes says nothing: what is compared is the hash, which nobody can steer."""
        return self._clients.get(_digest(key)) if len(key) <= _LONGEST else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="replace")).digest()
