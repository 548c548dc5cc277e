"""Bodies that are no GraphQL request, or hardly one."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace

from tests.hostile.requests import JSON, Hostile, raw

CALL = '{ customer(by: {id: "1"}) { nothing } }'
GOOD = json.dumps({"query": CALL}).encode()
MOST = 256 * 1024


def with_variables(variables: bytes) -> bytes:
    """A body with these bytes as variables."""
    return b'{"query": "query($v: [CustomerBy!]!) { customers(by: $v) { id } }", "variables": ' + variables + b"}"


def not_json() -> Iterator[Hostile]:
    """Bytes that no parser of JSON takes."""
    yield raw("no body", b"")
    yield raw("blanks for a body", b" " * 10_000)
    yield raw("a body of null bytes", b"\x00" * 10_000)
    yield raw("a null byte after the body", GOOD + b"\x00")
    yield raw("a second body after the body", GOOD + GOOD)
    yield raw("a byte order mark", b"\xef\xbb\xbf" + GOOD)
    yield raw("UTF-16", GOOD.decode().encode("utf-16"))
    yield raw("UTF-32", GOOD.decode().encode("utf-32"))
    yield raw("UTF-7", b"+AHs-+ACI-query+ACI-:1+AH0-")
    yield raw("bad UTF-8", b'{"query": "{ \xff\xfe }"}')
    yield raw("overlong UTF-8", b'{"query": "{ \xc0\xaf }"}')
    yield raw("a surrogate in UTF-8", b'{"query": "{ \xed\xa0\x80 }"}')
    yield raw("half a character at the end", b'{"query": "{ \xe2\x82')
    yield raw("an escaped lone surrogate", b'{"query": "{ \\ud800 }"}')
    yield raw("an escaped lone surrogate in variables", with_variables(b'[{"id": "\\udfff"}]'))
    yield raw("a bad escape", b'{"query": "\\x41"}')
    yield raw("a line within a string", b'{"query": "{\n}"}')
    for end in (1, 8, 12, len(GOOD) - 2, len(GOOD) - 1):
        yield raw(f"a body cut off after {end} bytes", GOOD[:end])
    yield raw("a comma too many", b'{"query": "{ nothing }",}')
    yield raw("comments in JSON", b'{"query": "{ nothing }" /* why */}')
    yield raw("single quotes", b"{'query': '{ nothing }'}")
    yield raw("NaN", with_variables(b"[NaN]"))
    yield raw("Infinity", with_variables(b"[-Infinity]"))
    yield raw("a number of 5,000 digits", with_variables(b"9" * 5_000))
    yield raw("a number of 200,000 digits", with_variables(b"9" * 200_000))
    yield raw("a number beyond all floats", with_variables(b"1e999"))
    yield raw("a number with a leading zero", with_variables(b"007"))
    for count in (1_025, 100_000):
        yield raw(f"{count} lists that never end", b"[" * count)
        yield raw(f"{count} objects that never end", b'{"a":' * count)


def not_a_request() -> Iterator[Hostile]:
    """JSON, but no request."""
    for name, text in {
        "null": "null",
        "true": "true",
        "a number": "1",
        "a string": '"{ a }"',
        "an empty object": "{}",
    }.items():
        yield raw(name, text.encode())
    yield raw("a batch", b"[" + GOOD + b"]")
    yield raw("a batch of a thousand", b"[" + b",".join([GOOD] * 1000) + b"]")
    yield raw("a batch of nothing", b"[" + b",".join([b"{}"] * 80_000) + b"]")
    yield raw("an empty batch", b"[]")
    yield raw("a batch of batches", b"[" * 900 + b"]" * 900)
    yield raw("two queries", b'{"query": "{ nothing }", "query": "{ __typename }"}')
    yield raw("two queries, one escaped", b'{"query": "{ nothing }", "\\u0071uery": "{ __typename }"}')
    yield raw("two variables deep inside", with_variables(b'[{"id": "1", "id": "2\\u0041"}]'))
    yield raw("ten thousand queries", b"{" + b",".join([b'"query": "{ nothing }"'] * 10_000) + b"}")
    yield raw("a query that is a list", b'{"query": ["{ a }"]}')
    yield raw("a query that is an object", b'{"query": {"a": 1}}')
    yield raw("a query that is null", b'{"query": null}')
    yield raw("variables that are a list", b'{"query": "{ __typename }", "variables": [1]}')
    yield raw("variables that are a string", b'{"query": "{ __typename }", "variables": "{}"}')
    yield raw("an operation name that is a list", b'{"query": "{ __typename }", "operationName": ["a"]}')
    yield raw("a long operation name", json.dumps({"query": "{ __typename }", "operationName": "a" * 200_000}).encode())
    yield raw("extensions that are a list", b'{"query": "{ __typename }", "extensions": []}')
    yield raw(
        "extensions 900 deep", b'{"query": "{ __typename }", "extensions": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"
    )
    yield raw(
        "members by the thousand", b'{"query": "{ nothing }"' + b"".join(b',"m%d":1' % n for n in range(20_000)) + b"}"
    )
    yield raw(
        "members by the thousand, escaped",
        b'{"query": "{ nothing }"' + b"".join(b',"\\u006d%d":1' % n for n in range(12_000)) + b"}",
    )
    yield raw("proto pollution", b'{"query": "{ nothing }", "__proto__": {"a": 1}, "constructor": {"prototype": {}}}')


def too_large() -> Iterator[Hostile]:
    """Bodies beyond the bounds of a body."""
    yield raw("a body one byte too large", GOOD + b" " * (MOST + 1 - len(GOOD)))
    yield raw("a body of 2 MB", b" " * 2_000_000)
    yield replace(raw("a body of 2 MB in small parts", b""), parts=(b'{"query": "',) + (b"a" * 1_000,) * 2_000)
    yield replace(raw("a body in single bytes", b""), parts=tuple(bytes([byte]) for byte in GOOD))
    yield replace(raw("a body in empty parts", b""), parts=(b"",) * 5_000 + (GOOD,))
    yield replace(raw("lists in a large body", b"[" + b"[]," * 87_000 + b"[]]"))
    yield replace(raw("objects in a large body", b"[" + b"{}," * 87_000 + b"{}]"))
    yield replace(raw("empty strings in a large body", b"[" + b'"",' * 87_000 + b'""]'))
    yield replace(
        raw("distinct members in a large body", b"{" + b",".join(b'"%d":1' % n for n in range(26_000)) + b"}")
    )
    yield replace(raw("escapes in a large body", b'{"query": "' + b"\\u0041" * 43_000 + b'"}'))
    yield replace(
        raw(
            "small members with escapes in a large body",
            with_variables(b"[" + b",".join([b'{"\\u0061":1}'] * 15_000) + b"]"),
        )
    )


def encoded() -> Iterator[Hostile]:
    """Types and encodings that are not taken."""
    types = (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "application/graphql",
        "",
    )
    types += (
        "application/xml",
        "text/html",
        "application/jsonp",
        "application/json5",
        "a" * 5_000,
        "/",
        ";;;;",
        "application/",
    )
    for media_type in types:
        header = (b"content-type", media_type.encode())
        yield replace(raw(f"type {media_type[:40] or 'of nothing'}", GOOD), headers=(header,))
    yield replace(raw("no type", GOOD), headers=())
    yield replace(raw("a type with a long parameter", GOOD), headers=((JSON[0], JSON[1] + b"; a=" + b"b" * 5_000),))
    yield raw("gzip", gzip.compress(GOOD), (b"content-encoding", b"gzip"))
    yield raw("a gzip bomb", gzip.compress(b" " * 20_000_000), (b"content-encoding", b"gzip"))
    yield raw("brotli that is none", b"\x00\x01\x02", (b"content-encoding", b"br"))
    yield raw("an unknown encoding", b"\x00\x01\x02", (b"content-encoding", b"rot13"))


def vanishing() -> Iterator[Hostile]:
    """Senders that go away."""
    yield replace(raw("gone before the body", b""), parts=(), vanishes=True)
    yield replace(raw("gone in the middle of the body", GOOD[:20]), vanishes=True)
    yield replace(raw("gone after the body, before its end", GOOD), vanishes=True)


def corpus() -> Iterator[Hostile]:
    """The family."""
    yield from not_json()
    yield from not_a_request()
    yield from too_large()
    yield from encoded()
    yield from vanishing()
