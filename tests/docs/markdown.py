"""What a page of Markdown consists of, as far as it can be wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from docs.pages import LINK, prose

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted(
    path
    for pattern in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md", "docs/**/*.md")
    for path in ROOT.glob(pattern)
)
"""Every page that readers are sent to."""
FENCE: Final = re.compile(r"^(\s*)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, where it stands, and how many headings are above it."""

    kind: str
    text: str
    place: str
    section: int = 0


def named(page: Path) -> str:
    """A page as people call it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return blocks_of(page.read_text(), named(page))


def blocks_of(text: str, name: str) -> list[Block]:
    """The fenced blocks of a text."""
    found: list[Block] = []
    for one in FENCE.finditer(text):
        above = text[: one.start()]
        place = f"{name}:{above.count(chr(10)) + 1}"
        found.append(Block(one[2], one[3].rstrip("\n"), place, len(HEADING.findall(FENCE.sub("", above)))))
    return found


def links(page: Path) -> Iterator[str]:
    """The links of a page that lead into this repository."""
    return (link for link in LINK.findall(prose(page.read_text())) if not re.match(r"\w+:", link))


def anchors(page: Path) -> set[str]:
    """The anchors that headings of a page make, on GitHub and on the site alike."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
