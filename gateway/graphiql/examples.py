"""The queries that the explorer opens with, over the sandbox's customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Example:
    """One tab: a document with one named operation, and what the editors beside it hold.

    The tab is labelled with the operation's name; `title` becomes the document's first comment.
    """

    title: str
    query: str
    variables: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None


EXAMPLES: Final[tuple[Example, ...]] = (
    Example(
        title="Asha Rao, everything on one screen",
        query="""\
# Cards come from V2, tier history and the gap to
# renew from V1.1: one call each, side by side.
# Without the last two fields the V1.1 call goes.
query Asha {
  customer(by: { mobile: "919800000001" }) {
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
    ),
    Example(
        title="What would that cost?",
        query="""\
# Sent with the header x-gateway-explain: plan, so
# Asha Rao's two calls are listed under extensions
# and not made; with analyze they are, and timed.
query Cost {
  customer(by: { mobile: "919800000001" }) {
    firstName
    loyaltyPrograms {
      currentSlab
    }
    cards {
      cardNumber
    }
    slabHistory {
      to
    }
  }
}
""",
        headers={"x-gateway-explain": "plan"},
    ),
    Example(
        title="The everyday question",
        query="""\
# Dev Malhotra's name, tier and points: one call
# with the one block that has them, and no cards.
# Run it again: the cache answers, without a call.
query Points($email: String!) {
  customer(by: { email: $email }) {
    id
    firstName
    lastName
    points {
      currentSlab
      loyaltyPoints
      lifetimePoints
    }
  }
}
""",
        variables={"email": "dev.malhotra@example.com"},
    ),
    Example(
        title="Several customers at once",
        query="""\
# Asha Rao, Omkar Patil and a number nobody has:
# one V1.1 call for all three, one for the last
# alone, as its item does not say whose it is.
query Batch($by: [CustomerBy!]!) {
  customers(by: $by) {
    id
    firstName
    registeredOn
    registeredStore {
      code
      name
    }
    slabHistory {
      from
      to
      changedOn
    }
  }
}
""",
        variables={
            "by": [
                {"mobile": "919800000001"},
                {"mobile": "919800000012"},
                {"mobile": "919899999999"},
            ]
        },
    ),
    Example(
        title="The same field, twice",
        query="""\
# V1.1 takes one number of days per call, so Asha
# Rao's two windows are two calls. gapToUpgrade
# rides on one of them.
query Windows {
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
    Example(
        title="By card number",
        query="""\
# Mona Sethi, found by her card: one V2 call.
# Cards come by themselves; status and
# subscriptions are one embed each.
query Card($cardNumber: String!) {
  customer(by: { cardNumber: $cardNumber }) {
    id
    firstName
    cards {
      cardNumber
      seriesName
      statusInfo {
        status
      }
    }
    status {
      statusLabel
      statusLabelReason
    }
    subscriptions {
      channel
      priority
      type
    }
  }
}
""",
        variables={"cardNumber": "CAPD0000001001"},
    ),
    Example(
        title="Coupons and bills",
        query="""\
# One set of coupon filters per call, so these are
# two calls. The returns ride on one of them.
query Purchases {
  customer(by: { mobile: "919800000001" }) {
    good: coupons(active: true, limit: 5) {
      code
      description
      validTill
    }
    redeemed: coupons(status: REDEEMED) {
      code
    }
    transactions(type: RETURN) {
      number
      createdDate
      store
    }
  }
}
""",
    ),
)
