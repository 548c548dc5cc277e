"""GraphQL over HTTP: methods, media types, status codes, and every way in which a request can be none."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import Code
from gateway.settings.limits import LimitSettings
from tests.support.gateway import GatewayUnderTest, running

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MOBILE = "919800000001"
FIRST_NAME = f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ firstName }} }}'
ASHA = {"customer": {"firstName": "Asha"}}
NO_CALL = "{ __typename }"
INVALID = "{ nothing }"
BODY_BYTES = LimitSettings().body_bytes
CODES = {code.value for code in Code}

Body = bytes | AsyncIterator[bytes]


async def send(
    gateway: GatewayUnderTest, body: Body, accept: str | None = RESPONSE, content_type: str | None = JSON
) -> httpx.Response:
    """A POST with exactly these bytes and headers."""
    headers = {"content-type": content_type, "accept": accept}
    request = gateway.http.build_request("POST", "/graphql", content=body)
    for name, value in headers.items():
        request.headers.pop(name, None)
        if value is not None:
            request.headers[name] = value
    return await gateway.http.send(request)


def query(text: str, **others: Any) -> bytes:
    return json.dumps({"query": text, **others}).encode()


def media_type(response: httpx.Response) -> str:
    return response.headers["content-type"].partition(";")[0]


def refused(gateway: GatewayUnderTest, response: httpx.Response, status: int, code: str) -> str:
    """Asserts a request error that cost nothing upstream; returns its message."""
    assert response.status_code == status, response.text
    answer = response.json()
    assert "data" not in answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert gateway.sandbox.requests == []
    return answer["errors"][0]["message"]


# --- the happy ways ---


async def test_a_post_is_answered(gateway: GatewayUnderTest) -> None:
    response = await send(gateway, query(FIRST_NAME))
    assert (response.status_code, response.json()["data"]) == (200, ASHA)


async def test_a_get_is_answered(gateway: GatewayUnderTest) -> None:
    response = await gateway.http.get("/graphql", params={"query": FIRST_NAME})
    assert (response.status_code, response.json()["data"]) == (200, ASHA)


async def test_a_get_takes_variables_and_extensions_as_json_and_an_operation_name(gateway: GatewayUnderTest) -> None:
    parameters = {
        "query": "query A($m: String!) { customer(by: {mobile: $m}) { firstName } } query B { __typename }",
        "variables": json.dumps({"m": MOBILE}),
        "extensions": "{}",
        "operationName": "A",
    }
    response = await gateway.http.get("/graphql", params=parameters)
    assert response.json()["data"] == ASHA


async def test_empty_get_parameters_count_as_absent(gateway: GatewayUnderTest) -> None:
    parameters = {"query": NO_CALL, "variables": "", "extensions": "", "operationName": ""}
    response = await gateway.http.get("/graphql", params=parameters)
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_nulls_count_as_absent(gateway: GatewayUnderTest) -> None:
    body = query(NO_CALL, variables=None, operationName=None, extensions=None)
    assert (await send(gateway, body)).json() == {"data": {"__typename": "Query"}}


async def test_unknown_members_of_the_body_are_ignored(gateway: GatewayUnderTest) -> None:
    assert (await send(gateway, query(NO_CALL, id="persisted", doc_id=1))).status_code == 200


# --- media types ---

ANSWERED_IN = [
    (None, JSON),
    ("", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    (f"{RESPONSE}, */*", RESPONSE),
    (f"{JSON}, {RESPONSE}", RESPONSE),
    (f"{RESPONSE};q=0.5, {JSON};q=0.9", JSON),
    (f"{RESPONSE};q=0.9, {JSON};q=0.5", RESPONSE),
    (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
    (f"{RESPONSE};charset=latin1, {JSON}", JSON),
    (f'{RESPONSE}; charset="UTF-8"; q=0.3, text/plain', RESPONSE),
    (f"{JSON};q=0.5, */*", RESPONSE),
    ("*/*;q=0.1, application/*;q=0.2", JSON),
    (RESPONSE, RESPONSE),
    (JSON, JSON),
    (f"{JSON}; charset=utf-8", JSON),
    (f"{RESPONSE}, {JSON}", RESPONSE),
    (f"{JSON}, */*;q=0.1", JSON),
    (f"{JSON};q=0, */*", RESPONSE),
    ("Application/JSON", JSON),
    ("text/html, */*;q=0.5", JSON),
    (f"{RESPONSE};q=0, */*", JSON),
    (f"{RESPONSE};q=0.0, {JSON};q=0.2", JSON),
]


@pytest.mark.parametrize(("accept", "expected"), ANSWERED_IN)
async def test_the_answer_comes_in_a_media_type_that_is_accepted(
    gateway: GatewayUnderTest, accept: str | None, expected: str
) -> None:
    response = await send(gateway, query(NO_CALL), accept=accept)
    assert (response.status_code, media_type(response)) == (200, expected)


@pytest.mark.parametrize("accept", ["image/png", "text/html", f"{JSON};q=0", "*/*;q=0", f"{RESPONSE};q=0.000, text/*"])
async def test_a_client_that_accepts_no_json_is_told_so(gateway: GatewayUnderTest, accept: str) -> None:
    response = await send(gateway, query(FIRST_NAME), accept=accept)
    assert refused(gateway, response, 406, "BAD_REQUEST").startswith("Accept:")


async def test_accept_lines_are_one_list(gateway: GatewayUnderTest) -> None:
    headers = [("accept", "text/plain"), ("accept", JSON), ("content-type", JSON)]
    response = await gateway.http.post("/graphql", content=query(NO_CALL), headers=headers)
    assert response.status_code == 200


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_a_browser_that_opens_the_address_gets_the_explorer(gateway: GatewayUnderTest) -> None:
    response = await gateway.http.get("/graphql", headers={"accept": BROWSER})
    assert (response.status_code, media_type(response)) == (200, "text/html")
    assert "graphiql" in response.text


async def test_a_browser_that_sends_a_query_gets_its_answer(gateway: GatewayUnderTest) -> None:
    response = await gateway.http.get("/graphql", params={"query": NO_CALL}, headers={"accept": BROWSER})
    assert (response.status_code, media_type(response)) == (200, JSON)


async def test_a_browser_that_posts_does_not_get_the_explorer(gateway: GatewayUnderTest) -> None:
    assert media_type(await send(gateway, query(NO_CALL), accept=BROWSER)) == JSON


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_bodies_are_taken(gateway: GatewayUnderTest, content_type: str) -> None:
    assert (await send(gateway, query(NO_CALL), content_type=content_type)).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/graphql"],
)
async def test_other_bodies_are_not_taken(gateway: GatewayUnderTest, content_type: str | None) -> None:
    """Forms and plain text are what a page of another site can send without a preflight."""
    response = await send(gateway, query(FIRST_NAME), content_type=content_type)
    assert refused(gateway, response, 415, "BAD_REQUEST").startswith("Content-Type:")


# --- methods and status codes ---


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "QUERY", "get"])
async def test_other_methods_are_refused_and_told_which_are_allowed(gateway: GatewayUnderTest, method: str) -> None:
    request = gateway.http.build_request(method, "/graphql", params={"query": FIRST_NAME})
    request.method = method
    response = await gateway.http.send(request)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert gateway.sandbox.requests == []


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
async def test_an_executed_request_is_200_even_with_field_errors(gateway: GatewayUnderTest, accept: str) -> None:
    response = await send(gateway, query('{ customer(by: {mobile: ""}) { id } }'), accept=accept)
    assert response.status_code == 200
    assert response.json()["data"] == {"customer": None}
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


REQUEST_ERRORS = [
    (query("{"), "GRAPHQL_PARSE_FAILED"),
    (query(""), "GRAPHQL_PARSE_FAILED"),
    (query("# nothing"), "GRAPHQL_PARSE_FAILED"),
    (query(INVALID), "GRAPHQL_VALIDATION_FAILED"),
    (query("query($m: String!) { customer(by: {mobile: $m}) { id } }"), "GRAPHQL_VALIDATION_FAILED"),
    (query("query A { __typename } query B { __typename }"), "BAD_REQUEST"),
    (query("query A { __typename }", operationName="C"), "BAD_REQUEST"),
    (query("query A { __typename } query B { __typename }", operationName=""), "BAD_REQUEST"),
    (query("{ __typename } { __typename }"), "GRAPHQL_VALIDATION_FAILED"),
    (query("{ __typename }", operationName="A"), "BAD_REQUEST"),
    (query("fragment A on Customer { id }"), "GRAPHQL_VALIDATION_FAILED"),
    (query('{ customer(by: {id: "1"}) { gapToRenew(inDays: -1) { programId } } }'), "BAD_USER_INPUT"),
]


@pytest.mark.parametrize(("body", "code"), REQUEST_ERRORS)
async def test_a_request_error_is_400_in_the_media_type_made_for_it(
    gateway: GatewayUnderTest, body: bytes, code: str
) -> None:
    response = await send(gateway, body, accept=RESPONSE)
    refused(gateway, response, 400, code)
    assert media_type(response) == RESPONSE


@pytest.mark.parametrize(("body", "code"), REQUEST_ERRORS)
async def test_a_request_error_is_200_in_plain_json(gateway: GatewayUnderTest, body: bytes, code: str) -> None:
    response = await send(gateway, body, accept=JSON)
    refused(gateway, response, 200, code)
    assert media_type(response) == JSON


async def test_an_empty_operation_name_means_the_only_operation(gateway: GatewayUnderTest) -> None:
    assert (await send(gateway, query("query A { __typename }", operationName=""))).status_code == 200


async def test_a_body_over_the_limit_is_413(gateway: GatewayUnderTest) -> None:
    response = await send(gateway, query(NO_CALL + " " * BODY_BYTES))
    assert str(BODY_BYTES) in refused(gateway, response, 413, "BAD_REQUEST")


async def test_a_body_of_exactly_the_limit_is_read(gateway: GatewayUnderTest) -> None:
    body = query(NO_CALL)
    assert (await send(gateway, body + b" " * (BODY_BYTES - len(body)))).status_code == 200


async def test_a_body_without_a_length_is_cut_off_at_the_limit(gateway: GatewayUnderTest) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"query": "'
        for _ in range(10_000):
            sent += 1
            yield b" " * 8 * 1024

    refused(gateway, await send(gateway, endless()), 413, "BAD_REQUEST")
    assert sent < 200


async def test_a_query_string_over_the_limit_is_414() -> None:
    async with running(limits={"query_string_bytes": 1024}) as small:
        response = await small.http.get("/graphql", params={"query": FIRST_NAME + "#" * 2000})
        refused(small, response, 414, "BAD_REQUEST")


async def test_headers_over_the_limit_are_431() -> None:
    async with running(limits={"header_bytes": 1024}) as small:
        response = await small.http.get("/graphql", params={"query": FIRST_NAME}, headers={"x-a": "a" * 1024})
        refused(small, response, 431, "BAD_REQUEST")


@pytest.mark.parametrize("name", ["query", "variables", "operationName", "documentId"])
async def test_two_parameters_of_one_name_are_refused(gateway: GatewayUnderTest, name: str) -> None:
    """Something in front may have read the other one."""
    response = await gateway.http.get("/graphql", params=[("query", FIRST_NAME), (name, "a"), (name, "b")])
    assert f"{name}: is given twice" in refused(gateway, response, 400, "BAD_REQUEST")


async def test_a_query_string_of_many_parameters_is_refused(gateway: GatewayUnderTest) -> None:
    parameters = {"query": FIRST_NAME} | {f"a{number}": "1" for number in range(20)}
    refused(gateway, await gateway.http.get("/graphql", params=parameters), 400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("variables", "noun", "value", "bound"),
    [([[[[1]]]], "levels of JSON", 6, 5), ([1] * 120, "JSON values", 124, 100)],
)
async def test_json_over_the_limits_is_refused(variables: Any, noun: str, value: int, bound: int) -> None:
    async with running(limits={"json_depth": 5, "json_values": 100}) as small:
        posted = await small.post(FIRST_NAME, {"v": variables})
        got = await small.http.get("/graphql", params={"query": FIRST_NAME, "variables": json.dumps([[variables]])})
    for response in (posted, got):
        refused(small, response, 400, "LIMIT_EXCEEDED")
    details = posted.json()["errors"][0]["extensions"]
    assert details == {"code": "LIMIT_EXCEEDED", "argument": "body", "limit": noun, "value": value, "bound": bound}
    assert got.json()["errors"][0]["extensions"]["argument"] == "variables"


# --- strict JSON ---

NOT_A_REQUEST = {
    "empty": b"",
    "blank": b"  \n",
    "one": b"1",
    "null": b"null",
    "true": b"true",
    "text": b'"{ __typename }"',
    "list": b"[]",
    "batch": b"[" + query(NO_CALL) + b"]",
    "NaN": b"NaN",
    "NaN inside": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "Infinity inside": b'{"query": "{ __typename }", "variables": {"a": -Infinity}}',
    "a number beyond every float": b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
    "invalid UTF-8": b'{"query": "{ __typename } # \xff"}',
    "Latin-1": '{"query": "{ __typename } # é"}'.encode("latin-1"),
    "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + query(NO_CALL),
    "lone surrogate in the query": b'{"query": "{ __typename } # \\ud800"}',
    "lone surrogate in a variable": b'{"query": "{ __typename }", "variables": {"a": "\\udfff"}}',
    "lone surrogate in a name": b'{"query": "{ __typename }", "\\ud800": 1}',
    "control character": b'{"query": "{ __typename }\n"}',
    "single quotes": b"{'query': '{ __typename }'}",
    "trailing comma": b'{"query": "{ __typename }",}',
    "comment": b'{"query": "{ __typename }" /* x */}',
    "two values": query(NO_CALL) * 2,
    "cut off": query(NO_CALL)[:-1],
    "nested lists": b"[" * 100_000,
    "closed nested lists": b'{"query": "{ __typename }", "variables": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "nested objects": b'{"a":' * 25_000 + b"1" + b"}" * 25_000,
    "no query": b"{}",
    "null query": b'{"query": null}',
    "number query": b'{"query": 1}',
    "list query": b'{"query": ["{ __typename }"]}',
    "list of variables": query(NO_CALL, variables=[]),
    "text of variables": query(NO_CALL, variables="{}"),
    "number of variables": query(NO_CALL, variables=0),
    "false for variables": query(NO_CALL, variables=False),
    "number for operationName": query(NO_CALL, operationName=1),
    "list for operationName": query(NO_CALL, operationName=[]),
    "false for operationName": query(NO_CALL, operationName=False),
    "list for extensions": query(NO_CALL, extensions=[]),
    "text for extensions": query(NO_CALL, extensions="x"),
}


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
@pytest.mark.parametrize("name", NOT_A_REQUEST)
async def test_what_is_no_request_is_400_with_a_code(gateway: GatewayUnderTest, name: str, accept: str) -> None:
    response = await send(gateway, NOT_A_REQUEST[name], accept=accept)
    refused(gateway, response, 400, "BAD_REQUEST")
    assert gateway.events == []


async def test_two_members_of_one_name_are_refused(gateway: GatewayUnderTest) -> None:
    """Two readers of such a body may see two different queries."""
    body = b'{"query": "{ __typename }", "query": ' + json.dumps(FIRST_NAME).encode() + b"}"
    refused(gateway, await send(gateway, body), 400, "BAD_REQUEST")


HUGE = "9" * 5000
HUGE_INTEGERS = {
    "as a variable": b'{"query": "query($d: Int!) { customer(by: {id: 1}) { gapToRenew(inDays: $d) { programId } } }",'
    b' "variables": {"d": ' + HUGE.encode() + b"}}",
    "as an unused variable": b'{"query": "{", "variables": {"d": ' + HUGE.encode() + b"}}",
    "as a literal": query(f"{{ customer(by: {{id: 1}}) {{ gapToRenew(inDays: {HUGE}) {{ programId }} }} }}"),
    "as a literal default": query(
        f"query($d: Int! = {HUGE}) {{ customer(by: {{id: 1}}) {{ gapToRenew(inDays: $d) {{ programId }} }} }}"
    ),
    "as a literal for a text": query(f"{{ customer(by: {{mobile: {HUGE}}}) {{ id }} }}"),
    "as a text variable": query("query($m: String!) { customer(by: {mobile: $m}) { id } }", variables={"m": 10**18}),
}


@pytest.mark.parametrize("name", HUGE_INTEGERS)
async def test_an_integer_of_5000_digits_is_a_request_error(gateway: GatewayUnderTest, name: str) -> None:
    response = await send(gateway, HUGE_INTEGERS[name])
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] in CODES - {"INTERNAL"}
    assert (gateway.sandbox.requests, gateway.events) == ([], [])


@pytest.mark.parametrize("id", [f'"{HUGE}"', HUGE, "-1", '"1.5"', '"\\u0661"'])
async def test_an_id_that_is_none_spoils_its_customer_alone(gateway: GatewayUnderTest, id: str) -> None:
    response = await send(gateway, query(f"{{ a: customer(by: {{id: {id}}}) {{ id }} {FIRST_NAME[1:]}"))
    answer = response.json()
    assert answer["data"] == {"a": None, "customer": {"firstName": "Asha"}}
    assert [(error["path"], error["extensions"]["argument"]) for error in answer["errors"]] == [(["a"], "by.id")]


GET_PARAMETERS = [
    {"variables": "{"},
    {"variables": "[]"},
    {"variables": "1"},
    {"variables": '"x"'},
    {"variables": "[" * 5000},
    {"extensions": "[]"},
    {"extensions": "nonsense"},
]


@pytest.mark.parametrize("parameters", GET_PARAMETERS)
async def test_a_get_parameter_that_is_no_json_object_is_named(
    gateway: GatewayUnderTest, parameters: dict[str, str]
) -> None:
    response = await gateway.http.get("/graphql", params={"query": FIRST_NAME, **parameters})
    assert refused(gateway, response, 400, "BAD_REQUEST").startswith(next(iter(parameters)))


@pytest.mark.parametrize("address", ["/graphql", "/graphql?query=", "/graphql?query=%ff%fe", "/graphql?variables={}"])
async def test_a_get_without_a_query_is_a_request_error(gateway: GatewayUnderTest, address: str) -> None:
    response = await gateway.http.get(address)
    assert (response.status_code, gateway.sandbox.requests) == (400, [])
    assert response.json()["errors"][0]["extensions"]["code"] in {"BAD_REQUEST", "GRAPHQL_PARSE_FAILED"}


# --- nulls that the schema's defaults let through validation ---

NULL_VARIABLES = {
    "days": ("query($v: Int) { customer(by: {id: 1}) { gapToRenew(inDays: $v) { programId } } }", {"v": None}),
    "source": ("query($v: Source) { customer(by: {id: 1}, source: $v) { id } }", {"v": None}),
    "skip": ("query($v: Boolean = true) { customer(by: {id: 1}) { id firstName @skip(if: $v) } }", {"v": None}),
    "include at the root": ("query($v: Boolean = true) { customer(by: {id: 1}) @include(if: $v) { id } }", {"v": None}),
}


@pytest.mark.parametrize("name", NULL_VARIABLES)
async def test_a_null_where_a_default_allowed_a_nullable_variable_is_the_callers_mistake(
    gateway: GatewayUnderTest, name: str
) -> None:
    text, variables = NULL_VARIABLES[name]
    response = await send(gateway, query(text, variables=variables))
    assert response.status_code < 500, response.text
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes <= {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}
    assert gateway.events == []


# --- operations that are no queries ---


@pytest.mark.parametrize("kind", ["mutation", "subscription"])
@pytest.mark.parametrize(
    "selection",
    [f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ firstName }} }}', "{ customer { id } }", "{ nothing }"],
)
@pytest.mark.parametrize("explain", [None, "plan"])
async def test_an_operation_that_is_no_query_is_refused(
    gateway: GatewayUnderTest, kind: str, selection: str, explain: str | None
) -> None:
    headers = {"x_gateway_explain": explain} if explain else {}
    response = await gateway.post(kind + selection, **headers)
    assert response.status_code == 400, response.text
    assert "data" not in response.json()
    assert (gateway.sandbox.requests, gateway.events) == ([], [])


# --- limits ---


def limit_error(gateway: GatewayUnderTest, response: httpx.Response, value: int) -> None:
    message = refused(gateway, response, 400, "LIMIT_EXCEEDED")
    assert message == f"by: {value} customers are more than the limit of 100"
    extensions = response.json()["errors"][0]["extensions"]
    named = {"argument": "by", "limit": "customers", "value": value, "bound": 100}
    assert extensions == {"code": "LIMIT_EXCEEDED", **named}


async def test_fourteen_hundred_identifiers_are_refused_before_any_call() -> None:
    async with running() as gateway:
        by = [{"id": str(100_000_000 + number)} for number in range(1_400)]
        response = await gateway.post("query($by: [CustomerBy!]!) { customers(by: $by) { id } }", {"by": by})
        limit_error(gateway, response, 1_400)


async def test_customers_of_many_aliased_roots_count_together() -> None:
    async with running(limits={"document_tokens": 100_000, "roots": 200, "aliases": 200}) as gateway:
        roots = " ".join(f'c{n}: customer(by: {{id: "{n}"}}) {{ id }}' for n in range(101))
        limit_error(gateway, await gateway.post(f"{{ {roots} }}"), 101)


async def test_customers_of_aliased_lists_count_together(gateway: GatewayUnderTest) -> None:
    by = [{"id": str(number)} for number in range(60)]
    text = "query($by: [CustomerBy!]!) { a: customers(by: $by) { id } b: customers(by: $by) { id } }"
    limit_error(gateway, await gateway.post(text, {"by": by}), 120)


async def test_as_many_customers_as_the_limit_are_answered(gateway: GatewayUnderTest) -> None:
    by = [{"id": str(number)} for number in range(100)]
    answer = await gateway.ask("query($by: [CustomerBy!]!) { customers(by: $by) { id } }", {"by": by})
    assert len(answer["data"]["customers"]) == 100


async def test_a_document_over_the_token_limit_is_refused(gateway: GatewayUnderTest) -> None:
    response = await send(gateway, query("{" + " __typename" * 2000 + "}"))
    message = refused(gateway, response, 400, "LIMIT_EXCEEDED")
    assert message == "query: 1501 tokens are more than the limit of 1500"


def nested(depth: int) -> str:
    return "{ customer(by: {id: 1}) " + "{ ... " * depth + "{ id }" + "}" * depth + "}"


@pytest.mark.parametrize("depth", [10, 100, 150, 180, 200, 220, 240, 260, 300, 600, 1600])
async def test_deep_nesting_is_answered_or_refused_but_never_a_fault(gateway: GatewayUnderTest, depth: int) -> None:
    response = await send(gateway, query(nested(depth)))
    assert response.status_code in (200, 400)
    assert gateway.events == [] or response.status_code == 200
    assert "INTERNAL" not in response.text


@pytest.mark.parametrize("depth", [100, 200, 240, 300, 1000])
async def test_a_deeply_nested_literal_is_refused_but_never_a_fault(gateway: GatewayUnderTest, depth: int) -> None:
    response = await send(gateway, query("{ customer(by: " + "[" * depth + "]" * depth + ") { id } }"))
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] in {"LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED"}
    assert gateway.events == []


# --- what every answer has, and what none tells ---

ANY_ANSWER = [
    query(FIRST_NAME),
    query(INVALID),
    query("{"),
    b"",
    b"[]",
]


@pytest.mark.parametrize("body", ANY_ANSWER)
async def test_every_answer_has_a_request_id_of_its_own_and_forbids_sniffing(
    gateway: GatewayUnderTest, body: bytes
) -> None:
    first, second = await send(gateway, body), await send(gateway, body)
    assert first.headers["x-content-type-options"] == "nosniff"
    assert len(first.headers["x-request-id"]) == 16
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_the_explorer_and_refused_methods_have_a_request_id_too(gateway: GatewayUnderTest) -> None:
    page = await gateway.http.get("/graphql", headers={"accept": BROWSER})
    method = await gateway.http.put("/graphql")
    assert page.headers["x-request-id"] != method.headers["x-request-id"]


FAULTS: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 401},
    {"status": 429},
    {"body": "html"},
    {"body": "empty"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_an_error_tells_no_stack_address_or_credential(gateway: GatewayUnderTest, fault: dict[str, Any]) -> None:
    for endpoint in ("v1_get", "v2_lookup"):
        for name, value in fault.items():
            setattr(getattr(gateway.sandbox.faults, endpoint), name, value)
    text = f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ firstName cards {{ cardNumber }} slabHistory {{ to }} }} }}'
    response = await send(gateway, query(text))
    assert response.json()["errors"]
    secrets = ("Traceback", "File ", "http://", "sandbox", "till.", "Basic", "/v1.1", "/v2", MOBILE, "gateway.")
    assert [secret for secret in secrets if secret in response.text] == []


@pytest.mark.parametrize("place", ["auth.authenticator.Trusting.authenticate", "graphql.repeats.Repeats.find"])
async def test_a_fault_before_anything_is_read_is_500_too(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("secret of the operator")

    monkeypatch.setattr(f"gateway.{place}", broken)
    response = await send(gateway, query(FIRST_NAME))
    assert response.status_code == 500
    assert "secret" not in response.text


async def test_a_fault_of_the_gateway_is_500_without_its_text(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("secret of the operator")

    monkeypatch.setattr("gateway.graphql.execution.needs.read", broken)
    response = await send(gateway, query(FIRST_NAME))
    assert response.status_code == 500
    assert response.json() == {
        "errors": [{"message": "The gateway could not answer.", "extensions": {"code": "INTERNAL"}}]
    }
    assert [str(event) for event in gateway.events] == ["FaultMet(error='LookupError', where='endpoint')"]


# --- anything at all ---

anything = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([query(FIRST_NAME), query(nested(3)), *NOT_A_REQUEST.values()]).flatmap(
        lambda body: st.tuples(st.integers(0, min(len(body), 400)), st.binary(max_size=3)).map(
            lambda cut: body[: cut[0]] + cut[1] + body[cut[0] + len(cut[1]) :]
        )
    ),
    st.text(alphabet='{}()[]:!$@."\\#abcustomeridby \n', max_size=60).map(query),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=anything)
async def test_no_bytes_at_all_make_a_fault(gateway: GatewayUnderTest, body: bytes) -> None:
    response = await send(gateway, body)
    assert response.status_code in (200, 400, 413)
    assert response.json().keys() <= {"data", "errors", "extensions"}
    assert {error["extensions"]["code"] for error in response.json().get("errors", ())} <= CODES - {"INTERNAL"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=st.text(alphabet='queryvariables=&%{}[]"0ff+ \\u:,', max_size=80))
async def test_no_query_string_at_all_makes_a_fault(gateway: GatewayUnderTest, raw: str) -> None:
    response = await gateway.http.get("/graphql?" + raw.replace("#", ""))
    assert response.status_code in (200, 400)
