"""Segments: logical groups that an organisation sorts its customers into."""

from gateway.model.describe import described, listed, record, required


@record(description="A segment, and the customer's place in it.")
class Segment:
    """V2 `segments`: a map of segment to partition."""

    name: str = required("The segment's name.")
    value: str | None = described("The partition of the segment that the customer is in.")


@record(description="A partition of a segment.")
class SegmentPartition:
    """V1.1 `values.value[]`."""

    name: str | None = described("The partition's name.")
    description: str | None = described("What upstream says of it.")


@record(description="A segment as V1.1 tells it.")
class SegmentDetail:
    """V1.1 `segments.segment[]`, as an old server wrote it (facts §2.1)."""

    name: str = required("The segment's name.")
    type: str | None = described("The kind of segment.")
    values: list[SegmentPartition] = listed("The partitions that the customer is in.")
