"""A store whose values are encrypted and signed before they leave this process."""

import hashlib
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.cache.stores import Item, Store

KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class SealedStore:
    """Seals what is put into a store and opens what is got, with AES-256-GCM.

    The first of `keys`, of 32 random bytes each, seals; all of them open. To rotate, give every replica the new key as
    the last, then as the first, and take the old one away when what it sealed has had its time. A value that is
    altered, cut short, not sealed, sealed with a key not among these or moved from another cache key is a miss, never
    an exception. Whoever can write to the store can still delete, or put back an older value of the same cache key.

    A sealed value is the key's id, a random nonce, and what AES-GCM makes of the value and its cache key. Every cache
    key has an encryption key of its own, so that random nonces do not run out, as they would after 2**32 values.

    Cache keys stay as they are: no personal data may be in them. A claim is sealed with a nonce that follows from it,
    so that the store can compare.
    """

    def __init__(self, store: Store, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"sealing takes at least one key, of {KEY_BYTES} bytes each")
        self._store = store
        self._keys = {_id(key): key for key in keys}
        self._sealing = _id(keys[0])

    async def open(self) -> None:
        """Opens the store."""
        await self._store.open()

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """The values of the keys, in their order; null for what was not sealed with one of our keys for this key."""
        found = await self._store.multi_get(keys)
        return [self._opened(key, data) for key, data in zip(keys, found, strict=True)]

    async def get_surely(self, keys: list[str]) -> list[bytes | None]:
        """As `multi_get`; what cannot be opened is null here too."""
        found = await self._store.get_surely(keys)
        return [self._opened(key, data) for key, data in zip(keys, found, strict=True)]

    async def multi_put(self, items: Sequence[Item]) -> None:
        """Keeps every value for its own time."""
        await self._store.multi_put([(key, self._sealed(key, value), ttl) for key, value, ttl in items])

    async def put_surely(self, items: Sequence[Item]) -> None:
        """As `multi_put`, for what must not get lost."""
        await self._store.put_surely([(key, self._sealed(key, value), ttl) for key, value, ttl in items])

    async def claim(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keeps the value if nothing lies under the key; says whether it did."""
        return await self._store.claim(key, self._sealed(key, value, self._same_nonce(value)), ttl=ttl)

    async def release(self, key: str, value: bytes) -> None:
        """Removes the key if it still holds what was claimed under the key that seals now."""
        await self._store.release(key, self._sealed(key, value, self._same_nonce(value)))

    async def delete(self, keys: list[str]) -> None:
        """Removes the keys."""
        await self._store.delete(keys)

    async def close(self) -> None:
        """Closes the store."""
        await self._store.close()

    def _same_nonce(self, value: bytes) -> bytes:
        """One that another value does not have under the same keys."""
        sealing = self._keys[self._sealing]
        return hashlib.blake2b(value, key=sealing, digest_size=_NONCE_BYTES, person=b"sealed claim").digest()

    def _sealed(self, key: str, value: bytes, nonce: bytes | None = None) -> bytes:
        nonce = nonce or os.urandom(_NONCE_BYTES)
        cipher = _cipher(self._keys[self._sealing], key)
        return self._sealing + nonce + cipher.encrypt(nonce, value, key.encode())

    def _opened(self, key: str, data: bytes | None) -> bytes | None:
        if data is None or len(data) < _ID_BYTES + _NONCE_BYTES + _TAG_BYTES:
            return None
        sealing = self._keys.get(data[:_ID_BYTES])
        if sealing is None:
            return None
        nonce, text = data[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], data[_ID_BYTES + _NONCE_BYTES :]
        try:
            return _cipher(sealing, key).decrypt(nonce, text, key.encode())
        except InvalidTag:
            return None


def _id(key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=_ID_BYTES, person=b"sealed store id").digest()


def _cipher(key: bytes, cache_key: str) -> AESGCM:
    return AESGCM(hashlib.blake2b(cache_key.encode(), key=key, digest_size=KEY_BYTES, person=b"sealed value").digest())
