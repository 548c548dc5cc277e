"""What a probe found, and how it is told: as a table, as JSON, as settings. Values and pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.facets.facet import Endpoint, Facet
from gateway.facets.parameters import Parameters


class Came(StrEnum):
    """What became of a facet that was asked for."""

    SOMETHING = "came"
    NOTHING = "nothing came"
    PARTLY = "upstream could not bring it"
    UNREADABLE = "came, but is not readable as documented"


@dataclass(frozen=True, slots=True)
class Answered:
    """One question and its answer: what the call carried beyond the plainest call, and what of that it left out.

    `added` are the bytes beyond the plainest call's; null where one of the two was no answer.
    """

    endpoint: Endpoint
    sent: Parameters
    left_out: Parameters
    milliseconds: float
    size: int
    added: int | None
    facets: Mapping[Facet, Came]
    problem: str | None = None
    """Why there is no answer; then there are no facets."""

    @property
    def shown(self) -> str:
        """How the call differs from the plainest one."""
        without = _listed(self.left_out)
        return " ".join([*_listed(self.sent), *(["without", *without] if without else [])]) or "(plain)"


@dataclass(frozen=True, slots=True)
class Setting:
    """One capability: the variable that says it, its value, and from what it was seen. No value: it was not seen."""

    variable: str
    value: str | None
    seen: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that one probe found."""

    answers: Sequence[Answered]
    settings: Sequence[Setting]

    def table(self) -> str:
        """For people."""
        lines: list[str] = []
        for endpoint in Endpoint:
            rows = [answer for answer in self.answers if answer.endpoint is endpoint]
            width = max((len(row.shown) for row in rows), default=0)
            lines += [f"\n{endpoint.value:{width}}      ms       bytes        added  facets"] if rows else []
            lines += [_row(answer, width) for answer in rows]
        known = [f"{one.variable}={one.value}  ({one.seen})" for one in self.settings if one.value is not None]
        unknown = [f"{one.variable}: {one.seen}" for one in self.settings if one.value is None]
        lines += ["\nCapabilities", *known]
        lines += ["\nNot to be seen with this customer", *unknown] if unknown else []
        return "\n".join(lines).strip() + "\n"

    def as_settings(self) -> str:
        """Lines for an environment file: what was seen, and as comments what was not."""
        return "".join(
            f"# {one.variable}: {one.seen}\n" if one.value is None else f"{one.variable}={one.value}\n"
            for one in self.settings
        )

    def as_json(self) -> Mapping[str, Any]:
        """For programs."""
        return {
            "answers": [
                {
                    "endpoint": answer.endpoint.value,
                    "embeds": list(answer.sent.embeds),
                    "flags": dict(answer.sent.flags),
                    "without": _listed(answer.left_out),
                    "ms": round(answer.milliseconds, 1),
                    "bytes": answer.size,
                    "added": answer.added,
                    "facets": {str(facet): came.value for facet, came in sorted(answer.facets.items())},
                    "problem": answer.problem,
                }
                for answer in self.answers
            ],
            "settings": {one.variable: one.value for one in self.settings},
        }


def _listed(parameters: Parameters) -> list[str]:
    embeds = [f"embed={','.join(parameters.embeds)}"] if parameters.embeds else []
    return [*embeds, *(f"{name}={value}" for name, value in parameters.flags)]


def _row(answer: Answered, width: int) -> str:
    added = "?" if answer.added is None else f"{answer.added:+,}"
    figures = f"{answer.shown:{width}}  {answer.milliseconds:6.0f}  {answer.size:10,}  {added:>11}  "
    return figures + (answer.problem or ", ".join(_facets(answer)))


def _facets(answer: Answered) -> Iterator[str]:
    for facet, came in sorted(answer.facets.items()):
        yield facet.name if came is Came.SOMETHING else f"{facet.name} ({came.value})"
