"""Which header proves who is calling, and what is said where none does."""

import pytest
from starlette.datastructures import Headers

from gateway.auth.api_keys import ApiKeys, new_key
from gateway.auth.authenticator import Asking, Trusting, presented
from gateway.auth.callers import ANYONE, Caller, Member, Permission, Staff
from gateway.errors import BadRequest, HttpRefusal, Unauthenticated

KEY, ENTRY = new_key("crm", frozenset({Permission.IMAGE}))
CRM = Staff("crm", frozenset({Permission.IMAGE}))
SOMEBODY = Member("app", frozenset(), frozenset())
TOKEN = "aaa.bbb.ccc"


class Reader:
    """Takes every text for a token."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.closed = False

    async def caller(self, token: str) -> Caller:
        self.read.append(token)
        return SOMEBODY

    async def close(self) -> None:
        self.closed = True


def headers(*sent: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.lower().encode(), value.encode("latin-1")) for name, value in sent])


KEYS_ALONE = Asking(ApiKeys([ENTRY]))


async def test_where_nobody_asks_anyone_may() -> None:
    assert await Trusting().authenticate(headers()) is ANYONE
    assert await Trusting().authenticate(headers(("authorization", "Basic x"), ("authorization", "y"))) is ANYONE
    assert set(Permission) == ANYONE.permissions


@pytest.mark.parametrize(
    "sent",
    [
        [("authorization", f"Bearer {KEY}")],
        [("authorization", f"bearer   {KEY}  ")],
        [("x-api-key", KEY)],
        [("x-api-key", KEY), ("authorization", "Basic dGlsbDpwYXNzd29yZA==")],
    ],
)
async def test_a_key_is_taken_from_either_header(sent: list[tuple[str, str]]) -> None:
    assert await KEYS_ALONE.authenticate(headers(*sent)) == CRM


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ([], None),
        ([("authorization", "")], "invalid_request"),
        ([("authorization", KEY)], "invalid_request"),
        ([("authorization", "Bearer")], "invalid_request"),
        ([("authorization", "Bearer a b")], "invalid_request"),
        ([("authorization", f"Bearer {KEY}, Bearer {KEY}")], "invalid_request"),
        ([("authorization", 'Bearer a"b')], "invalid_request"),
        ([("authorization", f"Basic {KEY}")], "invalid_request"),
        ([("authorization", "Bearer lgk_other")], "invalid_token"),
        ([("authorization", f"Bearer {TOKEN}")], "invalid_token"),
        ([("x-api-key", "")], "invalid_token"),
        ([("x-api-key", "\xff\x00")], "invalid_token"),
        ([("x-api-key", ENTRY.digest.hex())], "invalid_token"),
        ([("x-api-key", f"Bearer {KEY}")], "invalid_token"),
    ],
)
async def test_what_proves_nothing_is_401_with_the_way_to_do_better(
    sent: list[tuple[str, str]], error: str | None
) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        await KEYS_ALONE.authenticate(headers(*sent))
    challenge = refusal.value.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="graphql"')
    assert (f'error="{error}"' in challenge) if error else ("error" not in challenge)
    assert KEY not in refusal.value.message + challenge


@pytest.mark.parametrize(
    "sent",
    [
        [("authorization", f"Bearer {KEY}"), ("authorization", f"Bearer {KEY}")],
        [("authorization", f"Bearer {KEY}"), ("authorization", "Basic x")],
        [("x-api-key", KEY), ("x-api-key", "other")],
        [("x-api-key", KEY), ("authorization", f"Bearer {TOKEN}")],
    ],
)
async def test_two_credentials_are_refused(sent: list[tuple[str, str]]) -> None:
    with pytest.raises(BadRequest) as refusal:
        await Asking(ApiKeys([ENTRY]), Reader()).authenticate(headers(*sent))
    assert refusal.value.status == 400


async def test_tokens_are_told_from_keys_by_their_dots() -> None:
    reader = Reader()
    asking = Asking(ApiKeys([ENTRY]), reader)
    assert await asking.authenticate(headers(("authorization", f"Bearer {TOKEN}"))) is SOMEBODY
    assert await asking.authenticate(headers(("authorization", f"Bearer {KEY}"))) == CRM
    with pytest.raises(Unauthenticated, match="no key"):
        await asking.authenticate(headers(("x-api-key", TOKEN)))
    assert reader.read == [TOKEN]
    await asking.close()
    assert reader.closed


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
async def test_where_there_are_no_keys_none_is_accepted(header: str) -> None:
    asking = Asking(ApiKeys([]), Reader())
    with pytest.raises(Unauthenticated, match="is not a token"):
        await asking.authenticate(headers((header, f"Bearer {KEY}" if header == "authorization" else KEY)))


def test_a_credential_s_text_does_not_show_it() -> None:
    assert KEY not in repr(presented(headers(("x-api-key", KEY))))


def test_a_refusal_says_how_in_http() -> None:
    assert issubclass(Unauthenticated, HttpRefusal)
