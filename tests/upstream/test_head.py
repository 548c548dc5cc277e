import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UpstreamUnavailable
from gateway.upstream.head import Head, target
from gateway.upstream.request import UpstreamRequest

HTTPX = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200)), base_url="http://upstream")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text("abcXYZ_019", min_size=1, max_size=6)
paths = st.sampled_from(["/v1.1/customer/get", "/v2/customers/lookup/customerDetails", "/v2/customers/a%2Fb~c-d_e.f"])


@st.composite
def requests(draw: st.DrawFn) -> UpstreamRequest:
    parameters = tuple(draw(st.dictionaries(names, texts, max_size=6)).items())
    identifying = draw(st.sampled_from([None, *(name for name, _ in parameters)]))
    path = draw(paths)
    return UpstreamRequest(path, path, parameters, identifying)


@given(requests())
def test_a_target_is_what_httpx_would_have_sent(request: UpstreamRequest):
    theirs = HTTPX.build_request("GET", request.path, params=request.parameters)
    assert target(request).encode("ascii") == theirs.url.raw_path


def test_a_target_that_no_encoding_can_carry_is_an_error():
    with pytest.raises(UnicodeError):
        target(UpstreamRequest("/", "/", (("a", "\ud800"),), "a"))


def test_the_lines_of_a_request_are_those_of_all_its_own_and_its_language():
    head = Head({"host": "upstream", "accept": "*/*"})
    proof = {"Authorization": "Basic x"}
    for _ in range(2):
        assert head.lines(proof, None) == b"host: upstream\r\naccept: */*\r\nAuthorization: Basic x\r\n"
        assert head.lines(proof, "zh") == head.lines(proof, None) + b"language: zh\r\n"
    assert head.lines({"Authorization": "Basic y"}, "").endswith(b"Authorization: Basic y\r\n")
    assert head.lines({}, None) == b"host: upstream\r\naccept: */*\r\n"


@pytest.mark.parametrize("value", ["zh\r\nx-evil: 1", "zh\n", "\rzh", "z\0h", "é", "\x7f", "zh\u2028", "\ud800"])
def test_what_no_header_can_carry_is_refused(value: str):
    head = Head({"host": "upstream"})
    with pytest.raises(UpstreamUnavailable):
        head.lines({}, value)
    with pytest.raises(UpstreamUnavailable):
        head.lines({"Authorization": value}, None)
    assert head.lines({}, None) == b"host: upstream\r\n"
