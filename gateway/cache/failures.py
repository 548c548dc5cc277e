"""What a store may fail with. Neither says which key or value it was about."""


class StoreRefused(Exception):
    """The store is there and answered, and said no: it is full, or only read from, or another type lies under the key.

    `reason` is the name of the client library's error; that error's own text may hold keys.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StoreDown(Exception):
    """What must not get lost could not be written down. Whoever asked for it has to try again."""
