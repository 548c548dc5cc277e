"""A time that stands still until a test moves it."""


class Clock:
    """Unix time in seconds."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def step(self, seconds: float) -> None:
        """Lets so much time pass at once."""
        self.now += seconds
