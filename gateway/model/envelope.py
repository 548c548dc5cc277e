"""Where an answer of V1.1 has its customers, in a native or an XML-born body. Facts §2.2."""

from typing import Any, cast

from gateway.model.readers import Block


def response_of(body: object) -> Block:
    """What a native body has in `response`; one that was cut out of it stands for itself."""
    outer = block_of(body)
    return block_of(outer.get("response", outer))


def listed(response: Block) -> list[object]:
    """Whatever stands where customers stand: a list, or the one that XML made of it."""
    customers: Any = response.get("customers")
    found = cast("Block", customers).get("customer") if isinstance(customers, dict) else customers
    return cast("list[object]", found) if isinstance(found, list) else [found]


def items(response: Block) -> list[Block]:
    """The customers among them."""
    return [cast("Block", item) for item in listed(response) if isinstance(item, dict)]


def block_of(value: object) -> Block:
    """An object; an empty one for anything else."""
    return cast("Block", value) if isinstance(value, dict) else {}
