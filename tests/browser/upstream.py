"""What the tests of the explorer's upstream panel share: hands that edit and run, and eyes that read the panel."""

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, Request, expect

IMAGES = Path(__file__).parents[2] / "test-results"
PASTE = """
(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}
"""


@dataclass(frozen=True)
class Explored:
    """An explorer whose panel is looked at."""

    page: Page

    @property
    def panel(self) -> Locator:
        """The whole panel."""
        return self.page.get_by_role("region", name="Upstream")

    @property
    def calls(self) -> Locator:
        """The calls it shows."""
        return self.panel.get_by_role("region", name="Calls").locator("ol > li")

    @property
    def known(self) -> Locator:
        """What it shows as known already."""
        return self.panel.get_by_role("region", name="Known already").get_by_role("listitem")

    async def says(self, text: str) -> None:
        """Waits until the panel says so."""
        await expect(self.panel.get_by_role("status").filter(has_text=text)).to_be_visible()

    async def planned(self, calls: int) -> None:
        """Waits until a plan of so many calls is shown."""
        word = "call" if calls == 1 else "calls"
        await self.says(f"would make {calls} {word}" if calls else "would make no call")

    async def tab(self, name: str) -> None:
        """Opens a tab."""
        await self.page.get_by_role("tab", name=name).get_by_role("button", name=name, exact=True).click()

    async def run(self) -> None:
        """Runs what stands in the editor, and waits until the panel tells of it."""
        run = self.page.get_by_role("button", name="Execute query")
        async with self.page.expect_response(
            lambda response: response.request.headers.get("x-gateway-explain") == "analyze"
        ):
            await run.click()
        await expect(self.panel.get_by_text("Ran", exact=True)).to_be_visible()
        await expect(self.page.locator(".result-window .view-line").first).to_contain_text("{")
        await expect(run).to_be_visible()

    async def write(self, text: str, editor: str = ".graphiql-query-editor") -> None:
        """Pastes a text in the place of what an editor holds: what is typed, editors complete."""
        await self.page.locator(f"{editor} .view-lines").first.click()
        await self.page.keyboard.press("Control+a")
        await self.page.evaluate(PASTE, text)

    async def write_variables(self, text: str) -> None:
        """Changes the variables."""
        await self.page.get_by_role("button", name="Variables").click()
        await self.write(text, ".graphiql-editor-tool .graphiql-editor:not(.hidden)")

    async def write_headers(self, text: str) -> None:
        """Changes the headers."""
        await self.page.get_by_role("button", name="Headers").click()
        await self.write(text, ".graphiql-editor-tool .graphiql-editor:not(.hidden)")

    async def picture(self, name: str) -> None:
        """Leaves a picture of the page under `test-results/`; those in `docs/img` are such."""
        await self.page.mouse.move(0, 0)
        IMAGES.mkdir(exist_ok=True)
        await self.page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def watched(page: Page) -> list[Request]:
    """Collects what the page asks of the gateway from now on, but for the schema."""
    seen: list[Request] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "IntrospectionQuery" not in (request.post_data or ""):
            seen.append(request)

    page.on("request", note)
    return seen


def modes(requests: list[Request]) -> list[str | None]:
    """How each of these wanted its answer explained."""
    return [request.headers.get("x-gateway-explain") for request in requests]
