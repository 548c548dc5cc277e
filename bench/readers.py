"""What reading a payload costs: microseconds of CPU per call, compiled and field by field. `python bench/readers.py`

Two calls as a cold request makes them: V2 for cards, V1.1 for programs with gaps, names and membership. `whole` decodes
the body, `decode` what will be read of it. All that the call brings is read, plainly and compiled; `asked` is what was
asked for alone, of a page that is hot. The bodies are the sandbox's; `--v2` and `--v1` take others, as upstream sent
them.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CARDS, GAP_TO_RENEW, MEMBERSHIP, PERSON, PROGRAMS
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.kind import FacetSource
from gateway.facets.page import Page
from gateway.facets.parameters import brought, parameters, readers, source
from gateway.model.excerpts import Readers
from gateway.model.readers import Block, Reader
from gateway.sandbox import CUSTOMERS, v1, v2
from gateway.sandbox.directory import Directory
from gateway.upstream.decoding import of_v1, of_v2
from tests.support.payloads import item
from tests.support.plain_reading import PlainReader, plainly

ZONE = ZoneInfo("Asia/Kolkata")
ABLE = Capabilities()
ASKED = {
    Endpoint.V2: frozenset({CARDS()}),
    Endpoint.V1: frozenset({GAP_TO_RENEW(days=0), MEMBERSHIP(), PERSON(), PROGRAMS()}),
}


def body(endpoint: Endpoint) -> bytes:
    """The largest body that the sandbox has for the call."""
    carried = parameters(endpoint, ASKED[endpoint], ABLE)
    params = {**dict(carried.flags), "embed": ",".join(carried.embeds), "source": "INSTORE"}
    directory = Directory(CUSTOMERS)
    answers = (
        v1.customer_get(directory, {**params, "id": str(person.id)})
        if endpoint is Endpoint.V1
        else v2.by_id(directory, str(person.id), params)
        for person in CUSTOMERS
    )
    return max(map(orjson.dumps, answers), key=len)


def ways(endpoint: Endpoint, facets: Iterable[Facet]) -> list[tuple[Facet, FacetSource]]:
    """The facets in the order in which they are read, and how."""
    return [(facet, way) for facet in sorted(facets) if (way := source(facet, endpoint, ABLE))]


def readings(endpoint: Endpoint) -> Callable[[Reader, Block], list[Any]]:
    """What reads all that the call brings."""
    found = [(way, facet.argument_values) for facet, way in ways(endpoint, brought(endpoint, ASKED[endpoint], ABLE))]
    return lambda reader, block: [way.read(reader, block, given) for way, given in found]


def decode(endpoint: Endpoint, raw: bytes, wanted: Readers | None) -> object:
    """What the client makes of a body."""
    return of_v2(raw, wanted) if endpoint is Endpoint.V2 else of_v1(raw, wanted, batch=False)


def asked(endpoint: Endpoint, raw: bytes, block: Block) -> Callable[[], list[Any]]:
    """What makes a page and reads of it what the call was made for."""
    place = None if endpoint is Endpoint.V2 else 0
    found = ways(endpoint, ASKED[endpoint])

    def act() -> list[Any]:
        page = Page(endpoint, raw, ZONE, place=place, block=block)
        return [page.read(facet, way) for facet, way in found]

    return act


def microseconds(act: Callable[[], object], times: int, rounds: int) -> float:
    """The least of several rounds: anything else is the machine's."""
    found: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            act()
        found.append(time.process_time() - began)
    return min(found) / times * 1e6


def main() -> None:
    """Prints a row for each call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--v2", type=Path, help="a body of V2")
    parser.add_argument("--v1", type=Path, help="a body of V1.1 for one customer")
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    sys.stdout.write(
        f"{'call':6}{'bytes':>8}{'whole':>8}{'decode':>8}{'plain':>9}{'compiled':>10}{'ratio':>7}{'asked':>8}\n"
    )
    total = {True: 0.0, False: 0.0}
    for endpoint, file in ((Endpoint.V2, given.v2), (Endpoint.V1, given.v1)):
        raw = file.read_bytes() if file else body(endpoint)
        parsed = orjson.loads(raw)
        block, read = (parsed if endpoint is Endpoint.V2 else item(parsed)), readings(endpoint)
        parse = microseconds(lambda raw=raw, of=endpoint: decode(of, raw, None), given.times, given.rounds)
        wanted = readers(endpoint, ASKED[endpoint], ABLE)
        part = microseconds(
            lambda raw=raw, of=endpoint, wanted=wanted: decode(of, raw, wanted), given.times, given.rounds
        )
        cost: dict[bool, float] = {}
        for plain in (True, False):
            kind = PlainReader if plain else Reader
            with plainly() if plain else nullcontext():
                cost[plain] = microseconds(
                    lambda kind=kind, read=read, block=block: read(kind(ZONE), block), given.times, given.rounds
                )
            total[plain] += cost[plain]
        alone = microseconds(asked(endpoint, raw, block), given.times, given.rounds)
        row = f"{len(raw):>8}{parse:>8.1f}{part:>8.1f}{cost[True]:>9.1f}{cost[False]:>10.1f}"
        row += f"{cost[True] / cost[False]:>7.1f}{alone:>8.1f}"
        sys.stdout.write(f"{endpoint.value:6}{row}\n")
    sys.stdout.write(f"{'both':30}{total[True]:>9.1f}{total[False]:>10.1f}{total[True] / total[False]:>7.1f}\n")


if __name__ == "__main__":
    main()
