#!/usr/bin/env bash
# Opens what was sealed here, and seals the same messages, with PyPI bittensor-drand.
#
#   timelock.sh FOLDER JSON
#
# FOLDER keeps the virtual environment, so that it is made once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=2.0.0
venv=$1/bittensor-drand-$version
if [ ! -e "$venv/complete" ]; then
  echo "== installing bittensor-drand $version" >&2
  rm -rf "$venv"
  mkdir -p "$1"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "bittensor-drand==$version"
  touch "$venv/complete"
fi
exec timeout 120 "$venv/bin/python" -B "$here/timelock.py" "$2"
