#!/usr/bin/env bash
# Builds what is packaged: programs, manual pages, completions, units.
#
#   build.sh FOLDER
#
# The same commit gives the same bytes wherever and whenever it is built, with the same compilers: no
# path of the machine and no time of the day goes in, and no version but those of Cargo.lock.
set -euo pipefail
out=$(mkdir -p "${1:?a folder}" && cd "$1" && pwd)
cd "$(dirname "$0")/.."

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
sources=${CARGO_HOME:-$HOME/.cargo}
export SOURCE_DATE_EPOCH
export RUSTFLAGS="--remap-path-prefix=$PWD=axonry --remap-path-prefix=$sources=cargo"
# Parsers are C.
export CFLAGS="-ffile-prefix-map=$PWD=axonry -ffile-prefix-map=$sources=cargo"
export CXXFLAGS=$CFLAGS
cargo build --profile dist --locked -p axonry-validator -p axonry-miner

install -d "$out/bin" "$out/state" "$out/systemd" "$out/man/man1" "$out/completions"
install -m 0644 packaging/systemd/* "$out/systemd"
for program in validator miner; do
  install -m 0755 "${CARGO_TARGET_DIR:-target}/dist/$program" "$out/bin/$program"
  "$out/bin/$program" man "$out/man/man1"
  "$out/bin/$program" completions bash >"$out/completions/$program"
  "$out/bin/$program" completions fish >"$out/completions/$program.fish"
  "$out/bin/$program" completions zsh >"$out/completions/_$program"
done
(cd "$out" && find bin completions man systemd -type f | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
