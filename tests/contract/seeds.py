"""Which name in the seeds is what of ours: parameters that are not sent, and the graph's place of every response field.

A name in no table fails a test, and so does a row that no document has.
"""

from collections.abc import Mapping

from strawberry.utils.str_converters import to_camel_case

from gateway.facets.facet import Endpoint

V1, V2 = Endpoint.V1, Endpoint.V2

_BY_DEFAULT = "comes by default: sending it changes nothing (seed V1.1)"
_BY_ID_PAGE = "on the page of the by-id call only, not of these two calls (facts §1.1)"
_TOLD_BY_V1 = "a bridge on the by-id call only (RN25Q4); V1.1 tells it under its own parameter"

EXCLUDED_PARAMETERS: Mapping[Endpoint, Mapping[str, str]] = {
    V1: {
        "basic": "its meaning is documented nowhere (facts §2.1)",
        "registered_store": _BY_DEFAULT,
        "registered_till": _BY_DEFAULT,
        "fraud_details": _BY_DEFAULT,
    },
    V2: {
        "basicIdentifierLookup": "its meaning is documented nowhere; it is known to change errors only (facts §1.1)",
        "includedNPS": "documented nowhere (facts §1.1); V1.1 tells the promoter status",
        "format": "V2 answers JSON only (facts §1)",
        "embed=associatedImages(barcode)": _BY_ID_PAGE,
        "ug2JoinedStartDate": _BY_ID_PAGE,
        "ug2JoinedEndDate": _BY_ID_PAGE,
        "ug2Offset": _BY_ID_PAGE,
        "ug2Limit": _BY_ID_PAGE,
        "ug2SortBy": _BY_ID_PAGE,
        "ug2SortOrder": _BY_ID_PAGE,
        "ug2PaginationDetails": _BY_ID_PAGE,
        "ug2Pagination": "what ug2PaginationDetails adds to an answer, no parameter (facts §1.1)",
        "ndncStatus": _TOLD_BY_V1,
        "optinStatus": _TOLD_BY_V1,
        "slabHistory": _TOLD_BY_V1,
        "tierUpgradeCriteria": _TOLD_BY_V1,
        "membershipRetentionCriteria": _TOLD_BY_V1,
    },
}
"""Parameters of the documents that no call carries, and why. `embed=x` is the value `x` of the embed parameter."""

UNLISTED_PARAMETERS: Mapping[Endpoint, Mapping[str, str]] = {
    V1: {
        "mobile": "missing from the tables, though every real client sends it (facts §3)",
        "card_number": "in the documents of 2022 (facts §3)",
    },
    V2: {},
}
"""Parameters that a call may carry though no table of the documents lists them, and where they are from."""

GRAPH_ARGUMENTS: Mapping[Endpoint, Mapping[str, str]] = {
    V1: {
        "coupon_limit": "Customer.coupons(limit)",
        "coupon_offset": "Customer.coupons(offset)",
        "coupon_order_by": "Customer.coupons(orderBy)",
        "coupon_sort_order": "Customer.coupons(sortOrder)",
        "coupon_status": "Customer.coupons(status)",
        "coupon_offer": "Customer.coupons(seriesId)",
        "coupon_active": "Customer.coupons(active)",
        "coupon_org_entity_type": "Customer.coupons(orgEntityType)",
        "coupon_org_entity_value": "Customer.coupons(orgEntityValue)",
        "number": "Customer.transactions(number)",
        "store_code": "Customer.transactions(storeCode)",
        "till_code": "Customer.transactions(tillCode)",
        "amount": "Customer.transactions(amount)",
        "date": "Customer.transactions(date)",
        "type": "Customer.transactions(type)",
        "tenders": "Customer.transactions(tenders)",
        "credit_notes": "Customer.transactions(creditNotes)",
        "gap_to_renew_for": "Customer.gapToRenew(inDays)",
        "gap_to_upgrade_for": "Customer.gapToUpgrade(inDays)",
        "program_id": "Customer.loyaltyProgram(programId)",
    },
    V2: {
        "gapToRenew": "Customer.gapToRenew(inDays)",
        "gapToUpgrade": "Customer.gapToUpgrade(inDays)",
        "userGroup2Id": "Customer.userGroups2(id)",
    },
}
"""Where a caller gives the value of a parameter whose value is the caller's to choose."""


def under(prefix: str, place: str, names: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{theirs}": f"{place}.{ours}" for theirs, ours in names.items()}


def camel(*names: str) -> dict[str, str]:
    """Names that are the graph's in camelCase."""
    return {name: to_camel_case(name) for name in names}


def same(*names: str) -> dict[str, str]:
    """Names that are the graph's."""
    return {name: name for name in names}


_PROGRAM = "Customer.loyaltyPrograms"
_SUMMARY = "points_summaries.points_summary"
_GAP, _KEEP = f"{_SUMMARY}.gap_to_upgrade", f"{_SUMMARY}.gap_to_renew"
_STRATEGY = f"{_PROGRAM}.gapToUpgrade.upgradeStrategies"

FIELDS_V1: Mapping[str, str] = {
    **under("customer", "Customer", {"firstname": "firstName", "lastname": "lastName", "type": "loyaltyType"}),
    **under("customer", "Customer", camel("mobile", "email", "external_id", "registered_on", "updated_on", "source")),
    **under("customer", "Customer", camel("lifetime_purchases", "registered_by")),
    **under("customer", "Customer.points", camel("lifetime_points", "loyalty_points", "current_slab")),
    **under("registered_store", "Customer.registeredStore", same("code", "name")),
    **under("registered_till", "Customer.registeredTill", same("code", "name")),
    "fraud_details.status": "Customer.fraud.status",
    "extended_fields.field (gender)": "Customer.extendedFieldDetails.value",
    "extended_fields.field (city)": "Customer.extendedFieldDetails.value",
    "extended_fields.field (dob)": "Customer.extendedFieldDetails.value",
    "programs_list": "Customer.programs",
    "program": "Customer.programs",
    "slab_history": "Customer.slabHistory",
    **under("slab_history", "Customer.slabHistory", camel("to", "from", "store", "type", "changed_on", "notes")),
    **under("slab_history", "Customer.slabHistory", camel("to_tier_expiry_date", "from_tier_expiry_date")),
    **under("slab_history", "Customer.slabHistory", camel("program_id")),
    "points_summaries": _PROGRAM,
    _SUMMARY: _PROGRAM,
    **under(_SUMMARY, _PROGRAM, same("programId", "redeemed", "expired", "returned", "adjusted", "totalPoints")),
    **under(_SUMMARY, _PROGRAM, same("lifetimePoints", "loyaltyPoints", "cumulativePurchases", "slabSNo")),
    **under(_SUMMARY, _PROGRAM, same("currentSlab", "currentSlabDescription", "slabExpiryDate", "nextSlab")),
    **under(_SUMMARY, _PROGRAM, same("nextSlabSerialNumber", "nextSlabDescription")),
    **under(_SUMMARY, _PROGRAM, camel("delayed_points", "delayed_returned_points", "total_available_points")),
    **under(_SUMMARY, _PROGRAM, camel("total_returned_points", "program_title", "program_description")),
    **under(_SUMMARY, _PROGRAM, camel("program_points_to_currency_ratio", "gap_to_upgrade", "gap_to_renew")),
    f"{_SUMMARY}.linked_partner_programs": f"{_PROGRAM}.linkedPartnerProgramDetails",
    f"{_SUMMARY}.linked_partner_programs.linked_partner_program": f"{_PROGRAM}.linkedPartnerProgramDetails",
    **under(_GAP, f"{_PROGRAM}.gapToUpgrade", camel("custom_expression", "expression_relation")),
    f"{_GAP}.upgrade_strategy": _STRATEGY,
    **under(f"{_GAP}.upgrade_strategy", _STRATEGY, camel("upgrade_based_on", "upgrade_threshold")),
    **under(f"{_GAP}.upgrade_strategy", _STRATEGY, camel("customer_upgrade_entity_values")),
    f"{_GAP}.upgrade_strategy.upgrade_entity_identifers": f"{_STRATEGY}.upgradeEntityIdentifiers",
    **under(
        f"{_GAP}.upgrade_strategy.upgrade_entity_identifers",
        f"{_STRATEGY}.upgradeEntityIdentifiers",
        camel("tracker_name", "tracker_type", "tracker_mode", "tracker_case_name", "tracker_case_period_type")
        | camel("tracker_case_period_value"),
    ),
    **under(
        f"{_GAP}.upgrade_strategy.customer_upgrade_entity_values",
        f"{_STRATEGY}.customerUpgradeEntityValues",
        camel("current_value", "gap_to_upgrade", "value_valid_upto"),
    ),
    **under(_KEEP, f"{_PROGRAM}.gapToRenew", camel("tier_expiry_date", "renew_confirmed", "custom_expression")),
    **under(_KEEP, f"{_PROGRAM}.gapToRenew", camel("expression_relation") | {"renew_strategy": "renewStrategies"}),
    **under(
        f"{_KEEP}.renew_strategy",
        f"{_PROGRAM}.gapToRenew.renewStrategies",
        camel("renew_based_on", "renew_threshold", "customer_renew_entity_value", "customer_gap_to_renew_value")
        | {"renew_entity_identifiers": "trackerEntityIdentifiers"},
    ),
}

_GROUP, _CARD = "Customer.groupLoyaltyPrograms", "Customer.cards"

FIELDS_V2: Mapping[str, str] = {
    "id": "Customer.id",
    "profiles": "Customer.profiles",
    "loyaltyInfo": "Customer",
    "loyaltyInfo.attributionV2": "Customer",
    **under("loyaltyInfo", "Customer", same("loyaltyType", "lifetimePurchases")),
    **under("loyaltyInfo.attributionV2", "Customer", same("createdBy", "modifiedBy", "createdFromSource")),
    **under("loyaltyInfo.attributionV2", "Customer", {"createDate": "registeredOn", "modifiedDate": "updatedOn"}),
    "segments": "Customer.segments",
    "associatedWith": "Customer.associatedWith",
    "extendedFields": "Customer.extendedFields",
    "loyaltyProgramDetails": _PROGRAM,
    **under("loyaltyProgramDetails", _PROGRAM, same("redeemed", "expired", "returned", "adjusted", "lifetimePoints")),
    **under(
        "loyaltyProgramDetails", _PROGRAM, same("loyaltyPoints", "cumulativePurchases", "loyaltyId", "currentSlab")
    ),
    **under("loyaltyProgramDetails", _PROGRAM, same("nextSlab", "nextSlabSerialNumber", "nextSlabDescription")),
    **under("loyaltyProgramDetails", _PROGRAM, same("slabSNo", "slabExpiryDate", "programId", "delayedPoints")),
    **under("loyaltyProgramDetails", _PROGRAM, same("delayedReturnedPoints", "delayedExpiredPoints")),
    **under("loyaltyProgramDetails", _PROGRAM, same("totalAvailablePoints", "totalReturnedPoints", "programTitle")),
    **under("loyaltyProgramDetails", _PROGRAM, same("linkedPartnerPrograms", "programDescription")),
    **under("loyaltyProgramDetails", _PROGRAM, same("programPointsToCurrencyRatio")),
    "groupLoyaltyProgramDetails": _GROUP,
    **under("groupLoyaltyProgramDetails", _GROUP, same("groupProgramId", "title", "description", "programsList")),
    **under("groupLoyaltyProgramDetails.programsList", f"{_GROUP}.programsList", same("id", "name", "description")),
    **under("groupLoyaltyProgramDetails", _GROUP, same("lifetimePoints", "loyaltyPoints", "promisedPoints")),
    **under("groupLoyaltyProgramDetails", _GROUP, same("pointsToCurrencyRatio")),
    "cardDetails": _CARD,
    **under("cardDetails", _CARD, same("cardId", "issuedDate", "createdDate", "expiryDays", "seriesName")),
    **under("cardDetails", _CARD, same("customerId", "maxActiveCards", "customFields", "type", "cardNumber")),
    **under("cardDetails", _CARD, same("seriesId", "seriesCode", "orgId", "entityId", "statusInfo")),
    **under("cardDetails", _CARD, same("transactionNotAllowed", "expiryDate", "activeAndDigital")),
    **under("cardDetails.statusInfo", f"{_CARD}.statusInfo", same("reason", "createdBy", "actions", "autoUpdateTime")),
    **under("cardDetails.statusInfo", f"{_CARD}.statusInfo", same("createdOn", "entityId", "id", "isActive")),
    **under("cardDetails.statusInfo", f"{_CARD}.statusInfo", same("labelId", "label", "status")),
}

_OUTCOME = "decides the outcome and the errors, is no data of the customer"

FIELDS = {V1: FIELDS_V1, V2: FIELDS_V2}
EXCLUDED_FIELDS: Mapping[Endpoint, Mapping[str, str]] = {
    V1: {
        "status.success": _OUTCOME,
        "status.code": _OUTCOME,
        "status.message": _OUTCOME,
        "status.total": _OUTCOME,
        "status.success_count": _OUTCOME,
        "item_status.success": _OUTCOME,
        "item_status.code": _OUTCOME,
        "item_status.message": _OUTCOME,
    },
    V2: {
        "warnings": _OUTCOME,
        "warnings.status": _OUTCOME,
        "warnings.code": _OUTCOME,
        "warnings.message": _OUTCOME,
    },
}
"""Response fields of the seeds that the graph does not have, and why."""

IN_PAYLOAD: Mapping[str, str] = {
    "extended_fields.field (gender)": "extended_fields.field",
    "extended_fields.field (city)": "extended_fields.field",
    "extended_fields.field (dob)": "extended_fields.field",
    "program": "programs_list.program",
}
"""Where a field is in a payload, if the seed does not print its whole path."""
WRAPPED = ("slab_history.", "slab_history.history.")
"""A list whose wrapper the seed does not print, and the wrapper."""

ENUMS: Mapping[str, str] = {
    "type": "TransactionType",
    "coupon_order_by": "CouponOrder",
    "coupon_sort_order": "SortOrder",
}
"""The graph's enums of the parameters for which the V1.1 seed lists values."""
