"""The knobs that make the sandbox misbehave, settable in code and over HTTP."""

from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=600.0)]
Body = Literal["whole", "truncated", "html", "empty"]
Part = Literal["points", "subscriptions", "segments"]
_POINTS: frozenset[Part] = frozenset({"points"})


class EndpointFault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What goes wrong at one endpoint, in the order in which it is applied."""

    delay_s: Seconds = 0.0
    """Wait this long before doing anything."""
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    """Answer this HTTP status, with no data."""
    retry_after_s: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Send `Retry-After` with a forced status."""
    body: Body = "whole"
    """Spoil the body: cut it in half, send an HTML page, or send nothing."""
    partial: bool = False
    """Leave the points blocks out and warn 91001, as if the points engine were down."""
    without: frozenset[Part] = frozenset()
    """Leave these blocks out and warn 91001, 91002 and 91004; but for points, only where they are asked for."""
    xml_auth: bool = False
    """Refuse the credential with an XML body, as some 401 answers do even to a caller of JSON (facts §4)."""
    xml_born: bool = False
    """V1.1: answer as if converted from XML: a list of one is an object, none is "", no numbers (facts §6.6)."""
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Hit this many requests, then switch off; None: hit every request."""

    @property
    def lost(self) -> frozenset[Part]:
        """The blocks to leave out."""
        return self.without.union(_POINTS) if self.partial else self.without

    @property
    def active(self) -> bool:
        """Whether any knob is turned."""
        return self != EndpointFault(times=self.times)


class Faults(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Every knob; a fresh one is a well-behaved upstream."""

    v1_get: EndpointFault = msgspec.field(default_factory=EndpointFault)
    v2_lookup: EndpointFault = msgspec.field(default_factory=EndpointFault)
    v2_by_id: EndpointFault = msgspec.field(default_factory=EndpointFault)
    token: EndpointFault = msgspec.field(default_factory=EndpointFault)
    shuffle: bool = False
    """Send a V1.1 batch in reverse, failures first (order is undocumented, facts §2.3)."""

    def take(self, endpoint: str) -> EndpointFault:
        """The fault that hits this request of `endpoint`, counting it."""
        fault: EndpointFault = getattr(self, endpoint)
        if not fault.active or fault.times is None:
            return fault
        hit = msgspec.structs.replace(fault)
        fault.times -= 1
        if fault.times == 0:
            setattr(self, endpoint, EndpointFault())
        return hit

    def replace(self, other: "Faults") -> None:
        """Become `other`, keeping this object's identity."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(other, name))

    def clear(self) -> None:
        """Behave well again."""
        self.replace(Faults())
