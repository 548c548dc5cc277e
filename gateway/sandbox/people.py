"""The simulated customers: special ones, each here for a reason, and ordinary ones for batches."""

from .builders import FIRST_ID, REGISTERED, at, bills, enrolled, history, instore, subscribed, vouchers
from .data import Fraud, Person, Status
from .extras import EXTRAS
from .identities import IDENTITIES
from .organisation import CAPITAL, TILLS
from .showcase import ASHA
from .standings import STANDINGS

_PLAIN_FIRST = 41
_PLAIN_COUNT = 25
_FIRST_NAMES = ("Ishan", "Meera", "Kabir", "Tara", "Rohan", "Leela", "Arjun", "Nila", "Vikram", "Sana")
_LAST_NAMES = ("Bose", "Iyer", "Kulkarni", "Dutta", "Shetty", "Menon", "Gill")


def _plain(n: int) -> Person:
    """The nth ordinary customer: mobiles follow each other, ids do not.

    The ids are a permutation so that a batch asked by ascending mobile shows that V1.1 answers by id.
    """
    number = _PLAIN_FIRST + n
    tier = 1 + n % 3
    changes = tuple(
        (f"{2025 - step}-0{1 + n % 9}-15 02:30:00", tier - step - 1, tier - step, None) for step in range(tier - 1)
    )
    state = enrolled(
        CAPITAL,
        tier,
        1500.0 * (n + 1),
        expires="2027-03-31 23:59:59" if tier > 1 else None,
        each=400.0 + 75 * n,
        every=9 + n,
        count=4 + n,
        redeemed=250.0 * (n % 4),
    )
    return Person(
        key=f"plain_{n + 1:02d}",
        role=f"Ordinary customer {n + 1} of {_PLAIN_COUNT}: one program, mobile in sequence, for batches.",
        id=FIRST_ID + _PLAIN_FIRST + n * 7 % _PLAIN_COUNT,
        loyalty_id=5_200_000 + number,
        profiles=(instore(number, _FIRST_NAMES[n % 10], f"{_LAST_NAMES[n % 7]}{n + 1}"),),
        till=TILLS[n % len(TILLS)],
        programs=(state,),
        slab_history=history(CAPITAL, *changes),
        subscriptions=subscribed(out=(("SMS", "BULK"),) if n % 2 else ()),
        coupons=vouchers(number, n % 4),
        transactions=bills(number, n % 6, till=TILLS[n % len(TILLS)]),
        status=Status("Active", "", at(REGISTERED)),
        fraud=Fraud("NOT_FRAUD", "harbour.till.1", at("2025-02-01 12:00:00")) if n % 5 == 0 else Fraud(),
    )


CUSTOMERS: tuple[Person, ...] = (ASHA, *STANDINGS, *IDENTITIES, *EXTRAS, *(_plain(n) for n in range(_PLAIN_COUNT)))
_BY_KEY = {person.key: person for person in CUSTOMERS}


def person(key: str) -> Person:
    """The simulated customer with this key; KeyError names the ones there are."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise KeyError(f"no simulated customer {key!r}; there are {', '.join(_BY_KEY)}") from None
