"""The words of planning: facets, the endpoints that bring them, customers' addresses and needs. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, NewType


class Endpoint(Enum):
    """An upstream call. The value is the name that explain, logs and metrics use."""

    V2 = "V2"
    V1 = "V1.1"

    __hash__ = object.__hash__  # what an enum has of its own is hashed in Python


FacetArguments = tuple[tuple[str, str | int], ...]
"""Arguments of a facet, sorted by name."""


_NO_ARGUMENTS: Final[Mapping[str, str | int]] = MappingProxyType({})

# What is a key everywhere is a named tuple: it is hashed in a tenth of a dataclass's time.


class Facet(NamedTuple):
    """The smallest unit of upstream data that one embed, flag or flag-with-value brings."""

    name: str
    arguments: FacetArguments = ()

    def __str__(self) -> str:
        if not self.arguments:
            return self.name
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.arguments)})"

    @property
    def argument_values(self) -> Mapping[str, str | int]:
        """The arguments by name."""
        return dict(self.arguments) if self.arguments else _NO_ARGUMENTS


class IdentifierKind(StrEnum):
    """A kind of identifier. The value is the graph's name of it in `CustomerBy`."""

    ID = "id"
    MOBILE = "mobile"
    EMAIL = "email"
    EXTERNAL_ID = "externalId"
    CARD_NUMBER = "cardNumber"
    CARD_EXTERNAL_ID = "cardExternalId"
    WECHAT = "wechat"
    MARTJACK_ID = "martjackId"
    FB_ID = "fbId"
    LINE = "line"
    CUID = "cuid"
    UNION_ID = "unionId"

    __hash__ = str.__hash__


class Source(StrEnum):
    """The source whose profile is asked for. V1.1 knows INSTORE alone (facts §3)."""

    INSTORE = "INSTORE"
    WECHAT = "WECHAT"
    MARTJACK = "MARTJACK"
    FACEBOOK = "FACEBOOK"
    WEB_ENGAGE = "WEB_ENGAGE"
    TMALL = "TMALL"
    TAOBAO = "TAOBAO"
    JD = "JD"
    ECOMMERCE = "ECOMMERCE"
    WEBSITE = "WEBSITE"
    LINE = "LINE"
    MOBILE_APP = "MOBILE_APP"
    MAPP_SDK = "MAPP_SDK"
    OTHERS = "OTHERS"
    ALL = "ALL"

    __hash__ = str.__hash__


class Identifier(NamedTuple):
    """One identifier of a customer, in normal form (see `addresses`). Its text never shows the whole value."""

    kind: IdentifierKind
    value: str

    def __repr__(self) -> str:
        return f"Identifier(kind={self.kind!r})"

    def masked(self) -> str:
        """For people: the kind and enough of the value to recognise one's own."""
        shown = min(4, len(self.value) // 3)
        return f"{self.kind}:{'*' * 4}{self.value[len(self.value) - shown :]}"


CustomerId = NewType("CustomerId", str)
"""Upstream's canonical id of a customer: V2 `id`, V1.1 `user_id`."""


class Address(NamedTuple):
    """How a caller names one customer: one identifier, or several of the same customer, at a source."""

    identifiers: tuple[Identifier, ...]
    source: Source = Source.INSTORE
    account: str | None = None

    @property
    def kinds(self) -> tuple[IdentifierKind, ...]:
        """The kinds of its identifiers, in the order given."""
        identifiers = self.identifiers
        return (identifiers[0].kind,) if len(identifiers) == 1 else tuple(one.kind for one in identifiers)

    @property
    def own_id(self) -> CustomerId | None:
        """The id that the address itself is, if it is one."""
        only = self.identifiers[0]
        return CustomerId(only.value) if only.kind is IdentifierKind.ID and len(self.identifiers) == 1 else None

    @property
    def profile(self) -> FacetArguments:
        """The source and account as arguments of facets; none for INSTORE, which has no accounts."""
        if self.source is Source.INSTORE and not self.account:
            return ()
        return (("account", self.account or ""), ("source", self.source.value))

    def masked(self) -> str:
        """For people."""
        return "+".join(identifier.masked() for identifier in self.identifiers)


@dataclass(frozen=True, slots=True)
class Need:
    """Facets wanted of one customer. `known` says whether its id is known, so that it can be asked by id."""

    address: Address
    facets: frozenset[Facet]
    known: bool = False


Needs = tuple[Need, ...]
