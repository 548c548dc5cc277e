"""What a plan should not count on right now. Values only."""

from dataclasses import dataclass
from typing import Final

from gateway.facets.facet import Endpoint, Facet


@dataclass(frozen=True, slots=True)
class Outlook:
    """Endpoints to be avoided where there is another way, and facets that an endpoint does not bring at the moment."""

    avoid: frozenset[Endpoint] = frozenset()
    broken: frozenset[tuple[Endpoint, Facet]] = frozenset()
    due: frozenset[tuple[Endpoint, Facet]] = frozenset()
    """Those of them that are worth another try, about a customer of whom somebody wants them."""


FAIR: Final = Outlook()
"""Nothing is wrong, as far as is known."""
