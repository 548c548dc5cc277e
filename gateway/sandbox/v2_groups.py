"""User groups as V2 words them. No document shows them inside a customer: both shapes are analogues.

`user_group` follows the loyalty details of a user group (2020), `user_groups2` the newer user group
with its gaps (2025); samples v2_usergroups_loyaltyDetails_2020 and v2_userGroup2_gap-renew_2025.
"""

from collections.abc import Mapping
from typing import Any

from . import gaps, v2_points
from .data import GroupMember, Person, UserGroup
from .programs import ProgramState
from .v2_profiles import iso

Json = dict[str, Any]
NO_HIERARCHY = {"status": False, "code": 1656, "message": "The group is in no hierarchy"}
_OF_CUSTOMERS_ONLY = ("loyaltyId", "cumulativePurchases")


def user_group(person: Person) -> Json:
    """`userGroup` for `embed=userGroup`: the customer's default group; no key when there is none."""
    group = next((group for group in person.groups if _own(person, group)), None)
    return {"userGroup": _group(group)} if group else {}


def user_groups2(person: Person, params: Mapping[str, str]) -> Json:
    """`userGroups2[]` for the flags about groups; their own path is documented nowhere (facts §1.1).

    `userGroup2Id` narrows to one of the customer's groups, `includedAllUserGroup2` brings all of them, and
    `includedUserGroup2LoyaltyDetails` the points and gaps of whichever come: alone, those of the default
    group. Without any of the three there is no key.
    """
    one = params.get("userGroup2Id", "")
    loyalty = params.get("includedUserGroup2LoyaltyDetails", "").lower() == "true"
    if one:
        chosen = [group for group in person.groups if str(group.id) == one]
    elif params.get("includedAllUserGroup2", "").lower() == "true":
        chosen = list(person.groups)
    elif loyalty:
        chosen = [group for group in person.groups if _own(person, group)]
    else:
        return {}
    return {"userGroups2": [{**_group2(group), **(_loyalty(group) if loyalty else {})} for group in chosen]}


def _own(person: Person, group: UserGroup) -> bool:
    return any(member.user_id == person.id and member.default for member in group.members)


def _group(group: UserGroup) -> Json:
    created = iso(group.created)
    primary = next((member.user_id for member in group.members if member.primary), None)
    return {
        "id": group.id,
        "name": group.name,
        **({"primaryUserId": primary} if primary else {}),
        "createdOn": created,
        "createdBy": group.created_by,
        "updatedOn": created,
        "updatedBy": group.created_by,
        "members": [_member(group, member) for member in group.members],
    }


def _member(group: UserGroup, member: GroupMember) -> Json:
    return {
        "groupId": group.id,
        "userId": member.user_id,
        "role": "PRIMARY" if member.primary else "SECONDARY",
        "joinedOn": iso(member.joined),
        "addedBy": group.created_by,
        "autoUpdateTime": iso(member.joined),
        "name": f"{member.first_name} {member.last_name}",
        "joinSource": "",
        "joinAccountId": "",
        "identifiers": [{"type": "mobile", "value": member.mobile}],
        "firstName": member.first_name,
        "lastName": member.last_name,
        "loyaltySummary": {
            "enrolledPrograms": [
                {**v2_points.program(state, member.loyalty_id), "pointsContributionToGroup": 0.0}
                for state in member.programs
            ],
            "groupPrograms": v2_points.groups(member.programs),
        },
    }


def _group2(group: UserGroup) -> Json:
    return {
        "id": group.id,
        "externalId": group.external_id,
        "groupStatus": "ACTIVE",
        "fleetGroupUsers": [
            {
                "userId": member.user_id,
                "groupId": group.id,
                "defaultGroup": member.default,
                "primaryMember": member.primary,
                "active": member.active,
            }
            for member in group.members
        ],
        "createdBy": group.created_by,
        "createdOn": iso(group.created),
        "groupName": group.name,
        "maxGroupSize": group.max_size,
        "totalActiveMembers": sum(member.active for member in group.members),
        "totalExitedMembers": sum(not member.active for member in group.members),
        "extendedFields": dict(group.extended),
        "warnings": [NO_HIERARCHY],
    }


def _loyalty(group: UserGroup) -> Json:
    """What the group has collected as such, and its gaps."""
    return {
        "lifeTimePurchases": group.purchases,
        "expiredPoints": v2_points.expired_points(group.programs),
        "expirySchedules": [_schedule(row) for row in v2_points.expiry_schedules(group.programs)],
        **_gaps(group.programs),
        "pointsSummaries": [_summary(group, state) for state in group.programs],
    }


def _schedule(row: Json) -> Json:
    return {name: row[name] for name in ("points", "expiryDate", "expiryDateISO", "programId")}


def _gaps(states: tuple[ProgramState, ...]) -> Json:
    """The gaps of the group's first program, for today."""
    if not states:
        return {"gapToUpgrade": []}
    blocks: Json = {"gapToUpgrade": [v2_points.strategy(gap) for gap in gaps.to_upgrade(states[0], 0)]}
    renewal = gaps.to_renew(states[0], 0)
    return {**blocks, "gapToRenew": v2_points.renewal(renewal)} if renewal else blocks


def _summary(group: UserGroup, state: ProgramState) -> Json:
    entry = v2_points.program(state, 0, to_upgrade=0, to_renew=0)
    kept = {name: value for name, value in entry.items() if name not in _OF_CUSTOMERS_ONLY}
    return {**kept, "userGroup2Id": group.id, "pointsContributionToGroup": 0.0}
