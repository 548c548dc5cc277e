"""Cards, user group, picture and notes of a V1.1 item: documented by name only, so the shapes are guesses.

They use V2's words in V1.1's style: snake_case, and strings for every scalar. Facts §2.1.
"""

from typing import Any

from . import images
from .data import Card, Note, Person, UserGroup
from .v1_text import stamp, text

Json = dict[str, Any]


def card_details(person: Person) -> Json:
    """All cards of the customer."""
    return {"card_details": {"card": [_card(card) for card in person.cards]}}


def _card(card: Card) -> Json:
    return {
        "card_id": str(card.id),
        "card_number": card.number,
        "card_external_id": card.external_id or "",
        "series_id": str(card.series_id),
        "series_name": card.series_name,
        "type": card.type,
        "status": card.status,
        "status_label": card.label,
        "issued_date": stamp(card.issued),
        "expiry_date": text(card.expires),
    }


def user_groups2(person: Person) -> list[Json]:
    """Every group of the customer; comes unasked, and empty in all samples (facts §2.2)."""
    return [{"id": str(group.id), "external_id": group.external_id, "name": group.name} for group in person.groups]


def user_group(person: Person) -> Json:
    """The customer's default group; "" when there is none."""
    for group in person.groups:
        for member in group.members:
            if member.user_id == person.id and member.default:
                role = "PRIMARY" if member.primary else "SECONDARY"
                return {"user_group": {**_group(group), "role": role, "joined_on": stamp(member.joined)}}
    return {"user_group": ""}


def _group(group: UserGroup) -> Json:
    primary = next((member.user_id for member in group.members if member.primary), None)
    return {
        "id": str(group.id),
        "external_id": group.external_id,
        "name": group.name,
        "primary_user_id": text(primary),
        "member_count": str(sum(member.active for member in group.members)),
    }


def customer_image(person: Person) -> Json:
    """The picture's links, which expire; "" when there is no picture."""
    image = person.image
    if image is None:
        return {"customer_image": ""}
    links = {"file_path": images.plain(image), "secure_file_path": images.secure(image)}
    return {"customer_image": {"code": "200", "status": "true", "last_modified": stamp(image.modified), **links}}


def notes(person: Person) -> list[Json]:
    """What was written down about the customer; samples show only that none is an empty list (facts §2.2)."""
    return [_note(note) for note in person.notes]


def _note(note: Note) -> Json:
    return {"note": note.text, "added_on": stamp(note.added), "added_by": note.by.name}
