"""V1.1's keys: see `fields`."""

from collections.abc import Mapping

from tests.contract.naming import BALANCE, NEXT_SLAB, STANDING, all_of, under

TRACKER = all_of("tracker_name", "tracker_type", "tracker_mode", "tracker_case_name")
TRACKER |= all_of("tracker_case_period_type", "tracker_case_period_value")
CHANGE = all_of("type", "changed_on", "notes", "program_id") | {"from": "from_slab", "to": "to_slab"}
CHANGE |= {"store.code": "store.code", "store.name": "store.name"}
SUMMARY = "points_summaries.points_summary[]"
COUPON = all_of("id", "series_id", "code", "description", "created_date", "valid_till", "redeemed")
PROMOTED = all_of("points", "expiry_date", "issued_at.code", "issued_at.name")

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
        "GAP_TO_UPGRADE_V1[].upgrade_strategies[].upgrade_entity_identifiers",
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
    "source": "PERSON_V1.source",
    "current_nps_status": "PROMOTER.current_nps_status",
    "custom_fields.field{}": "CUSTOM_FIELDS{}",
    "extended_fields.field{}": "EXTENDED_FIELDS_V1{}",
    **under("coupons.coupon[]", "COUPONS[]", COUPON | all_of("same_user_multiple_redeem")),
    **under("coupons[]", "COUPONS[]", COUPON),
    **under("transactions.transaction[]", "TRANSACTIONS[]", all_of("id", "number", "type", "created_date", "store")),
    **under("promotion_points.customer[]", "PROMOTION_POINTS.customer[]", PROMOTED | all_of("issued_on")),
    **under(
        "promotion_points.transactions[]",
        "PROMOTION_POINTS.transactions[]",
        PROMOTED | all_of("issued_on", "transaction_id"),
    ),
    **under(
        "promotion_points.lineitems[]",
        "PROMOTION_POINTS.lineitems[]",
        PROMOTED | all_of("transaction_id", "lineitem_id"),
    ),
    **under("expiry_schedule[]", "EXPIRY_DAYS[]", all_of("points", "expiry_date")),
    **under("expired_points[]", "EXPIRED_DAYS[]", all_of("points", "expired_on")),
    "subscriptions": "SUBSCRIPTIONS_V1.raw",
    # Empty in every published payload.
    "custom_fields[]": "CUSTOM_FIELDS[]",
    "segments[]": "SEGMENTS_V1[]",
    "transactions[]": "TRANSACTIONS[]",
    "notes": "NOTES.raw",
    "trackers": "TRACKERS.raw",
    "user_groups2": "USER_GROUPS2_V1.raw",
}

NOT_OFFERED_V1 = {
    "item_status",  # read by upstream/v1.py, not a field
    "identifiers",  # empty in every published payload, and documented nowhere
    # Of the update.
    "fraud_status",
    "side_effects",
    "tier_expiry_date",
    # Of customer/transactions.
    "count",
    "delayed_points",
    "delayed_returned_points",
    "rows",
    "start",
    "total_available_points",
    "total_returned_points",
    *(
        f"transactions.transaction[].{key}"
        for key in (
            "amount",
            "auto_update_time",
            "basket_size",
            "billing_time",
            "coupons",
            "currency",
            "custom_fields",
            "delivery_status",
            "discount",
            "extended_fields",
            "gross_amount",
            "line_items",
            "notes",
            "outlier_status",
            "points",
            "return_type",
            "returned_points_on_bill",
            "store_code",
        )
    ),
}
