"""Who the customer is, and what upstream keeps of the person. Rows of the catalog."""

from typing import Final

from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import cards, details, from_v1, from_v2, images, profile
from gateway.model.readers import Arguments, Block, Reader


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
    (FacetSource(Endpoint.V2, from_v2.membership), FacetSource(Endpoint.V1, from_v1.membership)),
)
PROFILES: Final = FacetKind(
    "PROFILES",
    "every profile with its identifiers and channels",
    profile.Profiles | None,
    (FacetSource(Endpoint.V2, from_v2.profiles),),
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
    "gender and promoter status",
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
)
FRAUD_V1: Final = FacetKind(
    "FRAUD_V1",
    "who set the fraud status, and why",
    details.FraudV1 | None,
    (FacetSource(Endpoint.V1, from_v1.fraud_v1),),
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
    (FacetSource(Endpoint.V2, from_v2.cards, suppressed_by={"embed": "ignoreCardDetails"}, cost=2),),
)
CUSTOMER_IMAGE: Final = FacetKind(
    "CUSTOMER_IMAGE",
    "pictures of the customer; their links are signed for an hour, so they are kept for less",
    list[images.CustomerImage] | None,
    (FacetSource(Endpoint.V2, from_v2.images, embeds=frozenset({"customerImage"}), cost=2),),
    fresh_for=1800,
)
