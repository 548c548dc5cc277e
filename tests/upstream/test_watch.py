"""What looks after everything that must end in time, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.upstream.deadlines import Watch, moment
from tests.support.virtual import VirtualLoop


class Timed:
    """It ends at a moment that may have moved since it was added."""

    def __init__(self, due: float) -> None:
        self.due = due
        self.ended_at: float | None = None

    def overdue(self, now: float) -> float | None:
        if self.due > now:
            return self.due
        self.ended_at = moment()
        return None


def in_virtual_time(test: Callable[[Watch], Awaitable[None]]) -> Callable[[], None]:
    def run() -> None:
        async def main() -> None:
            await test(Watch(asyncio.get_running_loop()))

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(main())

    run.__name__ = test.__name__
    return run


@in_virtual_time
async def test_each_ends_at_its_time_in_whatever_order_they_came(watch: Watch) -> None:
    began = moment()
    watched = [Timed(began + due) for due in (5, 1, 3, 3, 2)]
    for one in watched:
        watch.add(one, one.due)
    await asyncio.sleep(10)
    assert [one.ended_at for one in watched] == [pytest.approx(one.due, abs=0.002) for one in watched]


@in_virtual_time
async def test_what_has_ended_is_left_alone(watch: Watch) -> None:
    gone, stays = Timed(moment() + 1), Timed(moment() + 2)
    for one in (gone, stays):
        watch.add(one, one.due)
    watch.remove(gone)
    watch.remove(gone)
    await asyncio.sleep(5)
    assert gone.ended_at is None
    assert stays.ended_at == pytest.approx(stays.due, abs=0.002)


@in_virtual_time
async def test_what_moved_its_end_is_asked_again(watch: Watch) -> None:
    one = Timed(moment() + 1)
    watch.add(one, one.due)
    one.due += 3
    await asyncio.sleep(2)
    assert one.ended_at is None
    await asyncio.sleep(5)
    assert one.ended_at == pytest.approx(one.due, abs=0.002)


@in_virtual_time
async def test_what_comes_when_all_is_over_is_looked_after_too(watch: Watch) -> None:
    for _ in range(3):
        one = Timed(moment() + 1)
        watch.add(one, one.due)
        await asyncio.sleep(5)
        assert one.ended_at == pytest.approx(one.due, abs=0.002)


@in_virtual_time
async def test_a_thousand_that_end_in_time_take_one_timer(watch: Watch) -> None:
    loop = asyncio.get_running_loop()
    timers: list[float] = []
    inner = loop.call_at
    loop.call_at = lambda when, *rest, **more: timers.append(when) or inner(when, *rest, **more)  # type: ignore[method-assign]
    for _ in range(1000):
        one = Timed(moment() + 10)
        watch.add(one, one.due)
        watch.remove(one)
    assert len(timers) == 1


@in_virtual_time
async def test_a_watch_that_is_closed_ends_nothing(watch: Watch) -> None:
    one = Timed(moment() + 1)
    watch.add(one, one.due)
    watch.close()
    await asyncio.sleep(5)
    assert one.ended_at is None
