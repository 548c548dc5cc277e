"""The largest sensible selection: every field of a type once."""

from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_required_argument


def every_field(parent: GraphQLObjectType, above: frozenset[str] = frozenset()) -> str:
    """Every field of a type and of the types below it, with every argument that must be given."""
    found: list[str] = []
    for name, field in parent.fields.items():
        required = [key for key, one in field.args.items() if is_required_argument(one)]
        given = f"({', '.join(f'{key}: 1' for key in required)})" if required else ""
        below: Any = get_named_type(field.type)
        if not isinstance(below, GraphQLObjectType):
            found.append(f"{name}{given}")
        elif below.name not in above:
            found.append(f"{name}{given} {{ {every_field(below, above | {below.name})} }}")
    return "\n".join(found)
