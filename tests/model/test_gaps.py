"""What a tier misses: what both endpoints tell alike, and what V1.1 alone tells of the same gaps."""

from typing import Any

import pytest

from gateway.model import from_v1, from_v2
from gateway.model.readers import Anomaly
from gateway.model.tiers import (
    GapToRenew,
    GapToRenewV1,
    GapToUpgrade,
    GapToUpgradeV1,
    RenewStrategy,
    TierTracker,
    UpgradeProgress,
    UpgradeStrategy,
    UpgradeStrategyV1,
)
from tests.model import v1_item, v2_entity
from tests.model.reading import NOTHING, Json, oddities, read

READ_TRACKER = TierTracker(
    tracker_name="Two seasons",
    tracker_type="BILL_AMOUNT",
    tracker_mode="MOVING_WINDOW",
    tracker_case_name="180Days_Case",
    tracker_case_period_type="DAYS",
    tracker_case_period_value=180,
)
READ_RENEW = GapToRenew(
    program_id="1001",
    tier_expiry_date="2026-06-30",
    renew_confirmed=False,
    renew_strategies=[
        RenewStrategy(
            renew_based_on="TRACKER",
            tracker_entity_identifiers=READ_TRACKER,
            renew_threshold=12.0,
            customer_renew_entity_value=5.0,
            customer_gap_to_renew_value=7.0,
        )
    ],
)
READ_UPGRADE = GapToUpgrade(
    program_id="1001",
    upgrade_strategies=[
        UpgradeStrategy(
            upgrade_based_on="TRACKER_VALUE_BASED",
            upgrade_threshold=4000.0,
            customer_upgrade_entity_values=UpgradeProgress(
                current_value=1500.5, gap_to_upgrade=2499.5, value_valid_upto="2027-01-31"
            ),
        )
    ],
)


def test_a_gap_to_renew_is_read_with_its_strategies_from_either_endpoint():
    assert read(from_v1.gap_to_renew, v1_item.ITEM) == [READ_RENEW]
    assert read(from_v2.gap_to_renew, v2_entity.ENTITY)[0] == READ_RENEW


def test_a_gap_to_upgrade_is_read_with_its_strategies_from_either_endpoint():
    assert read(from_v1.gap_to_upgrade, v1_item.ITEM) == [READ_UPGRADE]
    assert read(from_v2.gap_to_upgrade, v2_entity.ENTITY)[0] == READ_UPGRADE


def test_every_program_with_a_gap_has_its_own():
    first, second = read(from_v2.gap_to_renew, v2_entity.ENTITY)
    assert (first.program_id, second.program_id) == ("1001", "1002")
    first, second = read(from_v2.gap_to_upgrade, v2_entity.ENTITY)
    assert (first.program_id, second.program_id) == ("1001", "1002")


# V1.1.


def in_summary(key: str, gap: Any) -> Json:
    return {"points_summaries": [{"programId": "1001", key: gap}]}


def test_what_v1_alone_tells_of_a_gap_to_renew_is_how_its_strategies_combine():
    assert read(from_v1.gap_to_renew_v1, v1_item.ITEM) == [
        GapToRenewV1(program_id="1001", custom_expression="((A AND B) OR C)", expression_relation=[[1, 2], [3]])
    ]


def test_what_v1_alone_tells_of_a_gap_to_upgrade_are_its_trackers_too_under_upstreams_misspelt_key():
    assert read(from_v1.gap_to_upgrade_v1, v1_item.ITEM) == [
        GapToUpgradeV1(
            program_id="1001",
            custom_expression="(A OR B)",
            expression_relation=[[1], [2]],
            upgrade_strategies=[
                UpgradeStrategyV1(upgrade_based_on="TRACKER_VALUE_BASED", upgrade_entity_identifiers=READ_TRACKER)
            ],
        )
    ]


def upgraded(how: Any = from_v1.gap_to_upgrade_v1, **strategy: Any) -> Any:
    """The strategy that is read from one with these keys besides the usual ones."""
    usual = {key: value for key, value in v1_item.UPGRADE.items() if key != "upgrade_entity_identifers"}
    (found,) = read(how, in_summary("gap_to_upgrade", {"upgrade_strategy": [usual | strategy]}))
    return found.upgrade_strategies[0]


@pytest.mark.parametrize("key", ["upgrade_entity_identifers", "upgrade_entity_identifiers"])
@pytest.mark.parametrize("value", [v1_item.TRACKER, [v1_item.TRACKER]], ids=["object", "list of one"])
def test_a_tracker_is_read_under_either_spelling_as_object_or_list(key: str, value: Any):
    assert upgraded(**{key: value}).upgrade_entity_identifiers == READ_TRACKER


@pytest.mark.parametrize("empty", NOTHING)
def test_a_strategy_without_a_tracker_has_none(empty: Any):
    assert upgraded(upgrade_entity_identifers=empty).upgrade_entity_identifiers is None


@pytest.mark.parametrize("empty", NOTHING)
def test_an_empty_tracker_under_one_spelling_does_not_hide_the_other(empty: Any):
    found = upgraded(upgrade_entity_identifers=empty, upgrade_entity_identifiers=v1_item.TRACKER)
    assert found.upgrade_entity_identifiers == READ_TRACKER


def test_progress_is_read_from_a_list_of_one_too():
    values = v1_item.UPGRADE["customer_upgrade_entity_values"]
    found = upgraded(from_v1.gap_to_upgrade, customer_upgrade_entity_values=[values])
    assert [found] == READ_UPGRADE.upgrade_strategies


@pytest.mark.parametrize("how", [from_v1.gap_to_upgrade, from_v1.gap_to_upgrade_v1])
@pytest.mark.parametrize("shape", [v1_item.UPGRADE, [v1_item.UPGRADE]], ids=["object", "list"])
def test_a_single_strategy_may_be_an_object(how: Any, shape: Any):
    (found,) = read(how, in_summary("gap_to_upgrade", {"upgrade_strategy": shape}))
    assert len(found.upgrade_strategies) == 1


def test_a_single_strategy_to_renew_may_be_an_object():
    gap = v1_item.SUMMARY["gap_to_renew"] | {"renew_strategy": v1_item.RENEW}
    assert read(from_v1.gap_to_renew, in_summary("gap_to_renew", gap)) == [READ_RENEW]


def test_a_tracker_to_renew_may_be_a_list_of_one():
    strategy = v1_item.RENEW | {"renew_entity_identifiers": [v1_item.TRACKER]}
    gap = v1_item.SUMMARY["gap_to_renew"] | {"renew_strategy": [strategy]}
    assert read(from_v1.gap_to_renew, in_summary("gap_to_renew", gap)) == [READ_RENEW]


@pytest.mark.parametrize("empty", NOTHING)
def test_a_strategy_to_renew_without_a_tracker_has_none(empty: Any):
    strategy = v1_item.RENEW | {"renew_based_on": "VISITS", "renew_entity_identifiers": empty}
    (found,) = read(from_v1.gap_to_renew, in_summary("gap_to_renew", {"renew_strategy": [strategy]}))
    assert found.renew_strategies[0].tracker_entity_identifiers is None


@pytest.mark.parametrize("gap", [*NOTHING, {"upgrade_strategy": []}, {"upgrade_strategy": ""}])
def test_at_the_top_there_is_no_gap_to_upgrade(gap: Any):
    assert read(from_v1.gap_to_upgrade, in_summary("gap_to_upgrade", gap)) == []


@pytest.mark.parametrize("how", [from_v1.gap_to_renew, from_v1.gap_to_renew_v1])
@pytest.mark.parametrize("gap", NOTHING)
def test_in_the_base_tier_there_is_no_gap_to_renew(how: Any, gap: Any):
    assert read(how, in_summary("gap_to_renew", gap)) == []


def test_a_renewal_that_is_safe_needs_no_strategies():
    gap = {"tier_expiry_date": "2026-06-30", "renew_confirmed": "true", "renew_strategy": []}
    (found,) = read(from_v1.gap_to_renew, in_summary("gap_to_renew", gap))
    assert (found.renew_confirmed, found.renew_strategies) == (True, [])


GAPS_V1 = [from_v1.gap_to_renew, from_v1.gap_to_renew_v1, from_v1.gap_to_upgrade, from_v1.gap_to_upgrade_v1]


@pytest.mark.parametrize("how", GAPS_V1)
def test_a_gap_of_a_program_without_an_id_costs_the_others_nothing(how: Any):
    item = {"points_summaries": {"points_summary": [v1_item.SUMMARY | {"programId": ""}, v1_item.SUMMARY]}}
    assert read(how, item) == read(how, v1_item.ITEM)


STRATEGIES: list[Json] = [
    {"upgrade_threshold": "10"},
    v1_item.UPGRADE,
    v1_item.UPGRADE | {"upgrade_based_on": "", "upgrade_entity_identifers": ""},
    v1_item.UPGRADE,
]


def test_strategies_stand_at_the_same_places_in_both_parts_of_a_gap():
    item = in_summary("gap_to_upgrade", {"upgrade_strategy": STRATEGIES})
    (shared,), (of_v1,) = read(from_v1.gap_to_upgrade, item), read(from_v1.gap_to_upgrade_v1, item)
    places = [[strategy.upgrade_based_on for strategy in part.upgrade_strategies] for part in (shared, of_v1)]
    assert places[0] == places[1]


PARTS_OF_RENEWAL = [(from_v1.gap_to_renew_v1, "gap_to_renew"), (from_v1.gap_to_upgrade_v1, "gap_to_upgrade")]
RELATIONS: list[tuple[Any, list[list[int]] | None]] = [
    ([[1, 2], [3]], [[1, 2], [3]]),
    ([[1, 2], 3], [[1, 2], [3]]),
    ([1, 2], [[1], [2]]),
    ("[[1, 2], [3]]", [[1, 2], [3]]),
    ("[[1,2],3]", [[1, 2], [3]]),
    ([], None),
    ("", None),
    ("[]", None),
    (None, None),
]


@pytest.mark.parametrize(("how", "key"), PARTS_OF_RENEWAL)
@pytest.mark.parametrize(("value", "expected"), RELATIONS)
def test_an_expressions_relation_is_read_as_list_or_text_with_bare_numbers_or_without(
    how: Any, key: str, value: Any, expected: Any
):
    (found,) = read(how, in_summary(key, {"custom_expression": "A", "expression_relation": value}))
    assert (found.custom_expression, found.expression_relation) == ("A", expected)


@pytest.mark.parametrize(("how", "key"), PARTS_OF_RENEWAL)
@pytest.mark.parametrize("value", ["1 AND 2", [["A"]], [[[1]]], {"0": [1]}, 12, True])
def test_a_relation_that_is_none_is_null_and_an_anomaly(how: Any, key: str, value: Any):
    (found,), odd = oddities(how, in_summary(key, {"custom_expression": "A", "expression_relation": value}))
    assert found.expression_relation is None
    assert odd == [Anomaly("expression_relation", "list of lists of integers", type(value).__name__)]


def test_an_expression_that_is_none_is_null_and_an_anomaly():
    (found,), odd = oddities(from_v1.gap_to_renew_v1, in_summary("gap_to_renew", {"custom_expression": ["A"]}))
    assert found == GapToRenewV1(program_id="1001")
    assert odd == [Anomaly("custom_expression", "text", "list")]


# V2.


def of_program(**keys: Any) -> Json:
    """An entity with one program, whose gaps are these."""
    usual = {key: value for key, value in v2_entity.PROGRAM.items() if key not in _GAPS}
    return {"loyaltyProgramDetails": [usual | keys]}


_GAPS = ("upgradeStrategies", "gapToRenewSummary")


def test_v2s_summary_of_a_gap_to_renew_may_be_a_list_of_one():
    assert read(from_v2.gap_to_renew, of_program(gapToRenewSummary=[v2_entity.RENEWAL])) == [READ_RENEW]


@pytest.mark.parametrize("nothing", NOTHING)
def test_in_the_base_tier_v2_has_no_gap_to_renew(nothing: Any):
    assert read(from_v2.gap_to_renew, of_program(gapToRenewSummary=nothing)) == []
    assert read(from_v2.gap_to_renew, of_program()) == []


@pytest.mark.parametrize("nothing", NOTHING)
def test_at_the_top_v2_has_no_gap_to_upgrade(nothing: Any):
    assert read(from_v2.gap_to_upgrade, of_program(upgradeStrategies=nothing)) == []
    assert read(from_v2.gap_to_upgrade, of_program()) == []


def test_v2s_only_strategy_may_be_an_object():
    assert read(from_v2.gap_to_upgrade, of_program(upgradeStrategies=v2_entity.UPGRADE)) == [READ_UPGRADE]


@pytest.mark.parametrize("how", [from_v2.gap_to_renew, from_v2.gap_to_upgrade])
def test_a_gap_of_v2_in_a_program_without_an_id_costs_the_others_nothing(how: Any):
    entity = {"loyaltyProgramDetails": [v2_entity.PROGRAM | {"programId": None}, v2_entity.PROGRAM]}
    assert [gap.program_id for gap in read(how, entity)] == ["1001"]


def test_a_threshold_of_v2_that_is_none_is_null_and_an_anomaly():
    strategy = v2_entity.UPGRADE | {"upgradeThreshold": "a lot"}
    (found,), odd = oddities(from_v2.gap_to_upgrade, of_program(upgradeStrategies=[strategy]))
    assert found.upgrade_strategies[0].upgrade_threshold is None
    assert found.upgrade_strategies[0].upgrade_based_on == "TRACKER_VALUE_BASED"
    assert odd == [Anomaly("upgradeThreshold", "number", "str")]


def test_a_strategy_of_v2_that_is_none_is_one_anomaly():
    (found,), odd = oddities(from_v2.gap_to_upgrade, of_program(upgradeStrategies=["lots", v2_entity.UPGRADE]))
    assert found == READ_UPGRADE
    assert odd == [Anomaly("upgradeStrategies", "object", "str")]


def test_thrift_flags_that_leaked_into_a_gap_are_passed_over():
    strategy = v2_entity.UPGRADE | {"setUpgradeBasedOn": True, "setUpgradeThreshold": True}
    assert read(from_v2.gap_to_upgrade, of_program(upgradeStrategies=[strategy])) == [READ_UPGRADE]
