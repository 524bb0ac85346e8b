#!/usr/bin/env bash
# Looks that each crate builds without features and with each of its features alone. Names of crates
# as arguments limit it to these.
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=${AXONRY_JOBS:-2}

# A line per build: the crate, and the feature, if any.
builds() {
  cargo metadata --locked --no-deps --format-version 1 | python3 -c '
import json, sys

wanted = sys.argv[1:]
for package in json.load(sys.stdin)["packages"]:
    name = package["name"]
    if "/crates/" not in package["manifest_path"] or (wanted and name not in wanted):
        continue
    for feature in ["", *package["features"]]:
        print(name, feature)
' "$@"
}

builds "$@" | while read -r crate feature; do
  printf '%s %s\n' "$crate" "$feature"
  cargo check --quiet --locked -j "$jobs" -p "$crate" --no-default-features \
    --features "$feature" </dev/null
done
