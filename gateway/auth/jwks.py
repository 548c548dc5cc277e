"""The keys of an issuer: given by hand, or fetched from it, kept, and fetched anew behind the answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import httpx
import orjson
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

from gateway.errors import AuthUnavailable
from gateway.telemetry.events import Emit, KeysFailed, KeysFetched

MOST_BYTES: Final = 256 * 1024
"""A key set larger than this is not read. Large ones of real issuers have some 10 KB."""
_WITHOUT_KEYS_S: Final = 1.0
"""Seconds between two fetches as long as there are no keys at all: every request is refused in the meantime."""
_LEAST_RSA_BITS: Final = 2048
_KINDS: Final[Mapping[str, type[RSAKey] | type[ECKey] | type[OKPKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_PUBLIC: Final = {
    "RSA": ("kty", "n", "e"),
    "EC": ("kty", "crv", "x", "y"),
    "OKP": ("kty", "crv", "x"),
}
_KINDS_OF_ALGORITHMS: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class KeysUnreadable(ValueError):
    """Something that should be a key set and is none."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures can be checked with. `algorithm` is the only one it is for, if it is for one."""

    id: str | None
    kind: str
    algorithm: str | None
    key: Key

    def fits(self, key_id: str | None, algorithm: str) -> bool:
        """Whether a token with this header may have been signed with it."""
        return (
            key_id in (None, self.id)
            and self.kind == _KINDS_OF_ALGORITHMS.get(algorithm[:2])
            and self.algorithm in (None, algorithm)
        )


Keys = Sequence[PublicKey]


def read(body: bytes) -> Keys:
    """The keys of a JWK set that can be used here. Raises `KeysUnreadable` where there is none.

    A key that is secret, too short, for encryption or of an unknown kind is passed over, as RFC 7517 asks.
    """
    try:
        found: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise KeysUnreadable("is not JSON") from None
    listed = cast("Mapping[str, Any]", found).get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise KeysUnreadable("is not a JWK set: it has no list of keys")
    keys = [key for one in cast("list[Any]", listed) if isinstance(one, dict) and (key := _key(cast("Any", one)))]
    if not keys:
        raise KeysUnreadable("has no public key of 2048 bits (RSA), on a curve (EC) or of Edwards' kind (OKP)")
    return keys


def _key(one: Mapping[str, Any]) -> PublicKey | None:
    """A key from its public parts alone, so that nothing else that is said of it matters."""
    kind, key_id, algorithm = one.get("kty"), one.get("kid"), one.get("alg")
    if kind not in _KINDS or one.get("use") not in (None, "sig") or "verify" not in one.get("key_ops", ["verify"]):
        return None
    if not isinstance(key_id, str | None) or not isinstance(algorithm, str | None):
        return None
    try:
        if kind == "RSA" and int.from_bytes(urlsafe_b64decode(one["n"].encode())).bit_length() < _LEAST_RSA_BITS:
            return None
        key = _KINDS[kind].import_key({name: one[name] for name in _PUBLIC[kind]})
    except Exception:  # noqa: BLE001 - whatever a parser trips over, it is no key; the others may be
        return None
    return PublicKey(key_id, kind, algorithm, key)


class KeySource(Protocol):
    """Where keys come from."""

    async def keys(self, fitting: Callable[[Keys], Keys]) -> Keys:
        """The fitting ones of the issuer's keys; none where it has none. Raises `AuthUnavailable`."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


class GivenKeys:
    """Keys that were given by hand and stay as they are."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def keys(self, fitting: Callable[[Keys], Keys]) -> Keys:
        """The fitting ones."""
        return fitting(self._keys)

    async def close(self) -> None:
        """Holds nothing."""


Fetch = Callable[[], Awaitable[bytes]]
"""Fetches the text of a key set. Raises `KeysUnreadable` where there is none."""


class FetchedKeys:
    """An issuer's keys, fetched when first needed.

    After `fresh_for_s` they are fetched anew while the old ones serve, for `keep_for_s` more at the most. A token of
    an unknown key has them fetched at once, for the issuer may have a new one; but a fetch begins at the earliest
    `cooldown_s` after the last one began (a second, where no keys are held), whatever callers send and whatever the
    issuer answers. Requests that wait for a fetch share it, and none that goes away ends it. Times are in seconds;
    `clock` never goes back.
    """

    def __init__(
        self,
        fetch: Fetch,
        emit: Emit,
        *,
        fresh_for_s: float,
        keep_for_s: float,
        cooldown_s: float,
        clock: Callable[[], float] = time.monotonic,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._fetch = fetch
        self._emit = emit
        self._fresh_for_s = fresh_for_s
        self._keep_for_s = keep_for_s
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._close = close
        self._keys: Keys = ()
        self._fetched_at = self._began_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def keys(self, fitting: Callable[[Keys], Keys]) -> Keys:
        """The fitting ones, fetched first if there are none to look at or none of them fits."""
        age = self._clock() - self._fetched_at
        if age <= self._fresh_for_s + self._keep_for_s:
            if age > self._fresh_for_s:
                self._begin()
            if found := fitting(self._keys):
                return found
        if (fetching := self._begin()) is not None:
            await asyncio.shield(fetching)
        if self._clock() - self._fetched_at > self._fresh_for_s + self._keep_for_s:
            raise AuthUnavailable(_WITHOUT_KEYS_S)
        return fitting(self._keys)

    async def close(self) -> None:
        """Ends a fetch that runs and lets go of connections."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        if self._close is not None:
            await self._close()

    def _begin(self) -> asyncio.Task[None] | None:
        """The fetch that runs, or a new one; none where it is too early for one."""
        now = self._clock()
        held = now - self._fetched_at <= self._fresh_for_s + self._keep_for_s
        pause = self._cooldown_s if held else min(self._cooldown_s, _WITHOUT_KEYS_S)
        if self._fetching is None and now - self._began_at >= pause:
            self._began_at = now
            self._fetching = asyncio.create_task(self._renew())
            self._fetching.add_done_callback(self._ended)
        return self._fetching

    def _ended(self, _: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _renew(self) -> None:
        began = self._clock()
        try:
            self._keys = read(await self._fetch())
        except KeysUnreadable as problem:
            self._emit(KeysFailed(str(problem)))
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the old keys serve on; its text may hold a URL
            self._emit(KeysFailed(type(error).__name__))
            return
        self._fetched_at = began
        self._emit(KeysFetched(len(self._keys)))


def fetcher(http: httpx.AsyncClient, url: str, timeout_s: float) -> Fetch:
    """Fetches from a URL: one answer, not redirected, within the time, of a bounded size."""

    async def fetch() -> bytes:
        body = bytearray()
        async with (
            asyncio.timeout(timeout_s),
            http.stream("GET", url, headers={"accept": "application/jwk-set+json, application/json"}) as response,
        ):
            if response.status_code != 200:
                raise KeysUnreadable(f"HTTP {response.status_code}")
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise KeysUnreadable("is too large")
        return bytes(body)

    return fetch
