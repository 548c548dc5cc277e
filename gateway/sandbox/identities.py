"""The customers who are here for who they are: names, identifiers, profiles, fields, states of the account."""

from collections.abc import Mapping

from .builders import FIRST_ID, SILVER, at, enrolled, history, instore, special, subscribed
from .data import Fraud, HandleKind, Person, Profile, Status
from .organisation import AIRPORT_TILL, CAPITAL, GARDEN, GARDEN_TILL, WEB_TILL


def _elsewhere(source: str, first: str, last: str, handles: Mapping[HandleKind, str]) -> Profile:
    """A profile of a source that needs an account, named for it, and names customers itself (facts §3)."""
    return Profile(
        source=source,
        account_id=f"{source.lower().replace('_', '-')}-main",
        first_name=first,
        last_name=last,
        handles=handles,
        created=at("2023-09-09 21:09:00"),
        modified=at("2026-01-15 08:00:00"),
    )


IDENTITIES: tuple[Person, ...] = (
    Person(
        key="wechat_only",
        role="Only a WECHAT profile (account wechat-main): not to be found under INSTORE.",
        id=FIRST_ID + 15,
        loyalty_id=5_200_015,
        profiles=(_elsewhere("WECHAT", "Ruo", "", {"wechat": "oWx-sandbox-0015"}),),
        till=WEB_TILL,
        programs=(enrolled(CAPITAL, 1, 120.0),),
    ),
    special(
        16,
        "two_profiles",
        "An INSTORE and a WECHAT profile with different names and dates.",
        "Sunita",
        "Chen",
        profiles=(instore(16, "Sunita", "Chen"), _elsewhere("WECHAT", "Sunny", "", {"wechat": "oWx-sandbox-0016"})),
    ),
    special(
        17,
        "merged_victim",
        "Merged into customer 100000018: V1.1 answers with the survivor, V2 with warning 8069.",
        "Tanvi",
        "Old",
        merged_into=FIRST_ID + 18,
        programs=(),
        status=None,
    ),
    special(
        18,
        "merged_survivor",
        "The account that customer 100000017 lives on in.",
        "Tanvi",
        "New",
        programs=(SILVER,),
        slab_history=history(CAPITAL, ("2026-08-08 10:10:10", 1, 2, GARDEN)),
    ),
    special(
        19,
        "deleted",
        "Erased after a PII delete request: 8109 on V1.1, not found on V2.",
        "Uma",
        "Gone",
        deleted=True,
        programs=(),
        status=Status("Deleted", "PII", at("2026-09-01 00:00:00")),
    ),
    special(
        20,
        "masked",
        "Personal data masked for this API client (PSI masking): identifiers come back as stars.",
        "Varun",
        "Kapoor",
        masked=True,
    ),
    special(21, "no_email", "Has no email: empty on V1.1, no such identifier on V2.", "Wali", "Shah", email=None),
    special(
        22,
        "no_names",
        "Both names are empty strings, the email too is missing.",
        "",
        "",
        email=None,
        till=AIRPORT_TILL,
    ),
    special(
        23,
        "devanagari",
        "A name in Devanagari, combining vowel signs included.",
        "\u0938\u0930\u094b\u091c\u093f\u0928\u0940",
        "\u0926\u0947\u0935\u0940",
        email="sarojini@example.com",
    ),
    special(
        24,
        "arabic",
        "A name in Arabic: right to left.",
        "\u0644\u064a\u0644\u0649",
        "\u062d\u062f\u0627\u062f",
        email="layla@example.com",
        till=GARDEN_TILL,
    ),
    special(
        25,
        "emoji",
        "Emoji beyond the basic plane, quotes and a backslash in the names.",
        "Xo\u00e3o \U0001f47e",
        'O"Neil\\',
        email="xoao@example.com",
    ),
    special(
        26,
        "big_id",
        "An id above 2**53, which JavaScript and floats would round.",
        "Yara",
        "Lind",
        id=9_007_199_254_740_993,
    ),
    special(
        29,
        "typed_fields",
        "Custom fields, and extended fields of every type: text, whole, decimal, true, null.",
        "Bina",
        "Thomas",
        profiles=(instore(29, "Bina", "Thomas", fields={"diet": "vegan", "shoe_size": "38", "empty": ""}),),
        extended={"city": "Kochi", "visits": 25, "budget": 1000.0, "vip": True, "dob": None, "memo": ""},
    ),
    special(
        30,
        "suspended",
        "Customer status Suspended, with a reason.",
        "Chetan",
        "Bhatt",
        status=Status("Suspended", "chargeback", at("2026-07-19 14:13:19")),
    ),
    special(
        31,
        "mixed_subscriptions",
        "Opted out of everything promotional and of one transactional channel.",
        "Diya",
        "Roy",
        subscriptions=subscribed(
            out=(
                ("SMS", "BULK"),
                ("EMAIL", "BULK"),
                ("ANDROID", "BULK"),
                ("IOS", "BULK"),
                ("EMAIL", "TRANS"),
            )
        ),
    ),
    special(
        32,
        "fraud",
        "Marked and confirmed as fraud.",
        "Evan",
        "Holt",
        fraud=Fraud("CONFIRMED", "7104_risk", at("2026-02-03 04:05:06"), "refund ring"),
    ),
    special(
        33,
        "upper_email",
        "Email registered with capitals: it is found by any spelling and comes back as registered.",
        "Firoz",
        "Daruwala",
        email="Firoz.Daruwala@Example.COM",
    ),
    special(
        72,
        "many_sources",
        "Six profiles: INSTORE, MARTJACK, FACEBOOK, LINE, MOBILE_APP and WECHAT, each found by what its source says.",
        "Noor",
        "Haddad",
        profiles=(
            instore(72, "Noor", "Haddad"),
            _elsewhere("MARTJACK", "Noor", "Haddad", {"martjackId": "mj-sandbox-0072"}),
            _elsewhere("FACEBOOK", "Noor", "H.", {"fbId": "fb-sandbox-0072"}),
            _elsewhere("LINE", "noor", "", {"line": "line-sandbox-0072"}),
            _elsewhere("MOBILE_APP", "Noor", "Haddad", {"cuid": "cuid-sandbox-0072"}),
            _elsewhere("WECHAT", "Nour", "", {"wechat": "oWx-sandbox-0072", "unionId": "union-sandbox-0072"}),
        ),
    ),
)
