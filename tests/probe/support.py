"""Probes of sandboxes that behave as different organisations, and what such a probe should find."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import httpx
import orjson

from gateway.facets.addresses import address
from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Source
from gateway.probe.findings import Findings
from gateway.probe.prober import Prober
from gateway.sandbox import Habits, Sandbox, create_sandbox
from gateway.settings.upstream import UPSTREAM
from gateway.upstream.auth import BasicCredential
from gateway.upstream.client import UpstreamClient

ASHA = "mobile=919800000001"
"""Has cards, gaps and programs, but one profile only."""
NOOR = "mobile=919800000072"
"""Has six profiles, but no cards."""

V1_DEFAULT = "id,mobile,email,externalId,cardExternalId"
V2_DEFAULT = "mobile,email,externalId,cardNumber,cardExternalId,wechat,martjackId,fbId,line,cuid,unionId"
SETTINGS = [
    "V2_BY_ID",
    "IGNORE_CARD_DETAILS",
    "ONLY_CURRENT_PROFILE",
    "GAPS",
    "V1_IDENTIFIERS",
    "V2_IDENTIFIERS",
    "BATCH_SIZE",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it reached upstream, and the bytes of its answer."""

    path: str
    params: Mapping[str, str]
    size: int

    def named(self) -> set[str]:
        """The values by which the request names customers."""
        by_path = {self.path.rpartition("/")[2]} if self.path.startswith("/v2/customers/1") else set[str]()
        kinds = ("id", "mobile", "email", "external_id", "card_number", "card_external_id", "identifierValue")
        return by_path.union(*(self.params.get(kind, "").split(",") for kind in kinds)) - {""}


class Upstream(httpx.AsyncBaseTransport):
    """A sandbox that may refuse calls by their number, from 1, and whose bodies may be rewritten."""

    def __init__(
        self, sandbox: Sandbox, failing: Collection[int] = (), rewrite: Callable[[Any], Any] | None = None
    ) -> None:
        self.asked: list[Asked] = []
        self._inner = httpx.ASGITransport(sandbox)
        self._failing = failing
        self._rewrite = rewrite

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if len(self.asked) + 1 in self._failing:
            status, body = 503, b"try again later"
        else:
            answer = await self._inner.handle_async_request(request)
            status, body = answer.status_code, await answer.aread()
        if self._rewrite and status == 200:
            body = orjson.dumps(self._rewrite(orjson.loads(body)))
        self.asked.append(Asked(request.url.path, dict(request.url.params), len(body)))
        return httpx.Response(status, stream=httpx.ByteStream(body))


def replaced(key: str, value: Any) -> Callable[[Any], Any]:
    """Rewrites a body: whatever stands under the key, anywhere in it, becomes the value."""

    def rewrite(body: Any) -> Any:
        match body:
            case dict():
                return {name: value if name == key else rewrite(one) for name, one in body.items()}
            case list():
                return [rewrite(one) for one in body]
            case _:
                return body

    return rewrite


class Probed(NamedTuple):
    """What a probe found, and what it asked for that."""

    findings: Findings
    asked: list[Asked]

    @property
    def settings(self) -> dict[str, str | None]:
        """The settings by their names without the prefix."""
        return {one.variable.removeprefix(UPSTREAM): one.value for one in self.findings.settings}

    @property
    def verdicts(self) -> dict[tuple[str, str], str]:
        """What became of each facet, by endpoint and name."""
        return {
            (answer.endpoint.value, facet.name): came.value
            for answer in self.findings.answers
            for facet, came in answer.facets.items()
        }

    @property
    def rows(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """All that a row says but for the time, by endpoint and what was sent."""
        return {
            (answer.endpoint.value, answer.shown): (answer.size, answer.added, answer.facets, answer.problem)
            for answer in self.findings.answers
        }

    def number(self, holds: Callable[[Asked], bool]) -> int:
        """Which call, from 1, is the first of which something holds."""
        return next(number for number, call in enumerate(self.asked, 1) if holds(call))


async def probed(
    customer: str,
    sandbox: Sandbox | None = None,
    *,
    source: Source = Source.INSTORE,
    account: str = "",
    tell: Callable[[str], None] = lambda _: None,
    transport: httpx.AsyncBaseTransport | None = None,
    **client: Any,
) -> Probed:
    """Probes as `gateway probe --customer` does."""
    kind, _, value = customer.partition("=")
    upstream = transport or Upstream(sandbox or create_sandbox())
    options: dict[str, Any] = {"capabilities": Capabilities(), "timeout_s": 5.0, **client}
    credential = options.pop("credential", BasicCredential("till.sandbox", "sandbox"))
    async with httpx.AsyncClient(transport=upstream, base_url="https://upstream.example") as http:
        asked = UpstreamClient(http, credential, **options)
        prober = Prober(asked, ZoneInfo("Asia/Kolkata"), address({kind: value}, source, account), tell)
        findings = await prober.probe()
    return Probed(findings, upstream.asked if isinstance(upstream, Upstream) else [])


_USUAL: dict[str, Probed] = {}


async def usual(customer: str) -> Probed:
    """A probe of the sandbox as it is, made once for all tests."""
    if customer not in _USUAL:
        _USUAL[customer] = await probed(customer)
    return _USUAL[customer]


class Organisation(NamedTuple):
    """What makes a sandbox behave as an organisation of its own."""

    by_id: Any
    gaps: Any
    ignore_card_details: bool = True
    only_current_profile: bool = True
    card_number_on_v1: bool = False
    batch_limit: int = 10

    def __str__(self) -> str:
        habits = [name for name in ("ignore_card_details", "only_current_profile") if getattr(self, name)]
        habits += ["card_number_on_v1"] if self.card_number_on_v1 else []
        return "-".join([f"id {self.by_id}", f"gaps {self.gaps}", *habits, str(self.batch_limit)])

    def sandbox(self) -> Sandbox:
        """A sandbox that behaves so."""
        return create_sandbox(
            by_id=self.by_id,
            batch_limit=self.batch_limit,
            habits=Habits(
                gaps=self.gaps,
                ignore_card_details=self.ignore_card_details,
                only_current_profile=self.only_current_profile,
                card_number_on_v1=self.card_number_on_v1,
            ),
        )

    @property
    def settings(self) -> dict[str, str | None]:
        """What is right to set for it, as far as a probe can try."""
        return {
            "V2_BY_ID": self.by_id,
            "IGNORE_CARD_DETAILS": str(self.ignore_card_details).lower(),
            "ONLY_CURRENT_PROFILE": str(self.only_current_profile).lower(),
            "GAPS": {"both": "flags", "flags": "flags", "details": "details", "none": "v1"}[self.gaps],
            "V1_IDENTIFIERS": V1_DEFAULT.replace(",cardE", ",cardNumber,cardE" if self.card_number_on_v1 else ",cardE"),
            "V2_IDENTIFIERS": V2_DEFAULT,
            "BATCH_SIZE": {10: "10", 20: "20", 25: "20", 60: "50"}[self.batch_limit],
        }


_HABITS = [habits for habits in product((True, False), repeat=3) if sum(habits) % 2]
"""Every pair of values of two habits, in half of the combinations."""
_LIMITS = cycle((10, 20, 25, 60, 25))
"""Five, so that each limit meets each of the four combinations of habits."""
ORGANISATIONS = [
    Organisation(by_id, gaps, *habits, batch_limit=next(_LIMITS))
    for by_id, gaps, habits in product(("path", "lookup", "none"), ("both", "flags", "details", "none"), _HABITS)
]
