"""API keys: random, kept as a hash, several of a client."""

import hashlib
import re

import pytest

from gateway.auth.api_keys import PREFIX, ApiKey, ApiKeys, new_key, parsed, permissions
from gateway.auth.callers import EVERYTHING, Permission, Staff


def test_a_key_has_256_random_bits_and_no_two_are_alike() -> None:
    keys = {new_key("crm", frozenset())[0] for _ in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch(PREFIX + r"[A-Za-z0-9_-]{43}", key) for key in keys)


def test_what_is_kept_of_a_key_is_its_sha_256_as_any_tool_computes_it() -> None:
    key, entry = new_key("crm", frozenset())
    assert str(entry) == f"crm={hashlib.sha256(key.encode()).hexdigest()}"
    assert key not in f"{entry} {entry!r}"


@pytest.mark.parametrize(
    ("granted", "told"),
    [("", ""), ("fraud", ":fraud"), ("transactions+fraud", ":fraud+transactions"), ("*", ":*")],
)
def test_an_entry_is_read_as_it_was_written(granted: str, told: str) -> None:
    _, entry = new_key("crm-2.eu_west", permissions(granted))
    assert str(entry).endswith(told or entry.digest.hex())
    assert parsed(str(entry)) == entry


def test_several_keys_of_a_client_are_accepted_so_that_one_can_replace_the_other() -> None:
    (old, first), (new, second) = new_key("crm", frozenset()), new_key("crm", frozenset({Permission.FRAUD}))
    keys = ApiKeys([first, second])
    assert keys.client(old) == Staff("crm", frozenset())
    assert keys.client(new) == Staff("crm", frozenset({Permission.FRAUD}))
    assert ApiKeys([second]).client(old) is None


@pytest.mark.parametrize("wrong", ["", "lgk_", "crm", "ä", "lgk_" + "A" * 43, "A" * 1_000_000, "\udcff"])
def test_another_key_is_nobodys(wrong: str) -> None:
    _, entry = new_key("crm", EVERYTHING)
    assert ApiKeys([entry]).client(wrong) is None
    assert ApiKeys([entry]).client(entry.digest.hex()) is None


HASH = "ab" * 32


@pytest.mark.parametrize(
    "entry",
    ["crm", "crm=", f"={HASH}", HASH, f"crm={HASH[:-1]}", f"crm={HASH}0", f"a b={HASH}", f"crm={HASH}:", "crm=lgk_key"],
)
def test_an_entry_that_is_none_is_refused_without_showing_it(entry: str) -> None:
    with pytest.raises(ValueError, match="NAME=HASH") as refusal:
        parsed(entry)
    assert HASH not in str(refusal.value)
    assert "lgk_key" not in str(refusal.value)


def test_a_permission_that_there_is_not_is_refused() -> None:
    """Without repeating it: somebody may have written the key itself there."""
    with pytest.raises(ValueError, match="a permission that there is not; choose from fraud, ndnc, image") as refusal:
        parsed(f"crm={HASH}:fraud+lgk_key")
    assert "lgk_key" not in str(refusal.value)


def test_capitals_of_a_hash_do_not_matter() -> None:
    assert parsed(f"crm={HASH.upper()}") == ApiKey("crm", bytes.fromhex(HASH), frozenset())
