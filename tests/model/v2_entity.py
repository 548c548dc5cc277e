"""One well-formed customer entity of V2, with every block that any embed or flag brings. Facts §1.3."""

from typing import Any

Json = dict[str, Any]

INSTORE: Json = {
    "fields": {"reef": "north", "ebb": "6"},
    "firstName": "Nila",
    "lastName": "Menon",
    "attribution": {"createDate": "2024-02-29T10:00:00+08:00", "modifiedDate": "2025-12-31T18:29:59Z"},
    "identifiers": [
        {"type": "mobile", "value": "919700000001"},
        {"type": "email", "value": "Nila@Example.test"},
        {"type": "externalId", "value": "HC-1"},
        {"type": "cardnumber", "value": "HCC-77", "seriesId": 4},
    ],
    "commChannels": [{"type": "mobile", "value": "919700000001", "primary": True, "verified": "false"}],
    "source": "INSTORE",
    "accountId": "",
}
WECHAT: Json = {
    "fields": {},
    "firstName": "妮拉",
    "lastName": "",
    "identifiers": [{"type": "wechat", "value": "wx-1"}, {"type": "unionId", "value": "union-1"}],
    "source": "WECHAT",
    "accountId": "shop-a",
}
OTHER_WECHAT: Json = WECHAT | {"firstName": "Nila B", "accountId": "shop-b"}
SUMMARY: Json = {
    "adjusted": -2.5,
    "cumulativePurchases": 12000.75,
    "currentSlab": "Reef",
    "expired": 10.0,
    "lifetimePoints": 1015.0,
    "loyaltyId": 5200001,
    "loyaltyPoints": 900,
    "nextSlab": "Lagoon",
    "nextSlabDescription": "Third",
    "nextSlabSerialNumber": 3,
    "redeemed": 40.0,
    "returned": 5.0,
    "slabExpiryDate": "2126-06-30T23:59:59+05:30",
    "slabSNo": 2,
}
PARTNER: Json = {
    "partnerProgramId": 8,
    "partnerProgramName": "Coastal Air",
    "partnerProgramDescription": "An airline",
    "partnerTierNumber": 1,
    "partnerTierName": "Gull",
    "partnerTierExpiryDate": "2026-12-29T23:59:59+05:30",
    "partnerMembershipId": "CA-9",
    "partnerProgramType": "EXTERNAL",
    "tierBased": True,
    "partnerProgramMembershipStartDate": "2025-01-01T00:00:00Z",
    "partnerProgramMembershipEndDate": "2027-01-01T00:00:00+05:30",
    "partnerProgramMembershipLastUpdatedDate": "2026-02-03T04:05:06+05:30",
}
TRACKER: Json = {
    "trackerName": "Two seasons",
    "trackerType": "BILL_AMOUNT",
    "trackerMode": "MOVING_WINDOW",
    "trackerCaseName": "180Days_Case",
    "trackerCasePeriodType": "DAYS",
    "trackerCasePeriodValue": 180,
}
UPGRADE: Json = {
    "upgradeBasedOn": "TRACKER_VALUE_BASED",
    "upgradeThreshold": 4000.0,
    "customerUpgradeEntityValues": {"currentValue": 1500.5, "gapToUpgrade": 2499.5, "valueValidUpto": "2027-01-31"},
}
RENEW: Json = {
    "renewBasedOn": "TRACKER",
    "trackerEntityIdentifiers": TRACKER,
    "renewThreshold": 12.0,
    "customerRenewEntityValue": 5,
    "customerGapToRenewValue": 7.0,
}
RENEWAL: Json = {"tierExpiryDate": "2026-06-30", "renewConfirmed": False, "renewStrategies": [RENEW]}
PROGRAM: Json = SUMMARY | {
    "programId": 1001,
    "programTitle": "Harbour Club",
    "programDescription": "Of the harbour",
    "programPointsToCurrencyRatio": 0.25,
    "currentSlabDescription": "Second",
    "delayedPoints": 60.0,
    "delayedReturnedPoints": 6.0,
    "delayedExpiredPoints": 7.0,
    "totalAvailablePoints": 960.0,
    "totalReturnedPoints": 11.0,
    "linkedPartnerPrograms": [PARTNER],
    "upgradeStrategies": [UPGRADE],
    "gapToRenewSummary": RENEWAL,
}
GROUP: Json = {
    "groupProgramId": 90,
    "title": "Coast",
    "description": "All of the coast",
    "programsList": [{"id": 1001, "name": "Harbour Club", "description": "Of the harbour"}],
    "lifetimePoints": 1015.0,
    "loyaltyPoints": 900.0,
    "promisedPoints": 60.0,
    "pointsToCurrencyRatio": 0.25,
}
CARD: Json = {
    "cardId": 418,
    "cardNumber": "HCC-77",
    "cardExternalId": "card-uuid",
    "type": "DIGITAL",
    "seriesId": 4,
    "seriesName": "Harbour cards",
    "seriesCode": "0042",
    "maxActiveCards": 2,
    "issuedDate": "2025-01-02T10:01:33Z",
    "createdDate": "2025-01-02",
    "expiryDays": 0,
    "expiryDate": "2027-01-02T00:00:00Z",
    "activeAndDigital": True,
    "transactionNotAllowed": False,
    "orgId": 100,
    "entityId": 501,
    "customerId": 700000000000000001,
    "customFields": {"shell": "grey", "anchor": "7"},
    "extendedFields": {"weight": 12.5, "gift": False, "edge": "gold"},
    "statusInfo": {
        "id": 478,
        "status": "ACTIVE",
        "label": "In use",
        "labelId": 31,
        "isActive": True,
        "reason": "handed out",
        "createdOn": "2025-01-02T10:01:33Z",
        "createdBy": 501,
        "entityId": 418,
        "actions": [{"name": "NOTIFY"}],
        "autoUpdateTime": "2025-01-02",
    },
}
PROMOTED: Json = {
    "points": 20.0,
    "programId": 7,
    "promotionName": "Low tide",
    "promotionSource": {"promotionSourceId": -1, "promotionSourceType": "GOODWILL"},
    "issuedAt": {"code": "pier", "name": "Pier"},
    "issuedOn": "2025-03-04T05:06:07+05:30",
    "expiryDate": "2026-03-04T23:59:59+05:30",
}
TILL: Json = {"id": 501, "code": "h1.t1", "name": "Till 1", "type": "TILL", "referenceId": -1, "default": False}
ENTITY: Json = {
    "id": 700000000000000001,
    "associatedWith": "h1.t1",
    "extendedFields": {"gender": "Female", "children": 2, "budget": 1000.5, "newsletter": False, "dob": None},
    "segments": {"tide": "high", "berth": 4},
    "fraudDetails": {"status": "NOT_FRAUD", "modifiedOn": "2025-01-02T03:04:05Z", "markedBy": {}},
    "promotionalPoints": {
        "customerPromotionType": [PROMOTED],
        "transactionPromotionType": [],
        "lineitemPromotionType": [],
    },
    "alternateCurrencyDetails": [
        {"programId": 7, "programName": "Shells", "alternateCurrencyData": {"name": "shell", "earned": 3.5}}
    ],
    "customerImage": [
        {
            "code": 200,
            "status": "true",
            "filePath": "http://pictures.example.test/1",
            "file": {"name": "one.png", "latestVersion": True, "lastModified": "2025-01-02 03:04:05"},
        }
    ],
    "expirySchedules": [
        {"points": 5.0, "expiryDate": "2027-01-31", "programId": 7, "pointsType": "bill_regular", "expiryType": "fixed"}
    ],
    "expiredPoints": [
        {
            "points": 5.0,
            "expiredOn": "2025-01-31",
            "programId": 7,
            "expiredPointsSummary": [{"points": 5.0, "strategyName": "tide", "newExpiryDate": "2025-01-31 23:59:59.0"}],
        }
    ],
    "returnedPoints": [{"points": 5.0, "programId": 7}],
    "userGroup": {"id": 3001, "members": [{"role": "PRIMARY"}]},
    "userGroups2": [{"id": 3002, "pointsSummaries": []}],
    "fleetParentDetails": {"hierarchyCode": "fleet", "parent": {"id": 9}},
    "cardLoyaltyDetails": [{"cardId": 418, "points": 12.0}],
    "profiles": [INSTORE, WECHAT, OTHER_WECHAT],
    "loyaltyInfo": {
        "loyaltyType": "non_loyalty",
        "attributionV2": {
            "createDate": "2024-02-29T10:00:00+05:30",
            "createdBy": TILL,
            "modifiedBy": TILL | {"id": 502, "code": "h1.t2"},
            "modifiedDate": "2025-12-31T18:29:59Z",
            "createdFromSource": "INSTORE",
        },
        "lifetimePurchases": 230,
    },
    "pointsSummary": SUMMARY,
    "loyaltyProgramDetails": [PROGRAM, PROGRAM | {"programId": 1002}],
    "groupLoyaltyProgramDetails": [GROUP],
    "cardDetails": [CARD],
    "statusLabel": "Active",
    "statusLabelReason": "",
    "statusLastUpdatedOn": "2025-10-28T13:19:47+05:30",
    "subscriptionInfo": {
        "subscriptions": [
            {"channel": "SMS", "priority": "BULK", "type": "OPTOUT", "accountId": "shop-a", "sourceName": "WECHAT"}
        ]
    },
    "warnings": [],
}
EMPTY: Json = {key: [] for key in ENTITY}
