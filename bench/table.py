"""The one table of `make bench`: what is ours, what stands beside it, and whether the target is met."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours in a unit, and another one beside it. `target` bounds their ratio, or ours if it is alone."""

    case: str
    unit: str
    ours: float
    beside: float | None
    target: float

    @property
    def measured(self) -> float:
        """What the target bounds."""
        return self.ours / self.beside if self.beside else self.ours

    def __str__(self) -> str:
        beside = f"{self.beside:10.2f}" if self.beside else f"{'-':>10}"
        ratio = f"{self.measured:8.3f}" if self.beside else f"{'-':>8}"
        met = "met" if self.measured <= self.target else "NOT met"
        return f"{self.case:52}{self.unit:>6}{self.ours:10.2f}{beside}{ratio}{self.target:8.3f}  {met}"


def told(rows: Iterable[Row]) -> None:
    """Prints the rows as they come."""
    print(f"{'case':52}{'unit':>6}{'ours':>10}{'beside':>10}{'ratio':>8}{'target':>8}", flush=True)  # noqa: T201
    for row in rows:
        print(row, flush=True)  # noqa: T201
