"""Two calls that are alike, of which the first answer counts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def first_answer(
    send: Callable[[], Awaitable[T]], slow: float, once_more: Callable[[], bool], answered: Callable[[T], bool]
) -> tuple[T, bool]:
    """What comes first of a call and, where that takes longer than `slow` seconds and one more is allowed, of another.

    Says whether that was the second. `answered` tells an answer from a failure; where neither answers, the last failure
    counts. The one that is not needed any more is cancelled, and has ended when this returns.
    """

    async def sent() -> T:
        return await send()

    tasks = [asyncio.create_task(sent())]
    try:
        await asyncio.wait(tasks, timeout=slow)
        if not tasks[0].done() and once_more():
            tasks.append(asyncio.create_task(sent()))
        left = set(tasks)
        while True:
            done, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not left or answered(task.result()):
                    return task.result(), task is not tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
