"""The commands that listen, as processes of their own: they answer, say where, and end when told to."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.support import Process, free_port, listening

ASHA = '{ customer(by: {mobile: "919800000001"}) { firstName } }'


@pytest.fixture(scope="module")
def dev() -> Iterator[Process]:
    port = free_port()
    with listening("dev", port=port, ready="/healthz", GATEWAY_PORT=str(port)) as process:
        yield process


def test_the_graph_is_answered(dev: Process) -> None:
    answer = dev.http.post("/graphql", json={"query": ASHA})
    assert answer.json()["data"] == {"customer": {"firstName": "Asha"}}


def test_explain_and_introspection_are_on(dev: Process) -> None:
    answer = dev.http.post("/graphql", json={"query": ASHA}, headers={"x-gateway-explain": "plan"}).json()
    assert "explain" in answer["extensions"]
    assert "errors" not in dev.http.post("/graphql", json={"query": "{ __schema { types { name } } }"}).json()


def test_a_browser_gets_the_explorer(dev: Process) -> None:
    page = dev.http.get("/graphql", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_says_that_it_is_well(dev: Process, path: str) -> None:
    assert dev.http.get(path).status_code == 200


def test_metrics_are_told(dev: Process) -> None:
    assert "gateway_requests_total" in dev.http.get("/metrics").text


def test_the_sandbox_is_beside_it(dev: Process) -> None:
    dev.http.delete("/_sandbox/requests")
    dev.http.post("/graphql", json={"query": '{ customer(by: {mobile: "919800000041"}) { cards { type } } }'})
    (request,) = dev.http.get("/_sandbox/requests").json()
    assert request["path"] == "/v2/customers/lookup/customerDetails"
    assert "Sandbox upstream" in dev.http.get("/_sandbox").text


def test_its_rest_calls_ask_for_a_credential(dev: Process) -> None:
    assert dev.http.get("/v1.1/customer/get", params={"mobile": "919800000001"}).status_code == 401


def test_no_answer_tells_which_server_it_is(dev: Process) -> None:
    assert "server" not in dev.http.get("/healthz").headers


def test_a_head_request_gets_no_body(dev: Process) -> None:
    answer = dev.http.head("/graphql")
    assert (answer.status_code, answer.content) == (400, b"")


def test_developing_says_where_and_ends_when_told_to() -> None:
    port = free_port()
    with listening("dev", port=port, ready="/healthz", GATEWAY_PORT=str(port)) as process:
        process.http.post("/graphql", json={"query": ASHA})
        ran = process.interrupted()
    assert f"http://127.0.0.1:{port}/graphql" in ran.out
    assert f"http://127.0.0.1:{port}/_sandbox" in ran.out
    assert ran.code in (0, 130)
    assert ran.err == ""


def test_the_sandbox_alone_answers_says_where_and_ends_when_told_to() -> None:
    port = free_port()
    with listening("sandbox", "--port", str(port), port=port, ready="/_sandbox") as process:
        assert len(process.http.get("/_sandbox/customers").json()) > 40
        ran = process.interrupted()
    assert f"http://127.0.0.1:{port}/_sandbox" in ran.out
    assert ran.code in (0, 130)
    assert ran.err == ""


def test_serving_before_a_sandbox_of_its_own_over_a_socket_is_closed_and_answers() -> None:
    upstream, port = free_port(), free_port()
    with (
        listening("sandbox", "--port", str(upstream), port=upstream, ready="/_sandbox"),
        listening(
            "serve",
            port=port,
            ready="/healthz",
            GATEWAY_PORT=str(port),
            GATEWAY_UPSTREAM__BASE_URL=f"http://127.0.0.1:{upstream}",
            GATEWAY_UPSTREAM__USERNAME="till.sandbox",
            GATEWAY_UPSTREAM__PASSWORD="sandbox",
        ) as process,
    ):
        answer = process.http.post("/graphql", json={"query": ASHA})
        closed = process.http.post("/graphql", json={"query": "{ __schema { types { name } } }"})
        page = process.http.get("/graphql", headers={"accept": "text/html"})
        sandbox, metrics = process.http.get("/_sandbox"), process.http.get("/metrics")
        ran = process.interrupted()
    assert answer.json()["data"] == {"customer": {"firstName": "Asha"}}
    assert "errors" in closed.json()
    assert (page.status_code, sandbox.status_code, metrics.status_code) == (406, 404, 404)
    assert [json.loads(line)["outcome"] for line in ran.out.splitlines()] == ["answered", "refused", "refused"]
    assert ran.code in (0, 130)
    assert "Traceback" not in ran.err
    assert "919800000001" not in ran.out + ran.err
