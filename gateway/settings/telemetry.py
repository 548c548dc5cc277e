"""What an operator can set of metrics and traces."""

from gateway.settings.base import Group, setting
from gateway.settings.values import Secret


class MetricsSettings(Group):
    """What Prometheus may read."""

    enabled: bool = setting(
        "Whether metrics are counted, and read at `/metrics` by whoever reaches the port. On in `gateway dev`.",
        default=False,
    )
    token: Secret = setting("Bearer token that `/metrics` then asks for. Empty: none.", default=Secret(""))


class TracesSettings(Group):
    """What OpenTelemetry is told."""

    enabled: bool = setting(
        "Whether OpenTelemetry is told of requests and calls. Needs the extra `otel`.", default=False
    )
    follow: bool = setting("Whether the trace of a request's own `traceparent` is continued.", default=True)
    pass_on: bool = setting("Whether upstream is sent a `traceparent` with every call.", default=False)
