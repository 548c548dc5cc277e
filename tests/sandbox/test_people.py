"""The simulated customers: distinct, explained, and consistent with themselves."""

from itertools import pairwise

import pytest

from gateway.sandbox import CUSTOMERS, person
from gateway.sandbox.directory import Directory


def test_the_showcase_comes_first():
    asha = CUSTOMERS[0]
    assert (asha.key, asha.id, asha.profile.mobile) == ("showcase", 100000001, "919800000001")
    assert (asha.profile.email, asha.profile.external_id) == ("asha.rao@example.com", "EXT-0001")
    assert (len(asha.programs), len(asha.cards), asha.programs[0].tier) == (3, 2, 3)


def test_every_customer_says_why_it_is_here():
    assert all(one.role.endswith(".") for one in CUSTOMERS)


@pytest.mark.parametrize(
    "named",
    [
        lambda one: [one.key],
        lambda one: [one.id],
        lambda one: [profile.mobile for profile in one.profiles if profile.mobile],
        lambda one: [profile.email.lower() for profile in one.profiles if profile.email],
        lambda one: [profile.external_id for profile in one.profiles if profile.external_id],
        lambda one: [handle for profile in one.profiles for handle in profile.handles.items()],
        lambda one: [card.number for card in one.cards],
        lambda one: [card.id for card in one.cards],
        lambda one: [coupon.code for coupon in one.coupons],
        lambda one: [row.id for row in one.transactions],
    ],
)
def test_nobody_shares_an_identifier(named):
    values = [value for one in CUSTOMERS for value in named(one)]
    assert len(values) == len(set(values))


def test_twenty_five_ordinary_customers_have_mobiles_in_sequence():
    plain = [one for one in CUSTOMERS if one.key.startswith("plain_")]
    mobiles = [int(one.profile.mobile or 0) for one in plain]
    assert mobiles == list(range(919800000041, 919800000066))
    assert [one.id for one in plain] != sorted(one.id for one in plain)


def test_each_tier_change_starts_where_the_one_before_ended():
    for one in CUSTOMERS:
        for state in one.programs:
            steps = [step for step in one.slab_history if step.program_id == state.program.id]
            assert not steps or steps[0].target == state.current.name, one.key
            assert all(newer.source == older.target for newer, older in pairwise(steps)), one.key
            assert all(newer.at > older.at for newer, older in pairwise(steps)), one.key


def test_a_tier_is_left_when_it_was_to_end_or_before():
    for one in CUSTOMERS:
        for newer, older in pairwise(step for step in one.slab_history if step.source_expires):
            assert newer.source_expires == older.target_expires, one.key


def test_nobody_collected_more_with_cards_than_in_all():
    for one in CUSTOMERS:
        by_cards = sum(card.lifetime for card in one.cards)
        assert by_cards <= sum(state.lifetime for state in one.programs), one.key
        assert all(card.redeemed <= card.lifetime for card in one.cards), one.key


def test_a_key_nobody_has_is_refused_with_those_there_are():
    with pytest.raises(KeyError, match="showcase"):
        person("nobody")


def test_a_directory_finds_an_identifier_only_within_its_source():
    directory = Directory(CUSTOMERS)
    assert directory.find("wechat", "oWx-sandbox-0015") is None
    assert directory.find("wechat", "oWx-sandbox-0015", [("WECHAT", "wechat-main")]) is not None


def test_a_linked_partner_is_one_of_the_programs_partners():
    for one in CUSTOMERS:
        for state in one.programs:
            partners = {partner.id: partner for partner in state.program.partners}
            for link in state.links:
                tiers = partners[link.id].tiers
                assert link.name == partners[link.id].name
                assert link.tier_name == (tiers[link.tier_number - 1] if link.tier_number else "")


def test_whoever_a_group_or_fleet_names_is_a_customer_who_agrees():
    known = {one.id: one for one in CUSTOMERS}
    for one in CUSTOMERS:
        assert one.fleet is None or known[one.fleet.parent.id] is one.fleet.parent
        for group in one.groups:
            assert one.id in {member.user_id for member in group.members}
            for member in group.members:
                theirs = known[member.user_id]
                assert group in theirs.groups
                assert (member.programs, member.loyalty_id) == (theirs.programs, theirs.loyalty_id)
                assert (member.first_name, member.last_name, member.mobile) == (
                    theirs.profile.first_name,
                    theirs.profile.last_name,
                    theirs.profile.mobile,
                )


def test_a_customer_has_one_default_group_at_most():
    for one in CUSTOMERS:
        places = [member for group in one.groups for member in group.members if member.user_id == one.id]
        assert len([place for place in places if place.default]) <= 1, one.key
