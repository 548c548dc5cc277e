"""Who an identifier names: the index both endpoints look customers up in."""

from collections.abc import Iterable
from typing import Literal

from .data import HandleKind, Person, Profile

Kind = Literal["id", "mobile", "email", "externalId", "cardnumber", "cardExternalId"] | HandleKind
INSTORE = ("INSTORE", "")


class Directory:
    """Customers by identifier; an identifier is unique within a source and account (facts §3)."""

    def __init__(self, customers: Iterable[Person]) -> None:
        self._by_id: dict[int, Person] = {}
        self._by_identifier: dict[tuple[str, str, Kind, str], Person] = {}
        for person in customers:
            self._by_id[person.id] = person
            for profile in person.profiles:
                self._index(person, profile)

    def by_id(self, id: int) -> Person | None:
        """The customer with this id, deleted and merged ones included."""
        return self._by_id.get(id)

    def find(self, kind: Kind, value: str, within: Iterable[tuple[str, str]] = (INSTORE,)) -> Person | None:
        """The first customer whom `value` names in one of the given (source, account) pairs."""
        wanted = normal(kind, value)
        for source, account in within:
            person = self._by_identifier.get((source, account, kind, wanted))
            if person is not None:
                return person
        return None

    def survivor_of(self, person: Person) -> Person:
        """The account that a merged victim lives on in; anyone else is their own survivor."""
        while person.merged_into is not None:
            person = self._by_id[person.merged_into]
        return person

    def _index(self, person: Person, profile: Profile) -> None:
        named: list[tuple[Kind, str | None]] = [
            ("mobile", profile.mobile),
            ("email", profile.email),
            ("externalId", profile.external_id),
            *profile.handles.items(),
        ]
        for card in person.cards:
            named.append(("cardnumber", card.number))
            named.append(("cardExternalId", card.external_id))
        for kind, value in named:
            if value:
                key = (profile.source, profile.account_id, kind, normal(kind, value))
                self._by_identifier.setdefault(key, person)


def normal(kind: Kind, value: str) -> str:
    """The form in which two spellings of one identifier are equal."""
    value = value.strip()
    if kind == "email":
        return value.casefold()
    return value.removeprefix("+") if kind == "mobile" else value
