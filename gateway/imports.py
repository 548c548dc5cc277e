"""Imports of libraries without those parts of theirs that they load wherever these are installed."""

import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def without(module: str) -> Generator[None]:
    """Makes an import of the module fail here, unless it was imported before."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # pyright: ignore[reportArgumentType] - how Python marks what cannot be imported
    try:
        yield
    finally:
        del sys.modules[module]
