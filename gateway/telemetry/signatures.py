"""What operators see of an operation in the place of its text: its kind, its name, and a hash of its shape. Pure."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Signature:
    """`kind` is query, mutation or subscription; `name` is empty for an operation without a name, or with one that is
    not told; `document` recognises the document, whatever values are written into it."""

    kind: str = ""
    name: str = ""
    document: str = ""


NOT_KNOWN: Final = Signature()
"""Of a request that came to no valid document."""

_PLAIN: Final = re.compile(rf"[_A-Za-z][_0-9A-Za-z]{{0,{LONGEST_NAME - 1}}}", re.ASCII)
_LIKE_AN_IDENTIFIER: Final = re.compile(r"\d{5}")


def told_name(name: str) -> str:
    """The name of an operation as it may be told: a plain one of bounded length, that could not hold a number that
    names a customer; else nothing."""
    return name if _PLAIN.fullmatch(name) and not _LIKE_AN_IDENTIFIER.search(name) else ""


_TEXTS: Final = re.compile(r'"""(?>\\"""|[^"]|"(?!""))*+"""|"(?>\\.|[^"\\\n\r])*+"|#[^\n\r]*+')
_DIGITS: Final = re.compile(r"\d+")
_BLANKS: Final = re.compile(r"[\s,\ufeff]+")
_AROUND_SIGNS: Final = re.compile(r" ?([{}()\[\]:!=|&@$]|\.\.\.) ?")


def shape(text: str) -> str:
    """A valid document without its comments, texts and digits, in one layout: what any two of its uses have in common.

    No literal is left and no name with a number in it, so that nobody can guess a customer from the hash of it.
    """
    bare = _TEXTS.sub(lambda found: " " if found[0].startswith("#") else '""', text)
    return _AROUND_SIGNS.sub(r"\1", _BLANKS.sub(" ", _DIGITS.sub("0", bare))).strip()


def hash_of(text: str) -> str:
    """Twelve hexadecimal digits by which a valid document is recognised, on every replica and after every start."""
    return blake2b(shape(text).encode(errors="replace"), digest_size=6).hexdigest()
