"""What operators do to running gateways from the command line: `gateway cache purge`."""

import os
from typing import Annotated

import httpx
import typer

from gateway.errors import BadUserInput
from gateway.facets.addresses import address
from gateway.facets.facet import Address, IdentifierKind, Source
from gateway.settings import BadSettings, load

TenantName = Annotated[str, typer.Option(help="Which of the organisations, where GATEWAY_TENANTS__... has several.")]

caches = typer.Typer(no_args_is_help=True, help="What the gateway keeps of customers.")


@caches.command()
def purge(
    customer: Annotated[str, typer.Option(help="KIND=VALUE, such as mobile=919800000001 or id=100000001.")],
    source: Annotated[Source, typer.Option(help="Where the identifier is registered.")] = Source.INSTORE,
    account: Annotated[str, typer.Option(help="The account of the source, where it has several.")] = "",
    url: Annotated[str, typer.Option(help="Where a gateway runs; any of the replicas.")] = "http://127.0.0.1:8000",
    tenant: TenantName = "",
) -> None:
    """Make running gateways forget a customer. Needs the GATEWAY_ADMIN__SECRET that they run with."""
    address_option(customer, source, account)
    secret = load(os.environ, {}).admin.secret.get_secret_value()
    if not secret:
        raise BadSettings("GATEWAY_ADMIN__SECRET: is not set; gateways are purged only by who knows it")
    kind, _, value = customer.partition("=")
    asked = {"by": {kind: value}, "source": source.value, "accountId": account or None, "tenant": tenant}
    try:
        answer = httpx.post(
            f"{url.rstrip('/')}/admin/cache/purge",
            json=asked,
            headers={"authorization": f"Bearer {secret}"},
            timeout=30,
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        raise BadSettings("--url: no gateway answers there") from None
    if answer.status_code != 200:
        raise BadSettings(f"The gateway refused (HTTP {answer.status_code}). Does it run with the same secret?")
    typer.echo(f"{answer.json()['customers']} customers forgotten")


def address_option(customer: str, source: Source, account: str) -> Address:
    """From KIND=VALUE to an address. Raises `BadSettings` naming the option."""
    kind, separator, value = customer.partition("=")
    if not separator or kind not in set(IdentifierKind):
        raise BadSettings(f"--customer: is not KIND=VALUE with KIND one of {', '.join(IdentifierKind)}")
    try:
        return address({kind: value}, source, account, argument="--customer")
    except BadUserInput as error:
        raise BadSettings(str(error).replace("accountId:", "--account:")) from None
