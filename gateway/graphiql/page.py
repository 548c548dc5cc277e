"""The explorer's HTML page and its routes."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.graphiql.assets import Assets
from gateway.graphiql.examples import Example, editor_json

PREFIX: Final = "/graphiql"

# Monaco sets colours through inline <style> elements and style attributes; nothing inline may run as a script.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

# A place for a token or a key; not sent before something stands there (`ui/src/asking.js`).
_UNFILLED: Final = {"authorization": "Bearer "}

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Loyalty graph</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="license" href="{licences}">
<link rel="stylesheet" href="{style}">
{preload}
<script type="application/json" id="graphiql-config">{config}</script>
<script type="module" src="{script}"></script>
</head>
<body>
<div id="graphiql"></div>
<noscript>The explorer needs JavaScript.</noscript>
</body>
</html>
"""


class Explorer:
    """GraphiQL over the GraphQL endpoint at the path `endpoint`, with one tab per example.

    Everything it needs comes from this origin: `page()` is the document, `routes()` serve the files that it names.
    A browser that has been here before shows the tabs it was left with. `explain` says whether the endpoint explains
    its answers, so that nothing asks for what is refused.
    """

    def __init__(self, examples: Sequence[Example], *, endpoint: str = "/graphql", explain: bool = False) -> None:
        self._assets = Assets()
        self._html = self._render(examples, endpoint, explain=explain)

    def page(self) -> Response:
        """The HTML document, not to be stored, under the content security policy."""
        return HTMLResponse(self._html, headers=_PAGE_HEADERS)

    def routes(self) -> list[BaseRoute]:
        """The routes of the built files, one flat folder under `/graphiql/`."""
        return [Route(f"{PREFIX}/{{name}}", self._file)]

    async def _file(self, request: Request) -> Response:
        response = self._assets.response(request.path_params["name"], request.headers)
        return response or PlainTextResponse("Not Found", status_code=404)

    def _render(self, examples: Sequence[Example], endpoint: str, *, explain: bool) -> str:
        manifest = self._assets.manifest
        config = {
            "endpoint": endpoint,
            "explain": explain,
            "headers": editor_json(_UNFILLED),
            "tabs": [example.as_tab() for example in examples],
            "workers": {label: _url(name) for label, name in manifest.workers.items()},
        }
        preload = (f'<link rel="modulepreload" href="{_href(name)}">' for name in manifest.preload)
        return _PAGE.format(
            icon=_href(manifest.icon),
            licences=_href(manifest.licences),
            style=_href(manifest.style),
            script=_href(manifest.script),
            preload="\n".join(preload),
            config=_json_for_script(config),
        )


def _json_for_script(value: Any) -> str:
    """`value` as JSON that can stand in a `<script>` element.

    Without a `<` it can neither end the element (`</script>`) nor begin a comment in it (`<!--`).
    """
    return json.dumps(value).replace("<", "\\u003c")


def _url(name: str) -> str:
    return f"{PREFIX}/{name}"


def _href(name: str) -> str:
    return escape(_url(name))
