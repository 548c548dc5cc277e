"""Groups of people and fleets: rows of the catalog."""

from typing import Final

from gateway.facets.arguments import number
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource, Parameter
from gateway.model import from_v1, from_v2, undocumented

USER_GROUP: Final = FacetKind(
    "USER_GROUP",
    "the customer's group; documented by name only",
    undocumented.UserGroup | None,
    (FacetSource(Endpoint.V2, from_v2.user_group, embeds=frozenset({"userGroup"}), cost=2),),
)
USER_GROUP_V1: Final = FacetKind(
    "USER_GROUP_V1",
    "the customer's group as V1.1 tells it; documented by name only",
    undocumented.UserGroupDetails | None,
    (FacetSource(Endpoint.V1, from_v1.user_group_details, flags={"user_group": "true"}, cost=2),),
)
USER_GROUPS2: Final = FacetKind(
    "USER_GROUPS2",
    "groups of the newer kind with their loyalty details: all, or the one with this id; documented by name only",
    undocumented.UserGroups2 | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.user_groups2,
            flags={"includedUserGroup2LoyaltyDetails": "true"},
            valued={"userGroup2Id": "id"},
            unvalued={"includedAllUserGroup2": "true"},
            cost=3,
        ),
    ),
    parameters=(Parameter("id", number),),
)
USER_GROUPS2_V1: Final = FacetKind(
    "USER_GROUPS2_V1",
    "groups of the newer kind as V1.1 lists them unasked; empty in every published payload",
    undocumented.UserGroups2Details | None,
    (FacetSource(Endpoint.V1, from_v1.user_groups2_details),),
)
FLEET_PARENT: Final = FacetKind(
    "FLEET_PARENT",
    "the parent of a customer in a fleet; documented by name only",
    undocumented.FleetParent | None,
    (FacetSource(Endpoint.V2, from_v2.fleet_parent, embeds=frozenset({"fleetParentDetails"}), cost=2),),
)
