"""`examples/fetch`: one file without a library, run by node against a gateway on a socket."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import DEV, SANDBOX
from gateway.sandbox import Faults
from gateway.sandbox.faults import EndpointFault
from gateway.telemetry.requests import RequestBegan
from tests.support.gateway import ASKED_ONCE
from tests.support.listening import Listening, listening

PROGRAM = Path(__file__).parents[2] / "examples" / "fetch" / "customer.mjs"
WHOLE = "Asha: 6120.25 points, Gold\n4 changes of tier\n2 cards\n"


@pytest.fixture(scope="module")
def node() -> str:
    """The program node, where it is new enough."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("NO NODE: the fetch example is not run")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    if int(version.removeprefix("v").partition(".")[0]) < 20:
        pytest.skip(f"NO NODE 20: the fetch example is not run, node is {version.strip()}")
    return program


@pytest.fixture
def gateway() -> Iterator[Listening]:
    with listening(**{**DEV, "upstream": {**SANDBOX, **ASKED_ONCE}}) as gateway:
        yield gateway


def ran(node: str, url: str, mobile: str) -> tuple[int, str, str]:
    done = subprocess.run(  # noqa: S603 - our own example
        [node, str(PROGRAM), url, mobile], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_it_sends_the_text_once_and_asks_each_endpoint_once(node: str, gateway: Listening) -> None:
    assert ran(node, gateway.url, "919800000001") == (0, WHOLE, "")
    assert requests(gateway) == 2
    assert len(gateway.calls()) == 2
    assert ran(node, gateway.url, "919800000001") == (0, WHOLE, "")
    assert requests(gateway) == 3
    assert gateway.calls() == []


def test_it_does_without_registering(node: str) -> None:
    with listening(documents={"automatic": False}) as gateway:
        assert ran(node, gateway.url, "919800000001") == (0, WHOLE, "")
        assert requests(gateway) == 2


def test_it_tells_half_an_answer_from_a_whole_one_and_from_none(node: str, gateway: Listening) -> None:
    gateway.sandbox.faults.replace(Faults(v2_lookup=EndpointFault(status=500)))
    code, told, lost = ran(node, gateway.url, "919800000001")
    assert (code, told) == (0, WHOLE.replace("2 cards", "cards: not known now"))
    assert lost == "customer.cards: UPSTREAM_UNAVAILABLE\n"
    gateway.sandbox.faults.clear()
    assert ran(node, gateway.url, "910000000000") == (0, "no such customer\n", "")
    assert ran(node, gateway.url, "1,2") == (0, "", "customer: BAD_USER_INPUT\n")


def test_it_fails_where_nothing_is_answered(node: str, tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text('{"other": "{ __typename }"}')
    with listening(documents={"mode": "only", "manifest": str(manifest)}) as gateway:
        code, told, why = ran(node, gateway.url, "919800000001")
        assert (code, told, why.partition(":")[0]) == (1, "", "PERSISTED_QUERY_ONLY")
        assert gateway.calls() == []


def requests(gateway: Listening) -> int:
    return sum(isinstance(event, RequestBegan) for event in gateway.events)
