"""What an API client sees of a masked customer's personal data (PSI masking, facts §4)."""

from dataclasses import replace

from .data import Person, Profile


def visible_profiles(person: Person) -> tuple[Profile, ...]:
    """The customer's profiles as the client may see them."""
    return tuple(map(_starred, person.profiles)) if person.masked else person.profiles


def _starred(profile: Profile) -> Profile:
    return replace(
        profile,
        mobile=_middle(profile.mobile),
        email=_local_part(profile.email),
        external_id=_middle(profile.external_id),
        wechat=_middle(profile.wechat),
    )


def _middle(value: str | None) -> str | None:
    return value and value[:2] + "*" * (len(value) - 4) + value[-2:]


def _local_part(value: str | None) -> str | None:
    return value and value[0] + "***" + value[value.index("@") :]
