"""The bills of a V1.1 item: which of them, and what each row says. Facts §2.1.

Whether customer/get heeds the filters is contradicted between versions (facts §6.13); here it does.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .data import Transaction
from .v1_text import stamp, text

Json = dict[str, Any]
PAGE = 10
FILTERS: dict[str, Callable[[Transaction, str], bool]] = {
    "number": lambda row, given: row.number == given,
    "store_code": lambda row, given: row.store.code == given,
    "till_code": lambda row, given: row.till_code == given,
    "amount": lambda row, given: given in {text(row.amount), f"{row.amount:.1f}", f"{row.amount:.2f}"},
    "date": lambda row, given: row.at.date().isoformat() == given,
    "type": lambda row, given: given.upper() in {row.type, "ALL"},
}


def transactions(owned: tuple[Transaction, ...], params: Mapping[str, str]) -> list[Json]:
    """The ten newest regular bills that pass every filter, and every other one that does."""
    asked = [(passes, params[name]) for name, passes in FILTERS.items() if params.get(name)]
    chosen = [row for row in owned if all(passes(row, given) for passes, given in asked)]
    regular = [row for row in chosen if row.type == "REGULAR"][:PAGE]
    return [_row(row, params) for row in (*regular, *(row for row in chosen if row.type != "REGULAR"))]


def _row(row: Transaction, params: Mapping[str, str]) -> Json:
    entry: Json = {
        "id": str(row.id),
        "number": row.number,
        "type": row.type,
        "created_date": stamp(row.at),
        "store": row.store.name,
    }
    amount = text(row.amount)
    # Both blocks are named by documents that show no shape; a returned bill's credit note is all of it.
    if params.get("tenders", "").lower() == "true":
        entry["tenders"] = {"tender": [{"name": row.tender, "value": amount}]}
    if params.get("credit_notes", "").lower() == "true":
        notes = [{"number": f"CN-{row.number}", "amount": amount}] if row.type == "RETURN" else []
        entry["credit_notes"] = {"credit_note": notes}
    return entry
