"""A store that replicas share: aiocache's Redis cache, with the calls replaced that are deprecated or dangerous."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, Final, Literal, TypeVar, cast

from aiocache.backends.redis import RedisCache  # pyright: ignore[reportMissingTypeStubs]
from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import InvalidResponse, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as NoAnswer
from redis.maint_notifications import MaintNotificationsConfig

from gateway.cache.base import NullSerializer
from gateway.cache.failures import StoreRefused

SCHEMES: Final = {"valkey": "redis", "valkeys": "rediss", "redis": "redis", "rediss": "rediss"}
"""What a URL may begin with, and what the client library calls it."""
LONGEST_TTL_S: Final = 1e9
OPENED_AHEAD: Final = 8
"""Connections that are there before anybody asks. Each costs 0.2 ms, three times a small operation."""
CONNECTING_S: Final = 10.0
"""By the wall clock, which counts what this process is late by: so, more than any deadline that a guard is given."""

PUT_SCRIPT: Final = """
for number, key in ipairs(KEYS) do
  local value, lasting = ARGV[2 * number - 1], tonumber(ARGV[2 * number])
  if lasting > 0 then redis.call('SET', key, value, 'PX', lasting) else redis.call('UNLINK', key) end
end
"""
"""Values with a time each. A pipeline of as many commands takes this process twice the time (20 values: 330 µs)."""

Answer = TypeVar("Answer")


class _Abrupt(AbstractConnection):
    """A connection that, once given up, keeps neither the socket of a peer who stalls nor what that did not take."""

    async def disconnect(self, nowait: bool = False, *arguments: Any, **others: Any) -> None:
        if nowait and self._writer is not None:
            self._writer.transport.abort()
        await super().disconnect(nowait, *arguments, **others)


class _Plain(_Abrupt, Connection):
    pass


class _Secure(_Abrupt, SSLConnection):
    pass


class ValkeyStore(RedisCache):
    """Values on a Valkey or Redis server, not a cluster, named by a URL such as `valkeys://user:password@host:6379/0`.

    Every operation is one round trip, on one of at most `max_connections` connections, for which it waits: in a burst
    they are worth more than new ones. Nothing is tried twice. Only connecting and closing end by themselves, after
    `CONNECTING_S`; `GuardedStore` sees to the rest. An operation fails with `StoreRefused` where the server said no,
    with `TimeoutError` where it said nothing, with what the client library raises where it could not be asked.

    A server that is full should drive out what was not used for the longest (`maxmemory-policy allkeys-lru`): whoever
    reads an entry reads what makes it old too, so that the latter is not the first to go.
    """

    def __init__(self, url: str, *, max_connections: int = 16) -> None:
        options = _options(url)
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - aiocache is not typed, here and below
            serializer=NullSerializer(encoding=None),
            timeout=0,
            endpoint=options.pop("host", "localhost"),
            port=options.pop("port", 6379),
            db=options.pop("db", 0),
            password=options.pop("password", None),
            pool_max_size=max_connections,
            create_connection_timeout=CONNECTING_S,
            connection_pool_class=BlockingConnectionPool,
            connection_pool_kwargs={
                "timeout": None,
                "socket_timeout": None,
                "protocol": 3,
                "retry": Retry(NoBackoff(), 0),
                "driver_info": None,
                "maint_notifications_config": MaintNotificationsConfig(enabled=False),
                **options,
            },
        )
        self.client: Redis
        self._opened_ahead = min(OPENED_AHEAD, max_connections)

    async def open(self) -> None:
        """Opens a few connections: a burst would open all of them at once, which takes longer than its answers."""
        opening = (self._open_one() for _ in range(self._opened_ahead))
        for failure in await asyncio.gather(*opening, return_exceptions=True):
            if failure is not None:
                raise failure

    async def multi_get(  # pyright: ignore[reportIncompatibleMethodOverride] - without aiocache's options
        self, keys: list[str]
    ) -> list[bytes | None]:
        """The values of the keys, in their order; null also for a key under which another type lies."""
        if not keys:
            return []
        asking = cast("Awaitable[Any]", self._multi_get(keys, encoding=None))  # pyright: ignore
        return _values(await self._asked(asking), len(keys))

    get_surely = multi_get

    async def multi_put(self, items: Sequence[tuple[str, bytes, float]]) -> None:
        """Keeps every value for its own time."""
        if not items:
            return
        keys = [key for key, _, _ in items]
        values = [part for _, value, ttl in items for part in (value, _milliseconds(ttl))]
        if await self._asked(self.client.eval(PUT_SCRIPT, len(keys), *keys, *values)) is not None:
            raise InvalidResponse  # whoever says this has not run the script

    put_surely = multi_put

    async def claim(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keeps the value if nothing lies under the key; says whether it did."""
        return bool(await self._asked(self.client.set(key, value, nx=True, px=max(1, _milliseconds(ttl)))))

    async def release(self, key: str, value: bytes) -> None:
        """Removes the key if it still holds this value: aiocache's script, which Valkey runs as one step."""
        done: Any = self._redlock_release(key, value)  # pyright: ignore[reportUnknownMemberType]
        await self._asked(done)

    async def delete(  # pyright: ignore[reportIncompatibleMethodOverride] - ours takes many keys
        self, keys: list[str]
    ) -> None:
        """Removes the keys."""
        if keys:
            await self._asked(self.client.unlink(*keys))

    async def _set(
        self, key: str, value: bytes, ttl: float | None = None, _cas_token: Any = None, _conn: Any = None
    ) -> bool:
        await self.multi_put([(key, value, LONGEST_TTL_S if ttl is None else ttl)])
        return True

    async def _multi_set(
        self, pairs: Iterable[tuple[str, bytes]], ttl: float | None = None, _conn: Any = None
    ) -> Literal[True]:
        await self.multi_put([(key, value, LONGEST_TTL_S if ttl is None else ttl) for key, value in pairs])
        return True

    async def _add(self, key: str, value: bytes, ttl: float | None = None, _conn: Any = None) -> Literal[True]:
        if not await self.claim(key, value, ttl=LONGEST_TTL_S if ttl is None else ttl):
            raise ValueError("The key already exists")
        return True

    async def _clear(self, namespace: str | None = None, _conn: Any = None) -> Literal[True]:
        raise NotImplementedError("the server is shared: KEYS would stall it, and FLUSHDB would empty it for all")

    async def _close(self, *_arguments: Any, _conn: Any = None, **_options: Any) -> None:
        await self.client.aclose()

    async def _open_one(self) -> None:
        pool = self.client.connection_pool
        await pool.release(await self._asked(pool.get_connection()))

    async def _asked(self, answer: Awaitable[Answer]) -> Answer:
        try:
            return await answer
        except NoAnswer as error:
            raise TimeoutError from error
        except ResponseError as error:
            if isinstance(error, ReadOnlyError):  # a replica by now: the name may lead to the new primary already
                await self.client.connection_pool.disconnect(inuse_connections=False)
            raise StoreRefused(type(error).__name__) from None


def _options(url: str) -> dict[str, Any]:
    """The client library's options in a URL. What is wrong with one is not told: a password may be in it."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in SCHEMES:
        raise ValueError(f"a store's URL begins with one of {', '.join(f'{one}://' for one in SCHEMES)}")
    try:
        options: dict[str, Any] = dict(parse_url(f"{SCHEMES[scheme]}://{rest}"))
    except ValueError:
        raise ValueError("a store's URL is like valkey://user:password@host:6379/0") from None
    return options | {"connection_class": _Secure if SCHEMES[scheme] == "rediss" else _Plain}


def _values(answer: Any, number: int) -> list[bytes | None]:
    """An answer, if it is so many values; what calls itself Valkey may say anything."""
    if type(answer) is not list:
        raise InvalidResponse
    found = cast("list[bytes | None]", answer)
    if len(found) != number or not all(value is None or type(value) is bytes for value in found):
        raise InvalidResponse
    return found


def _milliseconds(ttl: float) -> int:
    return int(min(ttl, LONGEST_TTL_S) * 1000)
