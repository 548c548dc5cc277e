"""What settings are declared with: groups, which read and judge their values when they are made."""

import operator
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, Final, TypeVar, cast, dataclass_transform, get_args, get_origin

from gateway.settings.values import read

PREFIX: Final = "GATEWAY_"
NESTED: Final = "__"

_Value = TypeVar("_Value")
_BOUNDS: Final[Mapping[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "at_least": (operator.ge, "must be at least"),
    "above": (operator.gt, "must be more than"),
    "at_most": (operator.le, "must be at most"),
}

Problem = tuple[tuple[str, ...], str]
"""The names that lead to a setting or a group, and what is wrong with it."""


class WrongSettings(ValueError):
    """Everything that is wrong with a group. No value is repeated."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{'.'.join(path)}: {says}" if path else says for path, says in problems))
        self.problems = problems


def setting(
    description: str,
    *,
    default: _Value,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    check: Callable[[Any], object] | None = None,
) -> _Value:
    """Declares a setting. `check` raises `ValueError` for a value that cannot be; its message begins with a verb."""
    said = {"description": description, "at_least": at_least, "above": above, "at_most": at_most, "check": check}
    return field(default=default, metadata=said)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(setting, field))
class Group:
    """A group of settings. It does not change, and what is not in it is refused.

    To make one raises `WrongSettings` with all that is wrong. Defaults are not judged.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    given: frozenset[str]
    """The names of the settings that were given, be it with the value that is their default."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, init=False)(cls)

    def __init__(self, /, **given: object) -> None:
        values, problems = dict[str, object](), list[Problem]()
        for one in fields(self):
            if one.name not in given:
                values[one.name] = one.default if one.default_factory is MISSING else one.default_factory()
                continue
            with _noted(problems, one.name):
                values[one.name] = _judged(_read(one.type, given[one.name]), one.metadata)
        unknown = given.keys() - self.__dataclass_fields__.keys()
        problems += [((name,), "there is no such setting") for name in sorted(unknown)]
        if not problems:
            self.__dict__.update(values, given=frozenset(given))
            with _noted(problems):
                self.check()
        if problems:
            raise WrongSettings(problems)

    def check(self) -> None:
        """Raises `ValueError` for values that do not go together."""


def group_of(kind: Any) -> type[Group] | None:
    """The group that a setting is, if it is one."""
    return kind if isinstance(kind, type) and issubclass(kind, Group) else None


def named_group_of(kind: Any) -> type[Group] | None:
    """The group that a setting has any number of, each by its name, if it is so."""
    return group_of(get_args(kind)[1]) if get_origin(kind) is dict else None


def split(text: str) -> list[str]:
    """The parts of a comma-separated list."""
    return [name.strip() for name in text.split(",") if name.strip()]


def written(pattern: str, says: str) -> Callable[[str], object]:
    """The check that a whole text is written so."""
    compiled = re.compile(pattern)

    def check(text: str) -> None:
        if not compiled.fullmatch(text):
            raise ValueError(says)

    return check


@contextmanager
def _noted(problems: list[Problem], *names: str) -> Generator[None]:
    """Keeps what is wrong for later, with the names that lead there."""
    try:
        yield
    except WrongSettings as wrong:
        problems += [((*names, *path), says) for path, says in wrong.problems]
    except ValueError as wrong:
        problems.append((names, str(wrong)))


def _read(kind: Any, value: object) -> object:
    if group := group_of(kind):
        return value if isinstance(value, group) else group(**_mapping(value))
    if group := named_group_of(kind):
        found, problems = dict[str, object](), list[Problem]()
        for name, one in _mapping(value).items():
            with _noted(problems, name):
                found[name] = _read(group, one)
        if problems:
            raise WrongSettings(problems)
        return found
    return read(kind, value)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError("is a group of settings")
    return cast("Mapping[str, object]", value)


def _judged(value: Any, said: Mapping[str, Any]) -> object:
    """The value, if it is within its bounds and passes its check."""
    if value is not None:
        for name, (holds, says) in _BOUNDS.items():
            if (bound := said.get(name)) is not None and not holds(value, bound):
                raise ValueError(f"{says} {bound}")
        if check := said.get("check"):
            check(value)
    return value
