"""Where packed entries lie: aiocache's interface, with a memory store that is bounded by bytes."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from aiocache.base import BaseCache  # pyright: ignore[reportMissingTypeStubs]
from aiocache.serializers import NullSerializer  # pyright: ignore[reportMissingTypeStubs]

OVERHEAD = 256
"""Bytes that an entry costs beside its key and value: 253 by tracemalloc on CPython 3.11, 50,000 entries."""


class Store(Protocol):
    """What the facet cache needs of an aiocache store that holds bytes."""

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """The values of the keys, in their order."""
        ...

    async def set(self, key: str, value: bytes, *, ttl: float) -> object:
        """Keeps a value for `ttl` seconds."""
        ...


class MemoryStore(BaseCache):
    """The least recently used entries up to `max_bytes`, each until its time to live is over.

    aiocache's own memory store is unbounded, forgets timers on clear and cannot hold an expired null
    (decision record 0004); this one keeps the interface and holds bytes.
    """

    NAME = "memory"

    def __init__(self, *, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(serializer=NullSerializer(), timeout=0)  # pyright: ignore[reportUnknownMemberType]
        self._max_bytes = max_bytes
        self._clock = clock
        self._items: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._bytes = 0

    @property
    def bytes_held(self) -> int:
        """Keys, values and an estimate of what holding them costs."""
        return self._bytes

    async def _get(
        self,
        key: str,
        encoding: Any = None,  # noqa: ARG002 - aiocache's signature
        _conn: Any = None,
    ) -> bytes | None:
        found = self._items.get(key)
        if found is None:
            return None
        if found[1] <= self._clock():
            self._drop(key)
            return None
        self._items.move_to_end(key)
        return found[0]

    _gets = _get

    async def _multi_get(
        self,
        keys: Iterable[str],
        encoding: Any = None,  # noqa: ARG002 - aiocache's signature
        _conn: Any = None,
    ) -> list[bytes | None]:
        return [await self._get(key) for key in keys]

    async def _set(
        self, key: str, value: bytes, ttl: float | None = None, _cas_token: Any = None, _conn: Any = None
    ) -> bool:
        self._drop(key)
        size = len(key) + len(value) + OVERHEAD
        if size > self._max_bytes:
            return False
        self._items[key] = (value, self._clock() + ttl if ttl is not None else float("inf"))
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._items)))
        return True

    async def _multi_set(self, pairs: Iterable[tuple[str, bytes]], ttl: float | None = None, _conn: Any = None) -> bool:
        for key, value in pairs:
            await self._set(key, value, ttl)
        return True

    async def _add(self, key: str, value: bytes, ttl: float | None = None, _conn: Any = None) -> bool:
        if await self._get(key) is not None:
            raise ValueError(f"Key {key} already exists, use .set to update the value")
        return await self._set(key, value, ttl)

    async def _exists(self, key: str, _conn: Any = None) -> bool:
        return await self._get(key) is not None

    async def _delete(self, key: str, _conn: Any = None) -> int:
        return self._drop(key)

    async def _clear(self, namespace: str | None = None, _conn: Any = None) -> bool:
        for key in [key for key in self._items if key.startswith(namespace or "")]:
            self._drop(key)
        return True

    def _drop(self, key: str) -> int:
        found = self._items.pop(key, None)
        if found is None:
            return 0
        self._bytes -= len(key) + len(found[0]) + OVERHEAD
        return 1
