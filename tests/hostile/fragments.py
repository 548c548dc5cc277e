"""Fragments that write out to more than there is memory, or to themselves."""

from collections.abc import Iterator

from tests.hostile.requests import Hostile, asking, of_customer


def chain(length: int, times: int, body: str = "__typename", on: str = "Query") -> str:
    """Fragments each of which spreads the next so many times."""
    spread = "".join(f"fragment F{n} on {on} {{ {' '.join([f'...F{n + 1}'] * times)} {body} }} " for n in range(length))
    return f"{spread} fragment F{length} on {on} {{ {body} }}"


def aliased(length: int) -> str:
    """Fragments each of which asks the next under two aliases."""
    spread = "".join(
        f"fragment F{n} on Type{n} {{ a: x {{ ...F{n + 1} }} b: x {{ ...F{n + 1} }} }} " for n in range(length)
    )
    return f"{spread} fragment F{length} on Query {{ __typename }}"


def every_in_every(count: int) -> str:
    """Fragments each of which spreads all others."""
    others = {n: " ".join(f"...F{m}" for m in range(count) if m != n) for n in range(count)}
    return " ".join(f"fragment F{n} on Query {{ a{n}: __typename {spread} }}" for n, spread in others.items())


def every_later(count: int) -> str:
    """Fragments each of which spreads all after it: two to the power of their number, without a circle."""
    later = {n: " ".join(f"...F{m}" for m in range(n + 1, count)) for n in range(count)}
    return " ".join(f"fragment F{n} on Query {{ __typename {spread} }}" for n, spread in later.items())


def circle(length: int) -> str:
    """Fragments in a circle."""
    return " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % length} }}" for n in range(length))


def unused(count: int, body: str) -> str:
    """Fragments that nobody spreads."""
    return " ".join(f"fragment F{n} on Customer {{ {body} }}" for n in range(count))


def corpus() -> Iterator[Hostile]:
    """The family."""
    for length in (18, 30, 60, 90, 140):
        yield asking(f"fragments doubling {length} times", "{ ...F0 } " + chain(length, 2))
    yield asking("fragments trebling 60 times", "{ ...F0 } " + chain(60, 3))
    yield asking("fragments times ten 20 times", "{ ...F0 } " + chain(20, 10))
    yield asking("fragments doubling under a customer", of_customer("...F0", chain(40, 2, "id", "Customer")))
    yield asking(
        "fragments doubling fields", of_customer("...F0", chain(40, 2, "loyaltyPrograms { programId }", "Customer"))
    )
    yield asking("fragments doubling by aliases", "{ ...F0 } " + aliased(40))
    yield asking("every fragment in every later one", "{ ...F0 } " + every_later(30))
    yield asking("every fragment in every one", "{ ...F0 } " + every_in_every(25))
    yield asking("a chain too long for a stack", "{ ...F0 } " + chain(180, 1))
    yield asking("a chain of a thousand", "{ ...F0 } " + chain(1000, 1))
    for length in (1, 2, 3, 50, 200):
        yield asking(f"a circle of {length}", "{ ...F0 } " + circle(length))
    yield asking(
        "a hundred circles", "{ __typename } " + " ".join(f"fragment F{n} on Query {{ ...F{n} }}" for n in range(100))
    )
    yield asking(
        "a circle through a field",
        of_customer(
            "...F", "fragment F on Customer { loyaltyPrograms { ...G } } fragment G on LoyaltyProgram { ...F }"
        ),
    )
    yield asking("a circle nobody uses", "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }")
    yield asking(
        "a circle under one name twice",
        "{ ...A } fragment A on Query { ...B } fragment A on Query { __typename } fragment B on Query { ...A }",
    )
    yield asking("unused fragments", "{ __typename } " + unused(100, "id firstName lastName"))
    yield asking("unused large fragments", "{ __typename } " + unused(20, "id firstName lastName mobile email " * 8))
    yield asking("unused thousands", "{ __typename } " + unused(2000, "id"))
    yield asking("one name for all", "{ ...F } " + "fragment F on Query { __typename } " * 150)
    yield asking("unknown spreads", "{" + " ".join(f"...F{n}" for n in range(290)) + "}")
    yield asking("one spread too often", "{" + "...F " * 700 + "} fragment F on Query { __typename }")
    yield asking(
        "a hundred flat fragments",
        of_customer(" ".join(f"...F{n}" for n in range(100)), unused(100, "id firstName lastName email")),
    )
    yield asking("fragments on what is not", "{ ...F } fragment F on Nothing { id }")
    yield asking("fragments on a scalar", "{ ...F } fragment F on String { id }")
    yield asking("a fragment named on", "{ ...on } fragment on on Query { __typename }")
    yield asking("fragment variables", "query($v: ID) { ...F(v: $v) } fragment F($v: ID) on Query { __typename }")
    yield asking("operations times fragments", " ".join(f"query Q{n} {{ ...F{n} }}" for n in range(10)) + chain(60, 1))
    yield asking("inline fragments 190 deep", "{" + "... {" * 190 + "nothing" + "}" * 190 + "}")
    yield asking("inline fragments 5,000 deep", "{" + "...{" * 5000 + "a" + "}" * 5001)
