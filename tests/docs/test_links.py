"""No page leads nowhere, and the site has them all."""

import re
import subprocess
from pathlib import Path

import pytest

from docs.pages import configuration, gather, linked, pages
from tests.docs.markdown import PAGES, ROOT, anchors, links, named


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    lost: list[str] = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if target.is_dir():
            target /= "README.md"
        there = target in PAGES if target.suffix == ".md" else target.is_file()  # the site has no other pages
        if not there or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_the_site_has_every_page_once() -> None:
    assert sorted(pages()) == PAGES


def test_what_pages_link_to_comes_along(tmp_path: Path) -> None:
    gather(tmp_path)
    gone, changed = tmp_path / "pages" / "docs" / "gone.md", tmp_path / "pages" / "README.md"
    gone.write_text("# Gone")
    changed.write_text("# Changed")
    gather(tmp_path)
    assert not gone.exists()
    assert (tmp_path / "zensical.toml").read_text() == configuration()
    for page in PAGES:
        for file in (page, *linked(page)):
            assert (tmp_path / "pages" / file.relative_to(ROOT)).read_bytes() == file.read_bytes()


def test_nothing_of_a_built_site_is_in_the_repository() -> None:
    git = subprocess.run(["git", "check-ignore", "dist/site"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607
    assert git.returncode == 0


def test_the_picture_names_what_there_is() -> None:
    boxes = re.findall(r'<text class="name"[^>]*>([^<]+)<', (ROOT / "docs/img/request.svg").read_text())
    modules = [name for box in boxes for name in box.split(", ") if re.search(r"/|\.py", name)]
    assert len(modules) > 10
    assert [name for name in modules if not (ROOT / "gateway" / name).exists()] == []
