"""The table of all facets and their sources: the only place that knows embed and flag names.

Facts are cited as in the reference: `facts §1.2` are the collected upstream facts, `seed V1.1` is the upstream
document itself. The order of the table is the order of the documentation.
"""

from collections.abc import Mapping
from typing import Final

from gateway.facets.catalog.person import (
    CARDS,
    CUSTOM_FIELDS,
    CUSTOMER_IMAGE,
    EXISTENCE,
    FRAUD,
    FRAUD_V1,
    MEMBERSHIP,
    NDNC,
    OPTIN,
    ORIGIN,
    PERSON,
    PERSON_V1,
    PROFILES,
    REGISTRATION,
    STATUS,
    SUBSCRIPTIONS,
)
from gateway.facets.catalog.points import (
    ALTERNATE_CURRENCIES,
    EXPIRED_DAYS,
    EXPIRED_POINTS,
    EXPIRY_DAYS,
    EXPIRY_SCHEDULES,
    GROUP_PROGRAMS,
    NEXT_SLAB,
    POINTS,
    POINTS_TOTALS,
    POINTS_V2,
    PROGRAMS,
    PROGRAMS_LIST,
    PROGRAMS_V1,
    PROGRAMS_V2,
    PROMOTIONAL_POINTS,
)
from gateway.facets.catalog.tiers import GAP_TO_RENEW, GAP_TO_UPGRADE, SLAB_HISTORY, TIER_UPGRADE_CRITERIA
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind

CATALOG: Final[Mapping[str, FacetKind]] = {
    kind.name: kind
    for kind in (
        EXISTENCE,
        PERSON,
        MEMBERSHIP,
        PROFILES,
        REGISTRATION,
        ORIGIN,
        PERSON_V1,
        CUSTOM_FIELDS,
        STATUS,
        FRAUD,
        FRAUD_V1,
        SUBSCRIPTIONS,
        NDNC,
        OPTIN,
        CARDS,
        CUSTOMER_IMAGE,
        POINTS,
        POINTS_V2,
        NEXT_SLAB,
        POINTS_TOTALS,
        PROGRAMS,
        PROGRAMS_V2,
        PROGRAMS_V1,
        GROUP_PROGRAMS,
        PROGRAMS_LIST,
        PROMOTIONAL_POINTS,
        EXPIRY_SCHEDULES,
        EXPIRY_DAYS,
        EXPIRED_POINTS,
        EXPIRED_DAYS,
        ALTERNATE_CURRENCIES,
        SLAB_HISTORY,
        GAP_TO_RENEW,
        GAP_TO_UPGRADE,
        TIER_UPGRADE_CRITERIA,
    )
}

ALWAYS: Final[Mapping[Endpoint, Mapping[str, str]]] = {
    Endpoint.V2: {},
    # user_id is the join key to V2 and to webhooks; transactions and notes come unless they are refused (facts §2.1).
    Endpoint.V1: {"format": "json", "user_id": "true", "transactions": "false", "notes": "false"},
}
"""Parameters of every call of an endpoint, whatever it is for."""

__all__ = [
    "ALTERNATE_CURRENCIES",
    "ALWAYS",
    "CARDS",
    "CATALOG",
    "CUSTOMER_IMAGE",
    "CUSTOM_FIELDS",
    "EXISTENCE",
    "EXPIRED_DAYS",
    "EXPIRED_POINTS",
    "EXPIRY_DAYS",
    "EXPIRY_SCHEDULES",
    "FRAUD",
    "FRAUD_V1",
    "GAP_TO_RENEW",
    "GAP_TO_UPGRADE",
    "GROUP_PROGRAMS",
    "MEMBERSHIP",
    "NDNC",
    "NEXT_SLAB",
    "OPTIN",
    "ORIGIN",
    "PERSON",
    "PERSON_V1",
    "POINTS",
    "POINTS_TOTALS",
    "POINTS_V2",
    "PROFILES",
    "PROGRAMS",
    "PROGRAMS_LIST",
    "PROGRAMS_V1",
    "PROGRAMS_V2",
    "PROMOTIONAL_POINTS",
    "REGISTRATION",
    "SLAB_HISTORY",
    "STATUS",
    "SUBSCRIPTIONS",
    "TIER_UPGRADE_CRITERIA",
]
