"""The explorer in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from gateway.graphiql.examples import EXAMPLES

pytestmark = pytest.mark.browser

SCREENSHOT = Path(__file__).parents[2] / "test-results" / "graphiql.png"


async def schema_is_known(page: Page) -> None:
    """Open the documentation and wait until introspection has filled it."""
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Root Types")


async def answer_to_run(page: Page, label: str) -> dict:
    """Press the run button and return the decoded answer to the operation `label`."""
    async with page.expect_response(
        lambda response: response.request.method == "POST" and response.request.post_data_json["operationName"] == label
    ) as answered:
        await page.get_by_role("button", name="Execute query").click()
    return await (await answered.value).json()


async def test_read_the_docs_complete_a_field_run_an_example(open_explorer) -> None:
    async with open_explorer() as page:
        await schema_is_known(page)
        docs = page.locator(".graphiql-doc-explorer")
        await docs.get_by_role("link", name="Query").click()
        await expect(docs.get_by_role("link", name="customer", exact=True)).to_be_visible()

        editor = page.locator(".graphiql-query-editor")
        await editor.locator(".view-line", has_text="firstName").click()
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await page.keyboard.type("lastNa")
        await expect(editor.locator(".suggest-widget.visible .monaco-list-row.focused")).to_contain_text("lastName")
        await page.keyboard.press("Enter")
        await expect(editor.locator(".view-line", has_text="lastName")).to_be_visible()
        await expect(editor.locator(".squiggly-error")).to_have_count(0)

        await page.get_by_role("button", name="Execute query").click()
        result = page.locator(".result-window")
        await expect(result.locator(".view-line", has_text='"firstName": "Asha"')).to_be_visible()
        await expect(result.locator(".view-line", has_text='"lastName": "Rao"')).to_be_visible()

        SCREENSHOT.parent.mkdir(exist_ok=True)
        await page.screenshot(path=SCREENSHOT)


async def test_every_example_is_answered_without_errors(open_explorer) -> None:
    async with open_explorer() as page:
        await schema_is_known(page)
        labels = await page.get_by_role("tab").all_inner_texts()
        assert len(labels) == len(EXAMPLES)
        for label in [*labels[1:], labels[0]]:  # The first tab is open: each step goes to another one.
            await page.get_by_role("tab", name=label).click()
            # GraphiQL notes a changed document, and with it the operation to run, a moment later.
            await page.wait_for_function(
                "label => localStorage['graphiql:query']?.includes(`query ${label}`)", arg=label
            )
            answer = await answer_to_run(page, label)
            assert "errors" not in answer, label


async def test_header_values_are_sent_and_not_kept(open_explorer) -> None:
    """Not in the tabs, and not in the history, which notes the headers of a later run too."""
    async with open_explorer() as page:
        await page.get_by_role("button", name="Headers").click()
        await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)").click()
        await page.keyboard.press("Control+a")
        await page.keyboard.type('{"authorization": "Bearer of-this-test')
        for run in ("first", "second"):
            await page.locator(".graphiql-query-editor .view-lines").click()
            await page.keyboard.press("Control+End")
            await page.keyboard.type(f"# {run} run")
            await page.wait_for_function("run => localStorage['graphiql:query']?.includes(`${run} run`)", arg=run)
            async with page.expect_request(lambda request: "of-this-test" in request.headers.get("authorization", "")):
                await page.get_by_role("button", name="Execute query").click()
            await page.wait_for_function("run => localStorage['graphiql:queries']?.includes(`${run} run`)", arg=run)
        kept = await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
        assert "query OneScreen" in kept
        assert "of-this-test" not in kept


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(33, 42, 59)")])
async def test_colours_follow_the_system(open_explorer, scheme: str, background: str) -> None:
    async with open_explorer(color_scheme=scheme) as page:
        await expect(page.locator(".graphiql-container")).to_have_css("background-color", background)


@pytest.mark.parametrize("edited", [False, True])
async def test_who_comes_back_finds_the_tabs_as_they_were(open_explorer, edited: bool) -> None:
    async with open_explorer() as page:
        labels = await page.get_by_role("tab").all_inner_texts()
        editor = page.locator(".graphiql-query-editor")
        if edited:
            await editor.locator(".view-line", has_text="firstName").click()
            await page.keyboard.press("End")
            await page.keyboard.type(" id")
            await page.wait_for_function("() => localStorage['graphiql:query']?.includes('firstName id')")
        kept = "firstName id" if edited else "OneScreen"
        await page.wait_for_function("kept => localStorage['graphiql:tabState']?.includes(kept)", arg=kept)
        await page.reload()
        await expect(editor.locator(".view-line", has_text="firstName")).to_contain_text("id" if edited else "Name")
        variables = page.get_by_role("region", name="Variables")
        await expect(variables.locator(".view-line", has_text="919800000001")).to_be_visible()
        assert await page.get_by_role("tab").all_inner_texts() == labels


async def test_tabs_are_dragged(open_explorer) -> None:
    """Without the library that GraphiQL has for it."""
    async with open_explorer() as page:
        tabs = page.locator(".graphiql-tab-button")
        first, second, third, *others = await tabs.all_inner_texts()
        await tabs.nth(0).drag_to(tabs.nth(2))
        await expect(tabs).to_have_text([second, third, first, *others])


async def test_descriptions_are_read_as_markdown(open_explorer) -> None:
    """By the reader that Monaco brings."""
    async with open_explorer() as page:
        await schema_is_known(page)
        docs = page.locator(".graphiql-doc-explorer")
        await docs.get_by_role("link", name="Query").click()
        await docs.get_by_role("link", name="Customer", exact=True).first.click()
        described = docs.locator(".graphiql-markdown-description")
        await expect(described.locator("code", has_text="loyaltyPrograms").first).to_be_visible()
        await expect(described.filter(has_text="`")).to_have_count(0)


async def test_the_editors_follow_when_the_system_turns_dark(open_explorer) -> None:
    async with open_explorer(color_scheme="light") as page:
        number = page.locator(".graphiql-query-editor .line-numbers").last
        await expect(number).to_have_css("color", "rgb(35, 120, 147)")
        await page.emulate_media(color_scheme="dark")
        await expect(number).to_have_css("color", "rgb(133, 133, 133)")


async def test_every_panel_and_the_editors_own_tools_work(open_explorer) -> None:
    """Much of this is loaded on first use, and Monaco is not whole: what GraphiQL offers has to be there."""
    async with open_explorer() as page:
        await schema_is_known(page)
        await page.get_by_role("button", name="Show GraphiQL Explorer").click()
        await expect(page.locator(".docExplorerWrap")).to_contain_text("loyaltyPrograms")
        await page.get_by_role("button", name="Show History").click()
        await expect(page.locator(".graphiql-history")).to_be_visible()

        editor = page.locator(".graphiql-query-editor")
        first_name = editor.locator(".view-line", has_text="firstName")
        await first_name.click()
        await page.keyboard.press("End")
        await page.keyboard.type(" id")
        await expect(first_name).to_have_text(re.compile(r"firstName\sid$"))
        await page.get_by_role("button", name="Prettify query").click()
        await expect(first_name).to_have_text(re.compile(r"firstName$"))

        await first_name.click()
        await page.keyboard.press("F1")
        await page.keyboard.type("run operation")
        await expect(page.locator(".quick-input-widget").get_by_role("option")).to_contain_text("Run Operation")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+f")
        await expect(editor.locator(".find-widget.visible")).to_be_visible()
        await first_name.click(button="right")
        await expect(page.get_by_role("menuitem", name="Run Operation")).to_be_visible()
