"""A hostile request as an ASGI server hands it on, and what is to come of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

Header = tuple[bytes, bytes]
JSON: Final[Header] = (b"content-type", b"application/json")
ACCEPT: Final[Header] = (b"accept", b"application/graphql-response+json")


@dataclass(frozen=True)
class Hostile:
    """One request. It is to be answered 4xx or with a GraphQL error, unless `allowed` names other statuses.

    `parts` is the body as it comes; with `vanishes` the sender goes away after it instead of ending it.
    """

    name: str
    parts: tuple[bytes, ...] = ()
    method: str = "POST"
    path: str = "/graphql"
    query_string: bytes = b""
    headers: tuple[Header, ...] = (JSON, ACCEPT)
    vanishes: bool = False
    allowed: frozenset[int] = field(default=frozenset())

    @property
    def size(self) -> int:
        """Bytes of body, query string and headers."""
        return sum(map(len, self.parts)) + len(self.query_string) + sum(len(a) + len(b) for a, b in self.headers)


def asking(name: str, query: str, variables: Mapping[str, Any] | None = None, **more: Any) -> Hostile:
    """A POST of a well-formed body."""
    body: dict[str, Any] = {"query": query} | ({"variables": variables} if variables is not None else {}) | more
    return Hostile(name, (json.dumps(body).encode(),))


def raw(name: str, body: bytes, *more: Header) -> Hostile:
    """A POST of any bytes as JSON."""
    return Hostile(name, (body,), headers=(JSON, ACCEPT, *more))


def getting(name: str, **parameters: str) -> Hostile:
    """A GET with these parameters."""
    text = "&".join(f"{key}={quote(value)}" for key, value in parameters.items())
    return Hostile(name, method="GET", query_string=text.encode(), headers=(ACCEPT,))


def of_customer(selected: str, rest: str = "") -> str:
    """A document that asks for one customer."""
    return f'{{ customer(by: {{id: "1"}}) {{ {selected} }} }} {rest}'


def names(count: int, prefix: str = "a") -> list[str]:
    """So many names."""
    return [f"{prefix}{number}" for number in range(count)]
