"""Of an answer what its readers look at is decoded, in every layout that upstream has; of a batch each one's text."""

from typing import Any

import orjson
import pytest

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CATALOG, EXISTENCE, MEMBERSHIP, PERSON, PROGRAMS, USER_GROUP
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.parameters import readers
from gateway.upstream.decoding import of_v1, of_v2

ABLE = Capabilities()
STATUS = {"success": "true", "code": 200}
ITEM = {"user_id": "7", "firstname": "Asha", "type": "LOYALTY", "item_status": {"success": "true"}, "notes": [1]}
WANTED = {"user_id": "7", "type": "LOYALTY", "item_status": {"success": "true"}}


def of(endpoint: Endpoint, *facets: Facet) -> Any:
    return readers(endpoint, frozenset(facets), ABLE)


def v1_body(customers: Any) -> bytes:
    return orjson.dumps({"response": {"status": STATUS, "customers": customers, "more": [1]}})


@pytest.mark.parametrize("customers", [{"customer": [ITEM]}, {"customer": ITEM}, [ITEM], ITEM])
def test_v1_is_decoded_as_far_as_it_is_read_however_it_is_wrapped(customers: Any) -> None:
    found = of_v1(v1_body(customers), of(Endpoint.V1, MEMBERSHIP()), batch=False)
    told = orjson.loads(orjson.dumps(customers).replace(b'"firstname":"Asha",', b"").replace(b',"notes":[1]', b""))
    assert found.body == {"response": {"status": STATUS, "customers": told}}


def test_v2_is_decoded_as_far_as_it_is_read() -> None:
    body = orjson.dumps({"id": 7, "errors": [], "warnings": [], "loyaltyInfo": {"a": 1}, "profiles": [{}], "x": 1})
    assert of_v2(body, of(Endpoint.V2, MEMBERSHIP())).body == {
        "id": 7, "errors": [], "warnings": [], "loyaltyInfo": {"a": 1},
    }  # fmt: skip
    assert of_v2(body, of(Endpoint.V2, EXISTENCE())).body == {"id": 7, "errors": [], "warnings": []}


def test_a_reader_that_may_look_at_anything_has_all_of_it() -> None:
    body = {"id": 7, "profiles": [], "user_groups": [1]}
    assert of_v2(orjson.dumps(body), of(Endpoint.V2, PERSON(), USER_GROUP())).body == body
    assert of_v2(orjson.dumps(body), None).body == body


def test_a_batch_is_cut_into_the_texts_of_its_customers_to_the_letter() -> None:
    texts = [orjson.dumps({**ITEM, "user_id": str(number)}).replace(b":", b" : ") for number in range(3)]
    whole = b'{"response": {"status": {"code": 200}, "customers": {"customer": [' + b", ".join(texts) + b"]}}}"
    found = of_v1(whole, of(Endpoint.V1, MEMBERSHIP()), batch=True)
    assert list(found.cuts) == texts
    assert found.body == {
        "response": {
            "status": {"code": 200},
            "customers": {"customer": [{**WANTED, "user_id": str(number)} for number in range(3)]},
        }
    }


@pytest.mark.parametrize(
    "customers", [[ITEM, ITEM], {"customer": [ITEM, 7]}, {"customer": ITEM}, {"customer": None}, 7]
)
def test_a_batch_that_cannot_be_cut_is_there_whole(customers: Any) -> None:
    body = v1_body(customers)
    assert of_v1(body, of(Endpoint.V1, PROGRAMS()), batch=True) == (orjson.loads(body), ())


@pytest.mark.parametrize("batch", [False, True])
def test_a_body_that_is_not_json_has_nothing_to_decode(batch: bool) -> None:
    for body in (
        b"",
        b"<response/>",
        b'{"response": {"status": {}, "customers": {"customer": [{"x": 1e400}]}',
        b"\xff",
    ):
        with pytest.raises(ValueError, match=r".+"):
            of_v1(body, of(Endpoint.V1, MEMBERSHIP()), batch=batch)


def test_every_way_says_what_it_looks_at_but_those_of_blocks_that_no_document_shows() -> None:
    """A way that says nothing costs every call that is made for it the whole of its payload."""
    silent = {kind.name for kind in CATALOG.values() for way in kind.sources if way.read.excerpt is None}
    assert silent == {"CARD_LOYALTY", "USER_GROUP", "USER_GROUPS2", "FLEET_PARENT", "RETURNED_POINTS"}
