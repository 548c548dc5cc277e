"""Pages of other origins in a real browser: who is configured may ask and read, a stranger causes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from gateway.sandbox import create_sandbox
from tests.browser.conftest import CHROMIUM_FLAGS, serving

pytestmark = pytest.mark.browser

ASHA = '{ customer(by: {mobile: "919800000001"}) { firstName } }'
WANTED = {"data": {"customer": {"firstName": "Asha"}}}
ASK = """
async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return { data: (await answer.json()).data, id: answer.headers.get('x-request-id') };
  } catch (error) {
    return { refused: error.name };
  }
}
"""
SHOW = """
(url) => new Promise((done) => {
  const image = new Image();
  image.onload = image.onerror = () => done();
  image.src = url;
})
"""


@asynccontextmanager
async def page_of_its_own_origin(chromium: Path) -> AsyncIterator[tuple[Page, str]]:
    """An empty page of a server that is not the gateway, and its origin."""

    async def empty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with (
        await asyncio.start_server(empty, "127.0.0.1", 0) as server,
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS) as browser,
    ):
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        page = await browser.new_page()
        await page.goto(origin)
        yield page, origin
        await page.close()


def posting(**headers: str) -> dict[str, object]:
    """The options of a fetch that asks by POST."""
    return {
        "method": "POST",
        "headers": {"content-type": "application/json", **headers},
        "body": json.dumps({"query": ASHA}),
    }


async def test_a_configured_page_asks_by_post_and_get_and_reads_the_answer(chromium: Path) -> None:
    async with page_of_its_own_origin(chromium) as (page, origin):
        with serving(create_sandbox(), cors={"origins": origin}) as url:
            posted = await page.evaluate(ASK, [f"{url}/graphql", posting(authorization="Bearer x")])
            got = await page.evaluate(ASK, [f"{url}/graphql?query={ASHA}", {}])
    for answer in (posted, got):
        assert {"data": answer["data"]} == WANTED
        assert len(answer["id"]) == 16


async def test_a_stranger_s_page_reads_nothing_and_causes_nothing(chromium: Path) -> None:
    sandbox = create_sandbox()
    async with page_of_its_own_origin(chromium) as (page, _):
        with serving(sandbox, cors={"origins": "https://app.example.com"}) as url:
            address = f"{url}/graphql?query={ASHA}"
            assert await page.evaluate(ASK, [f"{url}/graphql", posting()]) == {"refused": "TypeError"}
            assert await page.evaluate(ASK, [address, {}]) == {"refused": "TypeError"}
            await page.evaluate(ASK, [address, {"mode": "no-cors"}])
            plain = {"method": "POST", "mode": "no-cors", "body": posting()["body"]}
            await page.evaluate(ASK, [f"{url}/graphql", plain])
            await page.evaluate(SHOW, address)
            assert sandbox.requests == []
            assert (await page.goto(address)).status == 200  # typed into the address bar: nobody else's doing
            assert sandbox.requests
