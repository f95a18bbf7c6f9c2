#!/usr/bin/env python3
"""Follows docs/add-a-crm.md in a copy of the tree without the existing connectors.

    python3 tests/guide/run.py [--keep]

Runs the page's shell blocks in order, and appends blocks of Rust that begin with `// FILE` to that
file. The exit code is 1 if a command fails.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = "docs/add-a-crm.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"// (\S+)\n")
# What uses the connectors.
USERS = ("benches", "fuzz", "tests", "crates/cli", "examples/*.rs")


def copy_tree(target):
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in files.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def edit(path, *changes):
    text = path.read_text(encoding="utf-8")
    for pattern, replacement in changes:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


def remove_connectors(tree):
    """Removes the connectors and their uses; returns their names."""
    own = {"crm-core", "asterisk", "cli", "sandbox"}
    names = sorted(path.name for path in (tree / "crates").iterdir() if path.name not in own)
    for pattern in [*USERS, *(f"crates/{name}" for name in names)]:
        for path in tree.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    any_of = "|".join(names)
    edit(
        tree / "Cargo.toml",
        (rf"^(# The .*\n)?({any_of}) = .*\n", ""),
        (rf"^vochi-crm-({any_of}) = .*\n", ""),
        (rf' "({any_of})",', ""),
        (rf', "({any_of})"\]', "]"),
        (r'"(benches/instructions|fuzz)",? ?', ""),
        (r"^\[\[(test|bench)\]\]\n(.+\n)+", ""),
    )
    feature = rf'feature = "({any_of})"'
    edit(
        tree / "src/lib.rs",
        (rf"^#\[cfg\({feature}\)\]\n#\[doc.*\n.*\n\n?", ""),
        (rf"^//! - `({any_of})`: .*\n", ""),
    )
    edit(
        tree / "src/crm.rs",
        (rf"^    #\[cfg\((not\()?{feature}\)?\)\]\n.*\n", ""),
        (rf"any\((?:{feature}(?:, )?)+\)", "any()"),
    )
    return names


def follow(tree):
    environment = os.environ | {"CARGO_TERM_COLOR": "never"}
    environment.setdefault("CARGO_TARGET_DIR", str(ROOT / "target" / "guide"))
    for kind, code in BLOCK.findall((tree / GUIDE).read_text(encoding="utf-8")):
        file = FILE.match(code)
        if kind == "rust" and file:
            with (tree / file.group(1)).open("a", encoding="utf-8") as source:
                source.write("\n" + code[file.end() :])
        elif kind == "sh":
            print(f"$ {code}", flush=True)
            command = ["bash", "-euo", "pipefail", "-c", code]
            if subprocess.run(command, cwd=tree, env=environment).returncode != 0:
                sys.exit(f"a command of {GUIDE} fails")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="keep the copy of the tree")
    keep = parser.parse_args().keep
    tree = pathlib.Path(tempfile.mkdtemp(prefix="add-a-crm-"))
    try:
        copy_tree(tree)
        names = remove_connectors(tree)
        print(f"without {', '.join(names)}: {tree}", flush=True)
        follow(tree)
        print("guide: a connector that passes the suite")
    finally:
        if not keep:
            shutil.rmtree(tree)


if __name__ == "__main__":
    main()
