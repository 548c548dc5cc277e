"""A served gateway and a real browser that can reach nothing else."""

import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Page, Request, async_playwright

from gateway.app import create_app
from gateway.cli import DEV, SANDBOX
from gateway.sandbox import Sandbox, create_sandbox
from gateway.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
# Chromium's own errands are off, and no name resolves: whatever the page tries has to be at our address.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', (violation) =>
  console.error('content security policy:', violation.violatedDirective, violation.blockedURI));
"""


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Debian's browser; without it the tests are skipped, or fail where nothing may be skipped."""
    if not CHROMIUM.exists():
        missing = f"NO BROWSER TEST: {CHROMIUM} is missing (apt-get install chromium)"
        if os.environ.get("GATEWAY_TESTS_NO_SKIP") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return CHROMIUM


@contextmanager
def serving(sandbox: Sandbox, **settings: object) -> Iterator[str]:
    """The address of a gateway as `gateway dev` starts it, on a free loopback port, in a thread of its own."""
    chosen = Settings(**{**DEV, "upstream": SANDBOX, **settings})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(chosen, sandbox=sandbox, emit=lambda _: None)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        # The socket listens already: a request that comes before the server is ready waits in its queue.
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def gateway_url() -> Iterator[str]:
    """The address of a gateway."""
    with serving(create_sandbox()) as url:
        yield url


@asynccontextmanager
async def exploring(chromium: Path, url: str, *, refusals: int = 0, **context_options: object) -> AsyncIterator[Page]:
    """The explorer of a gateway as a new visitor sees it; at the end nobody else was asked and nothing was complained
    about, but for so many `refusals` by the gateway, which browsers note by themselves."""
    strangers: list[str] = []
    complaints: list[str] = []

    def note_strangers(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:")):
            strangers.append(request.url)

    options = {"viewport": {"width": 1280, "height": 800}, **context_options}
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS) as browser,
        await browser.new_context(**options) as context,
    ):
        # Not by routing, which would have the browser send `cache-control: no-cache`, and the gateway heed it.
        context.on("request", note_strangers)
        await context.add_init_script(REPORT_VIOLATIONS)
        page = await context.new_page()
        page.on("console", lambda message: message.type in {"error", "warning"} and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{url}/graphql")
        yield page
    assert strangers == []
    refused = [complaint for complaint in complaints if "status of 403" in complaint]
    assert len(refused) == refusals
    assert [complaint for complaint in complaints if complaint not in refused] == []


@pytest.fixture
def open_explorer(chromium: Path, gateway_url: str) -> Callable[..., AbstractAsyncContextManager[Page]]:
    """Open the explorer of the gateway that tests share (see `exploring`)."""
    return partial(exploring, chromium, gateway_url)
