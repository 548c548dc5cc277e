"""The customers of the sandbox, as callers name them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.facets.addresses import address
from gateway.facets.facet import Address, Source
from gateway.sandbox import CUSTOMERS, Person

_PEOPLE = {person.id: person for person in CUSTOMERS}


@dataclass(frozen=True)
class Who:
    """A customer as a caller names them, and the id of who that is; none for whom upstream does not know."""

    kind: str
    value: str
    id: int | None = None
    source: str = "INSTORE"
    account: str | None = None

    @property
    def by(self) -> dict[str, str]:
        """The value of `CustomerBy`."""
        return {self.kind: self.value}

    @property
    def address(self) -> Address:
        """The address as the planner sees it."""
        return address(self.by, Source(self.source), self.account)

    @property
    def person(self) -> Person | None:
        """Whom they name."""
        return None if self.id is None else _PEOPLE[self.id]

    @property
    def ordinary(self) -> bool:
        """Whether the customer is simply there."""
        return self.person is not None and not self.deleted and self.person.merged_into is None

    @property
    def deleted(self) -> bool:
        """Whether they asked to be forgotten."""
        return self.person is not None and self.person.deleted

    @property
    def survivor(self) -> Person:
        """Whom upstream answers for: the account that the person's was merged into."""
        found = _PEOPLE[self.id]
        while found.merged_into is not None:
            found = _PEOPLE[found.merged_into]
        return found


def _by_kind() -> Iterable[Sequence[Who]]:
    """Everybody ordinary, by every kind of identifier that they can be found by; ids first."""
    found: dict[tuple[str, str], dict[str, Who]] = defaultdict(dict)
    for person in CUSTOMERS:
        for profile in person.profiles:
            named = [("id", str(person.id)), ("mobile", profile.mobile), ("email", profile.email)]
            named += [("externalId", profile.external_id), *profile.handles.items()]
            named += [("cardNumber", card.number) for card in person.cards]
            named += [("cardExternalId", card.external_id) for card in person.cards]
            for kind, value in named:
                if value:
                    who = Who(kind, value, person.id, profile.source, profile.account_id or None)
                    found[kind, profile.source].setdefault(value.casefold(), who)
    for many in found.values():
        if ordinary := [who for who in many.values() if who.ordinary]:
            yield ordinary


_KINDS = list(_by_kind())
INSTORE = [kind for kind in _KINDS if kind[0].source == "INSTORE"]
ELSEWHERE = [kind for kind in _KINDS if kind[0].source != "INSTORE"]
ODD = (
    *(Who("id", str(person.id), person.id) for person in CUSTOMERS if person.merged_into is not None or person.deleted),
    *(Who(kind, value) for kind, value in (("id", "999"), ("mobile", "15550000"), ("email", "no@body.example"))),
    *(Who(kind, "nobody") for kind in ("externalId", "cardNumber", "cardExternalId")),
)
