"""The explorer's upstream panel: the plan while somebody types, what a run made, what the cache knew."""

import asyncio
import json
import os
import re
import shlex
import shutil
import time
from asyncio.subprocess import DEVNULL
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from gateway.sandbox import Sandbox, create_sandbox
from tests.auth.support import JWT, bearer, claims, key_set, signed
from tests.browser.conftest import exploring, serving
from tests.browser.upstream import Explored, modes, watched

pytestmark = pytest.mark.browser

DEV_QUERY = 'query Dev { customer(by: {email: "dev.malhotra@example.com"}) { firstName points { loyaltyPoints } } }'
MOBILE = "919800000001"
CURL = shutil.which("curl")


@dataclass(frozen=True)
class Here:
    """A gateway of this test's own, that knows nobody yet."""

    chromium: Path
    url: str
    sandbox: Sandbox

    @asynccontextmanager
    async def explored(self, **options: Any) -> AsyncIterator[Explored]:
        """Its explorer."""
        async with exploring(self.chromium, self.url, **options) as page:
            yield Explored(page)


@pytest.fixture
def here(chromium: Path) -> Iterator[Here]:
    sandbox = create_sandbox()
    with serving(sandbox) as url:
        yield Here(chromium, url, sandbox)


async def test_type_complete_run_read_change_a_variable_and_see_the_cache(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        assert here.sandbox.requests == []

        editor = it.page.locator(".graphiql-query-editor")
        await editor.locator(".view-line", has_text="firstName").click()
        await it.page.keyboard.press("End")
        await it.page.keyboard.press("Enter")
        await it.page.keyboard.type("optinSt")
        await expect(editor.locator(".suggest-widget.visible .monaco-list-row.focused")).to_contain_text("optinStatus")
        await it.page.keyboard.press("Enter")
        v1 = it.calls.filter(has_text="/v1.1/customer/get")
        await expect(v1.get_by_text("optin_status=true", exact=True)).to_be_visible()
        assert here.sandbox.requests == []

        await it.run()
        await expect(it.calls).to_have_count(2)
        await expect(it.calls.locator(".upstream-status")).to_have_text(["200", "200"])
        await expect(it.calls.locator(".upstream-bar")).to_have_count(2)
        history = v1.get_by_role("listitem").filter(has_text="customer.slabHistory")
        await expect(history.locator(".upstream-sends code")).to_have_text(["mlp=true", "slab_history=true"])
        assert len(here.sandbox.requests) == 2

        await it.run()
        await it.says("Made no call")
        await expect(it.calls).to_have_count(0)
        cards = it.known.filter(has_text="customer.cards")
        await expect(cards.locator(".upstream-from")).to_have_text("cache")
        await expect(cards.locator(".upstream-age")).to_have_text(re.compile(r"^(just now|\d+ s old)$"))
        assert len(here.sandbox.requests) == 2

        await it.write_variables('{"mobile": "919800000012"}')
        await it.planned(2)
        await expect(it.panel.get_by_text("Plan", exact=True)).to_be_visible()
        assert len(here.sandbox.requests) == 2
        await it.run()
        await it.says("Made 2 calls")
        assert len(here.sandbox.requests) == 4


async def test_what_is_half_known_is_shown_as_both(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        await it.tab("TierScreen")
        await it.planned(1)
        await it.run()
        await it.tab("OneScreen")
        await expect(it.known.filter(has_text="customer.slabHistory")).to_have_count(1)
        await expect(it.known.filter(has_text="customer.cards")).to_have_count(0)
        await expect(it.calls.filter(has_text="customer.cards")).to_have_count(1)


async def test_a_run_shows_the_answer_that_a_client_gets_and_asks_once(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        asked = watched(it.page)
        await it.run()
        result = it.page.locator(".result-window")
        await expect(result.locator(".view-line", has_text='"firstName": "Asha"')).to_be_visible()
        assert modes(asked) == ["analyze"]
        await result.locator(".view-lines").click()
        await it.page.keyboard.press("Control+End")
        await expect(result.locator(".view-line", has_text='"requested": ')).to_be_visible()
        await expect(result.get_by_text("explain")).to_have_count(0)


async def test_nobody_is_named_in_the_panel(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        await it.run()
        for summary in await it.panel.get_by_text("curl", exact=True).all():
            await summary.click()
        told = await it.panel.inner_text()
        assert "****0001" in told
        assert MOBILE not in told
        assert "sandbox" not in told.lower()  # the credential's name and secret


BY_ID = '{ customer(by: {id: "100000001"}) { cards { type } } }'


@pytest.mark.skipif(CURL is None, reason="there is no curl to run the commands with")
@pytest.mark.parametrize(("query", "calls", "identifier"), [(None, 2, MOBILE), (BY_ID, 1, "100000001")])
async def test_the_commands_make_the_calls_that_were_made(
    here: Here, query: str | None, calls: int, identifier: str
) -> None:
    async with here.explored() as it:
        await it.planned(2)
        if query is not None:
            await it.write(query)
            await it.planned(calls)
        await it.run()
        for summary in await it.panel.get_by_text("curl", exact=True).all():
            await summary.click()
        commands = await it.calls.locator("pre").all_inner_texts()
    made = requests_of(here.sandbox)
    assert len(made) == len(commands) == calls
    here.sandbox.requests.clear()
    credential = f"Authorization: Basic {b64encode(b'till.sandbox:sandbox').decode()}"
    values = {**os.environ, "UPSTREAM": here.url, "IDENTIFIER": identifier, "CREDENTIAL": credential}
    for command in commands:
        shell = await asyncio.create_subprocess_shell(command, stdout=DEVNULL, stderr=DEVNULL, env=values)
        assert await shell.wait() == 0
    assert requests_of(here.sandbox) == made


def requests_of(sandbox: Sandbox) -> list[tuple[str, dict[str, str]]]:
    return sorted(((one.path, dict(one.params)) for one in sandbox.requests), key=str)


async def test_a_command_is_copied_as_it_stands(here: Here) -> None:
    async with here.explored(permissions=["clipboard-read", "clipboard-write"]) as it:
        await it.planned(2)
        call = it.calls.first
        await call.get_by_text("curl", exact=True).click()
        await call.get_by_role("button", name="Copy").click()
        await expect(call.get_by_role("button", name="Copied")).to_be_visible()
        copied = await it.page.evaluate("navigator.clipboard.readText()")
        assert copied == await call.locator("pre").inner_text()
        assert shlex.split(copied)[:3] == ["curl", "--get", "$UPSTREAM/v2/customers/lookup/customerDetails"]


async def test_a_failed_call_is_told_apart(here: Here) -> None:
    here.sandbox.faults.v1_get.status = 503
    async with here.explored() as it:
        await it.planned(2)
        await it.run()
        failed = it.calls.filter(has_text="/v1.1/customer/get")
        await expect(failed).to_have_attribute("data-failed", "true")
        await expect(failed.locator(".upstream-status")).to_have_text("503")
        await expect(failed.locator(".upstream-for")).to_contain_text("attempts")
        await expect(it.calls.filter(has_text="/v2/")).to_have_attribute("data-failed", "false")


async def test_a_call_that_had_to_wait_for_another_says_so_and_lies_after_it(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        await it.write('{ customer(by: {cardNumber: "CAPD0000000101"}) { slabHistory { to } cards { type } } }')
        await expect(it.calls.get_by_text("after another")).to_have_count(1)
        await it.run()
        await expect(it.calls.locator(".upstream-bar")).to_have_count(2)
        boxes = [await bar.bounding_box() for bar in await it.calls.locator(".upstream-bar").all()]
        first, second = sorted((box for box in boxes if box), key=lambda box: box["x"])
        assert second["x"] >= first["x"] + first["width"] - 3  # a bar is at least that wide, however short the call


# --- the plan while typing ---


async def test_what_cannot_be_planned_is_not_sent(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        asked = watched(it.page)
        for unready in ("{ customer(by: ", "{ nothing }", "query Q($m: Nope) { customer(by: {mobile: $m}) { id } }"):
            await it.write(unready)
            await it.says("No plan yet")
            await expect(it.panel.locator(".upstream-report")).to_have_attribute("data-dimmed", "true")
            await it.write(DEV_QUERY)
            await it.planned(1)
        await it.write_variables('{"mobile": ')
        await it.says("No plan yet: variables")
        sent = [json.loads(request.post_data or "{}")["query"] for request in asked]
        assert set(sent) == {DEV_QUERY}
        assert set(modes(asked)) == {"plan"}
        assert here.sandbox.requests == []


async def test_who_types_on_takes_the_last_plan_back(here: Here) -> None:
    """A plan that is on its way when somebody types is given up, and never shown."""
    async with here.explored() as it:
        await it.planned(2)
        given_up: list[str] = []
        it.page.on("requestfailed", lambda request: given_up.append(request.post_data or ""))
        held: list[Any] = []
        await it.page.route("**/graphql", lambda route: held.append(route) if not held else route.continue_())
        async with it.page.expect_request(lambda request: "Held" in (request.post_data or "")):
            await it.write('query Held { customer(by: {id: "100000001"}) { id } }')
        await it.write(DEV_QUERY)
        await it.planned(1)
        await expect(it.calls).to_contain_text(["customer.points"])
        assert len(given_up) == 1
        assert "Held" in given_up[0]


async def test_a_plan_is_asked_with_the_variables_and_headers_of_the_moment(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        asked = watched(it.page)
        await it.write_variables('{"mobile": "919800000012"}')
        await it.planned(2)
        await expect(it.calls.first).to_contain_text("****0012")
        await it.write_headers('{"authorization": "Bearer of-this-test", "accept-language": "hi"}')
        async with it.page.expect_response(lambda response: "accept-language" in response.request.headers):
            pass
        last = asked[-1]
        assert json.loads(last.post_data or "")["variables"] == {"mobile": "919800000012"}
        assert last.headers["authorization"] == "Bearer of-this-test"
        assert "authorization" not in asked[0].headers, "a place for a token is no token"


async def test_an_operation_that_asks_nothing_of_upstream(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        await it.write("{ __typename }")
        await it.says("This asks nothing of upstream.")


async def test_a_problem_of_the_caller_s_is_told(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        await it.write_variables("{}")
        await it.says("No plan: Variable '$mobile' has invalid value")


# --- who may ---


async def test_where_answers_are_not_explained_the_panel_says_how_to_switch_it_on(chromium: Path) -> None:
    with serving(create_sandbox(), explain=False) as url:
        async with exploring(chromium, url) as page:
            it, asked = Explored(page), watched(page)
            await expect(it.panel).to_contain_text("GATEWAY_EXPLAIN=true")
            await page.get_by_role("button", name="Execute query").click()
            await expect(page.locator(".result-window .view-line", has_text='"firstName"')).to_be_visible()
            await expect(it.panel).to_contain_text("GATEWAY_EXPLAIN=true")
            assert modes(asked) == [None]


async def test_who_is_not_on_the_staff_is_told_so_and_answered(chromium: Path) -> None:
    """The gateway is asked for an explanation once, and not again on behalf of the same token."""
    auth = {"mode": "jwt", "jwt": {**JWT, "jwks": key_set()}}
    token = signed(claims(time.time(), phone_number=MOBILE))
    staff = signed(claims(time.time(), scope="staff"))
    with serving(create_sandbox(), auth=auth) as url:
        async with exploring(chromium, url, refusals=1, extra_http_headers=bearer(token)) as page:
            it, asked = Explored(page), watched(page)
            await expect(it.panel).to_contain_text("is answered to staff only")
            await expect(it.panel).to_contain_text("Headers")
            await page.get_by_role("button", name="Execute query").click()
            await expect(page.locator(".result-window .view-line", has_text='"firstName"')).to_be_visible()
            assert modes(asked) == ["plan", None]
        async with exploring(chromium, url, extra_http_headers=bearer(staff)) as page:
            await Explored(page).planned(0)


# --- keys, colours, sizes ---


async def test_the_panel_is_opened_and_closed_by_keys_and_a_closed_one_asks_nothing(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        await it.page.locator(".graphiql-query-editor .view-lines").click()
        await it.page.keyboard.press("Control+Alt+U")
        show = it.panel.get_by_role("button", name="Show upstream panel")
        await expect(show).to_be_focused()
        await expect(show).to_have_attribute("aria-expanded", "false")
        await expect(it.calls).to_have_count(0)

        asked = watched(it.page)
        await it.page.get_by_role("button", name="Execute query").click()
        await expect(it.page.locator(".result-window .view-line", has_text='"firstName"')).to_be_visible()
        assert modes(asked) == [None]

        await it.page.wait_for_function("() => localStorage['graphiql:tabState']")
        await it.page.reload()
        await expect(show).to_be_visible()
        await show.focus()
        await it.page.keyboard.press("Enter")
        await it.says("would make no call")


async def test_everything_in_the_panel_is_reached_by_keys_and_seen_there(here: Here) -> None:
    async with here.explored() as it:
        await it.planned(2)
        await it.panel.get_by_role("button", name="Hide upstream panel").focus()
        reached: list[str] = []
        for _ in range(5):
            await it.page.keyboard.press("Tab")
            reached.append(await it.page.evaluate("document.activeElement.tagName"))
            focused = it.page.locator(":focus-visible")
            await expect(focused).to_have_css("outline-width", "2px")
            await expect(focused).to_have_css("outline-style", "solid")
            if reached[-1] == "SUMMARY":
                await it.page.keyboard.press("Enter")
        assert reached == ["DIV", "SUMMARY", "PRE", "BUTTON", "SUMMARY"]


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(33, 42, 59)")])
async def test_the_panel_follows_the_colours(here: Here, scheme: str, background: str) -> None:
    async with here.explored(color_scheme=scheme) as it:
        await expect(it.panel).to_have_css("background-color", background)
        other = {"light": "Dark", "dark": "Light"}[scheme]
        await it.page.get_by_role("button", name="Open settings dialog").click()
        await it.page.get_by_role("button", name=other, exact=True).click()
        await it.page.keyboard.press("Escape")
        await expect(it.panel).not_to_have_css("background-color", background)


async def test_the_panel_stands_beside_the_result_where_there_is_room(here: Here) -> None:
    here.sandbox.faults.v1_get.delay_s, here.sandbox.faults.v2_lookup.delay_s = 0.082, 0.047
    async with here.explored(viewport={"width": 1440, "height": 900}) as it:
        await it.planned(2)
        await it.run()
        result, panel = await it.page.locator(".result-window").bounding_box(), await it.panel.bounding_box()
        assert result is not None
        assert panel is not None
        assert result["x"] + result["width"] <= panel["x"]
        await it.picture("explorer")
        await it.page.emulate_media(color_scheme="dark")
        await it.run()
        await it.says("Made no call")
        await it.picture("explorer-dark")


async def test_on_a_phone_everything_stands_in_one_column(here: Here) -> None:
    async with here.explored(viewport={"width": 390, "height": 844}, has_touch=True) as it:
        await it.planned(2)
        await it.run()
        for part in (".graphiql-query-editor", ".graphiql-editor-tools", ".result-window", ".upstream"):
            await it.page.locator(part).scroll_into_view_if_needed()
            await expect(it.page.locator(part)).to_be_in_viewport()
            box = await it.page.locator(part).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        wide = "[document.documentElement, document.querySelector('.graphiql-sessions')].map((it) => it.scrollWidth)"
        assert max(await it.page.evaluate(wide)) <= 390
        await it.panel.get_by_text("Identifiers are masked").scroll_into_view_if_needed()
        await it.picture("explorer-phone")


async def test_the_first_load_is_less_than_a_megabyte_before_the_workers(here: Here) -> None:
    """As the browser counts it: the page, what it names and what it fetches until the first plan is there."""
    async with here.explored() as it:
        await it.planned(2)
        await expect(it.page.locator(".graphiql-query-editor .view-line").first).to_be_visible()
        entries = await it.page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".map(({ name, encodedBodySize }) => [name, encodedBodySize])"
        )
    loaded = {name: size for name, size in entries if ".worker-" not in name}
    assert len(loaded) > 10
    assert 500_000 < sum(loaded.values()) < 1_000_000
