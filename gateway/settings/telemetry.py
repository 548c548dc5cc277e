"""What an operator can set of metrics and traces."""

from pydantic import Field, SecretStr

from gateway.settings.base import Frozen


class MetricsSettings(Frozen):
    """What Prometheus may read."""

    enabled: bool = Field(
        False,
        description="Whether metrics are counted, and read at `/metrics` by whoever reaches the port. On in "
        "`gateway dev`.",
    )
    token: SecretStr = Field(SecretStr(""), description="Bearer token that `/metrics` then asks for. Empty: none.")


class TracesSettings(Frozen):
    """What OpenTelemetry is told."""

    enabled: bool = Field(
        False, description="Whether OpenTelemetry is told of requests and calls. Needs the extra `otel`."
    )
    follow: bool = Field(True, description="Whether the trace of a request's own `traceparent` is continued.")
    pass_on: bool = Field(False, description="Whether upstream is sent a `traceparent` with every call.")
