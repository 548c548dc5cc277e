"""The roots of the graph. The session already knows from the operation who is asked for and what of them."""

from collections.abc import Awaitable
from typing import Annotated, cast

import strawberry

from gateway.context import Customer as Known
from gateway.context import RequestContext, Session
from gateway.facets.facet import Source
from resolvers.customer import Customer
from resolvers.inputs import CustomerBy

By = Annotated[CustomerBy, strawberry.argument(description="Who: exactly one identifier.")]
ByMany = Annotated[
    list[CustomerBy],
    strawberry.argument(description="Who: one identifier each. The answer has the same length and order."),
]
FromSource = Annotated[Source, strawberry.argument(description="Where the identifier is registered.")]
AccountId = Annotated[
    str | None,
    strawberry.argument(description="The account of the source, for sources with several.", name="accountId"),
]


@strawberry.type(description="What can be asked.")
class Query:
    """Every customer asked for anywhere in an operation is fetched by one plan."""

    @strawberry.field(description="One customer; null where upstream knows none by this identifier.")
    async def customer(
        self,
        info: strawberry.Info[RequestContext, None],
        by: By,  # noqa: ARG002 - read with the needs
        source: FromSource = Source.INSTORE,  # noqa: ARG002
        account_id: AccountId = strawberry.UNSET,  # noqa: ARG002
    ) -> Customer | None:
        """The customer of this response key."""
        return await found(info.context.session, str(info.path.key), 0)

    @strawberry.field(
        description="Several customers, in the order asked for; null for each whom upstream does not know."
    )
    def customers(
        self,
        info: strawberry.Info[RequestContext, None],
        by: ByMany,
        source: FromSource = Source.INSTORE,  # noqa: ARG002 - read with the needs
        account_id: AccountId = strawberry.UNSET,  # noqa: ARG002
    ) -> list[Customer | None]:
        """The customers of this response key; one who fails is null with an error of their own."""
        session, key = info.context.session, str(info.path.key)
        customers: list[Awaitable[Customer | None]] = [found(session, key, index) for index in range(len(by))]
        return cast("list[Customer | None]", customers)

    @strawberry.field(
        description="The customer whom the caller's token names; null for a caller whose token names none."
    )
    async def viewer(self, info: strawberry.Info[RequestContext, None]) -> Customer | None:
        """The customer of this response key, if the caller is one."""
        known = info.context.session.viewer(str(info.path.key))
        return None if known is None else await _if_there(known)


async def found(session: Session, key: str, index: int) -> Customer | None:
    """The customer at a place of a root field; null where upstream knows none."""
    return await _if_there(session.customer(key, index))


async def _if_there(known: Known) -> Customer | None:
    return Customer(known=known) if await known.exists() else None
