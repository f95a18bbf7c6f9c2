#!/usr/bin/env python3
"""Fails for words that the project's texts and names do not use (CONTRIBUTING.md).

Checks tracked *.rs, *.md, *.toml and *.sh outside fixtures/, docs/ru/ and CHANGELOG.md, per word
and per segment of an identifier. A line that quotes a CRM ends with `// quoted`.
"""

import re
import subprocess
import sys

WORDS = (
    "told tells nobody nobodys somebody whom whoever lacks afterwards meanwhile mend begun gossip"
).split()
WORD = re.compile(r"(?<![a-z])(" + "|".join(WORDS) + r")(?![a-z])")
PHRASE = re.compile(r"\bsays (no|yes)\b")
NAME = re.compile(r"\b(mod|fn|struct|enum|trait|type)\s+\w*whose", re.IGNORECASE)
ERROR = re.compile(r'"[^"]*: is no\b')
SKIPPED = re.compile(r"^(fixtures/|docs/ru/|CHANGELOG\.md$|\.ci/)")


def found(line):
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", line).lower()
    for pattern in (WORD, PHRASE):
        for match in pattern.finditer(spaced):
            yield match.group(0)
    for pattern in (NAME, ERROR):
        if pattern.search(line):
            yield "whose" if pattern is NAME else ": is no"


def main():
    listing = ["git", "ls-files", "*.rs", "*.md", "*.toml", "*.sh"]
    paths = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\n")
    only = tuple(sys.argv[1:])
    count = 0
    for path in filter(None, paths):
        if SKIPPED.match(path) or (only and not path.startswith(only)):
            continue
        if re.search(r"(^|/)\w*whose\w*\.rs$", path):
            print(f"{path}: a file is named by a pronoun")
            count += 1
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.rstrip().endswith("// quoted"):
                    continue
                for word in found(line):
                    print(f"{path}:{number}: {word}: {line.strip()[:100]}")
                    count += 1
    if count:
        sys.exit(f"{count} words to replace")


main()
