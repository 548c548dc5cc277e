"""Too many of one thing: fields, aliases, directives, variables, operations, arguments, characters."""

from collections.abc import Iterator

from tests.hostile.requests import Hostile, asking, names, of_customer

WIDE = "id firstName lastName mobile email externalId "


def overlapping() -> Iterator[Hostile]:
    """Fields that validation compares pair by pair."""
    yield asking("one field 500 times", "{" + " __typename" * 500 + "}")
    yield asking("one field 1,400 times", of_customer("id " * 1400))
    yield asking("one field with fields", of_customer("loyaltyPrograms { programId } " * 300))
    yield asking("one field without any fields", of_customer("loyaltyPrograms { } " * 400))
    yield asking("one field with arguments", of_customer("gapToRenew(inDays: 1) { programId } " * 150))
    yield asking("one field in many inline fragments", of_customer("... { id } " * 350))
    yield asking("one field at every level", of_customer(nested_twice(7)))
    yield asking(
        "roots that cannot be one", "{" + " ".join(f'customer(by: {{id: "{n}"}}) {{ id }}' for n in range(45)) + "}"
    )
    yield asking("one key for two fields", of_customer("a: firstName a: lastName " * 100))
    yield asking("one key for 49 pairs", of_customer("a: firstName a: lastName " * 49))
    yield asking(
        "one key in many fragments",
        of_customer(
            " ".join(f"...F{n}" for n in range(90)),
            " ".join(f"fragment F{n} on Customer {{ a: {['firstName', 'lastName'][n % 2]} }}" for n in range(90)),
        ),
    )
    yield asking(
        "conflicts deep inside",
        "{"
        + " ".join(
            f'c: customer(by: {{id: "1"}}) {{ loyaltyPrograms {{ a: {["programId", "currentSlab"][n % 2]} }} }}'
            for n in range(48)
        )
        + "}",
    )
    yield asking("lists against none", of_customer("a: loyaltyPrograms { programId } a: points { points } " * 20))


def nested_twice(levels: int) -> str:
    """A field that holds itself twice."""
    return "id" if levels == 0 else f"loyaltyPrograms {{ {nested_twice(levels - 1)} }} " * 2


def wide() -> Iterator[Hostile]:
    """Fields and aliases."""
    yield asking("aliases of the type's name", "{" + " ".join(f"{name}: __typename" for name in names(101)) + "}")
    yield asking("aliases by the thousand", "{" + " ".join(f"{name}: __typename" for name in names(5000)) + "}")
    yield asking(
        "aliases of a customer",
        "{" + " ".join(f'{name}: customer(by: {{id: "1"}}) {{ id }}' for name in names(100)) + "}",
    )
    yield asking("aliases under a customer", of_customer(" ".join(f"{name}: id" for name in names(400))))
    yield asking(
        "aliases in a fragment under aliases",
        "{"
        + " ".join(f'{name}: customer(by: {{id: "1"}}) {{ ...F }}' for name in names(20))
        + "} fragment F on Customer {"
        + " ".join(f"{name}: id" for name in names(20))
        + "}",
    )
    yield asking(
        "everything of every alias",
        "{"
        + " ".join(f'{name}: customer(by: {{id: "1"}}) {{ ...F }}' for name in names(45))
        + "} fragment F on Customer {"
        + " ".join(f"loyaltyPrograms {{ programId a{n}: currentSlab }}" for n in range(70))
        + "}",
    )
    yield asking("unknown fields", of_customer(" ".join(names(490, "nothing"))))
    yield asking("unknown fields like known ones", of_customer(" ".join(names(400, "loyaltyProgram"))))
    yield asking("unknown roots", "{" + " ".join(names(49, "custome")) + "}")
    yield asking("fields of a scalar", of_customer("id { id { id } } " * 3))
    yield asking("objects without fields", of_customer(" ".join(f"{name}: points" for name in names(90))))
    yield asking("fields 190 deep", "{" + "customer {" * 190 + "id" + "}" * 191)
    yield asking("fields 1,000 deep", "{" + "a{" * 1000 + "a" + "}" * 1001)
    yield asking("fields 10,000 deep and never closed", "{" + "a{" * 10_000)
    yield asking("unknown types", of_customer(" ".join(f"... on LoyaltyProgra{n} {{ id }}" for n in range(90))))
    yield asking("impossible types", "{" + " ".join(f"... on Customer {{ {name}: id }}" for name in names(90)) + "}")


def decorated() -> Iterator[Hostile]:
    """Directives."""
    for count in (6, 10, 100, 700):
        yield asking(f"{count} unknown directives on a field", "{ __typename " + "@aa" * count + " }")
    yield asking("one directive too often", "{ __typename " + "@include(if: true) " * 200 + "}")
    yield asking("directives everywhere", of_customer(" ".join(f"{name}: id @a @b @c @d" for name in names(90))))
    yield asking("different directives", "{ __typename " + " ".join(f"@{name}" for name in names(500)) + " }")
    yield asking("directives on the operation", "query " + "@skip(if: true) " * 100 + "{ __typename }")
    yield asking(
        "directives on variables",
        "query(" + " ".join(f"${name}: Int @a @b @c" for name in names(90)) + ") { __typename }",
    )
    yield asking(
        "directives with endless arguments",
        "{ __typename @include(if: true " + " ".join(f"{name}: 1" for name in names(390)) + ") }",
    )
    yield asking(
        "defer where it may not be",
        "{" + " ".join(f'{name}: __typename @defer(label: "{name}")' for name in names(50)) + "}",
    )
    yield asking("stream that is not there", of_customer("loyaltyPrograms @stream(initialCount: 1) { programId }"))


def given() -> Iterator[Hostile]:
    """Variables and arguments."""
    yield asking("unused variables", "query(" + " ".join(f"${name}: Int" for name in names(100)) + ") { __typename }")
    yield asking(
        "variables by the thousand", "query(" + " ".join(f"${name}: Int" for name in names(5000)) + ") { __typename }"
    )
    yield asking("one variable many times", "query(" + "$a: Int " * 100 + ") { __typename }")
    yield asking(
        "undefined variables",
        "{" + " ".join(f"{name}: customer(by: {{id: ${name}}}) {{ id }}" for name in names(49)) + "}",
    )
    yield asking(
        "variables of unknown types",
        "query(" + " ".join(f"${name}: Custome{name}" for name in names(99)) + ") { __typename }",
    )
    yield asking("variables of output types", "query($a: Customer) { customer(by: $a) { id } }")
    yield asking(
        "variables in 190 lists",
        "query($a: " + "[" * 190 + "Int" + "]" * 190 + ") { customer(by: $a) { id } }",
        {"a": 1},
    )
    yield asking("variables in 5,000 lists", "query($a: " + "[" * 5000 + "Int" + "]" * 5000 + ") { __typename }")
    yield asking(
        "variables in the wrong place",
        "query($a: Int) {" + " ".join(f"{name}: customer(by: $a) {{ id }}" for name in names(49)) + "}",
        {"a": 1},
    )
    yield asking(
        "operations that share variables",
        " ".join(f"query Q{n}({' '.join(f'$v{m}: Int' for m in range(10))}) {{ ...F }}" for n in range(10))
        + " fragment F on Query { __typename }",
    )
    yield asking("unknown arguments", "{ customer(" + " ".join(f"soure{n}: 1" for n in range(390)) + ") { id } }")
    yield asking("one argument many times", "{ customer(" + "by: 1 " * 390 + ") { id } }")
    yield asking("unknown members", "{ customer(by: {" + " ".join(f"mobil{n}: 1" for n in range(390)) + "}) { id } }")
    yield asking(
        "unknown members by the thousand",
        "{ customer(by: {" + " ".join(f"mobil{n}: 1" for n in range(3000)) + "}) { id } }",
    )
    yield asking("one member many times", "{ customer(by: {" + 'mobile: "1" ' * 390 + "}) { id } }")
    yield asking(
        "every identifier at once", '{ customer(by: {id: "1", mobile: "2", email: "3", externalId: "4"}) { id } }'
    )
    yield asking("no identifier", "{ customer(by: {}) { id } }")
    yield asking("an identifier of null", "{ customer(by: {id: null}) { id } }")
    yield asking("a list of nobodies", "{ customers(by: [" + "{} " * 390 + "]) { id } }")
    yield asking("too many customers", "{ customers(by: [" + '{id: "1"} ' * 150 + "]) { id } }")
    yield asking(
        "too many customers under aliases",
        "{"
        + " ".join(f'{name}: customers(by: [{{id: "1"}}, {{id: "2"}}, {{id: "3"}}]) {{ id }}' for name in names(40))
        + "}",
    )
    yield asking("lists 190 deep", "{ customers(by: " + "[" * 190 + "1" + "]" * 190 + ") { id } }")
    yield asking("lists 10,000 deep", "{ customers(by: " + "[" * 10_000 + ") { id } }")
    yield asking("objects 150 deep", "{ customer(by: " + "{id: " * 150 + "1" + "}" * 150 + ") { id } }")
    yield asking("objects 5,000 deep", "{ customer(by: " + "{id: " * 5000 + "1" + "}" * 5000 + ") { id } }")
    yield asking(
        "unknown values of an enum",
        "{"
        + " ".join(f"{name}: customer(by: {{id: 1}} source: INSTOR{n}) {{ id }}" for n, name in enumerate(names(49)))
        + "}",
    )


def many_operations() -> Iterator[Hostile]:
    """Operations, and definitions that are none."""
    yield asking("two anonymous operations", "{ __typename } { __typename }")
    yield asking("hundreds of anonymous operations", "{ __typename } " * 350)
    yield asking("hundreds of operations", " ".join(f"query {name} {{ __typename }}" for name in names(250)))
    yield asking("operations of one name", "query Q { __typename } " * 10)
    yield asking("none of ten operations", " ".join(f"query {name} {{ __typename }}" for name in names(10)))
    yield asking("an operation that is not there", "query A { __typename }", operationName="B")
    yield asking("a mutation", "mutation { deleteEverything }")
    yield asking("a subscription", "subscription { a b c d e }")
    yield asking("fragments alone", "fragment F on Query { __typename }")
    yield asking("types instead of operations", " ".join(f"type {name} {{ a: Int }}" for name in names(200)))
    yield asking("a type with endless fields", "type T {" + " ".join(f"{name}: Int" for name in names(400)) + "}")
    yield asking("an enum with endless values", "enum E {" + " ".join(names(1400)) + "}")
    yield asking("an extension of the schema", "extend schema { query: Customer } { __typename }")
    yield asking("descriptions on operations", " ".join(f'"text" query {name} {{ __typename }}' for name in names(200)))


def corpus() -> Iterator[Hostile]:
    """The family."""
    yield from overlapping()
    yield from wide()
    yield from decorated()
    yield from given()
    yield from many_operations()
