"""A served gateway and a real browser that can reach nothing else."""

import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Page, Route, async_playwright

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
    chosen = Settings(**DEV, upstream=SANDBOX, **settings)
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


@pytest.fixture
def open_explorer(chromium: Path, gateway_url: str) -> Callable[..., AbstractAsyncContextManager[Page]]:
    """Open the explorer as a new visitor; at the end nobody else was asked and nothing was complained about."""

    @asynccontextmanager
    async def open_explorer(**context_options: object) -> AsyncIterator[Page]:
        strangers: list[str] = []
        complaints: list[str] = []

        async def refuse_strangers(route: Route) -> None:
            if route.request.url.startswith(f"{gateway_url}/"):
                await route.continue_()
            else:
                strangers.append(route.request.url)
                await route.abort()

        async with (
            async_playwright() as playwright,
            await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS) as browser,
            await browser.new_context(viewport={"width": 1280, "height": 800}, **context_options) as context,
        ):
            await context.route("**/*", refuse_strangers)
            await context.add_init_script(REPORT_VIOLATIONS)
            page = await context.new_page()
            page.on("console", lambda message: message.type in {"error", "warning"} and complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(f"{gateway_url}/graphql")
            yield page
        assert strangers == []
        assert complaints == []

    return open_explorer
