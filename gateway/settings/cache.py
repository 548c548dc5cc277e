"""What an operator can set of the cache."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gateway.facets.catalog import CATALOG
from gateway.facets.kind import Lifetime
from gateway.settings.base import Group, setting, split
from gateway.settings.values import Secret

_EXAMPLE: Final = "`POINTS=30,PERSON=600`, or `*=60` for all"


def _seconds(text: str) -> Mapping[str, float]:
    """From `POINTS=30,*=60` to seconds by facet. Raises `ValueError`."""
    found: dict[str, float] = {}
    for part in split(text):
        name, _, seconds = part.partition("=")
        if name != "*" and name not in CATALOG:
            raise ValueError(f"there is no facet {name}; docs/facets.md lists them")
        if not seconds.isdigit():
            raise ValueError(f"{part} is not FACET=SECONDS; write it as {_EXAMPLE}")
        found |= dict.fromkeys(CATALOG if name == "*" else (name,), float(seconds))
    return found


def _keys(value: Secret) -> list[bytes]:
    found: list[bytes] = []
    for text in split(value.get_secret_value()):
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ValueError("must be base64 of 32 bytes, or several of them separated by commas")
        found.append(key)
    return found


def _known_scheme(value: Secret) -> None:
    scheme = value.get_secret_value().partition("://")[0]
    if scheme not in ("memory", "valkey", "valkeys", "redis", "rediss"):
        raise ValueError("must begin with memory://, valkey://, valkeys://, redis:// or rediss://")


class CacheSettings(Group):
    """What is kept of upstream's answers."""

    url: Secret = setting(
        "Where entries lie: `memory://` in this process; `valkey://`, `valkeys://`, `redis://` or "
        "`rediss://` on a server that replicas share.",
        default=Secret("memory://"),
        check=_known_scheme,
    )
    max_bytes: int = setting(
        "Bytes of memory for entries of `memory://`; 0 keeps nothing.", default=64 * 1024 * 1024, at_least=0
    )
    answer_bytes: int = setting(
        "Bytes of memory for whole answers to requests that come again to the letter; 0 keeps none.",
        default=8 * 1024 * 1024,
        at_least=0,
    )
    local_bytes: int = setting(
        "Bytes of memory, in every process, for what is known of a shared cache; 0: nothing is.",
        default=16 * 1024 * 1024,
        at_least=0,
    )
    local_for_s: float = setting(
        "Seconds for which a process takes as true what a shared cache told it, which is how much later it "
        "may hear of an invalidation made by another; 0: it asks at every request.",
        default=1.0,
        at_least=0,
        at_most=60,
    )
    secret: Secret = setting(
        "Keys the hashes in cache keys. Empty: a new one at every start; replicas need the same.", default=Secret("")
    )
    encryption_keys: Secret = setting(
        "Base64 of 32 bytes each, separated by commas: values are sealed with the first, opened with any.",
        default=Secret(""),
        check=_keys,
    )
    deadline_s: float = setting("Seconds that a request waits for the shared cache.", default=0.05, above=0, at_most=5)
    clock_skew_s: float = setting(
        "Seconds by which clocks of replicas may differ.", default=2.0, at_least=0, at_most=60
    )
    lease_s: float = setting(
        "Seconds that replicas wait for one that is fetching a customer; 0: not at all.",
        default=2.0,
        at_least=0,
        at_most=30,
    )
    union_window_ms: float = setting(
        "Milliseconds that requests wait for others, to share upstream calls.", default=0.0, at_least=0, at_most=50
    )
    fresh_for: str = setting(
        f"Seconds for which facets are served as they are, as {_EXAMPLE}.", default="", check=_seconds
    )
    stale_for: str = setting(
        "Seconds beyond that for which they are served while fetched anew.", default="", check=_seconds
    )
    error_stale_for: str = setting(
        "Seconds beyond that for which they stand in when upstream fails.", default="", check=_seconds
    )

    def check(self) -> None:
        """Replicas that share a cache must know each other's keys in it."""
        if self.shared and len(self.secret.get_secret_value()) < 16:
            raise ValueError("GATEWAY_CACHE__SECRET: a shared cache needs one of 16 characters or more")

    @property
    def shared(self) -> bool:
        """Whether other replicas use the same cache."""
        return not self.url.get_secret_value().startswith("memory:")

    @property
    def keys(self) -> list[bytes]:
        """The encryption keys, the sealing one first."""
        return _keys(self.encryption_keys)

    @property
    def lifetimes(self) -> Mapping[str, Lifetime]:
        """The lifetimes of facets for which settings say something."""
        said = {name: _seconds(getattr(self, name)) for name in ("fresh_for", "stale_for", "error_stale_for")}
        named = {facet for seconds in said.values() for facet in seconds}
        changed = {
            facet: {name: seconds[facet] for name, seconds in said.items() if facet in seconds} for facet in named
        }
        return {facet: replace(CATALOG[facet].lifetime, **fields) for facet, fields in changed.items()}
