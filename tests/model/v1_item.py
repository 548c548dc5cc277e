"""One well-formed item of V1.1's `customers.customer[]`, with every block that any parameter brings. Facts §2.2."""

from typing import Any

Json = dict[str, Any]

TRACKER: Json = {
    "tracker_name": "Two seasons",
    "tracker_type": "BILL_AMOUNT",
    "tracker_mode": "MOVING_WINDOW",
    "tracker_case_name": "180Days_Case",
    "tracker_case_period_type": "DAYS",
    "tracker_case_period_value": "180",
}
UPGRADE: Json = {
    "upgrade_based_on": "TRACKER_VALUE_BASED",
    "upgrade_entity_identifers": TRACKER,
    "upgrade_threshold": "4000",
    "customer_upgrade_entity_values": {
        "current_value": "1500.5",
        "gap_to_upgrade": "2499.5",
        "value_valid_upto": "2027-01-31",
    },
}
RENEW: Json = {
    "renew_based_on": "TRACKER",
    "renew_entity_identifiers": TRACKER,
    "renew_threshold": "12",
    "customer_renew_entity_value": "5",
    "customer_gap_to_renew_value": "7",
}
PARTNER: Json = {"partnerProgramId": "8", "partnerProgramName": "Coastal Air", "tierBased": "true"}
SUMMARY: Json = {
    "programId": "1001",
    "program_title": "Harbour Club",
    "program_description": "Of the harbour",
    "program_points_to_currency_ratio": "0.25",
    "redeemed": "40",
    "expired": "10",
    "returned": "5",
    "adjusted": "-2.5",
    "lifetimePoints": "5.632820109E9",
    "loyaltyPoints": "900",
    "cumulativePurchases": "12000.75",
    "delayed_points": "60",
    "delayed_returned_points": "6",
    "total_available_points": "960",
    "total_returned_points": "11",
    "currentSlab": "Reef ",
    "currentSlabDescription": "Second",
    "slabSNo": "2",
    "slabExpiryDate": "2126-06-30 23:59:59",
    "nextSlab": "Lagoon",
    "nextSlabSerialNumber": "3",
    "nextSlabDescription": "Third",
    "totalPoints": "1015.5",
    "linked_partner_programs": {"linked_partner_program": [PARTNER]},
    "gap_to_renew": {
        "tier_expiry_date": "2026-06-30",
        "renew_confirmed": "false",
        "custom_expression": "((A AND B) OR C)",
        "expression_relation": [[1, 2], [3]],
        "renew_strategy": [RENEW],
    },
    "gap_to_upgrade": {
        "custom_expression": "(A OR B)",
        "expression_relation": [[1], [2]],
        "upgrade_strategy": [UPGRADE],
    },
}
CHANGE: Json = {
    "to": "Reef",
    "from": "Sand",
    "store": {"code": "h1", "name": "Harbour One"},
    "type": "UPGRADE",
    "changed_on": "2025-04-05 06:07:08",
    "from_tier_expiry_date": "2025-06-30 23:59:59",
    "to_tier_expiry_date": "2026-06-30 23:59:59",
    "notes": "by the engine",
    "program_id": "1001",
}
COUPON: Json = {
    "id": "81",
    "series_id": "9",
    "code": "TIDE-81",
    "description": "A boat trip",
    "created_date": "2026-01-02 03:04:05",
    "valid_till": "2026-12-31 23:59:59",
    "redeemed": "false",
    "same_user_multiple_redeem": "true",
}
TRANSACTION: Json = {
    "id": "7001",
    "number": "HB-0007",
    "type": "REGULAR",
    "created_date": "2026-05-06 07:08:09",
    "store": "Harbour One",
    "tenders": {"tender": [{"name": "Cash", "value": "12.50"}]},
    "credit_notes": {"credit_note": [{"number": "CN-1", "amount": "3"}]},
}
PROMOTED: Json = {
    "points": "20.5",
    "issued_at": {"code": "pier", "name": "Pier"},
    "issued_on": "2025-03-04",
    "expiry_date": "2026-03-04",
}
PROMOTED_LINE: Json = {"lineitem_id": "5", "transaction_id": "7001", "points": "13", "expiry_date": "2026-03-05"}
SEGMENT: Json = {
    "name": "tide",
    "type": "LOYALTY",
    "values": {"value": [{"name": "high", "description": "Comes at high tide"}]},
}
RETENTION: Json = {"programId": "1001", "orgId": "100", "customerId": "7", "visits": "6", "purchase": "2500.50"}
ITEM: Json = {
    "user_id": "700000000000000001",
    "next_slab": "Lagoon",
    "next_slab_serial_number": "3",
    "next_slab_description": "Calm",
    "programs_list": {
        "program": [
            {"programId": "7", "isDefault": "true", "PartnerPrograms": {"PartnerProgram": [{"isTierBased": "true"}]}}
        ]
    },
    "gender": "Female",
    "source": "instore",
    "current_nps_status": "PROMOTER",
    "custom_fields": {"field": [{"name": "reef", "value": "north"}, {"name": "ebb", "value": "6"}]},
    "extended_fields": {"field": [{"name": "gender", "value": "Female"}, {"name": "city", "value": "Kochi"}]},
    "fraud_details": {"status": "MARKED", "marked_by": "desk", "modified_on": "2025-01-02 03:04:05", "reason": "why"},
    "expiry_schedule": {"schedule": [{"points": "10", "expiry_date": "2026-12-31"}]},
    "expired_points": {"item": [{"points": "4", "expired_on": "2024-12-31"}]},
    "points_summary": {"redeemed": "1", "expired": "2", "returned": "3", "adjusted": "-4"},
    "tier_update_criteria": {"purchase_type": "VISITS", "description": "", "min_purchase_value_required": "12"},
    "ndnc_status": "NONE",
    "optin_status": "NONE",
    "firstname": "Nila",
    "lastname": "Menon",
    "mobile": "919700000001",
    "email": "Nila@Example.test",
    "external_id": "HC-1",
    "type": "LOYALTY",
    "lifetime_points": 26447.125,
    "loyalty_points": "900",
    "lifetime_purchases": "5.632820109E9",
    "current_slab": "Reef ",
    "registered_on": "2024-02-29 10:00:00",
    "updated_on": "2025-12-31 23:59:59",
    "registered_by": "Harbour",
    "registered_store": {"code": "h1", "name": "Harbour One"},
    "registered_till": {"code": "h1.t1", "name": "Till 1"},
    "points_summaries": {"points_summary": [SUMMARY]},
    "slab_history": {"history": [CHANGE]},
    "coupons": {"coupon": [COUPON]},
    "transactions": {"transaction": [TRANSACTION]},
    "promotion_points": {
        "customer": {"item": [PROMOTED]},
        "transactions": {"item": [PROMOTED | {"transaction_id": "7001"}]},
        "lineitems": {"item": [PROMOTED_LINE]},
    },
    "segments": {"segment": [SEGMENT]},
    "membership_retention_criteria": RETENTION,
    "notes": [{"note": "Prefers the pier"}],
    "card_details": {"card": [{"card_id": "418", "card_number": "HCC-77"}]},
    "customer_image": {"code": "200", "file_path": "http://pictures.example.test/1"},
    "subscriptions": {"subscription": [{"channel": "SMS", "priority": "BULK", "scope": "ALL", "status": "0"}]},
    "user_group": {"id": "3001", "role": "PRIMARY"},
    "user_groups2": [{"id": "3002"}],
    "delayed_accrual": {"promised": [{"points": "75.5", "conversion_date": "2026-12-20"}]},
    "trackers": {"tracker": [{"name": "Two seasons", "value": "3"}]},
    "member_care_access": "true",
    "item_status": {"success": "true", "code": "1000"},
}
EMPTY: Json = {key: [] for key in ITEM}
"""An XML-born item: every element is there and empty."""
