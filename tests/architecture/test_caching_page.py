"""The page on caching names only what there is."""

import re
from pathlib import Path

from gateway.settings import variables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/caching.md").read_text()


def test_every_setting_that_the_page_on_caching_names_exists() -> None:
    named = set(re.findall(r"\bGATEWAY_[A-Z0-9_]+", PAGE))
    assert named <= {variable for variable, _, _ in variables()}


def test_the_page_on_caching_names_every_setting_of_the_cache_the_webhooks_and_the_purge() -> None:
    about = ("GATEWAY_CACHE__", "GATEWAY_WEBHOOKS__", "GATEWAY_ADMIN__")
    assert {variable for variable, _, _ in variables() if variable.startswith(about)} <= set(re.findall(r"\w+", PAGE))


def test_every_page_that_the_page_on_caching_links_to_exists() -> None:
    assert all((ROOT / "docs" / link).exists() for link in re.findall(r"\]\(([^)#]+)\)", PAGE))
