"""V2's keys: see `fields`."""

from collections.abc import Mapping

from tests.contract.naming import BALANCE, NEXT_SLAB, STANDING, all_of, under

ORIGINATOR = all_of("id", "code", "name", "type")

FIELDS_V2: Mapping[str, str] = {
    "id": "ID",
    "extendedFields{}": "EXTENDED_FIELDS{}",
    "segments": "SEGMENTS[]",  # empty in every published payload
    "profiles[].fields{}": "PROFILES.profiles[].custom_fields{}",
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
        | {"id": "card_id", "customFields{}": "custom_fields{}", "extendedFields{}": "extended_fields{}"},
    ),
    **under(
        "cardDetails[].statusInfo",
        "CARDS[].status_info",
        all_of("id", "status", "label", "labelId", "isActive", "reason", "createdOn", "createdBy", "autoUpdateTime")
        | all_of("entityId", "actions"),
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
    # Empty in every published payload.
    "promotionalPoints.transactionPromotionType": "PROMOTIONAL_POINTS.transaction_promotion_type",
    "promotionalPoints.lineitemPromotionType": "PROMOTIONAL_POINTS.lineitem_promotion_type",
    **under(
        "expirySchedules[]",
        "EXPIRY_SCHEDULES[]",
        all_of("points", "expiryDate", "programId", "pointsType", "expiryType"),
    ),
    **under(
        "loyaltyProgramDetails[].gapToRenewSummary",
        "GAP_TO_RENEW[]",
        # No published payload has a strategy here.
        all_of("tierExpiryDate", "renewConfirmed", "renewStrategies"),
    ),
    **under(
        "loyaltyProgramDetails[].upgradeStrategies[]",
        "GAP_TO_UPGRADE[].upgrade_strategies[]",
        all_of("upgradeBasedOn", "upgradeThreshold"),
    ),
    **under(
        "loyaltyProgramDetails[].upgradeStrategies[].customerUpgradeEntityValues",
        "GAP_TO_UPGRADE[].upgrade_strategies[].customer_upgrade_entity_values",
        all_of("currentValue", "gapToUpgrade", "valueValidUpto"),
    ),
}

NOT_OFFERED_V2 = {
    "warnings",  # read by upstream/v2.py, not a field
    # Empty or a constant in every published payload.
    "fraudDetails.markedBy",
    "loyaltyInfo.attributionV2.createdBy.default",
    "loyaltyInfo.attributionV2.createdBy.referenceId",
    "loyaltyInfo.attributionV2.modifiedBy.default",
    "loyaltyInfo.attributionV2.modifiedBy.referenceId",
    # Of the analogue and of the bulk call.
    "associationDetails",
    "referralCode",
    # Who did it: tills and users.
    "profiles[].attribution.createdBy",
    "profiles[].attribution.modifiedBy",
    # Parts of profiles.
    "profiles[].allFields",
    "profiles[].autoUpdateTime",
    "profiles[].commChannels[].attributes",
    "profiles[].commChannels[].meta",
    "profiles[].conflictingProfileList",
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
    # Of the sibling call for a card.
    "cardDetails[].entityCode",
    "cardDetails[].warnings",
    # Of user groups.
    "loyaltyProgramDetails[].pointsContributionToGroup",
    "loyaltyProgramDetails[].userGroup2Id",
    # Of the sibling call.
    "subscriptionInfo.campaignId",
    "subscriptionInfo.communicationId",
    "subscriptionInfo.warnings",
}
