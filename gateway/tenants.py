"""The organisations in front of which this gateway stands, and which of them a request is for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import httpx

from gateway.auth.callers import Caller
from gateway.context import Credential, Scope
from gateway.driver import Driver
from gateway.errors import BadRequest, Forbidden
from gateway.facets.facet import Address, CustomerId
from gateway.record import CustomerRecord
from gateway.settings.tenants import TenantBy
from gateway.upstream.auth import CallerCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.resilient import ResilientClient

ACCEPTED_FOR_S: Final = 60.0
"""Seconds for which a caller's own credential counts as accepted, so that the cache may answer without upstream."""
MISDIRECTED: Final = 421
VIEWS: Final = 256
"""Scopes of the gateway's own credentials that are remembered: one for each organisation and language."""


_scope_of = lru_cache(VIEWS)(Scope)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation: its upstream and what is under way there.

    `id` names it in scopes: no other upstream, and no other tenant of the same one, shares it. `credential` is the
    gateway's own; null where upstream is asked with the caller's. `organisation` is its id in upstream's events.
    """

    name: str
    id: str
    driver: Driver
    client: UpstreamClient
    calls: ResilientClient
    http: httpx.AsyncClient
    credential: Credential | None
    attribution: str = ""
    organisation: str = ""

    def scope(self, headers: Mapping[str, str], language: str | None = None) -> Scope:
        """The scope of a request with these headers. Raises `Unauthenticated` for a caller who had to prove something.

        The language is as upstream takes it.
        """
        if self.credential is not None:
            return _scope_of(self.id, self.credential.principal, self.attribution, language or "")
        own = CallerCredential(headers)
        return Scope(self.id, own.principal, self.attribution, language or "", own, ACCEPTED_FOR_S)

    async def find(self, address: Address) -> CustomerId | None:
        """Asks upstream who an address is. Nobody, where only callers can ask."""
        if self.credential is None:
            return None
        record = CustomerRecord(address, {}, allowance=self.driver.allowance())
        await self.driver.run([record], self.scope({}), most_age=0.0)
        return record.id

    async def finish(self) -> None:
        """Waits until nothing is under way any more."""
        await self.driver.finish()
        await self.calls.close()


class Tenants:
    """All of them. One without a name is the only one, and every request is for it.

    `hosts` says by which host names they are known, `header` which header names one.
    """

    def __init__(
        self,
        tenants: Sequence[Tenant],
        *,
        by: TenantBy = TenantBy.HOST,
        header: str = "",
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        self._named = {tenant.name: tenant for tenant in tenants}
        self._only = self._named.get("")
        self._by = by
        self._header = header
        self._hosts = hosts or {}

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._named.values())

    def named(self, name: str) -> Tenant | None:
        """The tenant of that name; the only one, where none is given."""
        return self._named.get(name)

    @property
    def names(self) -> Sequence[str]:
        """How they are called; one empty name where there is only one."""
        return tuple(self._named)

    @property
    def told_by(self) -> str:
        """The header that tells which of them a request is for; empty where none does."""
        return "" if self._only or self._by is not TenantBy.HEADER else self._header

    def of(self, headers: Mapping[str, str], caller: Caller) -> Tenant:
        """The tenant that a request with these headers is for. Raises `BadRequest`, and `Forbidden` for a stranger."""
        found = self._only or self._chosen(headers, caller)
        if caller.tenant is not None and found.name and caller.tenant != found.name:
            raise Forbidden("Your token is of another tenant.")
        return found

    def _chosen(self, headers: Mapping[str, str], caller: Caller) -> Tenant:
        match self._by:
            case TenantBy.HOST:
                host = headers.get("host", "").rpartition("@")[2].partition(":")[0].lower()
                found = self._named.get(self._hosts.get(host, ""))
                if found is None:
                    raise BadRequest("Host: no tenant is known by this name.", status=MISDIRECTED)
            case TenantBy.HEADER:
                found = self._named.get(headers.get(self._header, ""))
                if found is None:
                    raise BadRequest(f"{self._header}: must name a tenant.")
            case TenantBy.CLAIM:
                found = self._named.get(caller.tenant or "")
                if found is None:
                    raise Forbidden("Your token names no tenant of this gateway.")
        return found
