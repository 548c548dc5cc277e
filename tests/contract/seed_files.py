"""The names in the documents of the reference: the two seeds and the tables of the facts. Read without the code under
test."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
SEED_V1 = REFERENCE / "seed-v11-customer-get.txt"
SEED_V2 = REFERENCE / "seed-v2-customer-details.txt"
FACTS = REFERENCE / "upstream-facts.md"

_CODE = re.compile(r"`([^`]+)`")


@cache
def lines(path: Path, start: str, end: str) -> tuple[str, ...]:
    """The lines of a document after the one that begins like `start` and before the next that begins like `end`."""
    found = path.read_text().splitlines()
    first = next(place for place, line in enumerate(found) if line.startswith(start)) + 1
    last = next((place for place, line in enumerate(found[first:], first) if line.startswith(end)), len(found))
    return tuple(found[first:last])


def cells(rows: tuple[str, ...]) -> list[str]:
    """The first cell of every row of the tables, without the headings."""
    found = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rows if line.startswith("|")]
    ruled = [place for place, row in enumerate(found) if set(row[0]) == set("-") or row[0] == "---"]
    return [row[0] for place, row in enumerate(found) if place not in ruled and place + 1 not in ruled]


# The V1.1 seed: tables of `| name | … |`; dashes before a name are its depth.


def parameters_of_v1() -> list[str]:
    return cells(lines(SEED_V1, "# Request Query Parameters", "# "))


def headers_of_v1() -> list[str]:
    return cells(lines(SEED_V1, "# Additional Header", "# "))


def fields_of_v1() -> list[str]:
    return list(nested(cells(lines(SEED_V1, "# Response parameter", "Retrieves all"))))


def values_of_v1(parameter: str) -> list[str]:
    """The values that the description of a parameter lists, without what it says of them in brackets."""
    (row,) = (
        line for line in lines(SEED_V1, "# Request Query Parameters", "# ") if line.startswith(f"| {parameter} |")
    )
    listed = re.sub(r"\(.*?\)", "", row).rpartition("alues:")[2]
    return re.findall(r"\w+", listed.partition(".")[0])


# The V2 seed: name, type and description run together.

_PARAMETER = re.compile(r"^([a-z]\w*?)(Array of Strings|Enum|String|Boolean|Long)(?=[A-Z])")
_FIELD = re.compile(r"^((?:-+ )?[a-z]\w*?)(string|integer|float|boolean|object|array)(?=[A-Z])")


def parameters_of_v2() -> list[str]:
    return _matches(_PARAMETER, "Request query parameters", "Response parameters")


def fields_of_v2() -> list[str]:
    return list(nested(_matches(_FIELD, "Response parameters", "Language")))


def embeds_of_v2() -> list[str]:
    (listed,) = (line for line in lines(SEED_V2, "embedArray", "identifierName") if line.startswith("Values: "))
    return re.findall(r"\w+", listed.removeprefix("Values: "))


def values_of_v2(parameter: str) -> list[str]:
    """The examples that the description of a parameter gives."""
    rows = lines(SEED_V2, "Request query parameters", "Response parameters")
    (row,) = (line for line in rows if line.startswith(f"{parameter}Enum"))
    return re.findall(r"\w+", row.partition("Ex: ")[2])


def unread_of_v2() -> list[str]:
    """The lines of both tables in which no name was found: a heading each, and what goes on from the line before."""
    rows = [
        (_PARAMETER, lines(SEED_V2, "Request query parameters", "Response parameters")),
        (_FIELD, lines(SEED_V2, "Response parameters", "Language")),
    ]
    return [line for pattern, found in rows for line in found if line.strip() and not pattern.match(line)]


def _matches(pattern: re.Pattern[str], start: str, end: str) -> list[str]:
    return [found[1] for line in lines(SEED_V2, start, end) if (found := pattern.match(line))]


def nested(names: list[str]) -> Iterator[str]:
    """Names with dashes before them as paths: `-to` after `slab_history` is `slab_history.to`."""
    above: list[str] = []
    for name in names:
        plain = name.lstrip("-")
        above = [*above[: len(name) - len(plain)], plain.strip()]
        yield ".".join(above)


# The facts: names in code marks, or plain ones with commas and slashes between them.


def parameters_of_facts_on_v2() -> list[str]:
    """`embed=x` is the embed `x`, not a parameter."""
    found = [name for cell in cells(lines(FACTS, "### 1.1", "### ")) for name in _CODE.findall(cell)]
    return [name if name.startswith("embed=") else name.partition("=")[0] for name in found]


def embeds_of_facts() -> list[str]:
    return [cell for cell in cells(lines(FACTS, "### 1.2", "### ")) if cell != "(none)"]


def parameters_of_facts_on_v1() -> list[str]:
    """`a / b` and `a, b` are two names; one that begins with an underscore ends like the name before."""
    found: list[str] = []
    for cell in cells(lines(FACTS, "### 2.1", "### ")):
        for name in re.split(r"\s*[,/]\s*", cell):
            found.append(re.sub(r"_[a-z]+$", name, found[-1]) if name.startswith("_") else name)
    return found
