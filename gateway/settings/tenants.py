"""What an operator can set where one gateway stands in front of several organisations."""

import re
from enum import StrEnum
from typing import Final

from gateway.settings.base import NESTED, PREFIX, Group, setting, split, written
from gateway.settings.upstream import UpstreamSettings

TENANT: Final = f"{PREFIX}TENANTS{NESTED}{{}}{NESTED}"
"""What begins the variables of a tenant, by its name in capitals."""
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def _host_names(text: str) -> list[str]:
    if wrong := [name for name in split(text) if not _HOST.fullmatch(name.lower())]:
        raise ValueError(f"has what is no host name: {', '.join(wrong)}")
    return split(text.lower())


class TenantBy(StrEnum):
    """What says which organisation a request is for."""

    HOST = "host"
    HEADER = "header"
    CLAIM = "claim"


class TenancySettings(Group):
    """How a request is known to be for one of several organisations."""

    by: TenantBy = setting(
        "What says which tenant a request is for: the `host` it was sent to, a `header`, or a `claim` of "
        "the caller's verified token (`GATEWAY_AUTH__JWT__TENANT_CLAIM`).",
        default=TenantBy.HOST,
    )
    header: str = setting(
        "The header, for `header`. What stands in front of the gateway must set it, or take it away.",
        default="x-gateway-tenant",
        check=written(r"[a-z0-9-]+", "must be the name of a header, in lower case"),
    )


class TenantSettings(Group):
    """One organisation."""

    upstream: UpstreamSettings = UpstreamSettings()
    hosts: str = setting(
        "The host names that requests for it are sent to, with commas between.", default="", check=_host_names
    )
    organisation: str = setting(
        "The organisation's id in upstream's events; others are passed over.",
        default="",
        check=written(r"\d*", "must be digits"),
    )

    @property
    def host_names(self) -> list[str]:
        """The host names, in lower case."""
        return _host_names(self.hosts)
