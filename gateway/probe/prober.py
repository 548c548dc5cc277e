"""Asks upstream about one customer, one set of parameters at a time. The only part of a probe that awaits."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from gateway.errors import BadUserInput, GatewayError, UpstreamInputRefused, UpstreamUnavailable
from gateway.facets.capabilities import V1_KINDS, V1_POSSIBLE, V2_KINDS, ById, Capabilities, Gaps
from gateway.facets.catalog import CARDS, EXISTENCE, PROFILES, PROGRAMS
from gateway.facets.facet import Address, Endpoint, Facet, Identifier, IdentifierKind, Source
from gateway.facets.parameters import Parameters, parameters, source
from gateway.facets.plan import Call
from gateway.facets.routes import BY_ID
from gateway.model.readers import Block, Reader
from gateway.probe import questions
from gateway.probe.findings import Answered, Came, Findings, Setting
from gateway.probe.questions import BATCHES, TODAY
from gateway.upstream.answers import Failed, Found, NotFound, Performed, Target
from gateway.upstream.client import UpstreamClient

Identifiers = tuple[Identifier, ...]


class Prober:
    """Probes one organisation with one customer. `tell` hears of every call before it is made.

    Upstream may be paid by the call, so nothing is asked twice.
    """

    def __init__(self, client: UpstreamClient, zone: tzinfo, address: Address, tell: Callable[[str], None]) -> None:
        self._client = client
        self._zone = zone
        self._address = address
        self._tell = tell
        self._able = Capabilities()
        self._named: dict[Endpoint, Identifiers] = {}
        """By what each endpoint finds the customer; an endpoint that does not is left out."""
        self._id: Identifiers = ()
        self._known: dict[tuple[object, ...], Performed] = {}

    async def probe(self) -> Findings:
        """Everything that can be seen with this customer. Raises a `GatewayError` where upstream knows nobody."""
        await self._find()
        by_id, unsure = await self._by_id()
        self._able = replace(self._able, v2_by_id=by_id or ById.NONE)
        if by_id is not None:
            self._named.setdefault(Endpoint.V2, self._id)
        answers = [answer for endpoint in self._named for answer in await self._facets(endpoint)]
        alone = replace(self._able, only_current_profile=True)
        settings = [
            questions.of_by_id(by_id, failed=unsure),
            questions.of_cards(await self._block(), await self._block(CARDS())),
            questions.of_profiles(await self._block(able=alone), await self._block(PROFILES()), self._address.source),
            questions.of_gaps(
                await self._gaps(Endpoint.V1, Gaps.V1),
                {way: await self._gaps(Endpoint.V2, way) for way in (Gaps.FLAGS, Gaps.DETAILS)},
            ),
            *await self._kinds(),
            questions.of_batches([size for size in BATCHES if await self._takes(size)]),
        ]
        return Findings(answers, settings)

    async def _find(self) -> None:
        """Finds the customer on each endpoint that takes the identifiers given, and their id."""
        kinds, instore = self._address.kinds, self._address.source is Source.INSTORE
        takes = {
            Endpoint.V1: len(kinds) == 1 and (kinds == BY_ID or (instore and kinds[0] in V1_POSSIBLE)),
            Endpoint.V2: kinds != BY_ID,
        }
        nobody = UpstreamUnavailable("Upstream knows no such customer; try another one.")
        problems: list[GatewayError] = []
        for endpoint in (endpoint for endpoint, can in takes.items() if can):
            match (await self._ask(endpoint, named=self._address.identifiers)).outcomes[0]:
                case Found(id, merged=True) as found:
                    if not found.of_victim:  # from here on the survivor is probed
                        self._id = (Identifier(IdentifierKind.ID, id),)
                        self._address = Address(self._id)
                        self._named = {}
                        break
                case Found(id):
                    self._id = (Identifier(IdentifierKind.ID, id),)
                    self._named[endpoint] = self._address.identifiers
                case Failed(error) if not isinstance(error, BadUserInput | UpstreamInputRefused):
                    problems.append(error)
                case NotFound():
                    problems.insert(0, nobody)
                case _:
                    pass
        if not self._id:
            raise next(iter(problems), nobody)
        self._named = {Endpoint.V1: self._id, **{end: by for end, by in self._named.items() if end is Endpoint.V2}}

    async def _by_id(self) -> tuple[ById | None, bool]:
        """The way in which V2 takes an id; and whether some way gave no certain answer."""
        unsure = False
        for way in (ById.PATH, ById.LOOKUP):
            performed = await self._ask(Endpoint.V2, named=self._id, able=replace(self._able, v2_by_id=way))
            match performed.outcomes[0]:
                case Found():
                    return way, False
                case Failed(BadUserInput()):
                    continue
                case Failed() if performed.status == 404:
                    continue
                case _:
                    unsure = True
        return None, unsure

    async def _facets(self, endpoint: Endpoint) -> Sequence[Answered]:
        """One call for every set of parameters that brings a facet, the plainest first."""
        programs = self._read(await self._ask(Endpoint.V1, PROGRAMS()), PROGRAMS(), Endpoint.V1, self._able)
        asked = questions.questions(endpoint, programs[0].program_id if programs else None)
        plain = parameters(endpoint, frozenset({EXISTENCE()}), self._able)
        plainest = await self._ask(endpoint)
        base = plainest.size if isinstance(plainest.outcomes[0], Found) else None
        return [
            self._answered(endpoint, facets, await self._ask(endpoint, *facets), base, (sent, plain))
            for sent, facets in sorted(asked.items(), key=lambda one: one[0] != plain)
        ]

    def _answered(
        self,
        endpoint: Endpoint,
        facets: frozenset[Facet],
        performed: Performed,
        base: int | None,
        carried: tuple[Parameters, Parameters],
    ) -> Answered:
        sent, plain = carried
        came: dict[Facet, Came] = {}
        problem = added = None
        match performed.outcomes[0]:
            case Found() as found:
                came = {facet: self._came(performed, facet, endpoint, found) for facet in facets}
                added = None if base is None else performed.size - base
            case Failed(error):
                problem = str(error)
            case _:
                problem = "upstream did not find the customer this time"
        return Answered(
            endpoint,
            questions.beyond(sent, plain),
            questions.beyond(plain, sent),
            performed.milliseconds,
            performed.size,
            added,
            came,
            problem,
        )

    def _came(self, performed: Performed, facet: Facet, endpoint: Endpoint, found: Found) -> Came:
        reader = Reader(self._zone)
        value = self._read(performed, facet, endpoint, self._able, reader)
        way = source(facet, endpoint, self._able)
        if way and found.warnings & way.partial_codes:
            return Came.PARTLY
        if reader.anomalies:
            return Came.UNREADABLE
        return Came.NOTHING if questions.is_empty(value) else Came.SOMETHING

    def _read(
        self,
        performed: Performed | None,
        facet: Facet,
        endpoint: Endpoint,
        able: Capabilities,
        reader: Reader | None = None,
    ) -> Any:
        """A facet's value in an answer; null where there is none."""
        way = source(facet, endpoint, able)
        if way is None or performed is None or not isinstance(found := performed.outcomes[0], Found):
            return None
        return way.read(reader or Reader(self._zone), found.block, facet.argument_values)

    async def _block(self, *facets: Facet, able: Capabilities | None = None) -> Block | None:
        """V2's answer."""
        if Endpoint.V2 not in self._named:
            return None
        found = (await self._ask(Endpoint.V2, *facets, able=able)).outcomes[0]
        return found.block if isinstance(found, Found) else None

    async def _gaps(self, endpoint: Endpoint, way: Gaps) -> list[Any] | None:
        """Today's gaps; null where they could not be asked for, or not be brought."""
        if endpoint not in self._named:
            return None
        able = replace(self._able, gaps=way)
        performed = await self._ask(endpoint, *TODAY, able=able)
        found = performed.outcomes[0]
        ways = [one for facet in TODAY if (one := source(facet, endpoint, able))]
        if not isinstance(found, Found) or any(found.warnings & one.partial_codes for one in ways):
            return None
        return [self._read(performed, facet, endpoint, able) for facet in TODAY]

    async def _kinds(self) -> list[Setting]:
        """Every kind of identifier of which the customer shows one, on each endpoint that could take it."""
        taken: dict[Endpoint, dict[IdentifierKind, bool]] = {endpoint: {} for endpoint in Endpoint}
        shown = await self._ask(Endpoint.V2, PROFILES()) if Endpoint.V2 in self._named else None
        for one in questions.identifiers(self._read(shown, PROFILES(), Endpoint.V2, self._able)):
            kind = one.kinds[0]
            for endpoint, possible in ((Endpoint.V1, V1_POSSIBLE), (Endpoint.V2, V2_KINDS)):
                if kind not in possible or (endpoint is Endpoint.V1 and one.source is not Source.INSTORE):
                    continue
                match (await self._ask(endpoint, named=one.identifiers, at=one)).outcomes[0]:
                    case Found(id):
                        taken[endpoint][kind] = id == self._id[0].value
                    case NotFound() | Failed(BadUserInput() | UpstreamInputRefused()):
                        taken[endpoint][kind] = False
                    case _:
                        pass
        return [
            questions.of_kinds(Endpoint.V1, taken[Endpoint.V1], V1_KINDS),
            questions.of_kinds(Endpoint.V2, taken[Endpoint.V2], V2_KINDS),
        ]

    async def _takes(self, size: int) -> bool:
        """Whether V1.1 answers for so many ids."""
        performed = await self._ask(Endpoint.V1, customers=size)
        return all(isinstance(outcome, Found) for outcome in performed.outcomes.values())

    async def _ask(
        self,
        endpoint: Endpoint,
        *facets: Facet,
        named: Identifiers = (),
        able: Capabilities | None = None,
        at: Address | None = None,
        customers: int = 1,
    ) -> Performed:
        able, named, at = able or self._able, named or self._named[endpoint], at or self._address
        wanted = frozenset(facets or (EXISTENCE(),))
        sent = parameters(endpoint, wanted, able)
        kinds = tuple(one.kind for one in named)
        way = able.v2_by_id if endpoint is Endpoint.V2 and kinds == BY_ID else None
        key = (endpoint, sent, named, customers, way, at.source, at.account)
        if key not in self._known:
            self._tell(f"{endpoint.value}  {', '.join(sorted(facet.name for facet in wanted))}")
            call = Call(endpoint, 1, kinds, tuple(range(customers)), wanted)
            target = Target(at, named)
            client = self._client.with_capabilities(able)
            self._known[key] = await client.perform(call, dict.fromkeys(call.customers, target))
        return self._known[key]
