"""Who may ask: Basic with a hashed password, or a token the sandbox issued."""

from base64 import b64encode
from hashlib import md5

import httpx
import pytest

from gateway.sandbox import Sandbox, create_sandbox

V1 = "/v1.1/customer/get?format=json&mobile=919800000001"
V2 = "/v2/customers/lookup/customerDetails?source=INSTORE&identifierName=mobile&identifierValue=919800000001"
BY_ID = "/v2/customers/100000001?source=INSTORE"
CLIENT = {"key": "sandbox-key", "secret": "sandbox-secret"}


def client(sandbox: Sandbox, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=sandbox)
    return httpx.AsyncClient(transport=transport, base_url="http://upstream", headers=headers)


def basic(username: str, secret: str) -> str:
    return "Basic " + b64encode(f"{username}:{secret}".encode()).decode()


HASHED = md5(b"sandbox", usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("url", [V1, V2, BY_ID])
async def test_basic_is_the_username_and_the_passwords_md5(sandbox: Sandbox, url: str):
    async with client(sandbox, Authorization=basic("till.sandbox", HASHED)) as http:
        assert (await http.get(url)).status_code == 200


@pytest.mark.parametrize("url", [V1, V2, BY_ID])
@pytest.mark.parametrize("given", [basic("till.sandbox", "sandbox"), basic("other", HASHED), "", "Bearer x"])
async def test_any_other_basic_is_refused(sandbox: Sandbox, url: str, given: str):
    async with client(sandbox, Authorization=given) as http:
        assert (await http.get(url)).status_code == 401


async def test_a_v1_refusal_says_success(sandbox: Sandbox):
    async with client(sandbox) as http:
        answer = await http.get(V1)
    assert answer.json() == {
        "response": {
            "status": {"success": "true", "code": "401", "message": "Unauthorized"},
            "customers": None,
        }
    }


async def test_a_v2_refusal_is_in_the_error_list(sandbox: Sandbox):
    async with client(sandbox) as http:
        answer = await http.get(V2)
    assert answer.json() == {
        "warnings": [],
        "errors": [{"code": 401, "message": "Unauthorized", "status": False}],
    }


async def test_a_token_is_accepted_until_it_expires():
    now = 1000.0
    sandbox = create_sandbox(token_ttl_s=60, clock=lambda: now)
    async with client(sandbox) as http:
        issued = (await http.post("/v3/oauth/token/generate", json=CLIENT)).json()
        assert issued["data"]["ttlSeconds"] == 60
        token = {"X-CAP-API-OAUTH-TOKEN": issued["data"]["accessToken"]}
        now = 1059.9
        assert [(await http.get(url, headers=token)).status_code for url in (V1, V2)] == [200, 200]
        now = 1060.0
        expired = await http.get(V1, headers=token)
        assert (expired.status_code, expired.json()["response"]["status"]["code"]) == (401, "498")
        assert (await http.get(V2, headers=token)).status_code == 401


async def test_a_token_it_did_not_issue_is_unknown_not_expired(sandbox: Sandbox):
    async with client(sandbox, **{"X-CAP-API-OAUTH-TOKEN": "made-up"}) as http:
        assert (await http.get(V1)).json()["response"]["status"]["code"] == "401"


async def test_tokens_can_be_revoked(sandbox: Sandbox):
    async with client(sandbox) as http:
        issued = (await http.post("/v3/oauth/token/generate", json=CLIENT)).json()
        sandbox.credentials.forget_tokens()
        token = {"X-CAP-API-OAUTH-TOKEN": issued["data"]["accessToken"]}
        assert (await http.get(V1, headers=token)).status_code == 401


@pytest.mark.parametrize("body", ['{"key": "sandbox-key", "secret": "no"}', "[]", "not json", ""])
async def test_a_wrong_secret_gets_no_token(sandbox: Sandbox, body: str):
    async with client(sandbox) as http:
        answer = (await http.post("/v3/oauth/token/generate", content=body)).json()
    assert (answer["data"], answer["errors"][0]["code"]) == (None, 320001)
