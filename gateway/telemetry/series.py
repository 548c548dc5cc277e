"""Numbers that one thread counts without locks, as Prometheus reads them. Each costs a fifth of a library counter."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

MOST_SERIES: Final = 400
"""Series of one metric, a hundred more than the largest has; what would be one more counts as `other`."""

OTHER: Final = "other"

Values = tuple[str | int, ...]
"""The values of a metric's labels, in their order."""


class Registry(CollectorRegistry):
    """What Prometheus reads. `labels` are those of every plain series by its name, also of one without a number yet."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, Sequence[str]] = {}
        self._before: list[Callable[[], None]] = []

    def before_reading(self, act: Callable[[], None]) -> None:
        """Has something done whenever the numbers are about to be read."""
        self._before.append(act)

    def collect(self) -> Iterator[Metric]:
        """See `CollectorRegistry`."""
        for act in self._before:
            act()
        yield from super().collect()


class PlainCounter(Collector):
    """A counter for every set of label values that was counted; those of `known` are there from the start."""

    def __init__(
        self,
        registry: Registry,
        name: str,
        says: str,
        labels: Sequence[str] = (),
        known: Iterable[Values] = ((),),
    ) -> None:
        self._name, self._says, self._labels = name, says, labels
        self._numbers: dict[Values, float] = {values: 0 for values in known if len(values) == len(labels)}
        registry.register(self)
        registry.labels[name] = labels

    def add(self, number: float, *values: str | int) -> None:
        """Counts so many more."""
        numbers = self._numbers
        if values in numbers:
            numbers[values] += number
        elif len(numbers) < MOST_SERIES:
            numbers[values] = number
        else:
            other = (OTHER,) * len(values)
            numbers[other] = numbers.get(other, 0) + number

    def add_each(self, found: Iterable[Values], number: float = 1) -> None:
        """Counts so many more for each set of label values."""
        numbers = self._numbers
        for values in found:
            if values in numbers:
                numbers[values] += number
            else:
                self.add(number, *values)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """See `Collector`."""
        family = CounterMetricFamily(self._name, self._says, labels=self._labels)
        for values, number in self._numbers.items():
            family.add_metric([str(value) for value in values], number)
        yield family


@dataclass(slots=True, eq=False)
class _Series:
    counts: list[int]
    total: float = 0.0


class PlainHistogram(Collector):
    """A histogram for every set of label values of `known`. `bounds` are the upper ones of its buckets, ascending."""

    def __init__(
        self,
        registry: Registry,
        name: str,
        says: str,
        bounds: Sequence[float],
        labels: Sequence[str] = (),
        known: Iterable[Values] = ((),),
    ) -> None:
        self._name, self._says, self._labels = name, says, labels
        self._bounds = bounds
        self._series = {values: _Series([0] * (len(bounds) + 1)) for values in known}
        registry.register(self)
        registry.labels[name] = labels

    def observe(self, value: float, *values: str | int) -> None:
        """Counts one value."""
        series = self._series[values]
        series.counts[bisect_left(self._bounds, value)] += 1
        series.total += value

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """See `Collector`."""
        family = HistogramMetricFamily(self._name, self._says, labels=self._labels)
        for values, series in self._series.items():
            below, buckets = 0, list[tuple[str, float]]()
            for bound, count in zip((*map(str, map(float, self._bounds)), "+Inf"), series.counts, strict=True):
                below += count
                buckets.append((bound, below))
            family.add_metric([str(value) for value in values], buckets, series.total)
        yield family
