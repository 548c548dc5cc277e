"""One upstream GET as a value: made by `v1` and `v2`, sent by `client`, shown masked by explain."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """A path, the same path without an identifier in it, and the parameters in the order they are sent.

    `identifying` is the parameter whose value names people, if one does.
    """

    path: str
    shown_path: str
    parameters: tuple[tuple[str, str], ...]
    identifying: str | None

    def shown(self, masked: str) -> Mapping[str, str]:
        """The parameters for people: `masked` in the place of the value that names someone."""
        return {name: masked if name == self.identifying else value for name, value in self.parameters}
