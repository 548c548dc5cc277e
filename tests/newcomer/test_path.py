"""A newcomer's path: from a fresh clone in an empty environment, by README and tutorial, to a query of their own."""

import json
import os
import subprocess
import sys
import time

import pytest

from tests.docs.markdown import PAGES, ROOT, blocks
from tests.docs.reading import Reader
from tests.newcomer.clone import Clone, Started, cloned, how_to_start

pytestmark = pytest.mark.skipif(
    os.environ.get("GATEWAY_TESTS_NEWCOMER") != "1",
    reason="NO NEWCOMER: `make test-newcomer` follows README and tutorial (sets GATEWAY_TESTS_NEWCOMER=1)",
)

README, TUTORIAL = blocks(ROOT / "README.md"), blocks(ROOT / "docs/tutorial.md")
PRINTED = next(block.text for block in TUTORIAL if block.kind == "text")
OWN = 'query={ customer(by: { mobile: "%s" }) { id lifetimePurchases registeredTill { code } segments { name } } }'
"""Nobody wrote this down for them."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return cloned(tmp_path_factory.mktemp("newcomer"))


def test_the_readme_leads_to_its_answer_and_the_tutorial_to_one_of_their_own(clone: Clone) -> None:
    began = time.monotonic()
    with clone.started(how_to_start(README), PRINTED) as gateway:
        tell("started by the README, which set everything up", began)
        Reader(lambda: gateway, clone.folder, clone.environment).read(README)
        tell("README read", began)
    with clone.started(how_to_start(TUTORIAL), PRINTED) as gateway:
        tell("started by the tutorial", began)
        Reader(lambda: gateway, clone.folder, clone.environment).read(TUTORIAL)
        tell("tutorial read", began)
        asks_something_of_their_own(clone, gateway)
        tell("a query of their own answered", began)


def asks_something_of_their_own(clone: Clone, gateway: Started) -> None:
    written = "".join(page.read_text() for page in PAGES)
    mobiles = {one["identifiers"].get("mobile", ""): one["id"] for one in gateway.sandbox("customers")}
    mobile = next(mobile for mobile in mobiles if mobile and mobile not in written)
    command = ["curl", "-sG", gateway.url, "--data-urlencode", OWN % mobile]
    answered = subprocess.run(  # noqa: S603 - what the tutorial shows
        command, cwd=clone.folder, env=clone.environment, capture_output=True, text=True, check=True
    )
    answer = json.loads(answered.stdout)
    assert "errors" not in answer
    assert answer["data"]["customer"]["id"] == str(mobiles[mobile])
    assert set(answer["data"]["customer"]) == {"id", "lifetimePurchases", "registeredTill", "segments"}


def tell(what: str, began: float) -> None:
    sys.stderr.write(f"\n{time.monotonic() - began:6.1f} s  {what}")
