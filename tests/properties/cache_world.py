"""Two upstreams that change, fail and keep one waiting, and that remember what they told whom: a truth to compare with.

What upstream tells of a customer carries whose it is, in which language, and which version.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from gateway.context import Scope
from gateway.facets.catalog import PERSON, REGISTRATION, STATUS
from gateway.facets.facet import Facet
from gateway.facets.kind import Lifetime
from gateway.sandbox import v1, v2
from gateway.sandbox.directory import Directory
from gateway.sandbox.people import CUSTOMERS
from tests.support.clock import Clock

PEOPLE = {"100000041": "919800000041", "100000048": "919800000042", "100000055": "919800000043"}
"""Their mobiles by their ids."""
LATE = "100000055"
"""Somebody whom upstream does not know from the beginning."""
LIVES = {
    "EXISTENCE": Lifetime(60, 30, 300),
    "PERSON": Lifetime(60, 30, 300),
    "STATUS": Lifetime(20, 40, 30),
    "REGISTRATION": Lifetime(150, 0, 0),
}
FACETS = (PERSON(), STATUS(), REGISTRATION())
V2_FACETS, V1_FACETS = frozenset({PERSON(), STATUS()}), frozenset({PERSON(), REGISTRATION()})

_EVERYBODY = Directory([one for one in CUSTOMERS if str(one.id) in PEOPLE])
_WITHOUT_THE_LATE = Directory([one for one in CUSTOMERS if str(one.id) in PEOPLE and str(one.id) != LATE])


@dataclass
class Told:
    """What one call told of one customer. `value` is null for what was not told."""

    tenant: str
    language: str
    customer: str
    value: str | None
    failed: bool
    facets: frozenset[Facet]
    at: float
    ended: float | None = None


@dataclass
class World:
    """One upstream."""

    tenant: str
    clock: Clock
    told: list[Told] = field(default_factory=list[Told])
    versions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PEOPLE, 1))
    fault: int | None = None
    """The HTTP status of every answer, where all is not well."""
    late_is_there: bool = False
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.opened.set()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answers a call with what is true when it arrives, as soon as nothing holds it."""
        params, language = dict(request.url.params), _language(request)
        is_v1 = request.url.path.startswith("/v1.1")
        directory = _EVERYBODY if self.late_is_there else _WITHOUT_THE_LATE
        if is_v1:
            body = v1.customer_get(directory, params, batch_limit=10, shuffle=False, lost=frozenset(), xml_born=False)
            named = next(params[name] for name in ("id", "mobile") if name in params).split(",")
        else:
            named_in_path = request.url.path.rpartition("/")[2]
            by_id = named_in_path in PEOPLE
            body = v2.by_id(directory, named_in_path, params) if by_id else v2.lookup(directory, params)
            named = [named_in_path if by_id else params["identifierValue"]]
        told = self._note(named, language, V1_FACETS if is_v1 else V2_FACETS)
        self._sign(body, {one.customer: one.value for one in told}, is_v1=is_v1)
        fault = self.fault
        try:
            await self.opened.wait()
        finally:
            for one in told:
                one.ended = self.clock.now
        return httpx.Response(fault or 200, stream=httpx.ByteStream(b"no" if fault else orjson.dumps(body)))

    def _note(self, named: list[str], language: str, facets: frozenset[Facet]) -> list[Told]:
        found: list[Told] = []
        for customer, mobile in PEOPLE.items():
            if customer in named or mobile in named:
                there = (self.late_is_there or customer != LATE) and not self.fault
                value = f"{self.tenant}/{language}/{customer}/{self.versions[customer]}" if there else None
                found.append(Told(self.tenant, language, customer, value, bool(self.fault), facets, self.clock.now))
        self.told += found
        return found

    def _sign(self, body: Any, values: dict[str, str | None], *, is_v1: bool) -> None:
        if is_v1:
            for one in body["response"]["customers"]["customer"]:
                if value := values.get(str(one.get("user_id"))):
                    one["firstname"] = one["registered_by"] = value
        elif value := values.get(str(body.get("id"))):
            for profile in body["profiles"]:
                profile["firstName"] = value
            if "statusLabel" in body:
                body["statusLabel"] = value


def _language(request: httpx.Request) -> str:
    return request.headers.get("language", "")


def shown(facet: Facet, value: Any) -> str | None:
    """The part of a value that says whose it is and which version."""
    if value is None:
        return None
    return {
        "PERSON": lambda: value.first_name,
        "STATUS": lambda: value.status_label,
        "REGISTRATION": lambda: value.registered_by,
    }[facet.name]()


def bound(facet: Facet, most_age: float, *, spared: bool) -> float:
    """How old what is served of a facet may be."""
    life = LIVES[facet.name]
    return min(most_age, life.fresh_for + (life.error_stale_for if spared else life.stale_for))


def scope(tenant: str, language: str) -> Scope:
    """Whose view it is."""
    return Scope(tenant, "basic:till.sandbox:0", "", language)
