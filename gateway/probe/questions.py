"""What a probe asks, and what its answers say of an organisation's capabilities. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC
from typing import Any, Final, cast

from gateway.facets.capabilities import V1_POSSIBLE, V2_KINDS, ById, Capabilities, Gaps
from gateway.facets.catalog import CARDS, CATALOG, GAP_TO_RENEW, GAP_TO_UPGRADE
from gateway.facets.facet import Address, Endpoint, Facet, Identifier, IdentifierKind, Source
from gateway.facets.parameters import Parameters, parameters, source
from gateway.model.profile import Profiles
from gateway.model.readers import Block, Reader, is_nothing
from gateway.probe.findings import Setting
from gateway.settings.upstream import UPSTREAM

TODAY: Final = (GAP_TO_RENEW(days=0), GAP_TO_UPGRADE(days=0))
BATCHES: Final = (10, 20, 50)
"""How many ids a V1.1 call is tried with."""


def questions(endpoint: Endpoint, program_id: str | None) -> Mapping[Parameters, frozenset[Facet]]:
    """Every set of parameters that brings a facet as the seeds have it, with all facets that it brings.

    Without a `program_id` of the customer nothing is asked about one program.
    """
    required: dict[str, str | int] = {"days": 0} | ({"program_id": program_id} if program_id else {})
    together: defaultdict[Parameters, set[Facet]] = defaultdict(set)
    for kind in CATALOG.values():
        if not required.keys() >= {one.name for one in kind.parameters if one.required}:
            continue
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


def identifiers(profiles: Profiles | None) -> Sequence[Address]:
    """The identifiers of the customer that V2 shows unmasked, one of each kind, each at the source of its profile."""
    kinds = {kind.value.lower(): kind for kind in IdentifierKind}
    found: dict[IdentifierKind, Address] = {}
    for profile in (profiles.profiles if profiles else None) or []:
        source = (profile.source or Source.INSTORE).upper()
        for one in profile.identifiers:
            kind = kinds.get(one.type.lower())
            if kind and one.value and "*" not in one.value and source in set(Source):
                named = (Identifier(kind, one.value),)
                found.setdefault(kind, Address(named, Source(source), profile.account_id))
    return tuple(found.values())


def is_empty(value: Any) -> bool:
    """Whether there is nothing in a facet's value: no value, or a record or list of nothing."""
    if is_dataclass(value) and not isinstance(value, type):
        return all(is_empty(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, list):
        return all(map(is_empty, cast("list[Any]", value)))
    if isinstance(value, dict):
        return all(map(is_empty, cast("dict[str, Any]", value).values()))
    return is_nothing(value)


def of_by_id(works: ById | None, *, failed: bool) -> Setting:
    """From which way of asking V2 by id found the customer; `failed`: some way could not be tried."""
    name = f"{UPSTREAM}V2_BY_ID"
    if works is not None:
        return Setting(name, works.value, "V2 found the customer that way")
    if failed:
        return Setting(name, None, "V2 did not say whether it takes ids")
    return Setting(name, ById.NONE.value, "V2 takes no id, neither by path nor on the lookup")


def of_cards(without: Block | None, plain: Block | None) -> Setting:
    """From answers with and without the suppressor."""
    name = f"{UPSTREAM}IGNORE_CARD_DETAILS"
    if not plain or not plain.get("cardDetails") or without is None:
        return Setting(name, None, f"without cards ({CARDS.name}) nothing can be left out")
    kept = bool(without.get("cardDetails"))
    return Setting(name, str(not kept).lower(), f"cards {'still come' if kept else 'stay away'} when told to")


def of_profiles(alone: Block | None, plain: Block | None, source: Source) -> Setting:
    """From answers with and without `includedOnlyCurrentProfile`, asked at a source."""
    name = f"{UPSTREAM}ONLY_CURRENT_PROFILE"
    reader = Reader(UTC)
    count, fewer = (len(reader.blocks(block, "profiles") or []) if block else 0 for block in (plain, alone))
    if count < 2 or alone is None:
        return Setting(name, None, "the customer has one profile only")
    if source is Source.ALL:
        return Setting(name, None, "at the source ALL every profile is a current one")
    return Setting(name, str(0 < fewer < count).lower(), f"{fewer} of {count} profiles come when told to")


def of_gaps(v1: Sequence[Any] | None, by_way: Mapping[Gaps, Sequence[Any] | None]) -> Setting:
    """From today's gaps as V1.1 and each way of V2 tell them: only equal ones are another source.

    Null: that endpoint could not be asked that way, or could not bring them.
    """
    name = f"{UPSTREAM}GAPS"
    if v1 is None or not any(v1):
        return Setting(name, None, "the customer has no gap on V1.1 to compare with")
    for way, told in by_way.items():
        if told is None:
            return Setting(name, None, "V2 did not say whether it tells gaps")
        if list(told) == list(v1):
            return Setting(name, way.value, "V2 tells the same gaps as V1.1")
    told_otherwise = any(any(told or ()) for told in by_way.values())
    seen = "V2 tells other gaps than V1.1" if told_otherwise else "V2 tells no gaps"
    return Setting(name, Gaps.V1.value, seen)


def of_kinds(endpoint: Endpoint, taken: Mapping[IdentifierKind, bool], default: Iterable[IdentifierKind]) -> Setting:
    """From which kinds found the customer; a kind that could not be tried stays as it is by default."""
    name = f"{UPSTREAM}{'V1' if endpoint is Endpoint.V1 else 'V2'}_IDENTIFIERS"
    possible = V1_POSSIBLE if endpoint is Endpoint.V1 else V2_KINDS
    if not taken:
        return Setting(name, None, "no identifier of the customer could be tried")
    kept = [kind for kind in IdentifierKind if kind in possible and taken.get(kind, kind in set(default))]
    tried = ", ".join(f"{kind} {'found' if found else 'not'}" for kind, found in taken.items())
    return Setting(name, ",".join(kept), f"tried: {tried or 'none'}")


def of_batches(accepted: Sequence[int]) -> Setting:
    """From how many ids V1.1 answered for. They are one id repeated, so an upstream that drops repeats says nothing."""
    name = f"{UPSTREAM}BATCH_SIZE"
    if not accepted:
        return Setting(name, None, f"V1.1 did not answer for {BATCHES[0]} ids")
    return Setting(name, str(max(accepted)), "V1.1 answered for so many, one id repeated")
