"""The session: the customers of one request, fetched together at the first await."""

import asyncio
import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

from gateway.auth import policy
from gateway.auth.callers import Caller
from gateway.context import Scope
from gateway.driver import Driver
from gateway.errors import CallerError, GatewayError, InternalError
from gateway.facets.catalog import CATALOG, EXISTS
from gateway.facets.cost import upstream_cost
from gateway.facets.explain import Explanation
from gateway.facets.facet import Address, CustomerId, Facet
from gateway.facets.needs import Entry, Roots, Wanted
from gateway.record import CustomerRecord, Known
from gateway.telemetry.events import Emit, FaultMet


class RequestSession:
    """Implements `gateway.context.Session` over a driver.

    `roots` are the customers of every root field, as the needs were read. The same customer asked for twice in the
    same way is one record. A field that the needs did not foresee asks for its facet by itself, together with all
    others of the same tick.

    The roots are those that `caller` is permitted (`gateway.auth.policy`). Whatever a field asks for and whoever
    answers, a customer's values pass one gate here: `SessionCustomer.value`.
    """

    def __init__(
        self,
        driver: Driver,
        scope: Scope,
        roots: Roots,
        caller: Caller,
        emit: Emit,
        explanation: Explanation,
        most_age: float = math.inf,
    ) -> None:
        self.explanation = explanation
        self.caller = caller
        self._own = policy.by_own_id(caller)
        self.unseen = policy.unseen(caller)
        self._allowance = driver.allowance(caller.name)
        self._most_age = most_age
        self._driver = driver
        self._scope = scope
        self._emit = emit
        self._records: dict[Address, CustomerRecord] = {}
        self._roots = {key: [self._root(entry) for entry in entries] for key, entries in roots.items()}
        self._running: asyncio.Task[None] | None = None
        self._late: dict[Address, CustomerRecord] = {}
        self.confirmed: dict[CustomerRecord, CustomerId | None] = {}
        """Whom addresses led to who may be seen by the caller."""

    def customer(self, key: str, index: int = 0) -> "SessionCustomer":
        """See `gateway.context.Session`."""
        match self._roots[key][index]:
            case CustomerRecord() as record:
                return SessionCustomer(self, record)
            case problem:
                raise problem

    def viewer(self, key: str) -> "SessionCustomer | None":
        """See `gateway.context.Session`."""
        return self.customer(key) if self._roots[key] else None

    def problems(self) -> Iterator[tuple[tuple[str, int], CallerError]]:
        """The customers who cannot be asked for, by response key and place."""
        for key, roots in self._roots.items():
            for index, root in enumerate(roots):
                if isinstance(root, CallerError):
                    yield (key, index), root

    def deleted(self) -> Iterator[tuple[str, int]]:
        """The customers of whom some answer said that they were deleted, by response key and place."""
        for key, roots in self._roots.items():
            for index, root in enumerate(roots):
                if isinstance(root, CustomerRecord) and root.deleted:
                    yield key, index

    def requested(self) -> int:
        """What all this would cost upstream if nothing were known of anybody (see `facets.cost`)."""
        calls = self._driver.requested(list(self._records.values()))
        self.explanation.cold = len(calls)
        return upstream_cost(calls)

    async def foresee(self) -> None:
        """Explains what would be fetched, without a call."""
        await self._driver.foresee(list(self._records.values()), self._scope, self._most_age)

    def start(self) -> None:
        """Begins to fetch everything that is wanted; later calls change nothing."""
        if self._running is None:
            self._running = asyncio.create_task(self._run(list(self._records.values())))

    def fetch_late(self, record: CustomerRecord) -> None:
        """Fetches what was not foreseen, at the end of this tick and after what runs already."""
        if not self._late:
            asyncio.get_running_loop().call_soon(self._start_late)
        self._late[record.address] = record

    @property
    def doubts(self) -> bool:
        """Whether it matters to whom an address leads: it does to a member whose token names an id."""
        return self._own is not None

    async def survivor(self) -> CustomerId | None:
        """Who the token's own id leads to: another id, if it was merged. Asked only where somebody else was met."""
        if self._own is None:
            return None
        record = self._records.get(self._own)
        if record is None:
            record = self._records[self._own] = CustomerRecord(self._own, {}, self.explanation)
            self.fetch_late(record)
        try:
            await record.wait(EXISTS)
        except GatewayError:
            return None
        return record.id

    async def finish(self) -> None:
        """Waits until all that was begun has come to its end."""
        while self._running is not None and not self._running.done():
            await asyncio.shield(self._running)

    def _root(self, entry: Entry) -> CustomerRecord | CallerError:
        match entry:
            case Wanted(address, causes):
                record = self._records.get(address)
                if record is None:
                    record = self._records[address] = CustomerRecord(address, causes, self.explanation, self._allowance)
                else:
                    record.want(causes)
                return record
            case problem:
                return problem

    def _start_late(self) -> None:
        records, self._late = list(self._late.values()), {}
        self._running = asyncio.create_task(self._run(records, after=self._running))

    async def _run(self, records: Sequence[CustomerRecord], after: asyncio.Task[None] | None = None) -> None:
        if after is not None:
            await after
        try:
            await self._driver.run(records, self._scope, self._most_age)
        except Exception as error:  # noqa: BLE001 - every waiter has been told; the fault is ours to log
            self._emit(FaultMet(_leaf(error), "driver"))


class SessionCustomer:
    """Implements `gateway.context.Customer`. It knows its session and is not known to it: a circle would stay until
    garbage is collected."""

    __slots__ = ("_record", "_session")

    def __init__(self, session: RequestSession, record: CustomerRecord) -> None:
        self._session = session
        self._record = record

    @property
    def id(self) -> CustomerId:
        """See `gateway.context.Customer`."""
        session, record = self._session, self._record
        if record.id is None or (session.doubts and session.confirmed.get(record) != record.id):
            raise InternalError("A customer was read before they were known to exist.")
        return record.id

    @property
    def merged_from(self) -> tuple[CustomerId, ...]:
        """See `gateway.context.Customer`."""
        return tuple(self._record.victims)

    def plain(self, facets: Sequence[Facet | None]) -> tuple[CustomerId | None, Sequence[CustomerId], list[Any]] | None:
        """Who they are, who was merged into them, and the values of these facets, if all went well; else null.

        Only after everything was fetched. Nobody is a customer without an id. What is null in `facets` is so here.
        """
        record = self._record
        there = record.settled(EXISTS)
        if record.deleted or not isinstance(there, Known) or (self._session.doubts and not self._is_theirs()):
            return None
        if not there.value:
            return None, (), []
        values: list[Any] = []
        for facet in facets:
            outcome = Known(None) if facet is None else record.settled(facet)
            if not isinstance(outcome, Known):
                return None
            values.append(outcome.value)
        return record.id, record.victims, values

    async def exists(self) -> bool:
        """See `gateway.context.Customer`."""
        return bool(await self.value(EXISTS))

    async def value(self, facet: Facet) -> Any:
        """See `gateway.context.Customer`. The last gate: nothing is fetched or shown that the caller may not see."""
        if (missing := self._session.unseen.get(facet.name)) is not None:
            raise policy.unpermitted(missing)
        self._session.start()
        if facet not in self._record.causes:
            self._record.want({facet: ()})
            self._session.fetch_late(self._record)
        try:
            value = await self._record.wait(facet)
        except GatewayError:
            await self._confirm()
            raise
        await self._confirm()
        return value

    async def _confirm(self) -> None:
        """Raises `Forbidden` where the address led to somebody whom the caller may not see."""
        if self._session.doubts and not self._is_theirs() and not self._is_theirs(await self._session.survivor()):
            raise policy.not_theirs()
        self._session.confirmed[self._record] = self._record.id

    def _is_theirs(self, survivor: CustomerId | None = None) -> bool:
        record = self._record
        return policy.is_theirs(self._session.caller, record.address, record.id, record.hint, record.victims, survivor)

    def facet_of_profile(self, name: str) -> Facet:
        """See `gateway.context.Customer`."""
        return CATALOG[name].of(self._record.address)


def _leaf(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return type(error).__name__
