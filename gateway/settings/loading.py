"""Settings out of the environment: prefix `GATEWAY_`, nesting `__`."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final, cast

from gateway.errors import Code, GatewayError
from gateway.settings.base import NESTED, PREFIX, Group, Problem, WrongSettings, group_of, named_group_of
from gateway.settings.settings import Settings
from gateway.settings.tenants import TENANT
from gateway.settings.upstream import UPSTREAM


class BadSettings(GatewayError):
    """Settings that cannot be. The message names each variable and what is wrong with it, never its value."""

    code = Code.INTERNAL


def load(environment: Mapping[str, str], defaults: Mapping[str, Any]) -> Settings:
    """Settings from an environment over `defaults`. Raises `BadSettings`, also for a variable that is misspelt."""
    if unknown := sorted(_unknown(environment)):
        raise BadSettings("\n".join(map(_suggestion, unknown)))
    try:
        return Settings(**_over(defaults, _read(environment)))
    except WrongSettings as wrong:
        raise BadSettings("\n".join(_told(problem) for problem in wrong.problems)) from None


def variables(group: type[Group] = Settings, prefix: str = PREFIX) -> Iterator[tuple[str, str, object]]:
    """Every variable with its description and default, in the order of declaration."""
    for one in fields(group):
        variable = f"{prefix}{one.name.upper()}"
        if below := group_of(one.type):
            yield from variables(below, variable + NESTED)
        elif below := named_group_of(one.type):
            yield from variables(below, f"{variable}{NESTED}<NAME>{NESTED}")
        else:
            yield variable, one.metadata["description"], one.default


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    """What our variables say, group by group. An empty one says nothing."""
    found: dict[str, Any] = {}
    for name, value in environment.items():
        if value and _ours(name):
            *groups, last = name.lower().removeprefix(PREFIX.lower()).split(NESTED)
            group = found
            for one in groups:
                group = group.setdefault(one, {})
            group[last] = value
    return found


def _over(defaults: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, and the defaults of what is not, value by value."""
    found = dict(defaults)
    for name, value in said.items():
        both = isinstance(value, dict) and isinstance(found.get(name), Mapping)
        found[name] = _over(found[name], cast("dict[str, Any]", value)) if both else value
    return found


def _ours(name: str) -> bool:
    return name.upper().startswith(PREFIX) and not name.upper().startswith(f"{PREFIX}TESTS_")


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = {variable for variable, _, _ in variables()}
    for name in environment:
        if _ours(name) and _OF_TENANT.sub(TENANT.format("<NAME>"), name.upper(), count=1) not in known:
            yield name


_OF_TENANT: Final = re.compile(TENANT.format("[A-Z0-9]+(?:_[A-Z0-9]+)*?"))


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name.upper(), [variable for variable, _, _ in variables()], n=1)
    return f"{name}: there is no such setting" + (f"; did you mean {close[0]}?" if close else "")


def _told(problem: Problem) -> str:
    path, message = problem
    if path[:1] == ("tenants",):  # a tenant's upstream speaks of itself as of the only one
        message = message.replace(UPSTREAM, f"{TENANT.format(path[1].upper())}UPSTREAM{NESTED}")
    return message if message.startswith(PREFIX) else f"{PREFIX}{NESTED.join(path).upper()}: {message}"
