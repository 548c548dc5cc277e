"""gql.tada: the schema alone types a document that is written in the program."""

import pytest

from tests.clients.support import V2
from tests.support.listening import Listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients


def test_a_program_compiles_against_the_schema_and_is_answered(js: NodeProject, listener: Listening) -> None:
    """What must not compile says so with `@ts-expect-error`, which is an error where nothing is wrong."""
    js.printed("node_modules/.bin/gql.tada", "generate-output", "--tsconfig", "tada/tsconfig.json")
    js.printed("node_modules/.bin/tsc", "-p", "tada/tsconfig.json")
    assert js("built/tada/main.js", listener.url) == {"name": "Asha", "points": [6120.25, 1800, 5150.75]}
    (call,) = listener.calls()
    assert call.startswith(f"{V2}lookup/customerDetails?embed=ignoreCardDetails,mlp&")
