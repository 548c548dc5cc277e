"""The table of all facets and their sources: the only place that knows embed and flag names.

Facts are cited as in the reference: `V2 §1.2` is the V2 part of the collected upstream facts, `seed V1.1` the
upstream document itself. The order of the table is the order of the documentation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.facets.facet import Address, Endpoint, Facet
from gateway.model import cards, from_v1, from_v2, points, profile, tiers
from gateway.model.readers import Arguments, Block, Reader

Read = Callable[[Reader, Block, Arguments], Any]


@dataclass(frozen=True, slots=True)
class FacetSource:
    """One way to get a facet.

    `embeds` and `flags` are what the call must carry, prerequisites included. `valued` are flags whose value is an
    argument of the facet: one call can carry only one value of each. `suppressed_by` names what keeps a block out
    that would come unasked. `cost` is the relative upstream work for one customer.
    """

    endpoint: Endpoint
    read: Read
    embeds: frozenset[str] = frozenset()
    flags: Mapping[str, str] = field(default_factory=dict[str, str])
    valued: Mapping[str, str] = field(default_factory=dict[str, str])
    suppressed_by: Mapping[str, str] = field(default_factory=dict[str, str])
    cost: int = 1
    partial_codes: frozenset[str] = frozenset()
    """Warning codes which say that upstream could not bring the block this time."""


@dataclass(frozen=True, slots=True)
class FacetKind:
    """One row of the catalog. `value` is the type an entry of it holds; `fresh_for` is in seconds."""

    name: str
    brings: str
    value: Any
    sources: tuple[FacetSource, ...]
    parameters: tuple[str, ...] = ()
    of_profile: bool = False
    """Whether it depends on the source and account asked for, and so takes them as arguments."""
    fresh_for: int = 300

    def __call__(self, **arguments: str | int) -> Facet:
        """The facet of this kind with these arguments."""
        return Facet(self.name, tuple(sorted(arguments.items())))

    def of(self, address: Address, **arguments: str | int) -> Facet:
        """The facet as wanted of an address: facets of the profile differ by source and account."""
        return self(**arguments, **dict(address.profile if self.of_profile else ()))


def _existence(_reader: Reader, _block: Block, _arguments: Arguments) -> bool:
    return True


_MLP_V1: Final = {"mlp": "true"}
_POINTS_FAILED: Final = frozenset({"91001"})

EXISTENCE: Final = FacetKind(
    "EXISTENCE",
    "that the customer exists, and their id",
    bool,
    (FacetSource(Endpoint.V2, _existence), FacetSource(Endpoint.V1, _existence, cost=3)),
)
PERSON: Final = FacetKind(
    "PERSON",
    "names, mobile, email and external id of the asked profile",
    profile.Person | None,
    (FacetSource(Endpoint.V2, from_v2.person), FacetSource(Endpoint.V1, from_v1.person)),
    of_profile=True,
)
MEMBERSHIP: Final = FacetKind(
    "MEMBERSHIP",
    "loyalty type, lifetime purchases, registered on, updated on",
    profile.Membership | None,
    (FacetSource(Endpoint.V2, from_v2.membership), FacetSource(Endpoint.V1, from_v1.membership)),
)
PROFILES: Final = FacetKind(
    "PROFILES",
    "every profile with its identifiers and channels",
    profile.Profiles | None,
    (FacetSource(Endpoint.V2, from_v2.profiles),),
)
REGISTRATION: Final = FacetKind(
    "REGISTRATION",
    "the store and till where the customer registered",
    profile.Registration | None,
    (FacetSource(Endpoint.V1, from_v1.registration),),
    fresh_for=3600,
)
POINTS: Final = FacetKind(
    "POINTS",
    "lifetime points, spendable points and tier of the default program",
    points.Balance | None,
    (
        FacetSource(Endpoint.V2, from_v2.balance, embeds=frozenset({"points"}), partial_codes=_POINTS_FAILED),
        FacetSource(Endpoint.V1, from_v1.balance, partial_codes=_POINTS_FAILED),
    ),
    fresh_for=60,
)
POINTS_V2: Final = FacetKind(
    "POINTS_V2",
    "the rest of the default program's points summary",
    points.BalanceDetails | None,
    (FacetSource(Endpoint.V2, from_v2.balance_details, embeds=frozenset({"points"}), partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
PROGRAMS: Final = FacetKind(
    "PROGRAMS",
    "points and tier of every loyalty program",
    list[points.LoyaltyProgram] | None,
    (
        FacetSource(Endpoint.V2, from_v2.programs, embeds=frozenset({"mlp"}), cost=3, partial_codes=_POINTS_FAILED),
        FacetSource(Endpoint.V1, from_v1.programs, flags=_MLP_V1, cost=3, partial_codes=_POINTS_FAILED),
    ),
    fresh_for=60,
)
PROGRAMS_V2: Final = FacetKind(
    "PROGRAMS_V2",
    "loyalty id, expired promised points and linked partner programs of every loyalty program",
    list[points.LoyaltyProgramV2] | None,
    (FacetSource(Endpoint.V2, from_v2.programs_v2, embeds=frozenset({"mlp"}), partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
PROGRAMS_V1: Final = FacetKind(
    "PROGRAMS_V1",
    "total points of every loyalty program",
    list[points.LoyaltyProgramV1] | None,
    (FacetSource(Endpoint.V1, from_v1.programs_v1, flags=_MLP_V1, partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
GROUP_PROGRAMS: Final = FacetKind(
    "GROUP_PROGRAMS",
    "groups of loyalty programs with their shared balance",
    list[points.GroupLoyaltyProgram] | None,
    (FacetSource(Endpoint.V2, from_v2.group_programs, embeds=frozenset({"mlp"}), partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
CARDS: Final = FacetKind(
    "CARDS",
    "loyalty cards; they come with every V2 call unless it is told not to",
    list[cards.Card] | None,
    (FacetSource(Endpoint.V2, from_v2.cards, suppressed_by={"embed": "ignoreCardDetails"}, cost=2),),
)
SLAB_HISTORY: Final = FacetKind(
    "SLAB_HISTORY",
    "changes of tier; upstream needs mlp=true to tell them (seed V1.1, slab_history)",
    list[tiers.SlabChange] | None,
    (FacetSource(Endpoint.V1, from_v1.slab_history, flags={**_MLP_V1, "slab_history": "true"}, cost=2),),
)
GAP_TO_RENEW: Final = FacetKind(
    "GAP_TO_RENEW",
    "what is missing to keep the tier, seen `days` ahead; needs mlp=true (seed V1.1, gap_to_renew_for)",
    list[tiers.GapToRenew] | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.gap_to_renew,
            flags=_MLP_V1,
            valued={"gap_to_renew_for": "days"},
            cost=2,
            partial_codes=frozenset({"91014"}),
        ),
    ),
    parameters=("days",),
    fresh_for=60,
)
GAP_TO_UPGRADE: Final = FacetKind(
    "GAP_TO_UPGRADE",
    "what is missing to reach the next tier, seen `days` ahead; needs mlp=true (seed V1.1, gap_to_upgrade_for)",
    list[tiers.GapToUpgrade] | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.gap_to_upgrade,
            flags=_MLP_V1,
            valued={"gap_to_upgrade_for": "days"},
            cost=2,
            partial_codes=frozenset({"91013"}),
        ),
    ),
    parameters=("days",),
    fresh_for=60,
)
STATUS: Final = FacetKind(
    "STATUS",
    "the customer's status label",
    profile.CustomerStatus | None,
    (FacetSource(Endpoint.V2, from_v2.status, embeds=frozenset({"customerStatus"})),),
)
SUBSCRIPTIONS: Final = FacetKind(
    "SUBSCRIPTIONS",
    "which messages the customer wants on which channel",
    list[profile.Subscription] | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.subscriptions,
            embeds=frozenset({"subscriptions"}),
            partial_codes=frozenset({"91002"}),
        ),
    ),
)

CATALOG: Final[Mapping[str, FacetKind]] = {
    kind.name: kind
    for kind in (
        EXISTENCE,
        PERSON,
        MEMBERSHIP,
        PROFILES,
        REGISTRATION,
        POINTS,
        POINTS_V2,
        PROGRAMS,
        PROGRAMS_V2,
        PROGRAMS_V1,
        GROUP_PROGRAMS,
        CARDS,
        SLAB_HISTORY,
        GAP_TO_RENEW,
        GAP_TO_UPGRADE,
        STATUS,
        SUBSCRIPTIONS,
    )
}

ALWAYS: Final[Mapping[Endpoint, Mapping[str, str]]] = {
    Endpoint.V2: {},
    # user_id is the join key to V2 and to webhooks; transactions and notes come unless they are refused (facts §2.1).
    Endpoint.V1: {"format": "json", "user_id": "true", "transactions": "false", "notes": "false"},
}
"""Parameters of every call of an endpoint, whatever it is for."""
