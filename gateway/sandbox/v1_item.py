"""One customer as V1.1 words it: flat, snake_case, nearly all strings, times without a zone. Facts §2.2."""

from collections.abc import Mapping
from typing import Any

from . import v1_belongings, v1_points, v1_promotions
from .data import Person, Till
from .faults import Part
from .masking import visible_profiles
from .organisation import default_state
from .v1_coupons import coupons
from .v1_text import number, stamp, text
from .v1_transactions import transactions

Json = dict[str, Any]
Params = Mapping[str, str]
ONE_WILL_DO = frozenset({"subscriptions", "segments", "member_care_access"})
WARNINGS: dict[Part, str] = {"points": "91001", "subscriptions": "91002", "segments": "91004"}


def on(params: Params, flag: str) -> bool:
    """Whether a flag counts: only the literal "true" in any case does, with three exceptions (facts §2.1)."""
    given = params.get(flag, "").lower()
    return given == "true" or (given == "1" and flag in ONE_WILL_DO)


def customer(person: Person, params: Params, *, survivor: bool, lost: frozenset[Part]) -> Json:
    """The customer's item: what always comes, what comes unless refused, what comes when asked for."""
    programs = on(params, "mlp") and "points" not in lost
    told: list[Part] = [part for part in lost if part == "points" or on(params, part)]
    item = {
        **({"user_id": str(person.id)} if on(params, "user_id") else {}),
        **_base(person),
        **_unless_refused(person, params),
        **_when_asked(person, params, lost),
        "points_summaries": {"points_summary": v1_points.summaries(person, params) if programs else []},
    }
    if programs:
        item["group_points_summaries"] = {"group_points_summary": v1_points.groups(person)}
    if survivor:
        item["survivor_account_retrieved"] = "true"
    item["item_status"] = _item_status(told, survivor=survivor)
    return item


def _item_status(lost: list[Part], *, survivor: bool) -> Json:
    message = "Customer successfully retrieved"
    if survivor:
        message += ", Survivor account is retrieved for the requested merge victim"
    warnings = ["91009"] * survivor + sorted(WARNINGS[part] for part in lost)
    return {"success": "true", "code": "1000", "message": message, "warnings": {"warning": warnings}}


def _base(person: Person) -> Json:
    profile = visible_profiles(person)[0]
    state = default_state(person.programs)
    slab = (state.current.name + " " * state.current.padded) if state else ""
    return {
        "firstname": profile.first_name,
        "lastname": profile.last_name,
        "mobile": profile.mobile or "",
        "email": profile.email or "",
        "external_id": profile.external_id,
        "lifetime_points": number(state.lifetime if state else 0.0),
        "lifetime_purchases": number(state.purchases if state else 0.0),
        "loyalty_points": number(state.balance if state else 0.0),
        "current_slab": slab,
        "registered_on": stamp(profile.created),
        "updated_on": stamp(profile.modified),
        "type": "LOYALTY" if person.loyalty else "NON_LOYALTY",
        "source": profile.source.lower(),
        "identifiers": [],
        "gender": person.gender,
        **_registered(person.till),
        "user_groups2": v1_belongings.user_groups2(person),
        "fraud_details": {
            "status": person.fraud.status,
            "marked_by": person.fraud.marked_by,
            "modified_on": stamp(person.fraud.modified),
            "reason": person.fraud.reason,
        },
        "trackers": "",
        "current_nps_status": None,
        "custom_fields": {"field": _fields(profile.fields)},
        "extended_fields": {"field": _fields(person.extended)},
    }


def _registered(till: Till) -> Json:
    return {
        "registered_by": till.store.name,
        "registered_store": {"code": till.store.code, "name": till.store.name},
        "registered_till": {"code": till.code, "name": till.name},
    }


def _fields(fields: Mapping[str, object]) -> list[Json]:
    return [{"name": name, "value": text(value)} for name, value in fields.items()]


def _unless_refused(person: Person, params: Params) -> Json:
    blocks: Json = {"coupons": {"coupon": coupons(person.coupons, params)}}
    if params.get("transactions", "").lower() != "false":
        blocks["transactions"] = {"transaction": transactions(person.transactions, params)}
    if params.get("notes", "").lower() != "false":
        blocks["notes"] = v1_belongings.notes(person)
    return blocks


def _when_asked(person: Person, params: Params, lost: frozenset[Part]) -> Json:
    """The optional blocks.

    `member_care_access` is documented by name only (facts §2.1): its block is a guess, and as the sandbox
    has no user who may not see a customer, the same for everyone.
    """
    writers = {
        "slab_history": lambda: _slab_history(person) if on(params, "mlp") else {},
        "next_slab": lambda: {**v1_points.next_slab(person), "current_nps_status": person.nps},
        "tier_upgrade_criteria": lambda: v1_points.upgrade_criteria(person),
        "points_summary": lambda: v1_points.totals(person),
        "expiry_schedule": lambda: v1_points.expiry_schedule(person),
        "expired_points": lambda: v1_points.expired_points(person),
        "promotion_points": lambda: v1_promotions.promotion_points(person),
        "membership_retention_criteria": lambda: v1_points.retention_criteria(person),
        "delayed_accrual": lambda: v1_points.delayed_accrual(person),
        "tracker_info": lambda: v1_points.trackers(person),
        "card_details": lambda: v1_belongings.card_details(person),
        "user_group": lambda: v1_belongings.user_group(person),
        "customer_image": lambda: v1_belongings.customer_image(person),
        "program_summary": v1_points.programs_list,
        "member_care_access": lambda: {"member_care_access": {"accessible": "true"}},
        "ndnc_status": lambda: {"ndnc_status": "NONE"},
        "optin_status": lambda: {"optin_status": "NONE"},
        "subscriptions": lambda: _subscriptions(person),
        "segments": lambda: _segments(person),
    }
    blocks: Json = {}
    for flag, write in writers.items():
        if on(params, flag) and flag not in lost:
            blocks |= write()
    return blocks


def _slab_history(person: Person) -> Json:
    rows: list[Json] = []
    for change in person.slab_history:
        row: Json = {"to": change.target, "from": change.source}
        if change.store:
            row["store"] = {"code": change.store.code, "name": change.store.name}
        row |= {
            "type": change.type,
            "changed_on": stamp(change.at),
            "notes": change.notes,
            "program_id": str(change.program_id),
        }
        if change.target_expires:
            row["to_tier_expiry_date"] = stamp(change.target_expires)
        if change.source_expires:
            row["from_tier_expiry_date"] = stamp(change.source_expires)
        rows.append(row)
    return {"slab_history": {"history": rows}}


def _subscriptions(person: Person) -> Json:
    rows = [
        {"channel": entry.channel, "priority": entry.priority, "scope": "ALL", "status": str(int(entry.opted_in))}
        for entry in person.subscriptions
    ]
    return {"subscriptions": {"subscription": rows}}


def _segments(person: Person) -> Json:
    rows = [
        {"name": name, "type": "CUSTOMER", "values": {"value": [{"name": value, "description": ""}]}}
        for name, value in person.segments.items()
    ]
    return {"segments": {"segment": rows}}
