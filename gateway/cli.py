"""The command line: `gateway COMMAND --help` says the rest."""

import asyncio
import difflib
import ipaddress
import json
import os
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Final, cast
from zoneinfo import ZoneInfo

import httpx
import typer
import uvicorn

from gateway.app import build, create_app, schema_text
from gateway.errors import BadUserInput, GatewayError
from gateway.facets.addresses import address
from gateway.facets.facet import Address, IdentifierKind, Source
from gateway.graphql.execution import Answer, Explain, GraphQLRequest
from gateway.probe.findings import Findings
from gateway.probe.prober import Prober
from gateway.sandbox import create_sandbox
from gateway.settings import BadSettings, Settings, load
from gateway.telemetry.log import configure_logs

DEV: Final[Mapping[str, Any]] = {
    "graphiql": True,
    "explain": True,
    "introspection": True,
    "metrics": {"enabled": True},
    "log_level": "warning",
}
SANDBOX: Final[Mapping[str, Any]] = {
    "username": "till.sandbox",
    "password": "sandbox",
    "timezone": "Asia/Kolkata",
}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "A GraphQL gateway over Capillary's two customer calls. Settings come from the environment: "
        "GATEWAY_UPSTREAM__BASE_URL and so on; docs/settings.md lists them all."
    ),
)


@app.command()
def serve() -> None:
    """Start the gateway in front of the upstream that GATEWAY_UPSTREAM__... describes."""
    settings = load(os.environ, {})
    _refuse_strangers(settings)
    configure_logs(settings.log_level)
    _run(create_app(settings), settings)


@app.command()
def dev() -> None:
    """Start the gateway with the explorer, explain and the sandbox upstream, or a real one if it is set."""
    settings = load(os.environ, DEV)
    configure_logs(settings.log_level)
    sandbox = None
    if settings.upstream.base_url is None:
        settings, sandbox = load(os.environ, {**DEV, "upstream": SANDBOX}), create_sandbox()
    else:
        _refuse_strangers(settings)
    address = f"http://{settings.host}:{settings.port}"
    typer.echo(f"Explorer   {address}/graphql")
    if sandbox is not None:
        typer.echo(f"Sandbox    {address}/_sandbox  (its customers, its REST calls, what it was asked)")
    typer.echo("Stop with Ctrl-C.")
    _run(create_app(settings, sandbox=sandbox), settings)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8001,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Start the simulated upstream alone. User till.sandbox, password sandbox."""
    typer.echo(f"Sandbox    http://{host}:{port}/_sandbox")
    uvicorn.run(create_sandbox(), host=host, port=port, log_level="warning", server_header=False)


@app.command()
def schema(
    check: Annotated[Path | None, typer.Option(help="Compare with this file instead of printing.")] = None,
) -> None:
    """Print the schema, or fail with the difference where a file is not it."""
    sdl = schema_text()
    if check is None:
        typer.echo(sdl, nl=False)
        return
    written = check.read_text() if check.exists() else ""
    if written != sdl:
        lines = difflib.unified_diff(written.splitlines(), sdl.splitlines(), str(check), "gateway schema", lineterm="")
        typer.echo("\n".join(lines), err=True)
        typer.echo(f"{check} is not the schema; write it with: gateway schema > {check}", err=True)
        raise typer.Exit(1)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A file with one GraphQL operation.", exists=True, dir_okay=False)],
    variables: Annotated[str, typer.Option(help="Its variables, as a JSON object.")] = "{}",
    as_json: Annotated[bool, typer.Option("--json", help="Print extensions.explain as JSON.")] = False,
) -> None:
    """Show which upstream calls an operation would make, and which field causes what. Makes none."""
    try:
        query, values = file.read_text(), json.loads(variables)
    except UnicodeDecodeError:
        raise BadSettings(f"{file}: is not text") from None
    except ValueError:
        raise BadSettings("--variables: is not JSON") from None
    if not isinstance(values, dict):
        raise BadSettings("--variables: is not a JSON object")
    settings = load(os.environ, DEV)
    simulated = None
    if settings.upstream.base_url is None:
        settings, simulated = load(os.environ, {**DEV, "upstream": SANDBOX}), create_sandbox()
    gateway = build(settings, sandbox=simulated)
    answer = asyncio.run(
        gateway.execution.answer(GraphQLRequest(query, cast("dict[str, Any]", values)), gateway.scope(), Explain.PLAN)
    )
    _show(answer, as_json=as_json)


@app.command()
def probe(
    customer: Annotated[
        str, typer.Option(help=f"A customer who has much: KIND=VALUE, KIND one of {', '.join(IdentifierKind)}.")
    ],
    source: Annotated[Source, typer.Option(help="Where the identifier is registered.")] = Source.INSTORE,
    account: Annotated[str, typer.Option(help="The account of the source, where it has several.")] = "",
    write: Annotated[Path | None, typer.Option(help="Write the capabilities to this environment file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Ask upstream for everything, one facet at a time: what comes, how long it takes, how much each embed adds.

    Ends with the capabilities of the organisation as settings. Makes about sixty upstream calls, one after another.
    """
    who = _address(customer, source, account)
    if write is not None:
        _must_be_writable(write)
    settings = load(os.environ, DEV)
    simulated = None
    if settings.upstream.base_url is None:
        settings, simulated = load(os.environ, {**DEV, "upstream": SANDBOX}), create_sandbox()
        typer.echo("No GATEWAY_UPSTREAM__BASE_URL: probing the sandbox.", err=True)
    gateway = build(settings, sandbox=simulated)
    prober = Prober(gateway.client, ZoneInfo(settings.upstream.timezone), who, _progress())

    async def found() -> Findings:
        async with gateway.http:
            return await prober.probe()

    findings = asyncio.run(found())
    if sys.stderr.isatty():
        typer.echo("\r\033[K", nl=False, err=True)
    typer.echo(json.dumps(findings.as_json(), indent=2) if as_json else findings.table(), nl=as_json)
    if write is not None:
        write.write_text(findings.as_settings())
        typer.echo(f"Wrote {write}.", err=True)


caches = typer.Typer(no_args_is_help=True, help="What the gateway keeps of customers.")
app.add_typer(caches, name="cache")


@caches.command()
def purge(
    customer: Annotated[str, typer.Option(help="KIND=VALUE, such as mobile=919800000001 or id=100000001.")],
    source: Annotated[Source, typer.Option(help="Where the identifier is registered.")] = Source.INSTORE,
    account: Annotated[str, typer.Option(help="The account of the source, where it has several.")] = "",
    url: Annotated[str, typer.Option(help="Where a gateway runs; any of the replicas.")] = "http://127.0.0.1:8000",
) -> None:
    """Make running gateways forget a customer. Needs the GATEWAY_ADMIN__SECRET that they run with."""
    _address(customer, source, account)
    secret = load(os.environ, DEV).admin.secret.get_secret_value()
    if not secret:
        raise BadSettings("GATEWAY_ADMIN__SECRET: is not set; gateways are purged only by who knows it")
    kind, _, value = customer.partition("=")
    asked = {"by": {kind: value}, "source": source.value, "accountId": account or None}
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


def _progress() -> Callable[[str], None]:
    """Shows what is asked right now, on one line, to somebody who watches."""
    if not sys.stderr.isatty():
        return lambda _: None
    numbers = count(1)

    def tell(text: str) -> None:
        sys.stderr.write(f"\r\033[Kasking ({next(numbers)})  {text[:60]}")
        sys.stderr.flush()

    return tell


def _must_be_writable(file: Path) -> None:
    """Refuses a file that cannot be written, before all the work that would fill it."""
    there = file if file.exists() else file.absolute().parent
    if file.is_dir() or not there.exists() or not os.access(there, os.W_OK):
        raise BadSettings(f"--write: {file} cannot be written")


def _address(customer: str, source: Source, account: str) -> Address:
    """From KIND=VALUE to an address. Raises `BadSettings` naming the option."""
    kind, separator, value = customer.partition("=")
    if not separator or kind not in set(IdentifierKind):
        raise BadSettings(f"--customer: is not KIND=VALUE with KIND one of {', '.join(IdentifierKind)}")
    try:
        return address({kind: value}, source, account, argument="--customer")
    except BadUserInput as error:
        raise BadSettings(str(error).replace("accountId:", "--account:")) from None


def _show(answer: Answer, *, as_json: bool) -> None:
    for error in answer.errors:
        typer.echo(f"error: {error['message']}", err=True)
    if answer.errors:
        raise typer.Exit(1)
    explanation = answer.extensions["explain"]
    if as_json:
        typer.echo(json.dumps(explanation, indent=2))
        return
    calls = explanation["calls"]
    typer.echo(f"{len(calls)} upstream call{'' if len(calls) == 1 else 's'}")
    for number, call in enumerate(calls, 1):
        typer.echo(f"\n{number}. {call['endpoint']}  GET {call['path']}  wave {call['wave']}")
        typer.echo(f"   customers  {', '.join(call['customers'])}")
        for name, value in call["params"].items():
            typer.echo(f"   {name}={value}")
        for facet, fields in call["cause"].items():
            typer.echo(f"   {facet:28} {', '.join(fields) or '(that the customer exists)'}")


def _refuse_strangers(settings: Settings) -> None:
    """Real customers are not served to other machines while nobody is asked who they are."""
    if settings.auth.mode is None and not _loopback(settings.host):
        raise BadSettings(
            f"GATEWAY_HOST: {settings.host} can be reached from other machines, and nobody is asked who they are. "
            "Set GATEWAY_AUTH__MODE=none if something in front of the gateway does that."
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _run(application: Any, settings: Settings) -> None:
    """uvicorn's access log is off: a query string may hold an identifier. What it logs goes where all of it goes."""
    uvicorn.run(
        application,
        log_config=None,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )


def main() -> None:
    """Runs a command. A mistake in settings is a message and exit status 2, not a stack."""
    try:
        app()
    except GatewayError as error:
        typer.echo(error.message, err=True)
        sys.exit(2)
