"""What the cache needs of a place where bytes lie under keys for a time."""

from collections.abc import Sequence
from typing import Protocol

Item = tuple[str, bytes, float]
"""A key, its value, and the seconds for which it is kept."""


class Store(Protocol):
    """A place where bytes lie under keys for a time. Every method is at most one round trip; none needs a key to exist.

    A store may forget anything at any time, save what was put surely (`put_surely` says how far).
    It never serves what it was not given, nor anything past its time.
    """

    async def open(self) -> None:
        """Opens ahead of need what the first operations would have to wait for. They do without, too."""
        ...

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """The values of the keys, in their order; null for one that is not known."""
        ...

    async def get_surely(self, keys: list[str]) -> list[bytes | None]:
        """As `multi_get`, for who must know that from a failure. Raises (behind a guard `StoreDown`) where it fails."""
        ...

    async def multi_put(self, items: Sequence[Item]) -> None:
        """Keeps every value for its own time. A time of less than a millisecond only removes what was there."""
        ...

    async def put_surely(self, items: Sequence[Item]) -> None:
        """As `multi_put`, for what must not get lost: that something older is not true any more.

        Raises (behind a guard `StoreDown`) where that was not written down. A memory store forgets such a value before
        its time only with everything that was older than it.
        """
        ...

    async def claim(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keeps the value if nothing lies under the key; says whether it did."""
        ...

    async def release(self, key: str, value: bytes) -> None:
        """Removes the key if it still holds this value, which was claimed, as one step."""
        ...

    async def delete(self, keys: list[str]) -> None:
        """Removes the keys."""
        ...

    async def close(self) -> None:
        """Gives back what the store holds of the outside world."""
        ...
