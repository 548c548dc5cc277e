"""Questions about the schema that are small to ask and large to answer. They matter where introspection is on."""

from collections.abc import Iterator

from tests.hostile.requests import Hostile, asking, names

TYPE_REF = "kind name " + "ofType { kind name " * 9 + "}" * 9


def circular(levels: int) -> str:
    """Types of fields of types of fields."""
    return "{ __schema { types { " + "fields { type { " * levels + "name" + " } }" * levels + " } } }"


def corpus() -> Iterator[Hostile]:
    """The family."""
    for levels in (3, 4, 5, 9, 60):
        yield asking(f"types of fields {levels} deep", circular(levels))
    yield asking(
        "the schema a hundred times",
        "{" + " ".join(f"{name}: __schema {{ types {{ name }} }}" for name in names(100)) + "}",
    )
    yield asking(
        "all fields 20 times",
        "{" + " ".join(f"{name}: __schema {{ types {{ fields {{ name }} }} }}" for name in names(20)) + "}",
    )
    yield asking(
        "all fields 90 times in one place",
        "{ __schema { types {" + " ".join(f"{name}: fields {{ name type {{ name }} }}" for name in names(90)) + "} } }",
    )
    yield asking(
        "all names of all fields",
        "{ __schema { types { fields {" + " ".join(f"{name}: name" for name in names(99)) + "} } } }",
    )
    yield asking(
        "all arguments of all fields",
        "{ __schema { types { fields {"
        + " ".join(f"{name}: args {{ name type {{ {TYPE_REF} }} }}" for name in names(40))
        + "} } } }",
    )
    yield asking(
        "interfaces of possible types",
        "{ __schema { types {" + " possibleTypes { interfaces {" * 4 + "name" + "} }" * 4 + "} } }",
    )
    yield asking(
        "wrappers without an end",
        "{ __schema { types { fields { type {" + "ofType {" * 60 + "name" + "}" * 60 + "} } } } }",
    )
    yield asking(
        "types by name",
        "{"
        + " ".join(
            f'{name}: __type(name: "Customer") {{ fields {{ name type {{ fields {{ name }} }} }} }}'
            for name in names(40)
        )
        + "}",
    )
    yield asking(
        "types in fragments that double",
        "{ __schema { types { ...F0 } } }"
        + "".join(f"fragment F{n} on __Type {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
        + "fragment F30 on __Type { name }",
    )
    yield asking(
        "types in fragments in a circle",
        "{ __schema { types { ...F } } } fragment F on __Type { fields { type { ...F } } }",
    )
    yield asking("the schema where it is not", "{ viewer { __schema { types { name } } } }")
    yield asking("the schema without fields", "{ __schema }")
    yield asking("unknown of the schema", "{ __schema { " + " ".join(names(90, "type")) + " } }")
    yield asking("suggestions for everything", "{ __schema {" + " ".join(f"typ{name}" for name in names(300)) + "} }")
    yield asking("types of a variable that is not given", "query($name: String!) { __type(name: $name) { name } }")
