"""Tokens: what is verified of them, and every way in which one may lie."""

import base64
import hmac
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import UnsupportedAlgorithmError
from joserfc.jwk import OctKey, RSAKey

from gateway.auth import tokens as module
from gateway.auth.callers import Member, Staff
from gateway.auth.claims import ClaimNames
from gateway.auth.jwks import GivenKeys, Keys, read
from gateway.auth.tokens import LONGEST, MOST_REMEMBERED, Pinned, Tokens
from gateway.errors import Forbidden, Unauthenticated
from gateway.facets.facet import Identifier, IdentifierKind
from tests.auth.support import AUDIENCE, HOUR, ISSUER, claims, encoded, key, key_set, signed
from tests.support.clock import Clock

NAMES = ClaimNames(staff=("scope", "staff"), identifiers=((IdentifierKind.ID, "customer"),))
ASHA = Member("", frozenset(), frozenset({Identifier(IdentifierKind.ID, "7")}))
LEEWAY_S = 30


class Source(GivenKeys):
    """Keys given by hand, that count how often they are looked for."""

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.asked = 0

    async def keys(self, fitting: Any) -> Keys:
        self.asked += 1
        return await super().keys(fitting)


class Reader:
    """Tokens of one issuer at a time that stands still."""

    def __init__(self, jwks: str = "", algorithms: str = "RS256,ES256,EdDSA", remember_s: float = 60.0) -> None:
        self.clock = Clock()
        self.source = Source(read((jwks or key_set(key("ES256"), key("RS256"), key("EdDSA"))).encode()))
        self.tokens = Tokens(
            self.source,
            NAMES,
            issuer=ISSUER,
            audiences=[AUDIENCE, "other"],
            algorithms=algorithms.split(","),
            leeway_s=LEEWAY_S,
            remember_s=remember_s,
            clock=self.clock,
        )

    def claims(self, **others: Any) -> dict[str, Any]:
        return claims(self.clock.now, **{"customer": "7", **others})

    async def refusal(self, token: str) -> str:
        """Why a token is refused: nothing of it is in the message."""
        with pytest.raises(Unauthenticated) as refusal:
            await self.tokens.caller(token)
        message = refusal.value.message
        assert refusal.value.status == 401
        assert refusal.value.headers["www-authenticate"] == (
            f'Bearer realm="graphql", error="invalid_token", error_description="{message}"'
        )
        assert all(part not in message for part in token.split(".") if len(part) > 8)
        return message


@pytest.fixture
def reader() -> Reader:
    return Reader()


# --- tokens that are in order ---


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_signed_with_a_key_of_the_issuer_names_its_customer(reader: Reader, algorithm: str) -> None:
    assert await reader.tokens.caller(signed(reader.claims(), algorithm=algorithm)) == ASHA


async def test_ed25519_by_its_own_name_is_verified_too() -> None:
    reader = Reader(algorithms="Ed25519")
    assert await reader.tokens.caller(signed(reader.claims(), key("EdDSA"), "Ed25519")) == ASHA


@pytest.mark.parametrize(
    "others",
    [
        {"aud": ["a", AUDIENCE]},
        {"aud": "other"},
        {"nbf": 0, "iat": 0},
        {"scope": "openid", "nonce": "n", "auth_time": 1, "value": 1, "exp": 4e9},
    ],
)
async def test_other_claims_do_not_matter(reader: Reader, others: dict[str, Any]) -> None:
    assert await reader.tokens.caller(signed(reader.claims(**others))) == ASHA


@pytest.mark.parametrize("kind", [None, "JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_the_type_may_be_left_out(reader: Reader, kind: str | None) -> None:
    assert await reader.tokens.caller(signed(reader.claims(), typ=kind)) == ASHA


async def test_without_a_key_id_the_only_key_of_its_kind_is_meant(reader: Reader) -> None:
    assert await reader.tokens.caller(signed(reader.claims(), kid=None)) == ASHA


async def test_without_a_key_id_one_of_several_keys_is_not_guessed() -> None:
    reader = Reader(key_set(key("ES256", 1), key("ES256", 2)))
    assert "with which of its issuer's keys" in await reader.refusal(signed(reader.claims(), kid=None))


async def test_what_a_token_of_staff_says() -> None:
    reader = Reader()
    assert await reader.tokens.caller(signed(reader.claims(scope="staff", azp="desk"))) == Staff("desk", frozenset())


async def test_a_token_of_nobody_is_forbidden(reader: Reader) -> None:
    with pytest.raises(Forbidden):
        await reader.tokens.caller(signed(claims(reader.clock.now)))


# --- time, issuer, audience ---


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"exp": -1}, "has expired"),
        ({"exp": None}, "has no exp"),
        ({"exp": "tomorrow"}, "exp cannot be"),
        ({"exp": True}, "exp cannot be"),
        ({"nbf": 2**33}, "is not valid yet"),
        ({"iat": 2**33}, "was issued in the future"),
        ({"iss": "https://evil.example"}, "is of another issuer"),
        ({"iss": ISSUER + "/"}, "is of another issuer"),
        ({"iss": [ISSUER]}, "is of another issuer"),
        ({"iss": None}, "has no iss"),
        ({"aud": "loyalt"}, "is for another audience"),
        ({"aud": []}, "is for another audience"),
        ({"aud": [["loyalty"]]}, "is for another audience"),
        ({"aud": {"loyalty": 1}}, "is for another audience"),
        ({"aud": None}, "has no aud"),
        ({"aud": None, "exp": None, "iss": None}, "has no aud, exp, iss"),
    ],
)
async def test_claims_that_are_not_in_order_are_told(reader: Reader, others: dict[str, Any], said: str) -> None:
    assert said in await reader.refusal(signed(reader.claims(**others)))


async def test_the_clocks_may_differ_by_the_leeway(reader: Reader) -> None:
    now = int(reader.clock.now)
    await reader.tokens.caller(signed(reader.claims(exp=now - LEEWAY_S + 1, nbf=now + LEEWAY_S)))
    assert "expired" in await reader.refusal(signed(reader.claims(exp=now - LEEWAY_S)))
    assert "not valid yet" in await reader.refusal(signed(reader.claims(nbf=now + LEEWAY_S + 1)))


@pytest.mark.parametrize("exp", ["NaN", "Infinity", "1e999"])
async def test_an_end_that_is_no_number_is_no_end(reader: Reader, exp: str) -> None:
    text = json.dumps(reader.claims()).replace(str(reader.claims()["exp"]), exp).encode()
    assert "exp cannot be" in await reader.refusal(with_payload(text))


def with_payload(text: bytes) -> str:
    """A token that the issuer has signed over whatever bytes."""
    head = encoded({"alg": "ES256", "kid": key().kid})
    signature = module.JWSRegistry.algorithms["ES256"].sign(f"{head}.{encoded(text)}".encode(), key())
    return f"{head}.{encoded(text)}.{encoded(signature)}"


@pytest.mark.parametrize("text", [b"", b"[]", b"1", b"{", b"\xff", b'"' + b"a" * 50 + b'"', b"[" * 5000])
async def test_a_payload_that_is_no_object_is_refused(reader: Reader, text: bytes) -> None:
    assert await reader.tokens.caller(with_payload(json.dumps(reader.claims()).encode())) == ASHA
    assert await reader.refusal(with_payload(text))


# --- signatures ---


async def test_a_token_changed_after_it_was_signed_is_refused(reader: Reader) -> None:
    head, _, signature = signed(reader.claims()).split(".")
    assert "signature" in await reader.refusal(f"{head}.{encoded(reader.claims(customer='8'))}.{signature}")


@pytest.mark.parametrize("signature", ["", "AAAA", "A" * 86, "A" * 2000])
async def test_a_signature_that_is_none_is_refused(reader: Reader, signature: str) -> None:
    head, payload, _ = signed(reader.claims()).split(".")
    assert "signature" in await reader.refusal(f"{head}.{payload}.{signature}")


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
async def test_no_signature_is_never_enough(reader: Reader, name: str, signature: str) -> None:
    token = f"{encoded({'alg': name, 'kid': key().kid})}.{encoded(reader.claims())}.{signature}"
    assert "not accepted" in await reader.refusal(token)
    assert reader.source.asked == 0


@pytest.mark.parametrize("secret", ["pem", "der", "jwk", "n"])
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_a_public_key_is_no_secret(reader: Reader, algorithm: str, secret: str) -> None:
    """The oldest lie: the issuer's public key, taken for the secret of an HMAC."""
    public = key("RS256")
    told = {
        "pem": public.as_pem(private=False),
        "der": public.as_der(private=False),
        "jwk": json.dumps(public.as_dict(private=False)).encode(),
        "n": str(public.as_dict(private=False)["n"]).encode(),
    }[secret]
    text = f"{encoded({'alg': algorithm, 'kid': public.kid})}.{encoded(reader.claims())}"
    signature = hmac.digest(told, text.encode(), algorithm.replace("HS", "sha"))
    assert "not accepted" in await reader.refusal(f"{text}.{encoded(signature)}")


def test_a_secret_among_the_issuers_keys_is_passed_over() -> None:
    oct_key = OctKey.generate_key(256)
    with pytest.raises(ValueError, match="no public key"):
        read(json.dumps({"keys": [oct_key.as_dict(private=True)]}).encode())
    public = json.loads(key_set())["keys"]
    assert len(read(json.dumps({"keys": [*public, oct_key.as_dict(private=True)]}).encode())) == 1


@pytest.mark.parametrize("algorithm", ["RS512", "PS256", "ES384", "ES256K", "HS256"])
async def test_only_the_algorithms_that_are_set_are_accepted(reader: Reader, algorithm: str) -> None:
    token = signed(reader.claims(), key("ES256"), "ES256")
    head = encoded({"alg": algorithm, "kid": key().kid})
    assert "not accepted" in await reader.refusal(".".join([head, *token.split(".")[1:]]))
    narrow = Reader(algorithms="EdDSA")
    assert "not accepted" in await narrow.refusal(token)


async def test_a_key_is_used_for_its_own_algorithm_alone() -> None:
    reader = Reader(key_set(key("RS256"), alg="RS512"))
    assert "unknown key" in await reader.refusal(signed(reader.claims(), algorithm="RS256"))


@pytest.mark.parametrize("alg", [None, 1, ["ES256"], {"ES256": 1}, True])
async def test_an_algorithm_that_is_no_text_is_refused(reader: Reader, alg: Any) -> None:
    token = f"{encoded({'alg': alg})}.{encoded(reader.claims())}.AAAA"
    assert "not accepted" in await reader.refusal(token)


@pytest.mark.parametrize("name", ["none", "HS256", "RS256", "", "unheard of"])
def test_the_library_is_held_to_the_algorithms_too(name: str) -> None:
    assert Pinned(["ES256"]).get_alg("ES256").name == "ES256"
    with pytest.raises(UnsupportedAlgorithmError):
        Pinned(["ES256"]).get_alg(name)
    with pytest.raises(UnsupportedAlgorithmError):
        Pinned([]).get_alg(name)


# --- headers that lead elsewhere ---


async def test_a_key_of_somebody_else_is_unknown(reader: Reader) -> None:
    assert "unknown key" in await reader.refusal(signed(reader.claims(), key("ES256", 9)))


async def test_anothers_key_under_the_issuers_id_does_not_sign(reader: Reader) -> None:
    assert "signature" in await reader.refusal(signed(reader.claims(), key("ES256", 9), kid=key().kid))


@pytest.mark.parametrize(
    "key_id",
    [
        "../../../../dev/null",
        "' OR 1=1 --",
        "http://evil.example/key",
        "RS256-1\x00",
        "",
        "ES256-1 ",
        "x" * 3000,
    ],
)
async def test_a_key_id_is_compared_and_nothing_else(reader: Reader, key_id: str) -> None:
    assert "unknown key" in await reader.refusal(signed(reader.claims(), kid=key_id))


@pytest.mark.parametrize("key_id", [1, ["ES256-1"], {"kid": 1}, True])
async def test_a_key_id_that_is_no_text_is_refused(reader: Reader, key_id: Any) -> None:
    assert await reader.refusal(signed(reader.claims(), kid=key_id))
    assert reader.source.asked == 0


FOREIGN = {
    "jwk": key("ES256", 9).as_dict(private=False),
    "jku": "https://evil.example/jwks.json",
    "x5u": "https://evil.example/chain.pem",
    "x5c": [base64.b64encode(b"certificate").decode()],
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_a_key_that_a_token_brings_along_is_not_used(reader: Reader, name: str) -> None:
    foreign = signed(reader.claims(), key("ES256", 9), **{name: FOREIGN[name]})
    assert "unknown key" in await reader.refusal(foreign)
    forged = signed(reader.claims(), key("ES256", 9), kid=key().kid, **{name: FOREIGN[name]})
    assert "signature" in await reader.refusal(forged)
    assert await reader.tokens.caller(signed(reader.claims(), **{name: FOREIGN[name]})) == ASHA


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": 1},
        {"crit": [{}]},
        {"b64": False, "crit": ["b64"]},
        {"b64": True},
    ],
)
async def test_an_extension_that_must_be_understood_is_not(reader: Reader, header: dict[str, Any]) -> None:
    assert "extension" in await reader.refusal(signed(reader.claims(), **header))


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "JWS", 1, ["JWT"]])
async def test_a_token_made_for_something_else_is_refused(reader: Reader, kind: Any) -> None:
    assert "another type" in await reader.refusal(signed(reader.claims(), typ=kind))


async def test_header_parameters_that_are_not_known_are_passed_over(reader: Reader) -> None:
    assert await reader.tokens.caller(signed(reader.claims(), nonce="n", ver="1.0")) == ASHA


# --- text that is no token ---

MALFORMED = [
    "..",
    "a.b.c",
    "e30.e30.",
    "!!!.e30.AAAA",
    "e30=.e30.AAAA",
    f"{encoded([1])}.e30.AAAA",
    f"{encoded('text')}.e30.AAAA",
    f"{encoded(b'{')}.e30.AAAA",
    f"{encoded(b'[' * 3000)}.e30.AAAA",
    f"{encoded(bytes([0xFF, 0xFE]))}.e30.AAAA",
    "eyJhbGciOiJFUzI1NiJ9.e30",
    "eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA",
    "a.b.c.d.e",
]


@pytest.mark.parametrize("token", MALFORMED)
async def test_a_text_that_is_no_token_is_refused(reader: Reader, token: str) -> None:
    assert await reader.refusal(token)


async def test_a_huge_token_is_refused_before_it_is_looked_at(reader: Reader) -> None:
    token = signed(reader.claims(padding="x" * LONGEST))
    assert await reader.refusal(token) == f"The token is longer than {LONGEST} characters."
    assert reader.source.asked == 0


WITHIN = signed(claims(1_790_000_000.0, customer="7"))


@given(st.integers(0, len(WITHIN) - 1), st.sampled_from("Aa9_-.=+/ {\n"))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_other_character_anywhere_is_accepted(reader: Reader, place: int, other: str) -> None:
    if WITHIN[place] != other:
        await reader.refusal(WITHIN[:place] + other + WITHIN[place + 1 :])


# --- remembering ---


class Counted:
    """Counts signature checks."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.checks = 0
        decode = jwt.decode

        def counted(*args: Any, **named: Any) -> Any:
            self.checks += 1
            return decode(*args, **named)

        patched.setattr(module.jwt, "decode", counted)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


async def test_the_same_token_costs_one_signature_check(reader: Reader, counted: Counted) -> None:
    token = signed(reader.claims())
    assert [await reader.tokens.caller(token) for _ in range(5)] == [ASHA] * 5
    assert (counted.checks, reader.source.asked) == (1, 1)
    assert await reader.tokens.caller(signed(reader.claims())) == ASHA
    assert counted.checks == 2


async def test_it_is_checked_again_after_a_while(reader: Reader, counted: Counted) -> None:
    token = signed(reader.claims())
    await reader.tokens.caller(token)
    reader.clock.step(59.9)
    await reader.tokens.caller(token)
    assert counted.checks == 1
    reader.clock.step(0.1)
    await reader.tokens.caller(token)
    assert counted.checks == 2


async def test_it_is_never_remembered_beyond_its_end(reader: Reader, counted: Counted) -> None:
    token = signed(reader.claims(exp=int(reader.clock.now) + 10))
    await reader.tokens.caller(token)
    reader.clock.step(10)
    await reader.tokens.caller(token)
    assert counted.checks == 2, "within the leeway it is good, but not remembered"
    await reader.tokens.caller(token)
    assert counted.checks == 3
    reader.clock.step(LEEWAY_S)
    assert "expired" in await reader.refusal(token)


async def test_nothing_is_remembered_where_that_is_switched_off(counted: Counted) -> None:
    reader = Reader(remember_s=0)
    token = signed(reader.claims())
    await reader.tokens.caller(token)
    await reader.tokens.caller(token)
    assert counted.checks == 2


async def test_a_refused_token_is_not_remembered(reader: Reader, counted: Counted) -> None:
    token = signed(reader.claims(aud="x"))
    await reader.refusal(token)
    await reader.refusal(token)
    assert counted.checks == 2


async def test_a_bounded_number_is_remembered(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 3)
    reader = Reader()
    made = [signed(reader.claims(jti=str(number))) for number in range(4)]
    for token in made:
        await reader.tokens.caller(token)
    for token in reversed(made[1:]):
        await reader.tokens.caller(token)
    assert counted.checks == 4
    await reader.tokens.caller(made[0])
    assert counted.checks == 5
    assert MOST_REMEMBERED > 1000


def test_a_short_rsa_key_is_passed_over() -> None:
    with pytest.warns(UserWarning, match="2048"):
        short = RSAKey.generate_key(1024)
    with pytest.raises(ValueError, match="2048 bits"):
        read(key_set(short).encode())


def test_a_minute_is_not_an_hour() -> None:
    """Tokens of these tests last longer than they are remembered."""
    assert HOUR > 60
