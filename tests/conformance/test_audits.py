"""The server audits of npm's graphql-http: every MUST, SHOULD and MAY. The figures are in docs/conformance.md."""

import pytest

from gateway.telemetry.events import FaultMet
from tests.conformance.conftest import Listening, listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.conformance

AUDITS = 61

# What the specification's release recommends and its draft, which the audits are of, has otherwise.
RECOMMENDED_SINCE = {
    "423L",  # 422 and not 400 without a query
    "LKJ0",  # 422 for a query that is no text
    "LKJ1",
    "LKJ2",
    "LKJ3",
    "6C00",  # 422 for an operation name that is no text
    "6C01",
    "6C02",
    "6C03",
    "4760",  # 422 for variables that are no object
    "4761",
    "4762",
    "4763",
    "58B0",  # 422 for extensions that are no object
    "58B1",
    "58B2",
    "58B3",
    "3E3A",  # 422 for a request that is not well-formed
    "572B",  # 400 for a document that cannot be parsed, in plain JSON too
    "FDE2",  # 422 for one that is not valid, in plain JSON too
    "7B9B",  # 422 for a variable that cannot be, in plain JSON too
    "86EE",  # 422 for a variable that cannot be
}


def failing(node: NodeProject, url: str) -> dict[str, str]:
    results = node("audits.mjs", url)
    assert len(results) == AUDITS
    return {one["id"]: f"{one['name']}: {one['reason']}" for one in results if one["status"] != "ok"}


def test_every_audit_is_passed_by_a_developer_s_gateway(node: NodeProject, dev: Listening) -> None:
    assert failing(node, dev.url) == {}
    assert [event for event in dev.events if isinstance(event, FaultMet)] == []


def test_every_audit_is_passed_by_a_serving_gateway_that_may_be_asked_for_its_schema(node: NodeProject) -> None:
    """Some audits ask `__type`; without introspection that is a validation error, as it must be."""
    with listening(introspection=True) as gateway:
        assert failing(node, gateway.url) == {}


def test_the_released_statuses_differ_from_the_audits_where_the_release_does(node: NodeProject) -> None:
    with listening(introspection=True, http={"status_codes": "released"}) as gateway:
        assert set(failing(node, gateway.url)) == RECOMMENDED_SINCE
