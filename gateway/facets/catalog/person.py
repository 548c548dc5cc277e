"""Who the customer is: rows of the catalog."""

from typing import Final

from gateway.facets.facet import Endpoint
from gateway.facets.kind import Condition, FacetKind, FacetSource, Permission, Suppressor
from gateway.model import cards, details, from_v1, from_v2, images, profile, segments, undocumented
from gateway.model.excerpts import NOTHING, reads
from gateway.model.readers import Arguments, Block, Reader

_CURRENT_ALONE: Final = Condition("only_current_profile", lambda able, _: able.only_current_profile)
_WITHOUT_CARDS: Final = Condition("ignore_card_details", lambda able, _: able.ignore_card_details)


@reads(NOTHING)
def _existence(_reader: Reader, _block: Block, _arguments: Arguments) -> bool:
    return True


EXISTENCE: Final = FacetKind(
    "EXISTENCE",
    "that the customer exists, and their id",
    bool,
    (FacetSource(Endpoint.V2, _existence), FacetSource(Endpoint.V1, _existence, cost=3)),
)
PERSON: Final = FacetKind(
    "PERSON",
    "names, mobile, email and external id of the asked profile",
    profile.Person | None,
    (FacetSource(Endpoint.V2, from_v2.person), FacetSource(Endpoint.V1, from_v1.person)),
    of_profile=True,
)
MEMBERSHIP: Final = FacetKind(
    "MEMBERSHIP",
    "loyalty type, lifetime purchases, registered on, updated on",
    profile.Membership | None,
    (
        FacetSource(Endpoint.V2, from_v2.membership),
        # Lifetime purchases are loyalty details, and so may be one program's only (facts §2.1, program_id).
        FacetSource(Endpoint.V1, from_v1.membership, touched_by=frozenset({"program_id"})),
    ),
)
PROFILES: Final = FacetKind(
    "PROFILES",
    "every profile with its identifiers and channels",
    profile.Profiles | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.profiles,
            suppressor=Suppressor("includedOnlyCurrentProfile", "true", _CURRENT_ALONE),
        ),
    ),
)
REGISTRATION: Final = FacetKind(
    "REGISTRATION",
    "the store and till where the customer registered",
    profile.Registration | None,
    (FacetSource(Endpoint.V1, from_v1.registration),),
    fresh_for=3600,
)
ORIGIN: Final = FacetKind(
    "ORIGIN",
    "who made and changed the customer's record",
    details.Origin | None,
    (FacetSource(Endpoint.V2, from_v2.origin),),
    fresh_for=3600,
)
PERSON_V1: Final = FacetKind(
    "PERSON_V1",
    "gender and acquiring source",
    details.PersonV1 | None,
    (FacetSource(Endpoint.V1, from_v1.person_v1),),
)
CUSTOM_FIELDS: Final = FacetKind(
    "CUSTOM_FIELDS",
    "fields that the organisation defines, of the asked profile",
    list[details.NamedValue] | None,
    (FacetSource(Endpoint.V2, from_v2.custom_fields), FacetSource(Endpoint.V1, from_v1.custom_fields)),
    of_profile=True,
)
EXTENDED_FIELDS: Final = FacetKind(
    "EXTENDED_FIELDS",
    "typed fields that the organisation defines",
    list[details.ExtendedField] | None,
    (FacetSource(Endpoint.V2, from_v2.extended_fields),),
)
EXTENDED_FIELDS_V1: Final = FacetKind(
    "EXTENDED_FIELDS_V1",
    "the same as texts; V1.1 writes them its own way, so they are not V2's values",
    list[details.NamedValue] | None,
    (FacetSource(Endpoint.V1, from_v1.extended_fields),),
)
PROMOTER: Final = FacetKind(
    "PROMOTER",
    "promoter status, which V1.1 tells with the next tier (seed V1.1, next_slab)",
    details.Promoter | None,
    (FacetSource(Endpoint.V1, from_v1.promoter, flags={"next_slab": "true"}),),
)
SEGMENTS: Final = FacetKind(
    "SEGMENTS",
    "segments and the customer's partition in each",
    list[segments.Segment] | None,
    (
        FacetSource(
            Endpoint.V2, from_v2.segments, embeds=frozenset({"segments"}), partial_codes=frozenset({"91004", "8063"})
        ),
    ),
)
SEGMENTS_V1: Final = FacetKind(
    "SEGMENTS_V1",
    "segments with type and descriptions",
    list[segments.SegmentDetail] | None,
    (
        FacetSource(
            Endpoint.V1, from_v1.segment_details, flags={"segments": "true"}, partial_codes=frozenset({"91004"})
        ),
    ),
)
STATUS: Final = FacetKind(
    "STATUS",
    "the customer's status label",
    profile.CustomerStatus | None,
    (FacetSource(Endpoint.V2, from_v2.status, embeds=frozenset({"customerStatus"})),),
)
FRAUD: Final = FacetKind(
    "FRAUD",
    "fraud status and when it was set; V1.1 tells it unasked",
    details.Fraud | None,
    (
        FacetSource(Endpoint.V2, from_v2.fraud, flags={"includedFraudDetails": "true"}),
        FacetSource(Endpoint.V1, from_v1.fraud),
    ),
    permission=Permission.FRAUD,
)
FRAUD_V1: Final = FacetKind(
    "FRAUD_V1",
    "who set the fraud status, and why",
    details.FraudV1 | None,
    (FacetSource(Endpoint.V1, from_v1.fraud_v1),),
    permission=Permission.FRAUD,
)
SUBSCRIPTIONS: Final = FacetKind(
    "SUBSCRIPTIONS",
    "which messages the customer wants on which channel",
    list[profile.Subscription] | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.subscriptions,
            embeds=frozenset({"subscriptions"}),
            partial_codes=frozenset({"91002"}),
        ),
    ),
)
NDNC: Final = FacetKind(
    "NDNC",
    "whether the mobile number is on a do-not-call list",
    details.Consent | None,
    (FacetSource(Endpoint.V1, from_v1.consent, flags={"ndnc_status": "true"}),),
    permission=Permission.NDNC,
)
OPTIN: Final = FacetKind(
    "OPTIN",
    "which services the customer opted in to",
    details.OptIn | None,
    (FacetSource(Endpoint.V1, from_v1.opt_in, flags={"optin_status": "true"}),),
)
CARDS: Final = FacetKind(
    "CARDS",
    "loyalty cards; they come with every V2 call unless it is told not to",
    list[cards.Card] | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.cards,
            suppressor=Suppressor("embed", "ignoreCardDetails", _WITHOUT_CARDS),
            cost=2,
        ),
    ),
)
CUSTOMER_IMAGE: Final = FacetKind(
    "CUSTOMER_IMAGE",
    "pictures of the customer; their links are signed for an hour, so they are kept for less",
    list[images.CustomerImage] | None,
    (FacetSource(Endpoint.V2, from_v2.images, embeds=frozenset({"customerImage"}), cost=2),),
    fresh_for=1800,
    stale_for=600,
    error_stale_for=600,  # with them 40 minutes, and the links end after 60
    permission=Permission.IMAGE,
)
CARD_LOYALTY: Final = FacetKind(
    "CARD_LOYALTY",
    "what loyalty cards collected; documented by name only",
    undocumented.CardLoyaltyDetails | None,
    (FacetSource(Endpoint.V2, from_v2.card_loyalty, embeds=frozenset({"cardLoyaltyDetails"}), cost=2),),
    fresh_for=60,
)
CARDS_V1: Final = FacetKind(
    "CARDS_V1",
    "cards as V1.1 tells them; documented by name only, so no other source of `CARDS`",
    undocumented.CardDetails | None,
    (FacetSource(Endpoint.V1, from_v1.card_details, flags={"card_details": "true"}, cost=2),),
)
CUSTOMER_IMAGE_V1: Final = FacetKind(
    "CUSTOMER_IMAGE_V1",
    "the picture as V1.1 tells it; documented by name only",
    undocumented.ImageDetails | None,
    (FacetSource(Endpoint.V1, from_v1.image_details, flags={"customer_image": "true"}, cost=2),),
    fresh_for=1800,
    stale_for=600,
    error_stale_for=600,  # with them 40 minutes, and the links end after 60
    permission=Permission.IMAGE,
)
SUBSCRIPTIONS_V1: Final = FacetKind(
    "SUBSCRIPTIONS_V1",
    "subscriptions as V1.1 tells them, in one of three shapes",
    undocumented.SubscriptionDetails | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.subscription_details,
            flags={"subscriptions": "true"},
            partial_codes=frozenset({"91002"}),
        ),
    ),
)
NOTES: Final = FacetKind(
    "NOTES",
    "remarks of the staff; they come with every V1.1 call unless it is told not to",
    undocumented.Notes | None,
    (FacetSource(Endpoint.V1, from_v1.notes, suppressor=Suppressor("notes", "false")),),
)
MEMBER_CARE_ACCESS: Final = FacetKind(
    "MEMBER_CARE_ACCESS",
    "whether the customer is active near the gateway's upstream user; documented by name only",
    undocumented.MemberCareAccess | None,
    (FacetSource(Endpoint.V1, from_v1.member_care_access, flags={"member_care_access": "true"}),),
)
