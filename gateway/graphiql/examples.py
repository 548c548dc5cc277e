"""The queries that the explorer opens with, over the sandbox's customers."""

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_QUESTIONS: Final = Path(__file__).with_name("questions")
_COLUMNS: Final = 44
"""As wide as the editor of a small screen."""


@dataclass(frozen=True)
class Example:
    """One tab: a document with one named operation, and what the editors beside it hold.

    The tab is labelled with the operation's name; `title` becomes the document's first comment.
    """

    title: str
    query: str
    variables: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def as_tab(self) -> dict[str, str | None]:
        """The form of one of GraphiQL's `defaultTabs`, whose editors hold text."""
        comment = textwrap.wrap(self.title, _COLUMNS, initial_indent="# ", subsequent_indent="# ")
        return {
            "query": "\n".join([*comment, self.query.rstrip()]),
            "variables": editor_json(self.variables),
            "headers": editor_json(self.headers),
        }


def editor_json(value: Mapping[str, Any] | None) -> str | None:
    """What an editor holds of these values."""
    return None if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _question(name: str, **variables: Any) -> Example:
    """One of the ten commonest questions, as `examples/operations` has it for client developers."""
    first, _, query = (_QUESTIONS / f"{name}.graphql").read_text(encoding="utf-8").partition("\n")
    return Example(first.removeprefix("# "), query, variables)


_ASHA: Final = {"mobile": "919800000001"}

EXAMPLES: Final[tuple[Example, ...]] = (
    Example(
        title="Asha Rao on one screen. Cards come from V2, tier history and the gap to renew from V1.1: one call each,"
        " side by side. Run it again, and nobody is asked.",
        query="""\
query OneScreen($mobile: String!) {
  customer(by: { mobile: $mobile }) {
    firstName
    loyaltyPrograms {
      programTitle
      currentSlab
      nextSlab
      loyaltyPoints
      slabExpiryDate
    }
    cards {
      cardNumber
      type
      statusInfo {
        label
        status
      }
    }
    slabHistory {
      programId
      type
      from
      to
      changedOn
      store {
        name
      }
    }
    gapToRenew(inDays: 30) {
      programId
      tierExpiryDate
      renewConfirmed
      renewStrategies {
        renewBasedOn
        renewThreshold
        customerRenewEntityValue
        customerGapToRenewValue
      }
    }
  }
}
""",
        variables=_ASHA,
    ),
    _question("CustomerHeader", by=_ASHA),
    _question("Programs", by=_ASHA),
    _question("TierScreen", by=_ASHA),
    _question("PointsScreen", by=_ASHA),
    _question("Cards", by={"cardNumber": "CAPD0000001001"}),
    _question("ActiveCoupons", by=_ASHA),
    _question("RecentTransactions", by=_ASHA),
    _question("Consent", by={"email": "dev.malhotra@example.com"}),
    _question("CustomerId", mobile="919800000012"),
    _question("CustomerList", by=[_ASHA, {"mobile": "919800000012"}, {"mobile": "919899999999"}]),
    Example(
        title="The same field, twice. V1.1 takes one number of days per call, so two windows are two calls."
        " gapToUpgrade rides on one of them.",
        query="""\
query TwoWindows {
  customer(by: { externalId: "EXT-0001" }) {
    today: gapToRenew(inDays: 0) {
      ...Gap
    }
    nextQuarter: gapToRenew(inDays: 90) {
      ...Gap
    }
    gapToUpgrade(inDays: 0) {
      programId
      upgradeStrategies {
        upgradeBasedOn
        upgradeThreshold
      }
    }
  }
}

fragment Gap on GapToRenew {
  programId
  renewConfirmed
  renewStrategies {
    renewBasedOn
    customerGapToRenewValue
  }
}
""",
    ),
)
