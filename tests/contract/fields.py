"""Which upstream key is which field of ours, and which keys we do not offer.

`[]` on the left is the same place in a list as `[]` on the right, `{}` the same name in a map; a list of names and
values is such a map too. The first word on the right is the facet. What ends in `raw` is handed on whole.
"""

from gateway.facets.facet import Endpoint
from tests.contract.fields_v1 import FIELDS_V1, NOT_OFFERED_V1
from tests.contract.fields_v2 import FIELDS_V2, NOT_OFFERED_V2

FIELDS = {Endpoint.V1: FIELDS_V1, Endpoint.V2: FIELDS_V2}
NOT_OFFERED = {Endpoint.V1: NOT_OFFERED_V1, Endpoint.V2: NOT_OFFERED_V2}
SERIALS = ("next_slab_serial_number", "slab_sno", "partner_tier_number")
"""Fields in which upstream's -1 is no value."""
MAPS = frozenset(row.removesuffix("{}") for fields in FIELDS.values() for row in fields if row.endswith("{}"))
"""What is a map of names to values, or a list of names and values."""
WHOLE = frozenset(
    row for fields in FIELDS.values() for row, ours in fields.items() if ours.endswith((".raw", ".actions"))
)
"""What is handed on whole."""
