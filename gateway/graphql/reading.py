"""From an HTTP request to what it asks, strictly: method, media type, charset, size, JSON, parameters."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import orjson
from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from starlette.datastructures import Headers
from starlette.requests import Request

from gateway.errors import BadRequest
from gateway.graphql.negotiation import JSON_TYPE, is_utf_8, parsed, wants_page
from gateway.graphql.payloads import check_json
from gateway.graphql.persisted import Hashed, Named, Source, Text
from gateway.settings.limits import LimitSettings

ALLOWED: Final = "GET, HEAD, OPTIONS, POST"


class NotJson(BadRequest):
    """What should be JSON is none."""


class ClientGone(Exception):
    """The client left before the whole request had come, or before there was an answer. There is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed request: where its document is to be had, its variables and the name of its operation."""

    source: Source
    variables: Mapping[str, Any]
    operation_name: str | None


def check_headers(request: Request, most: int) -> None:
    """Raises `BadRequest` for more bytes of headers than that."""
    if sum(len(name) + len(value) for name, value in request.headers.raw) > most:
        raise BadRequest(f"The headers are larger than {most} bytes.", status=431)


READING: Final = frozenset({"GET", "HEAD"})
"""Methods by which nothing may be changed, and which a page of another origin can cause."""


def plain(method: str, headers: Iterable[tuple[bytes, bytes]], limits: LimitSettings) -> bool:
    """Whether a request is within the limits as far as its headers tell, and its client waits for no leave to send."""
    size, length = 0, b""
    for name, value in headers:
        size += len(name) + len(value)
        if name == b"content-length":
            length = value
        elif name == b"expect":
            return False
    if size > limits.header_bytes:
        return False
    if method == "POST":
        return len(length) <= _DIGITS and length.isdigit() and int(length) <= limits.body_bytes
    return method == "GET"


_DIGITS: Final = 9
"""Of a length that is worth reading as a number."""


def check_sent(request: Request, method: str, headers: Headers, limits: LimitSettings) -> None:
    """Refuses what cannot be read, before it is. Raises `BadRequest`."""
    match method:
        case "POST":
            _check_media(headers)
        case "GET" | "HEAD":
            if len(request.scope["query_string"]) > limits.query_string_bytes:
                most = limits.query_string_bytes
                raise BadRequest(f"The query string is larger than {most} bytes.", status=414)
        case _:
            raise BadRequest("Use GET or POST.", status=405, headers={"allow": ALLOWED})


async def sent(request: Request, limits: LimitSettings) -> bytes:
    """What a request sends: its body, or its query string. Raises `BadRequest` and `ClientGone`."""
    if request.method == "POST":
        return await _body(request, limits.body_bytes)
    return request.scope["query_string"]


def read(method: str, data: bytes, limits: LimitSettings) -> Asked:
    """What a request within the limits asks, from what it sent. Raises `BadRequest` and `LimitExceeded`."""
    return _asked(_json(data, "The body", limits)) if method == "POST" else _asked(_parameters(data, limits))


def refuse_unsafe(text: str, operation_name: str | None, *, tokens: int) -> None:
    """Refuses what a GET must not ask: an operation that is no query. Raises `BadRequest`.

    A document that cannot be read is let through; its errors are told where it is validated.
    """
    if "mutation" not in text and "subscription" not in text:
        return
    try:
        definitions = parse(text, no_location=True, max_lexical_tokens=tokens).definitions
    except (GraphQLError, RecursionError):
        return
    operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    if operation_name:
        operations = [one for one in operations if one.name and one.name.value == operation_name]
    if len(operations) == 1 and operations[0].operation is not OperationType.QUERY:
        kind = operations[0].operation.value
        raise BadRequest(f"A {kind} cannot be sent by GET; use POST.", status=405, headers={"allow": "POST"})


def _check_media(headers: Headers) -> None:
    types = headers.getlist("content-type")
    media = parsed(types[0] if len(types) == 1 else "")
    if media.name != JSON_TYPE:
        raise BadRequest(f"Content-Type: must be {JSON_TYPE}.", status=415)
    if not is_utf_8(media.parameters.get("charset")):
        raise BadRequest("Content-Type: the charset must be utf-8.", status=415)
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        plain = {"accept-encoding": "identity"}
        raise BadRequest("Content-Encoding: send the body as it is.", status=415, headers=plain)


async def _body(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:19]) > most:
        raise _too_large(most)
    message = await request.receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        whole: bytes = message.get("body", b"")
        if len(whole) > most:
            raise _too_large(most)
        return whole
    parts = bytearray()
    while message["type"] == "http.request":
        parts += message.get("body", b"")
        if len(parts) > most:
            raise _too_large(most)
        if not message.get("more_body"):
            return bytes(parts)
        message = await request.receive()
    raise ClientGone


def _too_large(most: int) -> BadRequest:
    """What is left of the body is not waited for: the connection ends."""
    return BadRequest(f"The body is larger than {most} bytes.", status=413, headers={"connection": "close"})


def _parameters(raw: bytes, limits: LimitSettings) -> object:
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise BadRequest(f"The query string is not UTF-8, or has over {_MOST_PARAMETERS} parameters.") from None
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        if name in parameters and name in _PARAMETERS:
            raise BadRequest(f"{name}: is given twice.")
        parameters[name] = value
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            parameters[name] = _json(text.encode(), name, limits)
    return {name: value for name, value in parameters.items() if value != ""}


_MOST_PARAMETERS: Final = 20
_IDENTIFIERS: Final = ("documentId", "doc_id", "id")
_PARAMETERS: Final = frozenset({"query", "variables", "operationName", "extensions", *_IDENTIFIERS})


def _json(data: bytes, what: str, limits: LimitSettings) -> object:
    """The value in the bytes. Two members of one name are refused: something in front may have read the other one."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        mark = " It begins with a byte order mark." if data.startswith(b"\xef\xbb\xbf") else ""
        raise NotJson(f"{what} is not JSON.{mark}") from None
    # There are no more values than bytes, and no more levels than brackets.
    if len(data) > limits.json_values or data.count(b"{") + data.count(b"[") > limits.json_depth:
        check_json(found, depth=limits.json_depth, values=limits.json_values, argument=what.removeprefix("The "))
    names = _NAMES.findall(data)
    doubled = len(set(names)) < len(names)
    # Customers have ids too; it names a document only where there is no query.
    if doubled or b"\\u" in data or (data.count(b'"id"') > 1 and b'"query"' not in data):
        _refuse_doubles(data, what)
    return found


_NAMES: Final = re.compile(rf'"({"|".join(sorted(_PARAMETERS - {"id"}))})(?=")'.encode())


def _refuse_doubles(data: bytes, what: str) -> None:
    """The slow, exact look, for what only might have a double."""

    def unique(members: list[tuple[str, object]]) -> None:
        if len(dict(members)) < len(members):
            raise BadRequest(f"{what} has two members of one name.")

    json.loads(data, object_pairs_hook=unique, parse_int=str)


def _asked(given: object) -> Asked:
    """A well-formed request. Unknown parameters are ignored, as the specification asks."""
    if isinstance(given, list):
        raise BadRequest("Several requests in one body are not accepted; send one object.")
    if not isinstance(given, dict):
        raise BadRequest("The body must be a JSON object.")
    found = cast("dict[str, Any]", given)
    query, variables, name = found.get("query"), found.get("variables"), found.get("operationName")
    extensions = found.get("extensions")
    if not isinstance(query, str | None):
        raise BadRequest("query: must be a string.")
    if not isinstance(variables, dict | None):
        raise BadRequest("variables: must be an object.")
    if not isinstance(name, str | None):
        raise BadRequest("operationName: must be a string.")
    if not isinstance(extensions, dict | None):
        raise BadRequest("extensions: must be an object.")
    source = _source(query, cast("dict[str, Any]", extensions) if extensions else {}, found)
    return Asked(source, cast("dict[str, Any]", variables) if variables else {}, name)


def _source(query: str | None, extensions: Mapping[str, Any], given: Mapping[str, Any]) -> Source:
    """Where the document is to be had. A text wins over an identifier that only names it."""
    if (persisted := extensions.get("persistedQuery")) is not None:
        digest: object = cast("dict[str, Any]", persisted).get("sha256Hash") if isinstance(persisted, dict) else None
        if not isinstance(digest, str):
            raise BadRequest("extensions.persistedQuery: must be an object with a sha256Hash.")
        return Hashed(digest, query)
    if query is not None:
        return Text(query)
    for member in _IDENTIFIERS:
        if (identifier := given.get(member)) is not None:
            if not isinstance(identifier, str):
                raise BadRequest(f"{member}: must be a string.")
            return Named(member, identifier)
    raise BadRequest("query: must be given, as a string.")


_QUERY: Final = re.compile(rb"(^|&)(query|extensions|documentId|doc_id|id)=")
"""What makes a GET of a browser a request and not a visit."""
_NOTHING_KEPT: Final = re.compile(r"\bno-(cache|store)\b")
_MAX_AGE: Final = re.compile(r"max-age\s*=\s*\"?(\d{1,9})\b")


def is_visit(request: Request, accept: str) -> bool:
    """Whether a browser opens the page, and asks nothing."""
    reads = request.method in READING
    return reads and wants_page(accept) and not _QUERY.search(request.scope["query_string"])


def joined(headers: Headers, name: str) -> str:
    """All lines of a header as the one list that they are."""
    return ", ".join(headers.getlist(name))


def most_age_of(headers: Headers) -> float:
    """How old what is served may be, in seconds: the request's own `Cache-Control`; any age where it does not say."""
    said = headers.get("cache-control", "").lower()
    if not said:
        return math.inf
    if _NOTHING_KEPT.search(said):
        return 0.0
    return float(found.group(1)) if (found := _MAX_AGE.search(said)) else math.inf
