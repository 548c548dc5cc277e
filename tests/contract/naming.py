"""The words of the tables of fields: many keys differ from ours only in the manner of writing."""

from collections.abc import Mapping


def under(prefix: str, ours: str, names: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{theirs}": f"{ours}.{name}" for theirs, name in names.items()}


def all_of(*names: str) -> dict[str, str]:
    """Names that differ only in the manner of writing: `loyaltyPoints`, `loyalty_points`."""
    return {name: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name) for name in names}


STANDING = all_of("redeemed", "expired", "returned", "adjusted", "cumulativePurchases", "slabExpiryDate")
STANDING |= {"slabSNo": "slab_sno"}
NEXT_SLAB = all_of("nextSlab", "nextSlabDescription", "nextSlabSerialNumber")
BALANCE = all_of("lifetimePoints", "loyaltyPoints", "currentSlab")
