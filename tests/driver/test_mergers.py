"""A customer who is merged into another while something of theirs is still kept: two accounts are never one answer."""

from dataclasses import replace
from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.sandbox import CUSTOMERS, Sandbox, create_sandbox
from tests.driver.support import before, errors
from tests.support.clock import Clock

VICTIM, SURVIVOR = next((one, one.merged_into) for one in CUSTOMERS if one.merged_into)
ASKED = f'{{ customer(by: {{id: "{VICTIM.id}"}}) {{ id mergedFrom lastName slabHistory {{ to }} }} }}'


class Merging:
    """An upstream in which the two are customers of their own until they are merged."""

    def __init__(self) -> None:
        self.before = create_sandbox(customers=[replace(one, merged_into=None) for one in CUSTOMERS])
        self.after = create_sandbox()
        self.now: Sandbox = self.before

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.now(scope, receive, send)


async def test_what_was_kept_of_an_account_is_not_joined_with_the_one_it_was_merged_into() -> None:
    """Nobody has told of the merger, and the name is kept for longer than that the account exists."""
    clock, upstream = Clock(), Merging()
    lives: dict[str, Any] = {"fresh_for": "EXISTENCE=10,PERSON=600", "stale_for": "EXISTENCE=0"}
    async with before(upstream, upstream.after, clock=clock, cache=lives) as gateway:
        victim = (await gateway.ask(ASKED.replace("slabHistory { to }", "")))["data"]["customer"]
        assert victim == {"id": str(VICTIM.id), "mergedFrom": [], "lastName": VICTIM.profile.last_name}
        upstream.now = upstream.after
        survivor = (await gateway.ask(ASKED.replace(str(VICTIM.id), str(SURVIVOR))))["data"]["customer"]
        clock.step(11)
        answer = await gateway.ask(ASKED)
        assert errors(answer) == {}
        assert answer["data"]["customer"] == {**survivor, "mergedFrom": [str(VICTIM.id)]}
