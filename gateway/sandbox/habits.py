"""What differs between organisations: which of the documented parameters do anything at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Gaps = Literal["both", "flags", "details", "none"]
Params = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Which parameters an organisation heeds; one that it does not is as good as not sent.

    No document says what depends on the organisation: each of these is a place where documents are silent
    or contradict each other, so that a caller has to find out.
    """

    ignore_card_details: bool = True
    """`embed=ignoreCardDetails` leaves V2's cards out, as its name has it (facts §6.2)."""
    gaps: Gaps = "both"
    """What brings V2's gaps: `gapToUpgrade` and `gapToRenew`, the older `embed=gapDetails`, both, none (facts §6.1)."""
    only_current_profile: bool = True
    """`includedOnlyCurrentProfile` narrows V2's profiles; callers send it to the lookup, undocumented (facts §1.1)."""
    card_number_on_v1: bool = False
    """V1.1 takes `card_number`, as documented until 2022 (facts §3)."""

    def heeded_by_v1(self, params: Params) -> Params:
        """What counts of a request to V1.1."""
        return params if self.card_number_on_v1 else _without(params, {"card_number"})

    def heeded_by_v2(self, params: Params) -> Params:
        """What counts of a request to V2, its embeds included."""
        flags: set[str] = set()
        embeds: set[str] = set()
        if self.gaps in {"details", "none"}:
            flags |= {"gapToUpgrade", "gapToRenew"}
        if self.gaps in {"flags", "none"}:
            embeds.add("gapdetails")
        if not self.only_current_profile:
            flags.add("includedOnlyCurrentProfile")
        if not self.ignore_card_details:
            embeds.add("ignorecarddetails")
        asked = params.get("embed", "").split(",")
        kept = ",".join(name for name in asked if name.strip().lower() not in embeds)
        return {**_without(params, flags), "embed": kept}


USUAL = Habits()


def _without(params: Params, names: set[str]) -> Params:
    return {name: value for name, value in params.items() if name not in names}
