"""What all settings have in common."""

from typing import Final

from pydantic import BaseModel, ConfigDict

PREFIX: Final = "GATEWAY_"
NESTED: Final = "__"


class Frozen(BaseModel):
    """A group of settings. What is not in it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def split(text: str) -> list[str]:
    """The parts of a comma-separated list."""
    return [name.strip() for name in text.split(",") if name.strip()]
