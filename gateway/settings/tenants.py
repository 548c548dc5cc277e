"""What an operator can set where one gateway stands in front of several organisations."""

import re
from enum import StrEnum
from typing import Final

from pydantic import Field, field_validator

from gateway.settings.base import NESTED, PREFIX, Frozen, split
from gateway.settings.upstream import UpstreamSettings

TENANT: Final = f"{PREFIX}TENANTS{NESTED}{{}}{NESTED}"
"""What begins the variables of a tenant, by its name in capitals."""
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


class TenantBy(StrEnum):
    """What says which organisation a request is for."""

    HOST = "host"
    HEADER = "header"
    CLAIM = "claim"


class TenancySettings(Frozen):
    """How a request is known to be for one of several organisations."""

    by: TenantBy = Field(
        TenantBy.HOST,
        description="What says which tenant a request is for: the `host` it was sent to, a `header`, or a `claim` of "
        "the caller's verified token (`GATEWAY_AUTH__JWT__TENANT_CLAIM`).",
    )
    header: str = Field(
        "x-gateway-tenant",
        pattern=r"^[a-z0-9-]+$",
        description="The header, for `header`. What stands in front of the gateway must set it, or take it away.",
    )


class TenantSettings(Frozen):
    """One organisation."""

    upstream: UpstreamSettings = Field(
        default=UpstreamSettings.model_construct(), description="As `GATEWAY_UPSTREAM__…`, of this tenant alone."
    )
    hosts: str = Field(default="", description="The host names that requests for it are sent to, with commas between.")
    organisation: str = Field(
        default="", pattern=r"^\d*$", description="The organisation's id in upstream's events; others are passed over."
    )

    @field_validator("hosts")
    @classmethod
    def _host_names(cls, value: str) -> str:
        if wrong := [host for host in split(value) if not _HOST.fullmatch(host.lower())]:
            raise ValueError(f"has what is no host name: {', '.join(wrong)}")
        return value.lower()
