"""aiocache's base, without the clients that only some stores need.

aiocache imports redis wherever it is installed: 27 MB and half a second, also for a store in memory.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def _hidden(module: str) -> Generator[None]:
    """Makes an import of the module fail here, unless it was imported before."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # pyright: ignore[reportArgumentType] - how Python marks what cannot be imported
    try:
        yield
    finally:
        del sys.modules[module]


with _hidden("redis"):
    from aiocache.base import BaseCache as BaseCache  # pyright: ignore[reportMissingTypeStubs]
    from aiocache.serializers import NullSerializer as NullSerializer  # pyright: ignore[reportMissingTypeStubs]
