"""The command line: `gateway COMMAND --help` says the rest."""

import asyncio
import difflib
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Final, cast
from zoneinfo import ZoneInfo

import typer
import uvicorn

from gateway import serving
from gateway.admin.commands import TenantName, address_option, caches
from gateway.app import Gateway, build, schema_text
from gateway.auth import api_keys
from gateway.auth.callers import ANYONE, Permission
from gateway.facets.facet import IdentifierKind, Source
from gateway.graphql.answers import Answer, Explain, GraphQLRequest
from gateway.probe.findings import Findings
from gateway.probe.prober import Prober
from gateway.sandbox import Sandbox, create_sandbox
from gateway.settings import BadSettings, Settings, load
from gateway.tenants import Tenant

DEV: Final[Mapping[str, Any]] = {
    "graphiql": True,
    "explain": True,
    "introspection": True,
    "metrics": {"enabled": True},
    "log_level": "warning",
    "documents": {"free_text": True},
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


app.add_typer(caches, name="cache")


@app.command()
def serve() -> None:
    """Start the gateway in front of the upstream that GATEWAY_UPSTREAM__... describes."""
    serving.serve()


@app.command()
def dev() -> None:
    """Start the gateway with the explorer, explain and the sandbox upstream, or a real one if it is set."""
    settings, sandbox = _with_upstream()
    if sandbox is None:
        serving.refuse_strangers(settings)
    address = f"http://{settings.host}:{settings.port}"
    typer.echo(f"Explorer   {address}/graphql")
    if sandbox is not None:
        typer.echo(f"Sandbox    {address}/_sandbox  (its customers, its REST calls, what it was asked)")
    typer.echo("Stop with Ctrl-C.")
    serving.run(settings, sandbox)


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
    tenant: TenantName = "",
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
    settings, simulated = _with_upstream()
    gateway = build(settings, sandbox=simulated)
    one = _tenant(gateway, tenant)
    request = GraphQLRequest(query, cast("dict[str, Any]", values))
    answer = asyncio.run(gateway.execution.answer(request, one.driver, one.scope({}), Explain.PLAN, caller=ANYONE))
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
    tenant: TenantName = "",
) -> None:
    """Ask upstream for everything, one facet at a time: what comes, how long it takes, how much each embed adds.

    Ends with the capabilities of the organisation as settings. Makes about sixty upstream calls, one after another.
    """
    who = address_option(customer, source, account)
    if write is not None:
        _must_be_writable(write)
    settings, simulated = _with_upstream()
    if simulated is not None:
        typer.echo("No GATEWAY_UPSTREAM__BASE_URL: probing the sandbox.", err=True)
    one = _tenant(build(settings, sandbox=simulated), tenant)
    upstream = settings.tenants[tenant].upstream if tenant else settings.upstream
    prober = Prober(one.client, ZoneInfo(upstream.timezone), who, _progress())

    async def found() -> Findings:
        async with one.http:
            return await prober.probe()

    findings = asyncio.run(found())
    if sys.stderr.isatty():
        typer.echo("\r\033[K", nl=False, err=True)
    typer.echo(json.dumps(findings.as_json(), indent=2) if as_json else findings.table(), nl=as_json)
    if write is not None:
        write.write_text(findings.as_settings())
        typer.echo(f"Wrote {write}.", err=True)


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="The client that will use it, such as crm.")],
    permissions: Annotated[
        str, typer.Option(help=f"What it may see beyond the rest: {'+'.join(Permission)}, or * for all.")
    ] = "",
) -> None:
    """Make an API key for a client: the key itself, shown this once, and its entry in GATEWAY_AUTH__API_KEYS."""
    if not re.fullmatch(r"[\w.-]{1,64}", name, re.ASCII):
        raise BadSettings("NAME: must be 1 to 64 letters, digits, points, dashes and underscores")
    try:
        made, entry = api_keys.new_key(name, api_keys.permissions(permissions))
    except ValueError as error:
        raise BadSettings(f"--permissions: {error}") from None
    typer.echo(f"Key    {made}\nEntry  {entry}")
    typer.echo("Give the key to the client; the gateway keeps the entry alone. Neither is shown again.", err=True)


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


def _with_upstream() -> tuple[Settings, Sandbox | None]:
    """The settings, with the sandbox for an upstream where none is set."""
    settings = load(os.environ, DEV)
    if settings.upstream.base_url is not None or settings.tenants:
        return settings, None
    return load(os.environ, {**DEV, "upstream": SANDBOX}), create_sandbox()


def _tenant(gateway: Gateway, name: str) -> Tenant:
    """The organisation that a command is for. Raises `BadSettings`."""
    found = gateway.tenants.named(name)
    if found is None:
        names = ", ".join(filter(None, gateway.tenants.names))
        raise BadSettings(f"--tenant: must be one of {names}" if names else "--tenant: there is only one organisation")
    if found.credential is None:
        raise BadSettings("GATEWAY_UPSTREAM__AUTH is passthrough: this command has no credential to ask upstream with")
    return found


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
