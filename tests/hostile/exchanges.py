"""HTTP that no client of ours speaks: methods, headers, query strings, and other addresses than `/graphql`."""

from collections.abc import Iterator
from dataclasses import replace

from tests.hostile.payloads import GOOD
from tests.hostile.requests import ACCEPT, JSON, Hostile, asking, getting, raw

SECRET = "a secret of the tests"
EVENTS = "/events/capillary"
PURGE = "/admin/cache/purge"
KEY = (b"x-webhook-key", SECRET.encode())
BEARER = (b"authorization", f"Bearer {SECRET}".encode())
TAKEN = frozenset({200})
"""What upstream is told of an event that cannot be read: any other status would have it sent again for days."""


def methods() -> Iterator[Hostile]:
    """Methods that are not taken."""
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "A" * 5_000, "\x00"):
        yield Hostile(f"method {method[:20]!r}", (GOOD,), method=method)
    yield replace(getting("a mutation by GET", query="mutation { a }"))
    yield replace(raw("a body in a GET", GOOD), method="GET")


def headers() -> Iterator[Hostile]:
    """Headers."""
    yield raw("headers by the thousand", GOOD, *((b"x-%d" % n, b"a") for n in range(10_000)))
    yield raw("one header by the thousand", GOOD, *[(b"x-a", b"a")] * 10_000)
    yield raw("a header of 1 MB", GOOD, (b"x-a", b"a" * 1_000_000))
    yield raw("a cookie of 100 kB", GOOD, (b"cookie", b"a=b; " * 20_000))
    yield raw("a header's name of 100 kB", GOOD, (b"x" * 100_000, b"a"))
    yield raw("header bytes that are no text", GOOD, (b"x-a", bytes(range(128, 256))))
    yield raw("explain of nonsense", GOOD, (b"x-gateway-explain", b"everything"))
    yield raw("explain of 20,000 letters", GOOD, (b"x-gateway-explain", b"a" * 20_000))
    yield raw("languages", GOOD, (b"accept-language", b"en;q=0.1," * 3_000))
    yield raw("a language of 20,000 letters", GOOD, (b"accept-language", b"e" * 20_000))
    yield raw("an age of 20,000 digits", GOOD, (b"cache-control", b"max-age=" + b"9" * 20_000))
    yield raw("ages", GOOD, (b"cache-control", b"max-age=" * 3_000))
    yield raw("blanks in cache-control", GOOD, (b"cache-control", b"max-age" + b" " * 30_000))
    accepts = {
        "nothing": b"",
        "images": b"image/png",
        "ranges": b"text/plain;q=0," * 2_000,
        "blanks": b"a;" + b" " * 30_000 + b"q",
        "semicolons": b";" * 30_000,
        "commas": b"," * 30_000,
        "refusals": b"*/*;q=0",
        "a weight of zeros": b"application/json;q=0." + b"0" * 30_000 + b"1x",
        "semicolons and blanks": b"; " * 15_000,
        "an endless type": b"a" * 30_000,
    }
    for name, accept in accepts.items():
        yield replace(raw(f"accept: {name}", GOOD), headers=(JSON, (b"accept", accept)))
    yield replace(raw("accept by the thousand", GOOD), headers=(JSON, *[(b"accept", b"a/b")] * 2_000))
    yield replace(raw("two types", GOOD), headers=((b"content-type", b"text/plain"), JSON, ACCEPT))
    yield raw("two lengths", GOOD, (b"content-length", b"5"), (b"content-length", b"6"))
    yield raw("a length that is no number", GOOD, (b"content-length", b"-1e9"))
    yield raw("a host of 30,000 letters", GOOD, (b"host", b"h" * 30_000))
    yield raw("a host that is none", GOOD, (b"host", b"[::1"))
    yield raw("forwarded a thousand times", GOOD, (b"x-forwarded-for", b"1.1.1.1, " * 3_000))
    yield replace(raw("a page wanted by a robot", GOOD), headers=(JSON, (b"accept", b"text/html;q=0.9,image/png")))


def addresses() -> Iterator[Hostile]:
    """Query strings."""
    yield getting("no query")
    yield getting("an empty query", query="")
    yield getting("a bad query by GET", query="{ nothing }")
    yield getting("fragments by GET", query="{ ...A } fragment A on Query { ...A }")
    yield getting("aliases by GET", query="{" + " ".join(f"a{n}: __typename" for n in range(500)) + "}")
    yield getting("a long query by GET", query="{" + "a " * 60_000 + "}")
    yield getting(
        "deep variables by GET", query="query($v: Int) { __typename }", variables='{"v": ' + "[" * 900 + "]" * 900 + "}"
    )
    yield getting("variables that are no JSON", query="{ __typename }", variables="{")
    yield getting("variables that are a list", query="{ __typename }", variables="[]")
    yield getting("variables with doubles", query="query($a: Int) { nothing }", variables='{"a": 1, "\\u0061": 2}')
    yield getting("extensions that are no JSON", query="{ __typename }", extensions="x")
    strings = {
        "two queries": b"query=%7Ba%7D&query=%7B__typename%7D",
        "an operation twice": b"query=%7B__typename%7D&operationName=a&operationName=b",
        "a thousand parameters": b"&".join(b"a%d=1" % n for n in range(1_000)),
        "ampersands": b"&" * 60_000,
        "parameters without values": b"a&" * 30_000,
        "percent signs": b"query=" + b"%" * 50_000,
        "bad percent signs": b"query=%zz%1",
        "bytes that are no UTF-8": b"query=%ff%fe",
        "raw bytes": b"query=\xff\xfe",
        "a null byte": b"query=%00",
        "plus signs": b"query=" + b"+" * 50_000,
        "encoded twice": b"query=%257B__typename%257D",
        "another separator": b"query=%7B__typename%7D;variables=1",
        "a megabyte": b"query=" + b"a" * 1_000_000,
        "no names": b"=&=&=",
        "a list in brackets": b"query[]=%7B__typename%7D",
    }
    for name, text in strings.items():
        yield replace(getting(f"query string: {name}"), query_string=text)


def elsewhere() -> Iterator[Hostile]:
    """Other addresses."""
    paths = (
        "/",
        "/graphql/",
        "/graphql/x",
        "//graphql",
        "/GRAPHQL",
        "/graphql%00",
        "/../etc/passwd",
        "/.env",
        "/wp-login.php",
    )
    paths += (
        "/v1.1/customer/get",
        "/" + "a" * 60_000,
        "/" + "a/" * 20_000,
        "/\x00",
        "/\u202e",
        "/admin",
        "/events",
        "/healthz/x",
    )
    for path in paths:
        yield replace(asking(f"path {path[:30]!r}", "{ __typename }"), path=path, allowed=frozenset({307}))
    for method in ("POST", "PUT", "DELETE"):
        yield Hostile(f"{method} to health", (GOOD,), method=method, path="/healthz")
    for body_name, body in {
        "nothing": b"",
        "rubbish": b"\xff" * 1_000,
        "an event": b'{"eventName": "customerUpdated"}',
    }.items():
        yield Hostile(f"webhook without a key: {body_name}", (body,), path=EVENTS)
        yield Hostile(f"purge without a token: {body_name}", (body,), path=PURGE)
    yield Hostile("webhook by GET", method="GET", path=EVENTS, headers=(KEY,))
    yield Hostile("webhook with a wrong key", (b"{}",), path=EVENTS, headers=((KEY[0], b"\xff" * 5_000),))
    yield Hostile("webhook with two keys", (b"{}",), path=EVENTS, headers=(KEY, KEY))
    yield Hostile("webhook too large", (b"a" * 2_000_000,), path=EVENTS, headers=(KEY,))
    yield Hostile(
        "webhook from one who vanishes", (b"{",), path=EVENTS, headers=(KEY,), vanishes=True, allowed=frozenset({503})
    )
    yield Hostile("purge by GET", method="GET", path=PURGE, headers=(BEARER,))
    yield Hostile("purge with a wrong token", (b"{}",), path=PURGE, headers=((BEARER[0], b"\xff\xfe"),))


def from_operators() -> Iterator[Hostile]:
    """Rubbish from those who know the secret."""
    bodies = {
        "nothing": b"",
        "no JSON": b"{",
        "null": b"null",
        "a list": b"[]",
        "a number": b"1",
        "a deep list": b"[" * 100_000,
        "a deep closed list": b"[" * 900 + b"]" * 900,
        "bytes": bytes(range(256)) * 10,
        "a surrogate": b'{"eventName": "customerUpdated", "eventId": "\\ud800", "by": {"id": "\\ud800"}}',
        "huge numbers": b'{"eventName": "customerUpdated", "eventId": '
        + b"9" * 5_000
        + b', "data": {"customerId": '
        + b"9" * 5_000
        + b'}, "by": {"id": '
        + b"9" * 100
        + b"}}",
        "objects for texts": b'{"eventName": {"a": 1}, "eventId": [], "data": [[]], "by": {"id": {"a": 1}}}',
        "doubles": b'{"eventName": "a", "eventName": "b", "by": {"id": "1"}, "by": {"mobile": "x"}}',
        "too many": b'{"by": {' + b",".join(b'"a%d": 1' % n for n in range(900)) + b"}}",
        "an unknown source": b'{"by": {"id": "1"}, "source": "MARS"}',
        "a source of an object": b'{"by": {"id": "1"}, "source": {"a": []}}',
        "an account of an object": b'{"by": {"id": "1"}, "accountId": {"a": []}}',
        "a name of a line": b'{"by": {"externalId": "a\\nb"}}',
        "large": b'{"by": {"id": "' + b"1" * 9_000 + b'"}}',
        "too large": b" " * 20_000,
    }
    for name, body in bodies.items():
        yield Hostile(f"webhook: {name}", (body,), path=EVENTS, headers=(KEY,), allowed=TAKEN)
        yield Hostile(f"purge: {name}", (body,), path=PURGE, headers=(BEARER,))
    yield Hostile(
        "webhook: a list of rubbish", (b"[" + b"1," * 200_000 + b"1]",), path=EVENTS, headers=(KEY,), allowed=TAKEN
    )


def corpus() -> Iterator[Hostile]:
    """The family."""
    yield from methods()
    yield from headers()
    yield from addresses()
    yield from elsewhere()
    yield from from_operators()
