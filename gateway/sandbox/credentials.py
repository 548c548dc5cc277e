"""What the sandbox accepts as a credential: Basic with a hashed password, or a token it issued. Facts §4."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import md5
from hmac import compare_digest
from itertools import count
from typing import Any, Literal

Verdict = Literal["accepted", "refused", "expired"]
TOKEN_HEADER = "x-cap-api-oauth-token"


class Credentials:
    """Judges requests, issues tokens, forgets both when it goes."""

    def __init__(
        self,
        *,
        username: str,
        password: str,
        oauth_key: str,
        oauth_secret: str,
        token_ttl_s: int,
        clock: Callable[[], float],
    ) -> None:
        hashed = md5(password.encode(), usedforsecurity=False).hexdigest()
        self.basic = "Basic " + b64encode(f"{username}:{hashed}".encode()).decode()
        self._client = {"key": oauth_key, "secret": oauth_secret}
        self._ttl_s = token_ttl_s
        self._clock = clock
        self._numbers = count(1)
        self._expires: dict[str, float] = {}

    def judge(self, headers: Mapping[str, str]) -> Verdict:
        """Whether a request's headers carry a credential that counts; a token outranks Basic."""
        token = headers.get(TOKEN_HEADER)
        if token is None:
            given = headers.get("authorization", "")
            return "accepted" if compare_digest(given.encode(), self.basic.encode()) else "refused"
        expires = self._expires.get(token)
        if expires is None:
            return "refused"
        return "accepted" if self._clock() < expires else "expired"

    def generate(self, given: object) -> dict[str, Any]:
        """A new token for the right key and secret, an error for anything else."""
        if given != self._client:
            return {"data": None, "errors": [{"code": 320001, "message": "Client key or secret is wrong"}]}
        now = self._clock()
        # An expired token is remembered for as long again as it lived: "expired", not "unknown".
        self._expires = {token: end for token, end in self._expires.items() if now < end + self._ttl_s}
        token = f"sandbox-token-{next(self._numbers):06d}"
        self._expires[token] = now + self._ttl_s
        return {"data": {"accessToken": token, "ttlSeconds": self._ttl_s}, "errors": None}

    def forget_tokens(self) -> None:
        """Revoke every token, as if the upstream had been restarted."""
        self._expires.clear()
