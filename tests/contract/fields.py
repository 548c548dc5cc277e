"""Which upstream key is which field of ours, and which keys we do not offer.

`[]` on the left is the same place in a list as `[]` on the right. The first word on the right is the facet.
"""

from collections.abc import Mapping

from gateway.facets.facet import Endpoint

V1, V2 = Endpoint.V1, Endpoint.V2


def under(prefix: str, ours: str, names: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{theirs}": f"{ours}.{name}" for theirs, name in names.items()}


def all_of(*names: str) -> dict[str, str]:
    """Names that differ only in the manner of writing: `loyaltyPoints`, `loyalty_points`."""
    return {name: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name) for name in names}


STANDING = all_of("redeemed", "expired", "returned", "adjusted", "cumulativePurchases", "slabExpiryDate")
STANDING |= {"slabSNo": "slab_sno"}
NEXT_SLAB = all_of("nextSlab", "nextSlabDescription", "nextSlabSerialNumber")
BALANCE = all_of("lifetimePoints", "loyaltyPoints", "currentSlab")
TRACKER = all_of("tracker_name", "tracker_type", "tracker_mode", "tracker_case_name")
TRACKER |= all_of("tracker_case_period_type", "tracker_case_period_value")

ORIGINATOR = all_of("id", "code", "name", "type")

FIELDS_V2: Mapping[str, str] = {
    "id": "ID",
    **under("profiles[]", "PROFILES.profiles[]", all_of("firstName", "lastName", "source", "accountId")),
    **under(
        "profiles[].attribution",
        "PROFILES.profiles[]",
        {"createDate": "created_on", "modifiedDate": "modified_on"},
    ),
    **under("profiles[].identifiers[]", "PROFILES.profiles[].identifiers[]", all_of("type", "value")),
    **under(
        "profiles[].commChannels[]",
        "PROFILES.profiles[].comm_channels[]",
        all_of("type", "value", "primary", "verified"),
    ),
    **under("loyaltyInfo", "MEMBERSHIP", all_of("loyaltyType", "lifetimePurchases")),
    **under(
        "loyaltyInfo.attributionV2",
        "MEMBERSHIP",
        {"createDate": "registered_on", "modifiedDate": "updated_on"},
    ),
    **under("pointsSummary", "POINTS", BALANCE),
    **under("pointsSummary", "POINTS_V2", STANDING | all_of("loyaltyId")),
    **under("pointsSummary", "NEXT_SLAB", NEXT_SLAB),
    **under("loyaltyProgramDetails[]", "PROGRAMS[]", BALANCE | STANDING | NEXT_SLAB),
    **under(
        "loyaltyProgramDetails[]",
        "PROGRAMS[]",
        all_of("programId", "programTitle", "programDescription", "programPointsToCurrencyRatio")
        | all_of("delayedPoints", "delayedReturnedPoints", "totalAvailablePoints", "totalReturnedPoints")
        | all_of("currentSlabDescription"),
    ),
    **under("loyaltyProgramDetails[]", "PROGRAMS_V2[]", all_of("loyaltyId", "delayedExpiredPoints")),
    **under(
        "loyaltyProgramDetails[].linkedPartnerPrograms[]",
        "PROGRAMS_V2[].linked_partner_programs[]",
        all_of("partnerProgramId", "partnerProgramName", "partnerProgramDescription", "partnerProgramType")
        | all_of("partnerMembershipId", "partnerTierNumber", "partnerTierName", "partnerTierExpiryDate", "tierBased"),
    ),
    **under(
        "groupLoyaltyProgramDetails[]",
        "GROUP_PROGRAMS[]",
        all_of("groupProgramId", "title", "description", "lifetimePoints", "loyaltyPoints", "promisedPoints")
        | all_of("pointsToCurrencyRatio"),
    ),
    **under(
        "groupLoyaltyProgramDetails[].programsList[]",
        "GROUP_PROGRAMS[].programs_list[]",
        all_of("id", "name", "description"),
    ),
    **under(
        "cardDetails[]",
        "CARDS[]",
        all_of("cardId", "cardNumber", "cardExternalId", "type", "seriesId", "seriesName", "seriesCode")
        | all_of("maxActiveCards", "issuedDate", "createdDate", "expiryDays", "transactionNotAllowed", "orgId")
        | all_of("entityId", "customerId")
        | {"id": "card_id"},
    ),
    **under(
        "cardDetails[].statusInfo",
        "CARDS[].status_info",
        all_of("id", "status", "label", "labelId", "isActive", "reason", "createdOn", "createdBy", "autoUpdateTime"),
    ),
    **under(
        "subscriptionInfo.subscriptions[]",
        "SUBSCRIPTIONS[]",
        all_of("channel", "priority", "type"),
    ),
    "associatedWith": "ORIGIN.associated_with",
    "loyaltyInfo.attributionV2.createdFromSource": "ORIGIN.created_from_source",
    **under("loyaltyInfo.attributionV2.createdBy", "ORIGIN.created_by", ORIGINATOR),
    **under("loyaltyInfo.attributionV2.modifiedBy", "ORIGIN.modified_by", ORIGINATOR),
    **under("fraudDetails", "FRAUD", all_of("status", "modifiedOn")),
    **under(
        "promotionalPoints.customerPromotionType[]",
        "PROMOTIONAL_POINTS.customer_promotion_type[]",
        all_of("points", "programId", "promotionName", "issuedOn", "expiryDate"),
    ),
    **under(
        "promotionalPoints.customerPromotionType[].promotionSource",
        "PROMOTIONAL_POINTS.customer_promotion_type[].promotion_source",
        all_of("promotionSourceId", "promotionSourceType"),
    ),
    **under(
        "promotionalPoints.customerPromotionType[].issuedAt",
        "PROMOTIONAL_POINTS.customer_promotion_type[].issued_at",
        all_of("code", "name"),
    ),
    **under(
        "expirySchedules[]",
        "EXPIRY_SCHEDULES[]",
        all_of("points", "expiryDate", "programId", "pointsType", "expiryType"),
    ),
}

CHANGE = all_of("type", "changed_on", "notes", "program_id") | {"from": "from_slab", "to": "to_slab"}
CHANGE |= {"store.code": "store.code", "store.name": "store.name"}
SUMMARY = "points_summaries.points_summary[]"

FIELDS_V1: Mapping[str, str] = {
    "user_id": "ID",
    "firstname": "PERSON.first_name",
    "lastname": "PERSON.last_name",
    "mobile": "PERSON.mobile",
    "email": "PERSON.email",
    "external_id": "PERSON.external_id",
    "type": "MEMBERSHIP.loyalty_type",
    "lifetime_purchases": "MEMBERSHIP.lifetime_purchases",
    "registered_on": "MEMBERSHIP.registered_on",
    "updated_on": "MEMBERSHIP.updated_on",
    "lifetime_points": "POINTS.lifetime_points",
    "loyalty_points": "POINTS.loyalty_points",
    "current_slab": "POINTS.current_slab",
    "registered_by": "REGISTRATION.registered_by",
    **under("registered_store", "REGISTRATION.registered_store", all_of("code", "name")),
    **under("registered_till", "REGISTRATION.registered_till", all_of("code", "name")),
    **under(SUMMARY, "PROGRAMS[]", BALANCE | STANDING | NEXT_SLAB | all_of("programId")),
    **under(SUMMARY, "PROGRAMS_V1[]", all_of("totalPoints")),
    **under("slab_history.history[]", "SLAB_HISTORY[]", CHANGE),
    # An XML-born body has no wrapper.
    **under("slab_history[]", "SLAB_HISTORY[]", {key: name for key, name in CHANGE.items() if key != "program_id"}),
    **under(f"{SUMMARY}.gap_to_renew", "GAP_TO_RENEW[]", all_of("tier_expiry_date", "renew_confirmed")),
    **under(
        f"{SUMMARY}.gap_to_renew.renew_strategy[]",
        "GAP_TO_RENEW[].renew_strategies[]",
        all_of("renew_based_on", "renew_threshold", "customer_renew_entity_value", "customer_gap_to_renew_value")
        # No published payload has a tracker here.
        | {"renew_entity_identifiers": "tracker_entity_identifiers"},
    ),
    **under(
        f"{SUMMARY}.gap_to_upgrade.upgrade_strategy[]",
        "GAP_TO_UPGRADE[].upgrade_strategies[]",
        all_of("upgrade_based_on", "upgrade_threshold"),
    ),
    **under(
        f"{SUMMARY}.gap_to_upgrade.upgrade_strategy[].upgrade_entity_identifers",
        "GAP_TO_UPGRADE[].upgrade_strategies[].upgrade_entity_identifiers",
        TRACKER,
    ),
    **under(
        f"{SUMMARY}.gap_to_upgrade.upgrade_strategy[].customer_upgrade_entity_values",
        "GAP_TO_UPGRADE[].upgrade_strategies[].customer_upgrade_entity_values",
        all_of("current_value", "gap_to_upgrade", "value_valid_upto"),
    ),
    **under(
        "programs_list.program[]",
        "PROGRAMS_LIST[]",
        all_of("programId", "programName", "programDescription", "isDefault", "pointsToCurrencyRatio"),
    ),
    **under(
        "programs_list.program[].PartnerPrograms.PartnerProgram[]",
        "PROGRAMS_LIST[].partner_programs[]",
        all_of("partnerProgramId", "partnerProgramName", "partnerProgramDescription", "partnerProgramType")
        | all_of("isTierBased", "pointsExchangeRate", "membershipPeriodType", "membershipPeriodValue"),
    ),
    **under(
        "programs_list.program[].PartnerPrograms.PartnerProgram[].partnerProgramTiers[]",
        "PROGRAMS_LIST[].partner_programs[].partner_program_tiers[]",
        all_of("tierNumber", "tierName"),
    ),
    "gender": "PERSON_V1.gender",
    "ndnc_status": "NDNC.ndnc_status",
    "optin_status": "OPTIN.optin_status",
    **under("fraud_details", "FRAUD", all_of("status", "modified_on")),
    **under("fraud_details", "FRAUD_V1", all_of("marked_by", "reason")),
    **under("points_summary", "POINTS_TOTALS", all_of("redeemed", "expired", "returned", "adjusted")),
}

NOT_OFFERED_V2 = {
    "warnings",  # read by upstream/v2.py, not a field
    # Empty or a constant in every published payload.
    "fraudDetails.markedBy",
    "loyaltyInfo.attributionV2.createdBy.default",
    "loyaltyInfo.attributionV2.createdBy.referenceId",
    "loyaltyInfo.attributionV2.modifiedBy.default",
    "loyaltyInfo.attributionV2.modifiedBy.referenceId",
    "promotionalPoints.lineitemPromotionType",
    "promotionalPoints.transactionPromotionType",
    # Fields of Customer that are not there yet.
    "associationDetails",
    "extendedFields",
    "referralCode",
    "segments",
    # Who did it: tills and users.
    "profiles[].attribution.createdBy",
    "profiles[].attribution.modifiedBy",
    # Parts of profiles.
    "profiles[].allFields",
    "profiles[].autoUpdateTime",
    "profiles[].commChannels[].attributes",
    "profiles[].commChannels[].meta",
    "profiles[].conflictingProfileList",
    "profiles[].fields",  # a map; CUSTOM_FIELDS has it as a list
    "profiles[].identifiersAll",
    "profiles[].userId",  # the customer's own id once more
    # Of identifiers that are cards; cardDetails says it better.
    "profiles[].identifiers[].cardExternalId",
    "profiles[].identifiers[].cardId",
    "profiles[].identifiers[].extendedFields",
    "profiles[].identifiers[].seriesCode",
    "profiles[].identifiers[].seriesId",
    "profiles[].identifiers[].statusLabel",
    "profiles[].identifiers[].statusLabelInfo",
    # Parts of cards.
    "cardDetails[].customFields",
    "cardDetails[].entityCode",
    "cardDetails[].extendedFields",
    "cardDetails[].statusInfo.actions",
    "cardDetails[].statusInfo.entityId",  # the card's own id once more
    "cardDetails[].warnings",
    # Gaps as V2 tells them: gapToUpgrade and gapToRenew come from V1.1.
    "loyaltyProgramDetails[].gapToRenewSummary",
    "loyaltyProgramDetails[].upgradeStrategies",
    # Of user groups.
    "loyaltyProgramDetails[].pointsContributionToGroup",
    "loyaltyProgramDetails[].userGroup2Id",
    # Of the sibling call.
    "subscriptionInfo.campaignId",
    "subscriptionInfo.communicationId",
    "subscriptionInfo.warnings",
}

NOT_OFFERED_V1 = {
    "item_status",  # read by upstream/v1.py, not a field
    "source",  # always "instore"
    "side_effects",  # of the update
    # Fields of Customer that are not there yet.
    "coupons",
    "current_nps_status",
    "custom_fields",
    "expired_points",
    "expiry_schedule",
    "extended_fields",
    "fraud_status",
    "identifiers",
    "notes",
    "promotion_points",
    "segments",
    "subscriptions",
    "tier_expiry_date",
    "trackers",
    "transactions",
    "user_groups2",
    # Of customer/transactions.
    "count",
    "delayed_points",
    "delayed_returned_points",
    "rows",
    "start",
    "total_available_points",
    "total_returned_points",
}

FIELDS = {V1: FIELDS_V1, V2: FIELDS_V2}
NOT_OFFERED = {V1: NOT_OFFERED_V1, V2: NOT_OFFERED_V2}
SERIALS = ("next_slab_serial_number", "slab_sno", "partner_tier_number")
"""Fields in which upstream's -1 is no value."""
