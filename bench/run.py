"""The whole bench in one table, within a few minutes: `make bench`, or `python bench/run.py [--rounds 2] [NAME …]`

NAME is one of the pieces: documents, projection, whole, memory, start. Each is a script of its own, which says more.
docs/performance.md explains the rows and has the figures. Ends with status 0 whether or not a target is met: times are
no gate on machines that others use too.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping

import documents
import memory
import projection
import start
import whole
from table import Row, told

PIECES: Mapping[str, Callable[[int], Iterator[Row]]] = {
    "documents": lambda _: documents.rows(),
    "projection": lambda _: projection.rows(10),
    "whole": lambda rounds: whole.rows(3.0, rounds),
    "memory": lambda _: memory.rows(4000),
    "start": lambda _: start.rows(),
}


def main() -> None:
    """Runs the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pieces", metavar="NAME", nargs="*", choices=[*PIECES, []], help="all, if none is named")
    options.add_argument("--rounds", type=int, default=2, help="rounds of the whole-process comparison")
    given = options.parse_args()
    told(row for name in given.pieces or PIECES for row in PIECES[name](given.rounds))


if __name__ == "__main__":
    main()
