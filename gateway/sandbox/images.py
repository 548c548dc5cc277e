"""The links to a customer's picture: pre-signed, good for an hour, to a host that is nobody's."""

from datetime import UTC
from urllib.parse import urlencode

from .data import Image

HOST = "https://images.example.com"
GOOD_FOR_S = 3600


def plain(image: Image) -> str:
    """The link to the file itself."""
    return _signed(f"{HOST}/public/{image.handle}.png", image)


def secure(image: Image) -> str:
    """The link over the secured store; both expire (facts §1.2)."""
    return _signed(f"{HOST}/secure/{image.handle}.png", image)


def _signed(address: str, image: Image) -> str:
    made = image.signed.astimezone(UTC)
    query = {
        "X-Amz-Algorithm": "SANDBOX-NOT-A-SIGNATURE",
        "X-Amz-Date": made.strftime("%Y%m%dT%H%M%SZ"),
        "X-Amz-Expires": str(GOOD_FOR_S),
        "X-Amz-Signature": f"fake-{image.handle}",
    }
    return f"{address}?{urlencode(query)}"
