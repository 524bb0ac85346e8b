#!/usr/bin/env bash
# How many foreign crates each of ours brings: normal dependencies, default features, this machine's
# target. Prints the table of docs/ARCHITECTURE.md; with --check it fails where the page says otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

foreign() {
  cargo tree --locked -e normal --prefix none -f '{p}' "$@" |
    cut -d' ' -f1,2 | sort -u | grep -vc '^axonry\(-[a-z]*\)\? '
}

table() {
  printf '| crate | foreign crates |\n|---|---|\n'
  for manifest in crates/*/Cargo.toml; do
    folder=$(basename "$(dirname "$manifest")")
    [ "$folder" = axonry ] || printf '| `%s` | %s |\n' "$folder" "$(foreign -p "axonry-$folder")"
  done
  printf '| `axonry`, no features | %s |\n' "$(foreign -p axonry --no-default-features)"
  printf '| `axonry` | %s |\n' "$(foreign -p axonry)"
  printf '| `axonry`, `full` | %s |\n' "$(foreign -p axonry --features full)"
}

shown=$(table)
[ "${1:-}" = --check ] || { printf '%s\n' "$shown"; exit; }
diff <(printf '%s\n' "$shown") <(sed -n '/^| crate | foreign crates |$/,/^$/p' docs/ARCHITECTURE.md | sed '/^$/d')
