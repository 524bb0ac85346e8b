#!/usr/bin/env bash
# Plays S3 and reads an archive, with PyPI moto and duckdb.
#
#   archive.sh FOLDER [SCRIPT-ARGUMENTS...]
#
# FOLDER keeps the virtual environment, so that it is made once; without arguments nothing else is
# done. What goes into the standard input and comes out of the standard output is archive.py's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
moto=5.1.4 duckdb=1.3.0
venv=$1/moto-$moto-duckdb-$duckdb
mkdir -p "$1"
shift
(
  # Tests that begin at the same time would each make it.
  flock 9
  if [ ! -e "$venv/complete" ]; then
    echo "== installing moto $moto and duckdb $duckdb" >&2
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      "moto[server,s3]==$moto" "duckdb==$duckdb" "pytz==2025.2" >&2
    touch "$venv/complete"
  fi
) 9>"$venv.lock"
[ $# -gt 0 ] || exit 0
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" -u "$here/archive.py" "$@"
