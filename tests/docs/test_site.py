"""The built site: `make test-site`. That no link of it is broken is seen when it is built."""

import os
import re
from pathlib import Path

import pytest

from docs.pages import pages
from tests.docs.markdown import ROOT

HTML = ROOT / "dist/site/html"
LOADED = re.compile(r"""<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^"'\s>]+)""")

pytestmark = pytest.mark.skipif(
    os.environ.get("GATEWAY_TESTS_SITE") != "1",
    reason="NO SITE: `make test-site` builds it (sets GATEWAY_TESTS_SITE=1)",
)


def built() -> list[Path]:
    return sorted(HTML.rglob("*.html"))


def test_every_page_is_there() -> None:
    for page in pages():
        place = page.relative_to(ROOT).with_suffix("")
        folder = place.parent if place.name == "README" else place
        assert (HTML / folder / "index.html").is_file(), page


def test_no_page_loads_anything_from_elsewhere() -> None:
    assert {page.name: found for page in built() if (found := LOADED.findall(page.read_text()))} == {}


def test_what_pages_load_is_there() -> None:
    for page in built():
        for name in re.findall(r"""<(?:script|img)\b[^>]*?\bsrc=["']?([^"'\s>]+)""", page.read_text()):
            place = HTML if name.startswith("/") else page.parent
            assert (place / name.lstrip("/").partition("?")[0]).is_file(), (page, name)


def test_every_table_became_one() -> None:
    assert [page for page in built() if "<p>|" in page.read_text()] == []
