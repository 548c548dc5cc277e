"""Random valid operations over the real schema, with variables that are mostly, but not always, as they should be."""

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_non_null_type,
)

OMITTED = object()
IDS = ["100000001", "100000002", "100000003", "7", "007", "-1", "", "9" * 18, "9" * 19, "9" * 30, "1,2", "٣", " 5 "]
TEXTS = {
    "mobile": ["919800000001", "+91 98000-00001", "x", ""],
    "email": ["asha.rao@example.com", "nobody", ""],
    "externalId": ["EXT-1", "a,b", "\x00", "x" * 201],
    "cardNumber": ["4000", " "],
}
KINDS = ["MOBILE", "EMAIL", "EXTERNAL_ID", "ID"]
PLAIN: dict[str, list[str]] = {
    "Int": ["0", "7", "30", "12"],
    "Float": ["10", "2.5", "1200.0"],
    "Boolean": ["true", "false"],
    "ID": ['"1001"', "1002", '"9"'],
    "String": ['"B-1"', '"TILL"'],
    "Date": ['"2026-03-31"', '"2024-02-29"'],
}
"""Literals of arguments that can be."""
BAD: dict[str, list[str]] = {
    "Int": ["-1", "99999"],
    "Float": ["-3.5", "1e20"],
    "ID": ['""', '"x"'],
    "String": ['""', f'"{"y" * 101}"', f'"{"y" * 300}"'],
    "Date": ['"nonsense"', '"2026-13-01"'],
}
"""Literals that the schema takes and the facet does not."""
VALUES: dict[str, list[Any]] = {
    "Int": [0, 7, 30, 12.0],
    "Float": [10, 2.5, 1200.0],
    "Boolean": [True, False],
    "ID": ["1001", 1002, "9", 5.0],
    "String": ["B-1", "TILL"],
    "Date": ["2026-03-31", "2024-02-29"],
}
ODD: list[Any] = [
    None,
    "x",
    -1,
    2**40,
    1.5,
    True,
    [],
    {},
    [None],
    {"id": None},
    {"nobody": "1"},
    {"id": "1", "email": "a@b"},
]


@dataclass(frozen=True)
class Composed:
    """An operation, and values of its variables as a client sends them: several, for one document."""

    text: str
    variables: list[dict[str, Any]]


class Composer:
    """Composes one operation. A response key always stands for the same field and arguments."""

    def __init__(self, random: Random, schema: GraphQLSchema) -> None:
        self._random = random
        self._schema = schema
        self._fragments: dict[str, tuple[str, str]] = {}
        self._finished: defaultdict[str, list[str]] = defaultdict(list)
        self._declared: dict[str, tuple[str, str, str]] = {}
        self._keys: dict[tuple[str, str], str] = {}

    def composed(self, times: int) -> Composed:
        """The operation, with so many sets of values."""
        roots = " ".join(self._root() for _ in range(self._random.choice([1, 1, 2, 3])))
        declared = ", ".join(f"${name}: {of}{default}" for name, (_, of, default) in self._declared.items())
        text = f"query{f'({declared})' if declared else ''} {{ {roots} }}"
        text += "".join(f" fragment {name} on {of} {{ {body} }}" for name, (of, body) in self._fragments.items())
        return Composed(text, [self._values() for _ in range(times)])

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    # --- roots ---

    def _root(self) -> str:
        name = self._random.choices(["customer", "customers", "viewer", "__typename"], [6, 4, 2, 0.5])[0]
        if name == "__typename":
            return "__typename" if self._chance(0.5) else "... on Query { kind: __typename }"
        customer: Any = self._schema.type_map["Customer"]
        arguments = f"({self._who(name)}{self._where()})" if name != "viewer" else ""
        key = self._key(name, arguments)
        written = f"{key}: {name}{arguments}{self._directive(0.1)} {{ {self._selections(customer, 0)} }}"
        if self._chance(0.15):
            written += f" {key}: {name}{arguments}{self._directive(0.3)} {{ {self._selections(customer, 1)} }}"
        if self._chance(0.1):
            return f"... on Query{self._directive(0.3)} {{ {written} }}"
        return written

    def _who(self, root: str) -> str:
        if root == "customer":
            return f"by: {self._by()}"
        if self._chance(0.4):
            return f"by: {self._variable('customers', '[CustomerBy!]!')}"
        many = [self._by() for _ in range(self._random.choice([0, 1, 2, 3, 4]))]
        alone = len(many) == 1 and not many[0].startswith("$")
        return f"by: {many[0]}" if alone else f"by: [{', '.join(many)}]"

    def _by(self) -> str:
        chance = self._random.random()
        if chance < 0.3:
            return f"{{id: {self._variable('id', 'ID!')}}}"
        if chance < 0.55:
            return self._variable("customer", "CustomerBy!")
        if chance < 0.6:
            return f"{{mobile: {self._variable('mobile', 'String!')}}}"
        if chance < 0.68:
            value = self._variable("mobile", "String!") if self._chance(0.5) else '"919800000001"'
            kind = self._random.choice(KINDS)
            return f'{{identifiers: [{{kind: {kind}, value: {value}}}, {{kind: EMAIL, value: "a@b"}}]}}'
        plain = ['{id: "100000001"}', "{id: 100000002}", '{mobile: "919800000001"}']
        return '{id: "x"}' if self._chance(0.02) else self._random.choice(plain)

    def _where(self) -> str:
        found = ""
        if self._chance(0.25):
            source = self._random.choice(["WECHAT", "LINE", ""])
            found += f", source: {source or self._variable('source', self._random.choice(['Source!', 'Source']))}"
        if self._chance(0.5 if found else 0.02):
            account = self._random.choice(['"acc"', '"acc"', "null", '" "', '"a,b"' if self._chance(0.1) else '""', ""])
            found += f", accountId: {account or self._variable('account', 'String')}"
        return found

    # --- selections ---

    def _selections(self, parent: GraphQLObjectType, depth: int) -> str:
        most = 6 if depth == 0 else 4 if depth < 3 else 2
        return " ".join(self._selection(parent, depth) for _ in range(self._random.randint(1, most)))

    def _selection(self, parent: GraphQLObjectType, depth: int) -> str:
        chance = self._random.random()
        if depth < 5 and chance < 0.1:
            condition = f" on {parent.name}" if self._chance(0.5) else ""
            return f"...{condition}{self._directive(0.4)} {{ {self._selections(parent, depth + 1)} }}"
        if depth < 5 and chance < 0.22:
            return f"...{self._fragment(parent, depth)}{self._directive(0.4)}"
        if chance < 0.27:
            return f"{self._random.choice(['', 'kind: '])}__typename{self._directive(0.2)}"
        return self._field(parent, depth)

    def _fragment(self, parent: GraphQLObjectType, depth: int) -> str:
        """A fragment that is finished already, so that none comes to contain itself, or a new one."""
        if self._finished[parent.name] and self._chance(0.5):
            return self._random.choice(self._finished[parent.name])
        body = self._selections(parent, depth + 1)
        name = f"F{len(self._fragments)}"
        self._fragments[name] = (parent.name, body)
        self._finished[parent.name].append(name)
        return name

    def _field(self, parent: GraphQLObjectType, depth: int) -> str:
        names = list(parent.fields)
        if self._chance(0.5):  # rather one that has something below it, or arguments
            nested = [name for name in names if isinstance(get_named_type(parent.fields[name].type), GraphQLObjectType)]
            names = nested or names
        name = self._random.choice(names)
        definition = parent.fields[name]
        given = [
            f"{key}: {self._argument(key, one)}"
            for key, one in definition.args.items()
            if (is_non_null_type(one.type) and name == "loyaltyProgram") or self._chance(0.35)
        ]
        arguments = f"({', '.join(given)})" if given else ""
        key = self._key(name, arguments)
        below: Any = get_named_type(definition.type)
        nested = f" {{ {self._selections(below, depth + 1)} }}" if isinstance(below, GraphQLObjectType) else ""
        return f"{key}: {name}{arguments}{self._directive(0.2)}{nested}"

    def _key(self, name: str, arguments: str) -> str:
        """One of two response keys of a field with these arguments."""
        found = self._keys.setdefault((name, arguments), f"{name}{len(self._keys) if arguments else ''}")
        return f"my_{found}" if self._chance(0.2) else found

    def _argument(self, name: str, argument: Any) -> str:
        of = get_named_type(argument.type)
        if self._chance(0.4):
            kinds = (
                [f"{of.name}!", of.name] if not is_non_null_type(argument.type) or name == "inDays" else [f"{of.name}!"]
            )
            return self._variable(f"of{of.name}", self._random.choice(kinds))
        if isinstance(of, GraphQLEnumType):
            return self._random.choice(list(of.values))
        if not is_non_null_type(argument.type) and self._chance(0.05):
            return "null"
        return self._random.choice(BAD.get(of.name, PLAIN[of.name]) if self._chance(0.01) else PLAIN[of.name])

    def _directive(self, chance: float) -> str:
        found = ""
        for name in ("skip", "include"):
            if self._chance(chance / 1.5):
                value = (
                    self._variable("flag", "Boolean!") if self._chance(0.8) else self._random.choice(["true", "false"])
                )
                found += f" @{name}(if: {value})"
        return found

    # --- variables ---

    def _variable(self, about: str, of: str) -> str:
        """A variable of a type, declared before or now, sometimes with a default."""
        known = [name for name, (for_, kind, _) in self._declared.items() if for_ == about and kind == of]
        if known and self._chance(0.5):
            return f"${self._random.choice(known)}"
        name = f"v{len(self._declared)}"
        plain = PLAIN.get(of.removesuffix("!"))
        default = f" = {self._random.choice(plain)}" if plain and about != "id" and self._chance(0.3) else ""
        if about == "source" and self._chance(0.3):
            default = " = WECHAT"
        if about == "customer" and self._chance(0.1):
            default = ' = {id: "100000001"}'
        self._declared[name] = (about, of, default)
        return f"${name}"

    def _values(self) -> dict[str, Any]:
        found = {name: self._value(*declared) for name, declared in self._declared.items()}
        if self._chance(0.1):
            found["undeclared"] = 1
        return {name: value for name, value in found.items() if value is not OMITTED}

    def _value(self, about: str, of: str, default: str) -> Any:
        if self._chance(0.3 if default or not of.endswith("!") else 0.004):
            return OMITTED
        if self._chance(0.01):
            return self._random.choice(ODD)
        if not of.endswith("!") and self._chance(0.15):
            return None
        match about:
            case "id":
                return self._identifier("id")
            case "mobile":
                return self._identifier("mobile")
            case "customer":
                return self._customer_by()
            case "customers":
                many = [self._customer_by() for _ in range(self._random.choice([0, 1, 2, 3, 5]))]
                return self._customer_by() if self._chance(0.05) else many
            case "source":
                return self._random.choice(["WECHAT", "LINE", "ECOMMERCE", "NOWHERE" if self._chance(0.05) else "ALL"])
            case "account":
                return self._random.choice(["acc", "", " acc ", "b", "a,b" if self._chance(0.1) else "c"])
            case "flag":
                return self._chance(0.5)
            case _:
                return self._of_type(self._schema.type_map[of.removesuffix("!")])

    def _of_type(self, kind: Any) -> Any:
        return self._random.choice(list(kind.values) if isinstance(kind, GraphQLEnumType) else VALUES[kind.name])

    def _identifier(self, kind: str) -> Any:
        if kind == "id":
            return self._random.choice([*IDS, 100000001, 5.0] if self._chance(0.1) else IDS[:4])
        return self._random.choice(TEXTS[kind] if self._chance(0.1) else TEXTS[kind][:2])

    def _customer_by(self) -> Any:
        kind = self._random.choice(["id", "id", "id", *TEXTS])
        if self._chance(0.06):
            return {"identifiers": [{"kind": "MOBILE", "value": self._identifier("mobile")}]}
        return {kind: self._identifier(kind) if kind in ("id", "mobile") else TEXTS[kind][0]}
