"""Gathers what the site is made of: `make site`. Pages keep the places they have in the repository, and their links."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFIGURATION = ROOT / "zensical.toml"
GLOB = re.compile(r'^(\s*)"([^"]*\*[^"]*)",$', re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def configuration() -> str:
    """The configuration, with every pattern of its navigation written out but for what is named beside it."""
    text = CONFIGURATION.read_text()

    def written_out(found: re.Match[str]) -> str:
        names = (path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob(found[2])))
        return "\n".join(f'{found[1]}"{name}",' for name in names if f'"{name}"' not in text)

    return GLOB.sub(written_out, text)


def prose(text: str) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))


def pages() -> list[Path]:
    """The pages that the navigation names."""
    return [ROOT / name for name in re.findall(r'"([^"\s]+\.md)"', configuration())]


def linked(page: Path) -> Iterator[Path]:
    """What a page links to and is no page: files that come along."""
    for link in LINK.findall(prose(page.read_text())):
        target = (page.parent / link.partition("#")[0]).resolve()
        if ":" not in link and target.is_file() and target.suffix != ".md":
            yield target


def gather(folder: Path) -> None:
    """Fills a folder with the configuration and the pages, and all that these link to.

    What is there already stays as it is, for somebody may be watching.
    """
    gathered = folder / "pages"
    wanted = {gathered / file.relative_to(ROOT): file for page in pages() for file in (page, *linked(page))}
    for place, file in wanted.items():
        if not place.exists() or place.read_bytes() != file.read_bytes():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
    for place in gathered.rglob("*"):
        if place.is_file() and place not in wanted:
            place.unlink()
    (folder / CONFIGURATION.name).write_text(configuration())


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
