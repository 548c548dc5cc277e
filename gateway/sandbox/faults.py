"""The knobs that make the sandbox misbehave, settable in code and over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=600.0)]
Chance = Annotated[float, msgspec.Meta(gt=0.0, le=1.0)]
Body = Literal["whole", "truncated", "html", "empty", "short"]
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
    """Spoil the body: cut it in half, send an HTML page, send nothing, or send less than `Content-Length` says."""
    stall_s: Seconds = 0.0
    """Send half of the body, wait this long, then send the rest."""
    reset: bool = False
    """Send half of the body, then cut the connection."""
    partial: bool = False
    """Leave the points blocks out and warn 91001, as if the points engine were down."""
    without: frozenset[Part] = frozenset()
    """Leave these blocks out and warn 91001, 91002 and 91004; but for points, only where they are asked for."""
    xml_auth: bool = False
    """Refuse the credential with an XML body, as some 401 answers do even to a caller of JSON (facts §4)."""
    xml_born: bool = False
    """V1.1: answer as if converted from XML: a list of one is an object, none is "", no numbers (facts §6.6)."""
    fails_with: frozenset[str] = frozenset()
    """Hit only requests that carry one of these embeds or flags; with status 500, unless another knob is turned."""
    chance: Chance = 1.0
    """Hit this share of the requests, by a draw that is the same in every run."""
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Hit this many requests, then switch off; None: hit every request."""

    @property
    def lost(self) -> frozenset[Part]:
        """The blocks to leave out."""
        return self.without.union(_POINTS) if self.partial else self.without

    @property
    def active(self) -> bool:
        """Whether any knob is turned."""
        return self != EndpointFault(times=self.times, chance=self.chance)

    def hits(self, params: Mapping[str, str], draw: float) -> bool:
        """Whether a request with these parameters is one that it hits; `draw` is from 0 to 1."""
        if not self.active or draw >= self.chance:
            return False
        carried = {name for name, value in params.items() if value != "false"}.union(params.get("embed", "").split(","))
        return not self.fails_with or not self.fails_with.isdisjoint(carried)

    def hit(self) -> "EndpointFault":
        """What goes wrong at a request that it hits."""
        alone = EndpointFault(fails_with=self.fails_with, times=self.times, chance=self.chance)
        return msgspec.structs.replace(self, status=500) if self == alone else msgspec.structs.replace(self)


class Faults(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Every knob; a fresh one is a well-behaved upstream."""

    v1_get: EndpointFault = msgspec.field(default_factory=EndpointFault)
    v2_lookup: EndpointFault = msgspec.field(default_factory=EndpointFault)
    v2_by_id: EndpointFault = msgspec.field(default_factory=EndpointFault)
    token: EndpointFault = msgspec.field(default_factory=EndpointFault)
    shuffle: bool = False
    """Send a V1.1 batch in reverse, failures first (order is undocumented, facts §2.3)."""

    def take(self, endpoint: str, params: Mapping[str, str], draw: float = 0.0) -> EndpointFault:
        """The fault that hits this request of `endpoint`, counting it; `draw` is from 0 to 1."""
        fault: EndpointFault = getattr(self, endpoint)
        if not fault.hits(params, draw):
            return EndpointFault()
        hit = fault.hit()
        if fault.times is not None:
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
