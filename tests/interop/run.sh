#!/usr/bin/env bash
# Runs the Python SDKs against a dev chain that is up.
#
#   run.sh FOLDER KNOWN [GENERATION...]
#
# FOLDER keeps the virtual environments, so that they are made once; KNOWN is the JSON that the
# scripts take. SDKs come from the package index pip is set up for, by name and exact version.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$(mktemp -d)}
known=${2:-}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- 10 11

declare -A versions=([10]=10.5.0 [11]=11.3.0)
mkdir -p "$folder"

# What an SDK remembers about a chain must not outlive the chain.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

for generation in "$@"; do
  version=${versions[$generation]}
  venv=$folder/bittensor-$version
  if [ ! -e "$venv/complete" ]; then
    echo "== installing bittensor $version"
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "bittensor==$version"
    touch "$venv/complete"
  fi
  [ -n "$known" ] || continue
  echo "== bittensor $version"
  HOME=$home PYTHONDONTWRITEBYTECODE=1 \
    timeout "${AXONRY_INTEROP_SECONDS:-90}" "$venv/bin/python" -u "$here/sdk_$generation.py" "$known"
done
