"""Which published file is what: a customer of one of the two calls, a refusal, or the answer of another call."""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from gateway.errors import BadUserInput, UpstreamUnauthorized, UpstreamUnavailable
from gateway.facets.facet import Endpoint
from gateway.upstream.answers import Deleted, NotFound

V1, V2 = Endpoint.V1, Endpoint.V2
Json = dict[str, Any]
Wrap = Callable[[Any], list[Any]]
"""From the content of a file to whole bodies of one of the two calls."""


def as_it_is(content: Json) -> list[Json]:
    return [content]


def in_entity(content: Json) -> list[Json]:
    return [{"id": 1, **content}]


def in_profile(content: Json) -> list[Json]:
    return [{"id": 1, "profiles": [content]}]


def as_card(content: Json) -> list[Json]:
    return [{"id": 1, "cardDetails": [content]}]


def as_subscriptions(content: Json) -> list[Json]:
    return [{"id": 1, "subscriptionInfo": content}]


def as_programs(content: Json) -> list[Json]:
    return [{"id": 1, "loyaltyProgramDetails": content["data"]}]


def as_programs_of_members(content: Json) -> list[Json]:
    return [
        {
            "id": member["userId"],
            "loyaltyProgramDetails": member["loyaltySummary"]["enrolledPrograms"],
            "groupLoyaltyProgramDetails": member["loyaltySummary"]["groupPrograms"],
        }
        for member in content["members"]
    ]


def as_programs_of_group(content: Json) -> list[Json]:
    return [{"id": content["id"], "loyaltyProgramDetails": content["pointsSummaries"]}]


def entities_of_bulk(content: Json) -> list[Json]:
    return [one["entity"] for one in content["data"]]


def children_of_bulk(content: Json) -> list[Json]:
    return [{"id": one["profiles"][0]["userId"], **one} for one in content["entity"]["customers"]]


def entities_of_association(content: list[Json]) -> list[Json]:
    return list(chain.from_iterable((one["entity"], *one.get("childEntities", ())) for one in content))


def in_item(content: Json) -> list[Json]:
    return [{"response": {"status": {"success": "true", "code": 200}, "customers": {"customer": [content]}}}]


def in_summary(content: Json) -> list[Json]:
    return in_item({"points_summaries": {"points_summary": [{"programId": "1", **content}]}})


def customer_of_response(content: Json) -> list[Json]:
    return in_item(content["response"]["customer"])


CUSTOMERS: Mapping[str, tuple[Endpoint, Wrap]] = {
    "v2_lookup_embed-mlp_2022": (V2, as_it_is),
    "v2_byid_base-cardDetails_2022": (V2, as_it_is),
    "v2_customer_entity_2025_fragment": (V2, as_it_is),
    "v2_pointsExpirySchedule_2022": (V2, as_it_is),
    "v2_lookup_pointsExpirySchedule_light_2022": (V2, as_it_is),
    "v2_embed-points_fragment": (V2, in_entity),
    "v2_embed-promotionalPoints_fragment": (V2, in_entity),
    "v2_embed-subscriptions_fragment": (V2, in_entity),
    "v2_identifier_cardnumber_fragment": (V2, in_profile),
    "v2_subscriptions_sibling": (V2, as_subscriptions),
    "v2_card_sibling": (V2, as_card),
    "v2_lookup_loyaltyDetails": (V2, as_programs),
    "v2_loyaltyDetails_linkedPartnerPrograms": (V2, as_programs),
    "v2_usergroups_loyaltyDetails_2020": (V2, as_programs_of_members),
    "v2_userGroup2_gap-renew_2025": (V2, as_programs_of_group),
    "v2_bulk_getCustomers_internal": (V2, entities_of_bulk),
    "v2_customers_bulk_children_of_parent": (V2, children_of_bulk),
    "v2_associationDetails_fleet_analogue": (V2, entities_of_association),
    "v11_get_base_2026": (V1, as_it_is),
    "v11_get_slab_history_2024": (V1, as_it_is),
    "v11_get_object-customer_2018-05": (V1, as_it_is),
    "v11_get_all-flags_2017-01": (V1, as_it_is),
    "v11_customer_update_native_points_summaries": (V1, as_it_is),
    "v11_customer_transactions_sibling": (V1, customer_of_response),
    "v11_get_program_summary_excerpt": (V1, in_item),
    "v11_get_gap_to_renew_for_fragment": (V1, in_summary),
    "v11_get_gap_to_upgrade_for_fragment": (V1, in_summary),
}

REFUSALS: Mapping[str, tuple[Endpoint, list[Any]]] = {
    "v2_error_8015_not_found": (V2, [NotFound]),
    "v2_error_11013_missing_params": (V2, [BadUserInput]),
    "v2_lookup_id_only": (V2, [UpstreamUnavailable]),
    "auth_error_401_invalid_token_v11": (V1, [UpstreamUnauthorized, UpstreamUnauthorized]),
    "auth_error_403_no_resource_access": (V1, [UpstreamUnauthorized, UpstreamUnauthorized]),
    "v11_get_bulk_all-failed_500_pii-deleted": (V1, [Deleted, BadUserInput]),
}
"""Answers that bring no customer, and what they say of each customer when each is asked for alone."""

ANOTHER_CALL: Mapping[str, str] = {
    "auth_oauth_generate_ok": "of the token call; tests/upstream/test_auth.py has its shape",
    "auth_oauth_generate_invalid_client": "of the token call; tests/upstream/test_auth.py has its shape",
    "v11_customer_subscriptions_sibling": "another shape (channel[].priority[]), not known to come from customer/get",
    "v2_labels_sibling": "labels assigned to a customer: no block of customerDetails",
    "v2_statusLog_sibling": "the history of a status: no block of customerDetails",
    "v2_lookup_promisedPointsSchedule_light": "of a light call: no block of customerDetails",
    "v2_lookup_tierDetails_light": "of a light call, under other names (currentTierName)",
    "webhook_CouponIssue": "an event, not an answer",
    "webhook_cardUpdated": "an event, not an answer",
    "webhook_customerAdded": "an event, not an answer",
    "webhook_customerSubscription": "an event, not an answer",
    "webhook_customerUpdated": "an event, not an answer",
    "webhook_loyaltyCustomerMerge": "an event, not an answer",
    "webhook_partnerProgramLinked": "an event, not an answer",
    "webhook_pointsIssued": "an event, not an answer",
    "webhook_pointsRedeemed": "an event, not an answer",
    "webhook_tierRenewed": "an event, not an answer",
    "webhook_tierUpgraded": "an event, not an answer",
}
