"""What every test may use: a gateway over a sandbox of its own, and the Hypothesis profiles."""

import os
from collections.abc import AsyncIterator
from functools import cache

import pytest
from hypothesis import settings

from gateway import app
from resolvers.schema import build_schema
from tests.support.gateway import GatewayUnderTest, running

settings.register_profile("nightly", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

app.build_schema = cache(build_schema)
"""Nobody writes to a schema that was built, and building it is half of the start of a gateway in a test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write what the gateway does now as the golden cases")


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayUnderTest]:
    async with running() as gateway:
        yield gateway
