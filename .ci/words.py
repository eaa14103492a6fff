#!/usr/bin/env python3
"""Checks how doc comments begin: with a noun or a third-person verb, not with a pronoun or a question word.

Prints each offender as file:line and the share of all doc comments; fails above the limit of 2 %.
"""
import pathlib
import re
import sys

LIMIT = 0.02
ODD = re.compile(
    r"///\s+(?:-\s+)?(?:What|Who|Whom|Whose|Those|It|They|These|Them|Where|When|How|Which|Why|That|This one|One that|Makes one)\b"
)


def first_lines(text):
    """The first line of each doc comment, with its number."""
    before = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith("///") and not before.startswith("///"):
            yield number, line
        before = line


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    total, odd = 0, []
    for path in sorted((root / "Sources").rglob("*.swift")):
        for number, line in first_lines(path.read_text(encoding="utf-8")):
            total += 1
            if ODD.match(line):
                odd.append(f"{path.relative_to(root)}:{number}: {line}")
    share = len(odd) / max(total, 1)
    failed = share > LIMIT
    if failed or "--list" in sys.argv:
        print("\n".join(odd))
    print(f"{len(odd)} of {total} doc comments begin with a pronoun or a question word ({share:.1%})")
    return 1 if failed else 0


sys.exit(main())
