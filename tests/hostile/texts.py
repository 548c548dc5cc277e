"""Documents that are long or odd as texts: comments, strings, names, numbers, characters."""

from collections.abc import Iterator

from tests.hostile.requests import Hostile, asking, names, of_customer

LONG = 30_000


def by(literal: str) -> str:
    """Asks for the customer of a literal."""
    return f"{{ customer(by: {{id: {literal}}}) {{ nothing }} }}"


def corpus() -> Iterator[Hostile]:
    """The family."""
    yield asking("no document", "")
    yield asking("blanks", " " * LONG)
    yield asking("commas", "," * LONG)
    yield asking("lines", "\n" * 200_000 + "{ nothing }")
    yield asking("lines just within the characters", "\n" * LONG + "{ nothing }")
    yield asking("carriage returns", "\r" * LONG + "{ nothing }")
    yield asking("comments", "#\n" * 15_000 + "{ nothing }")
    yield asking("one comment", "#" + "a" * LONG + "\n{ nothing }")
    yield asking("comments between all tokens", "{#\n" + "a#\n" * 1_400 + "}")
    yield asking("byte order marks", "{" + "\ufeff" * LONG + "nothing }")
    yield asking("as many characters as a body holds", "{" + " " * 250_000 + "nothing }")
    yield asking("as many tokens as it holds", "{" + " a" * 120_000 + "}")
    yield asking("punctuation", "{}()[]!$&=:|@" * 2_000)
    yield asking("braces", "{" * LONG)
    yield asking("closing braces", "}" * LONG)
    yield asking("spreads", "..." * 10_000)
    yield asking("dots", "." * LONG)
    yield asking("a long name", "{" + "a" * LONG + "}")
    yield asking("a long name 90 times", of_customer(" ".join(f"{'a' * 300}{n}" for n in range(90))))
    yield asking(
        "a long operation with unused variables",
        f"query {'a' * 28_000}({' '.join(f'${name}: Int' for name in names(100))}) {{ __typename }}",
    )
    yield asking("a long alias in conflict", of_customer(f"{'a' * 14_000}: firstName {'a' * 14_000}: lastName"))
    yield asking(
        "a long variable many times",
        "{" + " ".join(f"{name}: customer(by: ${'v' * 600}) {{ id }}" for name in names(45)) + "}",
    )
    yield asking(
        "a long fragment in a circle", f"{{ ...{'f' * 9_000} }} fragment {'f' * 9_000} on Query {{ ...{'f' * 9_000} }}"
    )
    yield asking("a long type", f"{{ ... on {'T' * LONG} {{ id }} }}")
    yield asking("a long directive", f"{{ __typename @{'d' * LONG} }}")
    yield asking("a long enum value", f'{{ customer(by: {{id: "1"}} source: {"S" * LONG}) {{ id }} }}')
    yield asking("a long string", by(f'"{"a" * LONG}"'))
    yield asking("a string of escapes", by('"' + "\\n" * 15_000 + '"'))
    yield asking("a string of code points", by('"' + "\\u0041" * 5_000 + '"'))
    yield asking("a string of wide code points", by('"' + "\\u{1F600}" * 3_000 + '"'))
    yield asking("half a surrogate pair", by('"\\uD800"'))
    yield asking("a code point that is none", by('"\\u{FFFFFFFF}"'))
    yield asking("an endless code point", by('"\\u{' + "0" * 20_000 + '}"'))
    yield asking("an unknown escape", by('"\\q"'))
    yield asking("a string that never ends", by('"' + "a" * 20_000))
    yield asking("a string over two lines", by('"a\nb"'))
    yield asking("a block string", by(f'"""{"a" * LONG}"""'))
    yield asking("a block string of lines", by(f'"""{"a" + chr(10)}' + " \n" * 1_400 + '"""'))
    yield asking("a block string of lines too many", by('"""' + "\n" * LONG + '"""'))
    yield asking("a block string of quotes", by('"""' + '\\"""' * 7_000 + '"""'))
    yield asking("a block string that never ends", by('"""' + '" ' * 12_000))
    yield asking("a description as long as can be", f'"""{"a" * LONG}""" query Q {{ nothing }}')
    yield asking("a null byte", "{ nothing \x00 }")
    yield asking("null bytes", "\x00" * 1_000)
    yield asking("control characters", "{ \x01\x02\x03\x7f }")
    yield asking("a bell in a string", by('"\x07"'))
    yield asking("right-to-left marks", "{ \u202e nothing }")
    yield asking("letters that look like others", "{ \u0441ustomer { id } }")
    yield asking("an emoji as a field", "{ \U0001f600 }")
    yield asking("not a character", "{ \uffff }")
    yield asking("a single quote", "{ customer(by: {id: '1'}) { id } }")
    yield asking("a number of 5,000 digits", by("9" * 5_000))
    yield asking(
        "a number of 30,000 digits for an Int", of_customer(f"gapToRenew(inDays: {'9' * LONG}) {{ programId }}")
    )
    yield asking(
        "a number of 5,000 digits for an Int", of_customer(f"gapToRenew(inDays: {'9' * 5000}) {{ programId }}")
    )
    yield asking(
        "a number of 5,000 digits for a program",
        of_customer(f"loyaltyProgram(programId: {'9' * 5000}) {{ programId }}"),
    )
    yield asking(
        "text of 5,000 digits for a program", of_customer(f'loyaltyProgram(programId: "{"9" * 5000}") {{ programId }}')
    )
    yield asking("a number beyond all floats", of_customer("gapToRenew(inDays: 1e999999999) { programId }"))
    yield asking("a long fraction", of_customer(f"gapToRenew(inDays: 0.{'1' * 20_000}) {{ programId }}"))
    yield asking("a long exponent", of_customer(f"gapToRenew(inDays: 1e{'1' * 20_000}) {{ programId }}"))
    yield asking("a number with a leading zero", by("007"))
    yield asking("days before the beginning", of_customer("gapToRenew(inDays: -2147483648) { programId }"))
    yield asking("days beyond 32 bits", of_customer("gapToRenew(inDays: 2147483648) { programId }"))
    yield asking("words", "drop table customers; --")
    yield asking("a page", "<html><script>alert(1)</script></html>")
    yield asking("a template", "{{ 7 * 7 }} ${jndi:ldap://127.0.0.1/a}")
    yield asking("a path", "../../../../etc/passwd")
