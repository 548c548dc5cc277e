"""The explorer's page and files, without a browser."""

import hashlib
import json
import re
from html.parser import HTMLParser

import httpx
import pytest
from starlette.applications import Starlette

from gateway.graphiql.assets import STATIC, Assets, accepted_codings
from gateway.graphiql.examples import EXAMPLES, Example
from gateway.graphiql.page import Explorer

UI = STATIC.with_name("ui")
MANIFEST = Assets().manifest
IMMUTABLE = "public, max-age=31536000, immutable"


class Page(HTMLParser):
    """What a browser would load from the page, and the JSON block it would read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.comments: list[str] = []
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.urls += [value for name, value in attrs if name in {"href", "src"} and value is not None]
        if tag == "script":
            self.scripts.append(attributes)
            self._in_script = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.inline.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def config(self) -> dict:
        return json.loads("".join(self.inline))


def page_of(explorer: Explorer) -> Page:
    return Page(bytes(explorer.page().body).decode())


@pytest.fixture
async def client():
    transport = httpx.ASGITransport(Starlette(routes=Explorer(EXAMPLES).routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


def test_page_carries_the_security_headers() -> None:
    headers = Explorer(EXAMPLES).page().headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"] == (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_page_runs_one_script_and_none_inline() -> None:
    data_block, entry = page_of(Explorer(EXAMPLES)).scripts
    assert data_block == {"type": "application/json", "id": "graphiql-config"}
    assert entry == {"type": "module", "src": f"/graphiql/{MANIFEST.script}"}


async def test_everything_the_page_names_is_served_from_here(client: httpx.AsyncClient) -> None:
    page = page_of(Explorer(EXAMPLES))
    for url in [*page.urls, *page.config["workers"].values()]:
        assert url.startswith("/graphiql/")
        assert (await client.get(url)).status_code == 200


@pytest.mark.parametrize("explain", [True, False])
def test_page_says_whether_answers_are_explained(explain: bool) -> None:
    assert page_of(Explorer(EXAMPLES, explain=explain)).config["explain"] is explain


def test_page_keeps_a_place_for_a_token() -> None:
    assert json.loads(page_of(Explorer(EXAMPLES)).config["headers"]) == {"authorization": "Bearer "}


def test_page_offers_the_examples_as_tabs() -> None:
    examples = [
        Example("First", "query A { a }\n"),
        Example("Second", "query B { b }\n", variables={"name": "सरोजिनी"}, headers={"x-one": "1"}),
    ]
    config = page_of(Explorer(examples, endpoint="/other")).config
    assert config["endpoint"] == "/other"
    assert config["tabs"] == [
        {"query": "# First\nquery A { a }", "variables": None, "headers": None},
        {
            "query": "# Second\nquery B { b }",
            "variables": '{\n  "name": "सरोजिनी"\n}',
            "headers": '{\n  "x-one": "1"\n}',
        },
    ]


@pytest.mark.parametrize("hostile", ["</script><script>alert(1)</script>", "<!-- <script>", "]]>", "\u2028&amp;'\""])
def test_no_query_breaks_out_of_the_data_block(hostile: str) -> None:
    page = page_of(Explorer([Example("Hostile", f"# {hostile}\nquery A {{ a }}")]))
    assert len(page.scripts) == 2
    assert page.comments == []
    assert page.config["tabs"][0]["query"] == f"# Hostile\n# {hostile}\nquery A {{ a }}"


@pytest.mark.parametrize("name", [MANIFEST.script, MANIFEST.style, *MANIFEST.preload])
def test_first_load_names_no_other_host(name: str) -> None:
    """No address that a browser would ask: each one left is a namespace or a link in somebody's documentation."""
    text = (STATIC / name).read_text("utf-8")
    asked = re.compile(
        r"""(?:\burl\(\s*["']?|\bimport\s*\(?\s*["'`]|\bfrom\s*["'`]|\bfetch\(\s*["'`]|\.src\s*=\s*["'`])(?:https?:)?//"""
    )
    assert asked.findall(text) == []


async def test_files_are_kept_for_ever(client: httpx.AsyncClient) -> None:
    for name in MANIFEST.files.keys() - {MANIFEST.licences}:
        assert re.search(r"-[A-Z0-9]{8}\.\w+$", name), f"{name} carries no hash"
        assert (await client.get(f"/graphiql/{name}")).headers["cache-control"] == IMMUTABLE


async def test_the_licence_file_keeps_its_name_and_so_is_not_immutable(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/graphiql/{MANIFEST.licences}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        (MANIFEST.script, "text/javascript; charset=utf-8"),
        (MANIFEST.style, "text/css; charset=utf-8"),
        (MANIFEST.icon, "image/svg+xml"),
        (next(name for name in MANIFEST.files if name.endswith(".woff2")), "font/woff2"),
        (next(name for name in MANIFEST.files if name.endswith(".ttf")), "font/ttf"),
    ],
)
async def test_files_say_what_they_are(client: httpx.AsyncClient, name: str, media_type: str) -> None:
    headers = (await client.get(f"/graphiql/{name}")).headers
    assert headers["content-type"] == media_type
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accept_encoding", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0, br;q=0", "gzip"), ("identity", None), ("", None)],
)
async def test_files_come_in_a_coding_the_client_accepts(
    client: httpx.AsyncClient, accept_encoding: str, encoding: str | None
) -> None:
    request = client.build_request("GET", f"/graphiql/{MANIFEST.script}")
    request.headers["accept-encoding"] = accept_encoding
    answer = await client.send(request, stream=True)
    raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    built = MANIFEST.files[MANIFEST.script]
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    assert len(raw) == (built.encodings[encoding].bytes if encoding else built.bytes)
    assert answer.headers["content-length"] == str(len(raw))


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", set()),
        ("BR", {"br"}),
        ("gzip;q=0.5 , br; q=0.8", {"gzip", "br"}),
        ("gzip;q=0.000, br", {"br"}),
        ("gzip ; q=0", set()),
        ("*, deflate;q=1, ,", {"*", "deflate"}),
    ],
)
def test_accepted_codings(header: str, accepted: set[str]) -> None:
    assert accepted_codings(header) == accepted


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/",
        "/graphiql/unknown.js",
        "/graphiql/manifest.json",
        "/graphiql/../page.py",
        "/graphiql/..%2fpage.py",
        "/graphiql/%2e%2e/page.py",
        "/graphiql/..%5cpage.py",
        "/graphiql/%2fetc%2fpasswd",
        f"/graphiql/{MANIFEST.script}.br",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    url = httpx.URL("http://gateway").copy_with(raw_path=path.encode())
    assert (await client.get(url)).status_code == 404


def test_manifest_and_folder_agree() -> None:
    recorded = {name: (built.bytes, built.sha256) for name, built in MANIFEST.files.items()}
    for built in MANIFEST.files.values():
        recorded |= {sibling.file: (sibling.bytes, sibling.sha256) for sibling in built.encodings.values()}
    present = {path.name: path.read_bytes() for path in STATIC.iterdir() if path.name != "manifest.json"}
    assert {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in present.items()} == recorded


def test_the_built_files_belong_to_the_sources() -> None:
    """After a change under `ui/`: `npm ci && npm run build` there, and commit `static/` with it."""
    documentation = {UI / "README.md"}
    sources = [*UI.glob("*.*"), *UI.glob("src/**/*"), *UI.glob("tools/**/*")]
    present = {
        path.relative_to(UI).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sources
        if path.is_file() and path not in documentation
    }
    assert present == MANIFEST.sources
