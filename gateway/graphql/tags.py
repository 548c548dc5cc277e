"""Entity tags: by which a client that has an answer already asks whether it is still the answer (RFC 9110, 8.8)."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')


class Tags:
    """Tags of one gateway. `secret` keys their hashes, so that nobody finds from a tag what it is of; replicas that are
    to agree share it."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.blake2b(secret).digest()

    def of(self, data: Mapping[str, Any] | None) -> str:
        """The weak tag of an answer's data. What it says beside them, as what it cost, makes it no other answer."""
        return f'W/"{hashlib.blake2b(orjson.dumps(data), key=self._key, digest_size=12).hexdigest()}"'


def has(if_none_match: str, tag: str) -> bool:
    """Whether a client's `If-None-Match` names the tag, or any."""
    return if_none_match.strip() == "*" or tag.removeprefix("W/").strip('"') in _TAG.findall(if_none_match)
