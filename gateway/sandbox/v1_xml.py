"""What becomes of a V1.1 answer on its way through XML and back to JSON. Facts §2.2, §6.6."""

from typing import Any

from .v1_text import text

Json = dict[str, Any]


def through_xml(answer: Json) -> Json:
    """The answer with lists of one as that one, numbers as strings, and "" for nothing.

    XML knows neither lists nor types: a repeated element makes a list, a single one does not.
    """
    return {name: _value(value) for name, value in answer.items()}


def _value(value: Any) -> Any:
    match value:
        case str():
            return value
        case None:
            return ""
        case dict() | list() if not value:
            return ""
        case dict():
            return through_xml(value)  # pyright: ignore[reportUnknownArgumentType]
        case [one]:
            return _value(one)
        case list():
            return [_value(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return text(value)
