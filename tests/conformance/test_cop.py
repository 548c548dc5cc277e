"""The checks of graphql-cop, by its names. It is in no package registry, so they are asked here in our own words."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.conformance.conftest import Listening

Check = Callable[[httpx.Client], bool]
"""Whether the tool would complain."""

FORM = {"content-type": "application/x-www-form-urlencoded"}


def _data(response: httpx.Response) -> Any:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer.get("data") if isinstance(answer, dict) else answer


def _asked(http: httpx.Client, text: str) -> httpx.Response:
    return http.post("/graphql", json={"query": text})


def alias_overloading(http: httpx.Client) -> bool:
    aliases = " ".join(f"alias{number}: __typename" for number in range(101))
    return bool(_data(_asked(http, f"query cop {{ {aliases} }}")))


def batch_query(http: httpx.Client) -> bool:
    answer = http.post("/graphql", json=[{"query": "query cop { __typename }"}] * 11).json()
    return isinstance(answer, list) and len(answer) >= 10


def circular_fragment(http: httpx.Client) -> bool:
    text = "query cop { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }"
    return "errors" not in _asked(http, text).json()


def circular_introspection(http: httpx.Client) -> bool:
    text = "name"
    for _ in range(4):
        text = f"fields {{ type {{ {text} }} }}"
    return bool(_data(_asked(http, f"query cop {{ __schema {{ types {{ {text} }} }} }}")))


def directive_overloading(http: httpx.Client) -> bool:
    return len(_asked(http, "query cop { __typename" + " @aa" * 10 + " }").json().get("errors", [])) == 10


def field_duplication(http: httpx.Client) -> bool:
    return bool(_data(_asked(http, "query cop { " + "__typename \n" * 500 + "}")))


def field_suggestions(http: httpx.Client) -> bool:
    return any("Did you mean" in _asked(http, text).text for text in ("{ __schema { directive } }", "{ custome }"))


def get_based_mutation(http: httpx.Client) -> bool:
    return bool(_data(http.get("/graphql", params={"query": "mutation cop { __typename }"})))


def get_method_support(http: httpx.Client) -> bool:
    return bool(_data(http.get("/graphql", params={"query": "query cop { __typename }"})))


def graphql_ide(http: httpx.Client) -> bool:
    paths = ("/graphiql", "/playground", "/console", "/graphql")
    pages = [http.get(path, headers={"accept": "text/html"}) for path in paths]
    return any("graphiql" in page.text.lower() and page.is_success for page in pages)


def introspection(http: httpx.Client) -> bool:
    return bool(_data(_asked(http, "query cop { __schema { types { name fields { name } } } }")))


def post_based_csrf(http: httpx.Client) -> bool:
    params = {"query": "query cop { __typename }"}
    answers = [
        http.post("/graphql", params=params),
        http.post("/graphql", params=params, headers=FORM),
        http.post("/graphql", data=params),
    ]
    return any(_data(answer) for answer in answers)


def trace_mode(http: httpx.Client) -> bool:
    text = _asked(http, "query cop { __typename }").text.lower()
    return "tracing" in text or "exception" in text or "stacktrace" in text


def unhandled_error(http: httpx.Client) -> bool:
    return "exception" in _asked(http, "qwerty cop { abc }").text.lower()


CHECKS: dict[str, Check] = {
    "Alias Overloading": alias_overloading,
    "Array-based Query Batching": batch_query,
    "Circular Fragment": circular_fragment,
    "Introspection-based Circular Query": circular_introspection,
    "Directive Overloading": directive_overloading,
    "Field Duplication": field_duplication,
    "Field Suggestions": field_suggestions,
    "Mutation is allowed over GET": get_based_mutation,
    "GET Method Query Support": get_method_support,
    "GraphQL IDE": graphql_ide,
    "Introspection": introspection,
    "POST based url-encoded query": post_based_csrf,
    "Trace Mode": trace_mode,
    "Unhandled Errors Detection": unhandled_error,
}

MEANT = {"GET Method Query Support"}
"""Queries by GET are offered on purpose; a page of another origin cannot cause one (docs/http.md)."""
OF_DEVELOPERS = {"GraphQL IDE", "Introspection", "Field Suggestions"}
"""What `gateway dev` has on, and `gateway serve` has not."""


@pytest.fixture(scope="module")
def http(serving: Listening) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=serving.url.removesuffix("/graphql"), trust_env=False, timeout=30) as client:
        yield client


@pytest.mark.parametrize("name", sorted(CHECKS.keys() - MEANT))
def test_a_serving_gateway_gives_no_cause_to_complain(http: httpx.Client, name: str) -> None:
    assert not CHECKS[name](http)


@pytest.mark.parametrize("name", sorted(MEANT))
def test_what_is_offered_on_purpose_is_offered(http: httpx.Client, name: str) -> None:
    assert CHECKS[name](http)


@pytest.mark.parametrize("name", sorted(OF_DEVELOPERS))
def test_the_checks_do_find_what_a_developer_s_gateway_has_on(dev: Listening, name: str) -> None:
    with httpx.Client(base_url=dev.url.removesuffix("/graphql"), trust_env=False, timeout=30) as client:
        assert CHECKS[name](client)
