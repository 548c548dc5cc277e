"""What an API client sees of a masked customer's personal data (PSI masking, facts §4)."""

from dataclasses import replace

from .data import Person, Profile


def visible_profiles(person: Person) -> tuple[Profile, ...]:
    """The customer's profiles as the client may see them."""
    return tuple(map(_starred, person.profiles)) if person.masked else person.profiles


def _starred(profile: Profile) -> Profile:
    return replace(
        profile,
        mobile=profile.mobile and _middle(profile.mobile),
        email=_local_part(profile.email),
        external_id=profile.external_id and _middle(profile.external_id),
        handles={kind: _middle(value) for kind, value in profile.handles.items()},
    )


def _middle(value: str) -> str:
    return value[:2] + "*" * (len(value) - 4) + value[-2:]


def _local_part(value: str | None) -> str | None:
    return value and value[0] + "***" + value[value.index("@") :]
