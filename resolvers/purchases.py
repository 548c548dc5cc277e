"""What the customer bought, and may buy cheaper."""

import strawberry

from gateway.context import Customer
from gateway.facets.catalog import COUPONS, TRANSACTIONS
from gateway.model.transactions import Coupon, Transaction
from resolvers import filters
from resolvers.fields import asked, lives_on


@strawberry.type
class Purchases:
    """The fields of a customer that take filters."""

    known: strawberry.Private[Customer]

    @strawberry.field(
        description=(
            "Coupons, good or not. Two selections with different arguments cost two upstream calls, "
            "because upstream takes one set of filters a call."
        ),
        metadata=lives_on(COUPONS),
    )
    async def coupons(
        self,
        limit: filters.CouponLimit = strawberry.UNSET,
        offset: filters.CouponOffset = strawberry.UNSET,
        order_by: filters.CouponOrderBy = strawberry.UNSET,
        sort_order: filters.CouponSortOrder = strawberry.UNSET,
        status: filters.OfStatus = strawberry.UNSET,
        series_id: filters.SeriesId = strawberry.UNSET,
        active: filters.ActiveOnly = strawberry.UNSET,
        org_entity_type: filters.OrgEntity = strawberry.UNSET,
        org_entity_value: filters.OrgEntityValue = strawberry.UNSET,
    ) -> list[Coupon] | None:
        """A page of them."""
        return await asked(
            self.known,
            COUPONS,
            limit=limit,
            offset=offset,
            order_by=order_by,
            sort_order=sort_order,
            status=status,
            series_id=series_id,
            active=active,
            org_entity_type=org_entity_type,
            org_entity_value=org_entity_value,
        )

    @strawberry.field(
        description=(
            "Recent bills and returns. They are kept out of the call when nobody asks. Whether upstream "
            "heeds every filter differs between its versions. Two selections with different arguments cost two "
            "upstream calls."
        ),
        metadata=lives_on(TRANSACTIONS),
    )
    async def transactions(
        self,
        number: filters.Number = strawberry.UNSET,
        store_code: filters.StoreCode = strawberry.UNSET,
        till_code: filters.TillCode = strawberry.UNSET,
        amount: filters.Amount = strawberry.UNSET,
        date: filters.OnDate = strawberry.UNSET,
        type: filters.OfType = strawberry.UNSET,
        tenders: filters.WithTenders = strawberry.UNSET,
        credit_notes: filters.WithCreditNotes = strawberry.UNSET,
    ) -> list[Transaction] | None:
        """Those that pass every filter."""
        return await asked(
            self.known,
            TRANSACTIONS,
            number=number,
            store_code=store_code,
            till_code=till_code,
            amount=amount,
            date=date,
            type=type,
            tenders=tenders,
            credit_notes=credit_notes,
        )
