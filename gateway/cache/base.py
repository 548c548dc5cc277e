"""aiocache's base, without the clients that only some stores need.

aiocache imports redis wherever it is installed: 27 MB and half a second, also for a store in memory.
"""

from gateway.imports import without

with without("redis"):
    from aiocache.base import BaseCache as BaseCache  # pyright: ignore[reportMissingTypeStubs]
    from aiocache.serializers import NullSerializer as NullSerializer  # pyright: ignore[reportMissingTypeStubs]
