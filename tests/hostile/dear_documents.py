"""Documents that the limits just let through, each dear to judge in a way of its own: the best that a search found."""

from graphql import GraphQLObjectType, get_named_type

from resolvers.schema import build_schema
from tests.hostile.requests import names, of_customer
from tests.support.selecting import every_field

CUSTOMER = build_schema().schema.type_map["Customer"]
assert isinstance(CUSTOMER, GraphQLObjectType)
PLAIN = [name for name, one in CUSTOMER.fields.items() if not isinstance(get_named_type(one.type), GraphQLObjectType)]
BY = 'customer(by: {id: "1"})'


def flat_fragments(count: int) -> str:
    """Fragments that select two fields each, which many of them share."""
    return "".join(
        f"fragment F{n} on Customer {{ {PLAIN[n % len(PLAIN)]} {PLAIN[(n + 7) % len(PLAIN)]} }}" for n in range(count)
    )


def roots(count: int, selected: str) -> str:
    """So many aliases of one customer."""
    return " ".join(f"{name}: {BY} {{ {selected} }}" for name in names(count))


def operations(count: int, variables: str = "") -> str:
    """So many operations with one fragment."""
    return " ".join(f"query Q{number}{variables} {{ {BY} {{ ...F }} }}" for number in range(count))


ALL = " ".join(PLAIN)
SPREAD = " ".join(f"...{name}" for name in names(84, "F"))
UNUSED = " ".join(f"fragment F{n} on Customer {{ {' '.join(PLAIN[:9])} }}" for n in range(93))
DECLARED = " ".join(f"$v{n}: Int" for n in range(50))
USED = " ".join(f"a{n}: gapToRenew(inDays: $v{n}) {{ programId }}" for n in range(50))
SIMILAR = " ".join(f"loyaltyPrograms{n:03}xx" for n in range(40))
UNKNOWN = " ".join(f"cardExternalI{n}: 1" for n in range(390))
ESCAPES = r"\n" * 12_000
TYPES = " ".join(f"{name}: fields {{ name }}" for name in names(12))

DOCUMENTS = {
    "plain fields of many roots": f"{{ {roots(44, ALL)} }}",
    "fragments that nobody uses": f"{{ __typename }} {UNUSED}",
    "fragments with fields in common": of_customer(SPREAD, flat_fragments(84)),
    "the same, and plain fields": f"{{ {BY} {{ {SPREAD} }} {roots(18, ALL)} }} {flat_fragments(84)}",
    "fields with fields in common": f"{{ {f'{BY} {{ loyaltyPrograms {{ }} }} ' * 49} }}",
    "fields with one key": of_customer("a: firstName a: lastName " * 49),
    "operations with a large fragment": f"{operations(8)} fragment F on Customer {{ {every_field(CUSTOMER)} }}",
    "operations that share variables": f"{operations(2, f'({DECLARED})')} fragment F on Customer {{ {USED} }}",
    "unknown members": f"{{ customer(by: {{ {UNKNOWN} }}) {{ id }} }}",
    "unknown fields like known ones": f"{{ {roots(26, SIMILAR)} }}",
    "inline fragments 190 deep": "{" + ("... {" * 190 + "__typename" + "}" * 190) * 2 + "}",
    "a string of escapes": f'{{ customer(by: {{id: "{ESCAPES}"}}) {{ {ALL} }} }}',
    "the schema as often as can be": f"{{ __schema {{ types {{ {TYPES} }} }} }}",
}
