"""Facets to try things on."""

from gateway.facets.capabilities import Capabilities, Gaps
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Facet
from gateway.facets.kind import FacetKind

SEEDS = Capabilities()
"""An organisation as the two seed documents describe it."""
RICH = Capabilities(gaps=Gaps.FLAGS, only_current_profile=True)
"""One whose V2 can do more than its seed says."""

_REQUIRED: dict[str, str | int] = {"days": 30, "program_id": "1001"}


def example(kind: FacetKind) -> Facet:
    """A facet of a kind, with what it requires and nothing else."""
    return kind(**{one.name: _REQUIRED[one.name] for one in kind.parameters if one.required})


EXAMPLES = tuple(map(example, CATALOG.values()))
"""One facet of every kind."""
