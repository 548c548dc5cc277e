"""Where entries lie, made from settings."""

from collections.abc import Callable

from gateway.cache.local import LocalRecords
from gateway.cache.memory import MemoryStore
from gateway.cache.stores import Store
from gateway.settings.cache import CacheSettings
from gateway.telemetry.events import Emit


def store(cache: CacheSettings, emit: Emit, clock: Callable[[], float]) -> Store:
    """Where entries lie: in this process, or on a server that may fail at any time."""
    if not cache.shared:
        return MemoryStore(max_bytes=cache.max_bytes, clock=clock)
    # Imported only here: a cache in this process need not pay for redis, which is 27 MB (see `gateway.cache.base`).
    from gateway.cache.guarded import GuardedStore
    from gateway.cache.sealed import SealedStore
    from gateway.cache.valkey import ValkeyStore

    guarded = GuardedStore(ValkeyStore(cache.url.get_secret_value()), deadline_s=cache.deadline_s, emit=emit)
    return SealedStore(guarded, cache.keys) if cache.keys else guarded


def local(cache: CacheSettings, entries: Store, clock: Callable[[], float]) -> LocalRecords | None:
    """What lies in this process: everything, or what stands in front of a store that replicas share; null: nothing."""
    if isinstance(entries, MemoryStore):
        return LocalRecords(entries)
    return LocalRecords(MemoryStore(max_bytes=cache.local_bytes, clock=clock)) if cache.local_bytes else None
