#!/usr/bin/env bash
# bench.sh -- every benchmark, one JSON line a number on standard output; what else they say goes to standard error.
# usage: tools/bench.sh BUILD [NAME...]      NAME: log, segment, decide, ..., collect or http; without one all of them
# The parts of the engine alone come first (bench/NAME_bench.c, as meson lists them), then the whole of it over HTTP
# (bench/serve.py) with its yardsticks in the same run. BENCH_DIR: a folder on the disk that is to be measured
# (default out/bench). BENCH_SECONDS: of each run over HTTP (default 10).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?usage: tools/bench.sh BUILD [NAME...]}; shift
dir=${BENCH_DIR:-out/bench}
mkdir -p "$dir"

wanted() { # NAME WANTED...
    local name=$1; shift
    [ $# -eq 0 ] && return 0
    for one in "$@"; do [ "$one" = "$name" ] && return 0; done
    return 1
}
lines() { # JSON lines go on, words go aside
    while IFS= read -r line; do
        case $line in '{'*) printf '%s\n' "$line" ;; *) printf '%s\n' "$line" >&2 ;; esac
    done
}

failed=0
for bench in "$build"/*_bench; do
    [ -x "$bench" ] || continue
    name=$(basename "$bench" _bench)
    wanted "$name" "$@" || continue
    echo "== $name" >&2
    arguments=()
    [ "$name" = log ] && arguments=("$dir")
    timeout 600 "$bench" "${arguments[@]}" | lines || { echo "bench.sh: $name failed" >&2; failed=1; }
done
if wanted collect "$@"; then
    echo "== collect" >&2
    python3 -B bench/collect.py "$build" "$dir" "${BENCH_SECONDS:-10}" | lines || { echo "bench.sh: collect failed" >&2; failed=1; }
fi
if wanted http "$@"; then
    echo "== http" >&2
    python3 -B bench/serve.py "$build" "$dir" "${BENCH_SECONDS:-10}" | lines || { echo "bench.sh: http failed" >&2; failed=1; }
fi
exit $failed
