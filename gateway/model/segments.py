"""Segments: logical groups that an organisation sorts its customers into."""

from gateway.model.describe import described, listed, record, required


@record(description="A segment, and the customer's place in it.", v2="segments")
class Segment:
    """V2 `segments`: a map of segment to partition."""

    name: str = required("The segment's name.", v2="")
    value: str | None = described("The partition of the segment that the customer is in.", v2="")


@record(description="A partition of a segment.", v1="segments.segment[].values.value[]")
class SegmentPartition:
    """V1.1 `values.value[]`."""

    name: str | None = described("The partition's name.")
    description: str | None = described("What upstream says of it.")


@record(description="A segment as V1.1 tells it.", v1="segments.segment[]")
class SegmentDetail:
    """V1.1 `segments.segment[]`, as an old server wrote it (facts §2.1)."""

    name: str = required("The segment's name.")
    type: str | None = described("The kind of segment.")
    values: list[SegmentPartition] = listed(
        "The partitions that the customer is in.", v1="segments.segment[].values.value[]"
    )
