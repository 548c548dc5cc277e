"""The reader of pages sees what is wrong."""

from pathlib import Path

import pytest

from tests.docs.markdown import blocks_of
from tests.docs.reading import reader

QUESTION = '```graphql\n{ customer(by: { mobile: "919800000001" }) { firstName } }\n```\n'
ANSWER = """```json
{"data": {"customer": {"firstName": "Asha"}}, "extensions": {"cost": {"requested": 11, "actual": 11, "limit": 2500}}}
```
"""
CALL = (
    "```http\nGET /v2/customers/lookup/customerDetails?source=INSTORE&identifierName=mobile"
    "&identifierValue=919800000001&embed=ignoreCardDetails\n```\n"
)
WRONG = {
    "another answer": QUESTION + ANSWER.replace("Asha", "Usha"),
    "no answer": QUESTION,
    "a field that there is not": QUESTION.replace("firstName", "forename") + ANSWER,
    "another call": QUESTION + CALL.replace("mobile", "email") + ANSWER,
    "a call too many": QUESTION + CALL.replace("\n```\n", "\nGET /v1.1/customer/get?id=1\n```\n") + ANSWER,
    "a call where none is told": QUESTION + "```http\n# no call\n```\n" + ANSWER,
    "a type of ours that is another": "```graphql\ntype Customer {\n  id: String\n}\n```\n",
    "a command that fails": "```sh\nfalse | true\n```\n",
    "a request that is refused": "```sh\ncurl -s http://127.0.0.1:8000/admin/cache/purge\n```\n",
    "another output": "```sh\necho one\n```\n\n```text\ntwo\n```\n",
    "another beginning": "```sh\necho one\n```\n\n```text\ntwo\n…\n```\n",
    "another JSON": "```sh\ncurl -s http://127.0.0.1:8000/healthz\n```\n\n```json\n{}\n```\n",
    "a setting that there is not": "```sh\nGATEWAY_PROT=… gateway serve\n```\n",
    "a command that there is not": "```sh\ngateway sever …\n```\n",
    "an option that there is not": "```sh\ngateway probe --customers mobile=…\n```\n",
    "settings that cannot be": "```ini\nGATEWAY_PORT=many\n```\n",
    "Python that fails": "```python\nprint(customer)\n```\n",
    "a metric that there is not": "```yaml\nexpr: rate(gateway_request_total[5m])\n```\n",
    "a line of the log with a field that it has not": '```json\n{"event": "RequestAnswered", "customer": 1}\n```\n',
    "an answer too many": QUESTION + ANSWER + ANSWER,
    "an answer in another section": f"{QUESTION}\n## Next\n\n{ANSWER}",
    "JSON of nobody": '```json\n{"data": null}\n```\n',
    "what a command would print that is not run": "```sh\npip install gateway\n```\n\n```text\ndone\n```\n",
    "calls of nobody": CALL,
    "an output too many": "```sh\necho one\n```\n\n```text\none\n```\n\n```text\ntwo\n```\n",
    "a block of no known kind": "```\nmake run\n```\n",
}


def read(text: str, folder: Path) -> None:
    with reader("a page", folder) as somebody:
        somebody.read(blocks_of(text, "a page"))


def test_a_right_page_is_read(tmp_path: Path) -> None:
    read(f"{QUESTION}\ncosts\n\n{CALL}\nand brings\n\n{ANSWER}", tmp_path)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_page_is_seen(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"a page:\d"):
        read(WRONG[wrong], tmp_path)
