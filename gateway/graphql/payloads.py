"""How much a JSON payload holds, counted level by level up to the bounds. Pure.

Parsing is linear and cheap, and orjson refuses more than 1,024 levels by itself; what comes after it, such as the
coercion of variables, costs a hundred times more for each value.
"""

from collections.abc import Iterable
from typing import Any, cast

from gateway.errors import LimitExceeded


def check_json(value: Any, *, depth: int, values: int, argument: str) -> None:
    """Raises `LimitExceeded` for more levels of lists and objects than `depth`, or more values than `values`.

    Members of objects and items of lists are values, and so is the payload itself.
    """
    level, found, nested = 0, 1, _nested((value,))
    while nested:
        level += 1
        found += sum(map(len, nested))
        if level > depth:
            raise LimitExceeded("levels of JSON", level, depth, argument=argument)
        if found > values:
            raise LimitExceeded("JSON values", found, values, argument=argument)
        nested = [below for one in nested for below in _nested(one.values() if isinstance(one, dict) else one)]


def _nested(values: Iterable[Any]) -> list[dict[str, Any] | list[Any]]:
    """The objects and lists among values."""
    return [cast("dict[str, Any] | list[Any]", one) for one in values if isinstance(one, dict | list)]
