"""What upstream could send: any JSON, and well-formed payloads with a few places spoilt."""

import copy
from typing import Any

from hypothesis import strategies as st

from tests.model.reading import places

_SPELLINGS = (
    "", " ", "0", "1", "-1", "true", "False", "12.5 ", "5.632820109E9", "1e400", "NaN", "-inf", "1_000",
    "2026-03-31", "2026-03-31 23:59:59", "2026-03-31T23:59:59Z", "2026-03-31T23:59:59+14:00", "0000-00-00 00:00:00",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-03-31 23:59:59.0", "24:00", "[[1, 2], 3]", "[[",
)  # fmt: skip

ODD_SCALARS = st.one_of(
    st.sampled_from(_SPELLINGS),
    st.floats(),
    st.integers(-(2**70), 2**70),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.dates().map(str),
    st.decimals(allow_nan=True).map(str),
)


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value, and the numbers that Python's own reader of JSON would let pass (NaN, infinities)."""
    scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), ODD_SCALARS)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=6,
    )


def json_objects_of(keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects under keys that are read, in any arrangement."""
    inner = st.recursive(
        json_values(),
        lambda values: st.lists(values, max_size=3) | st.dictionaries(st.sampled_from(keys), values, max_size=5),
        max_leaves=8,
    )
    return st.dictionaries(st.sampled_from(keys), inner, max_size=6)


@st.composite
def spoilt(draw: st.DrawFn, payload: dict[str, Any]) -> dict[str, Any]:
    """A well-formed payload with other JSON in up to five of its places."""
    found = copy.deepcopy(payload)
    for _ in range(draw(st.integers(0, 5))):
        container, key = draw(st.sampled_from(list(places(found))))
        container[key] = draw(json_values())
    return found


def keys_of(payload: object) -> list[str]:
    """Every key of a payload."""
    return sorted({key for _, key in places(payload) if isinstance(key, str)})
