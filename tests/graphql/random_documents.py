"""Documents by chance, valid or not: fields, aliases, arguments, directives, inline fragments and spreads, nested."""

from random import Random

from hypothesis import strategies as st

NAMES = ["id", "id", "points", "a", "loyaltyPrograms"]
ARGUMENTS = ["", "", "", "(x: 1)", "(x: $v, y: [1, [2, 3]])", "(x: {a: {b: [1, 2]}, c: null})", "(x: [])"]
DIRECTIVES = ["", "", "", "", "@a", "@include(if: $v)", '@a @b(c: [1, {d: "e"}])']
VARIABLES = ["", "", "($v: Int @a)", "($v: Int = 1, $w: [Int] = [1, 2])"]


def documents(*, acyclic: bool) -> st.SearchStrategy[str]:
    """Documents of a few operations and fragments, some of them never spread, in any order.

    Made from a seed: drawn piece by piece, they would be too slow to make.
    """
    return st.integers(0, 2**64).map(lambda seed: _Writer(Random(seed)).document(acyclic=acyclic))  # noqa: S311


class _Writer:
    def __init__(self, random: Random) -> None:
        self._one = random.choice
        self._number = random.randint
        self._shuffle = random.shuffle

    def document(self, *, acyclic: bool) -> str:
        names = [f"F{number}" for number in range(self._number(0, 6))]
        parts = [
            f"query Q{number}{self._one(VARIABLES)} {self._one(DIRECTIVES)} {self.selection(names, 3)}"
            for number in range(self._number(1, 3))
        ]
        for index, name in enumerate(names):
            spread = names[index + 1 :] if acyclic else names
            parts.append(f"fragment {name} on Query {self._one(DIRECTIVES)} {self.selection(spread, 2)}")
        self._shuffle(parts)
        return "\n".join(parts)

    def selection(self, fragments: list[str], levels: int) -> str:
        return f"{{ {' '.join(self.selected(fragments, levels) for _ in range(self._number(1, 4)))} }}"

    def selected(self, fragments: list[str], levels: int) -> str:
        below = self.selection(fragments, levels - 1) if levels and self._number(0, 2) else ""
        match self._number(0, 5):
            case 0:
                return f"...{self._one([*fragments, 'unknown'])} {self._one(DIRECTIVES)}"
            case 1 | 2 if fragments:
                return f"...{self._one(fragments)}"
            case 3 if below:
                return f"... {self._one(DIRECTIVES)} {below}"
            case _:
                alias = self._one(["", "", "z: ", "y: "])
                return f"{alias}{self._one(NAMES)}{self._one(ARGUMENTS)} {self._one(DIRECTIVES)} {below}"
