"""What listens to the events of one gateway: its log, and its metrics and traces where they are switched on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import httpx
from starlette.routing import BaseRoute, Route

from gateway.settings.telemetry import MetricsSettings, TracesSettings
from gateway.telemetry.events import Emit, together
from gateway.telemetry.lag import sample_lag
from gateway.telemetry.log import Log

if TYPE_CHECKING:
    from gateway.telemetry.metrics import Metrics


class Telemetry:
    """`emit` is told everything. Raises `ImportError` where traces are switched on and OpenTelemetry is not there."""

    def __init__(self, log: Emit, metrics: MetricsSettings, traces: TracesSettings) -> None:
        self._log = log
        self.metrics = _metrics() if metrics.enabled else None
        self._token = metrics.token.get_secret_value()
        self._pass_on = traces.enabled and traces.pass_on
        tracing = [_traces(follow=traces.follow)] if traces.enabled else []
        counting: list[Emit] = [self.metrics] if self.metrics else []
        self.emit = together(*tracing, log, *counting)  # the log tells which trace it is

    def routes(self) -> list[BaseRoute]:
        """Where it can be read."""
        if self.metrics is None:
            return []
        from gateway.telemetry.endpoint import MetricsEndpoint

        return [Route("/metrics", MetricsEndpoint(self.metrics, self._token))]

    def watch(self, http: httpx.AsyncClient) -> None:
        """Has the calls of a client carry the trace, if upstream is to know it."""
        if self._pass_on:
            from gateway.telemetry.traces import pass_on

            http.event_hooks = {"request": [pass_on]}

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """While the gateway runs."""
        sampling = None if self.metrics is None else asyncio.create_task(sample_lag(self.metrics.lagged))
        try:
            yield
        finally:
            if sampling is not None:
                sampling.cancel()
                with suppress(asyncio.CancelledError):
                    await sampling
            if isinstance(self._log, Log):
                self._log.close()


# Imported only where they are wanted: they make a start slower and take a megabyte.


def _metrics() -> "Metrics":
    from gateway.telemetry.metrics import Metrics

    return Metrics()


def _traces(*, follow: bool) -> Emit:
    from gateway.telemetry.traces import Traces

    return Traces(follow=follow)
