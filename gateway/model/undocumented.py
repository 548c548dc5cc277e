"""Blocks that upstream documents by name only. They are handed on as they come, until somebody has seen them."""

import strawberry

from gateway.model.describe import described, record
from gateway.model.scalars import Json


@record()
class Raw:
    """A block of unknown shape; it is left out where upstream sends nothing."""

    raw: Json | None = described(
        "The block as upstream sends it. Its shape is not documented and may change.", v2="", v1=""
    )


@record(description="The group of people to which the customer belongs.", v2="userGroup")
class UserGroup(Raw):
    """V2 `embed=userGroup`."""


@record(description="The group of people to which the customer belongs, as V1.1 tells it.", v1="user_group")
class UserGroupDetails(Raw):
    """V1.1 `user_group`."""


@record(description="The customer's groups of the newer kind, with their loyalty details.", v2="userGroups2")
class UserGroups2(Raw):
    """V2 `includedAllUserGroup2`, `userGroup2Id` and `includedUserGroup2LoyaltyDetails`."""


@record(description="The customer's groups of the newer kind, as V1.1 lists them with every call.", v1="user_groups2")
class UserGroups2Details(Raw):
    """V1.1 `user_groups2`, empty in every published payload."""


@record(description="The parent of a customer who belongs to a fleet.", v2="fleetParentDetails")
class FleetParent(Raw):
    """V2 `embed=fleetParentDetails`."""


@record(description="Points taken back because of returned goods.", v2="returnedPoints")
class ReturnedPoints(Raw):
    """V2 `embed=returnedPoints`; upstream shows it in a picture only (facts §1.2)."""


@record(description="What loyalty cards collected, card by card.", v2="cardLoyaltyDetails")
class CardLoyaltyDetails(Raw):
    """V2 `embed=cardLoyaltyDetails`."""


@record(description="The customer's cards as V1.1 tells them; `cards` is V2's and documented.", v1="card_details")
class CardDetails(Raw):
    """V1.1 `card_details`."""


@record(description="The customer's picture as V1.1 tells it; `image` is V2's and documented.", v1="customer_image")
class ImageDetails(Raw):
    """V1.1 `customer_image`."""


@record(
    description="Subscriptions as V1.1 tells them, in one of three shapes; `subscriptions` is V2's.", v1="subscriptions"
)
class SubscriptionDetails(Raw):
    """V1.1 `subscriptions` (facts §2.1)."""


@record(description="Promised points, and when they turn into points.", v1="delayed_accrual")
class DelayedAccrual(Raw):
    """V1.1 `delayed_accrual`."""


@record(description="The trackers on which the customer's tiers rest.", v1="trackers")
class Trackers(Raw):
    """V1.1 `tracker_info`, answered as `trackers`."""


@record(description="Remarks of the staff on the customer.", v1="notes")
class Notes(Raw):
    """V1.1 `notes`, empty in every published payload."""


@record(
    description="Whether the customer is active in the vicinity of the gateway's upstream user.",
    v1="member_care_access",
)
class MemberCareAccess(Raw):
    """V1.1 `member_care_access`."""


@record(
    description="What keeps the tier of a program that looks at visits or purchases.",
    v1="membership_retention_criteria",
)
class MembershipRetentionCriteria(Raw):
    """V1.1 `membership_retention_criteria`: in no payload, named by an old interface description (facts §2.1)."""

    program_id: strawberry.ID | None = described("The program whose tier it is.")
    visits: int | None = described("How many visits are needed.")
    purchase: float | None = described("How much must be bought, in the organisation's currency.")
