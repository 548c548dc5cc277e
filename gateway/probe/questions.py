"""What a probe asks, and what its answers say of an organisation's capabilities. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gateway.facets.capabilities import V1_POSSIBLE, V2_KINDS, ById, Capabilities, Gaps
from gateway.facets.catalog import CARDS, CATALOG, GAP_TO_RENEW, GAP_TO_UPGRADE
from gateway.facets.facet import Endpoint, Facet, Identifier, IdentifierKind
from gateway.facets.parameters import Parameters, parameters, source
from gateway.model.profile import Profiles
from gateway.model.readers import Block
from gateway.probe.findings import Setting
from gateway.settings import UPSTREAM

TODAY: Final = (GAP_TO_RENEW(days=0), GAP_TO_UPGRADE(days=0))
BATCHES: Final = (10, 20, 50)
"""How many ids a V1.1 call is tried with."""


def questions(endpoint: Endpoint, program_id: str) -> Mapping[Parameters, frozenset[Facet]]:
    """Every set of parameters that brings a facet as the seeds have it, with all facets that it brings."""
    required: dict[str, str | int] = {"days": 0, "program_id": program_id}
    together: defaultdict[Parameters, set[Facet]] = defaultdict(set)
    for kind in CATALOG.values():
        facet = kind(**{one.name: required[one.name] for one in kind.parameters if one.required})
        if source(facet, endpoint, Capabilities()):
            together[parameters(endpoint, frozenset({facet}), Capabilities())].add(facet)
    return {sent: frozenset(facets) for sent, facets in together.items()}


def beyond(one: Parameters, other: Parameters) -> Parameters:
    """What one call carries that another does not."""
    return Parameters(
        tuple(embed for embed in one.embeds if embed not in other.embeds),
        tuple(flag for flag in one.flags if flag not in other.flags),
    )


def identifiers(profiles: Profiles | None) -> Sequence[Identifier]:
    """The identifiers of the customer that V2 shows unmasked, one of each kind."""
    kinds = {kind.value.lower(): kind for kind in IdentifierKind}
    found: dict[IdentifierKind, Identifier] = {}
    for profile in (profiles.profiles if profiles else None) or []:
        for one in profile.identifiers:
            kind = kinds.get(one.type.lower())
            if kind and one.value and "*" not in one.value:
                found.setdefault(kind, Identifier(kind, one.value))
    return tuple(found.values())


def of_by_id(works: ById | None) -> Setting:
    """From which way of asking V2 by id found the customer."""
    name = f"{UPSTREAM}V2_BY_ID"
    if works is None:
        return Setting(name, ById.NONE.value, "V2 found nobody by id, neither by path nor on the lookup")
    return Setting(name, works.value, "V2 found the customer that way")


def of_cards(without: Block | None, plain: Block | None) -> Setting:
    """From answers with and without the suppressor."""
    name = f"{UPSTREAM}IGNORE_CARD_DETAILS"
    if not plain or not plain.get("cardDetails") or without is None:
        return Setting(name, None, f"without cards ({CARDS.name}) nothing can be left out")
    kept = bool(without.get("cardDetails"))
    return Setting(name, str(not kept).lower(), f"cards {'still come' if kept else 'stay away'} when told to")


def of_profiles(alone: Block | None, plain: Block | None) -> Setting:
    """From answers with and without `includedOnlyCurrentProfile`."""
    name = f"{UPSTREAM}ONLY_CURRENT_PROFILE"
    count, fewer = (len(block.get("profiles") or []) if block else 0 for block in (plain, alone))
    if count < 2 or alone is None:
        return Setting(name, None, "the customer has one profile only")
    return Setting(name, str(0 < fewer < count).lower(), f"{fewer} of {count} profiles come when told to")


def of_gaps(v1: Sequence[Any], by_way: Mapping[Gaps, Sequence[Any]]) -> Setting:
    """From today's gaps as V1.1 and each way of V2 tell them: only equal ones are another source."""
    name = f"{UPSTREAM}GAPS"
    if not any(v1):
        return Setting(name, None, "the customer has no gap on V1.1 to compare with")
    for way, told in by_way.items():
        if list(told) == list(v1):
            return Setting(name, way.value, "V2 tells the same gaps as V1.1")
    told_otherwise = any(any(told) for told in by_way.values())
    seen = "V2 tells other gaps than V1.1" if told_otherwise else "V2 tells no gaps"
    return Setting(name, Gaps.V1.value, seen)


def of_kinds(endpoint: Endpoint, taken: Mapping[IdentifierKind, bool], default: Iterable[IdentifierKind]) -> Setting:
    """From which kinds found the customer; a kind that could not be tried stays as it is by default."""
    name = f"{UPSTREAM}{'V1' if endpoint is Endpoint.V1 else 'V2'}_IDENTIFIERS"
    possible = V1_POSSIBLE if endpoint is Endpoint.V1 else V2_KINDS
    kept = [kind for kind in IdentifierKind if kind in possible and taken.get(kind, kind in set(default))]
    tried = ", ".join(f"{kind} {'found' if found else 'not'}" for kind, found in taken.items())
    return Setting(name, ",".join(kept), f"tried: {tried or 'none'}")


def of_batches(accepted: Sequence[int]) -> Setting:
    """From how many ids V1.1 answered for. They are one id repeated, so an upstream that drops repeats says nothing."""
    name = f"{UPSTREAM}BATCH_SIZE"
    if not accepted:
        return Setting(name, None, f"V1.1 did not answer for {BATCHES[0]} ids")
    return Setting(name, str(max(accepted)), "V1.1 answered for so many, one id repeated")
