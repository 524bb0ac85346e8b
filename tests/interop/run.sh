#!/usr/bin/env bash
# Runs scripts that use Bittensor's Python SDKs, each in the SDK its name ends in.
#
#   run.sh FOLDER [KNOWN [SCRIPT...]]
#
# FOLDER keeps the virtual environments, so that they are made once; without KNOWN, the JSON that the
# scripts take, nothing else is done. SDKs come from the package index pip is set up for, by name and
# exact version. What goes into the standard input and comes out of the standard output is the
# script's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$(mktemp -d)}
known=${2:-}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- sdk_10 sdk_11

declare -A versions=([10]=10.5.0 [11]=11.3.0)
mkdir -p "$folder"

# What an SDK remembers about a chain must not outlive the chain.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

for script in "$@"; do
  version=${versions[${script##*_}]}
  venv=$folder/bittensor-$version
  (
    # Tests that begin at the same time would each make it.
    flock 9
    if [ ! -e "$venv/complete" ]; then
      echo "== installing bittensor $version" >&2
      rm -rf "$venv"
      "${PYTHON:-python3}" -m venv "$venv"
      "$venv/bin/pip" install --quiet --disable-pip-version-check "bittensor==$version" >&2
      touch "$venv/complete"
    fi
  ) 9>"$venv.lock"
  [ -n "$known" ] || continue
  echo "== bittensor $version: $script" >&2
  HOME=$home PYTHONDONTWRITEBYTECODE=1 \
    timeout "${AXONRY_INTEROP_SECONDS:-90}" "$venv/bin/python" -u "$here/$script.py" "$known"
done
