#!/usr/bin/env python3
"""Checks that the minimum Rust version is the highest that a dependency needs, and that the README names it."""

import json
import pathlib
import re
import subprocess
import sys


def version(text):
    return tuple(int(part) for part in text.split(".")[:2])


def normal_dependencies(metadata):
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    found, todo = set(), list(metadata["workspace_members"])
    while todo:
        package = todo.pop()
        if package in found:
            continue
        found.add(package)
        for edge in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in edge["dep_kinds"]):
                todo.append(edge["pkg"])
    return found - set(metadata["workspace_members"])


def main():
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    dependencies = normal_dependencies(metadata)
    needs = [
        (version(package["rust_version"]), package["name"], package["version"])
        for package in metadata["packages"]
        if package["id"] in dependencies and package["rust_version"]
    ]
    highest, name, release = max(needs)
    manifest = pathlib.Path("Cargo.toml").read_text(encoding="utf-8")
    named = re.search(r'^rust-version = "([\d.]+)"', manifest, re.MULTILINE).group(1)
    wanted = ".".join(str(part) for part in highest)
    if version(named) != highest:
        sys.exit(f"rust-version is {named}, but {name} {release} makes it {wanted}")
    readme = pathlib.Path("README.md").read_text(encoding="utf-8")
    if f"Rust {wanted}" not in readme:
        sys.exit(f"README.md does not name Rust {wanted}")
    print(f"minimum Rust version: {wanted}, because of {name} {release}")


if __name__ == "__main__":
    main()
