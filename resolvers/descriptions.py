"""What descriptions say beyond what is declared: where upstream tells a field, and who may see it."""

from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args, get_origin

from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.field import StrawberryField

from gateway.facets.facet import Endpoint
from gateway.facets.needs import Homes, Lives
from gateway.facets.shapes import OfCustomer, Shape, Spread
from gateway.model.places import NOWHERE, Places, of_block, of_field, of_value, sent, told
from resolvers.fields import SHAPE, record_of

Types = Mapping[str, Any]
"""What Strawberry knows of every type of the graph, by name."""
TypeAndField = tuple[str, str]


def places(schema: GraphQLSchema, types: Types, homes: Homes) -> Mapping[TypeAndField, Places]:
    """Where upstream tells each field of the graph; none for a field whose path its type or its words tell."""
    return {
        (name, field): _places(concrete.definition.origin, declared, (name, field), homes)
        for name, concrete in _objects(schema, types)
        for field, declared in zip(_object(schema, name).fields, concrete.definition.fields, strict=True)
    }


def describe(schema: GraphQLSchema, types: Types, homes: Homes) -> None:
    """Completes the descriptions. People who know upstream's documents find their words, and callers what they need.

    Paths are what payloads are read by, and the catalog says what a caller must hold to see a facet.
    """
    for (name, field), found in places(schema, types, homes).items():
        home = homes.get((name, field))
        permission = home.on.permission if home else None
        needs = f"Needs the permission `{permission}`." if permission else ""
        shown, block = _object(schema, name).fields[field], of_block(types[name].definition.origin)
        shown.description = _joined(shown.description, told(found, block), needs)
        for argument, parameters in _sent(home).items() if home else ():
            shown.args[argument].description = _joined(shown.args[argument].description, sent(parameters))
    for name, concrete in _objects(schema, types):
        shown = _object(schema, name)
        shown.description = _joined(shown.description, told(of_block(concrete.definition.origin)))


def _places(parent: Any, field: StrawberryField, place: TypeAndField, homes: Homes) -> Places:
    shape: Shape | None = field.metadata.get(SHAPE)
    match shape:
        case None if field.is_basic_field:
            return of_field(parent, field, many=_lists(field))
        case Spread(record=record, value=value):
            [declared] = [
                one for one in record.__strawberry_definition__.fields if one.python_name == field.python_name
            ]
            return of_field(record, declared, many=any(get_origin(part) is list for part in (value, *get_args(value))))
        case None | OfCustomer():
            return NOWHERE
        case _:
            return of_value(record_of(homes[place].on), field)


def _sent(home: Lives) -> Mapping[str, Places]:
    """As which parameters of the calls the arguments of a field are sent."""

    def at(endpoint: Endpoint, argument: str) -> tuple[str, ...]:
        sources = (source for source in home.on.sources if source.endpoint is endpoint)
        names = ({**source.valued, **source.narrowed} for source in sources)
        return tuple(dict.fromkeys(name for found in names for name, of in found.items() if of == argument))

    return {called: (at(Endpoint.V2, name), at(Endpoint.V1, name)) for name, called in home.arguments.items()}


def _lists(field: StrawberryField) -> bool:
    kind: Any = field.type
    return isinstance(kind.of_type if isinstance(kind, StrawberryOptional) else kind, StrawberryList)


def _objects(schema: GraphQLSchema, types: Types) -> Iterator[tuple[str, Any]]:
    return ((name, one) for name, one in types.items() if isinstance(schema.type_map.get(name), GraphQLObjectType))


def _object(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    return cast("GraphQLObjectType", schema.type_map[name])


def _joined(*sentences: str | None) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
