"""Every snippet of every page: asked, run or checked, and its answer is the one that is shown."""

from pathlib import Path

import pytest

from tests.docs.markdown import PAGES, blocks, named
from tests.docs.reading import NOT_RUN, SETTINGS, reader

WITH_SNIPPETS = [page for page in PAGES if blocks(page)]
EACH_FROM_THE_START = {"docs/recipes.md"}
"""Pages whose questions are asked of a gateway that knows nothing, one by one."""


@pytest.mark.parametrize("page", WITH_SNIPPETS, ids=named)
def test_a_page_says_what_happens(page: Path, tmp_path: Path) -> None:
    found = blocks(page)
    starts = (
        [at for at, one in enumerate(found) if one.kind == "graphql"] if named(page) in EACH_FROM_THE_START else [0]
    )
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(found)], strict=True)):
        (folder := tmp_path / str(number)).mkdir()
        with reader(named(page), folder) as somebody:
            somebody.read(found[start:end])


def test_no_exception_is_made_for_what_is_not_there() -> None:
    commands = [block.text for page in WITH_SNIPPETS for block in blocks(page) if block.kind == "sh"]
    assert [part for part in NOT_RUN if not any(part in command for command in commands)] == []
    assert {*SETTINGS, *EACH_FROM_THE_START} <= {named(page) for page in WITH_SNIPPETS}
