#!/usr/bin/env bash
# fuzz.sh -- run each fuzz target under ASan and UBSan, from its kept inputs.
# usage: FUZZ_SECONDS=60 tools/fuzz.sh [TARGET ...]        for so many seconds each
#        FUZZ_CPU_SECONDS=3600 tools/fuzz.sh [TARGET ...]  until each has had that much processor time, however busy the machine is
# FUZZ_NEW=DIR keeps what is found new between two calls. A JSON line a target; where something is found, its log is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60} cpu=${FUZZ_CPU_SECONDS:-0}
[ -f build-fuzz/build.ninja ] || CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined >/dev/null
targets=("$@")
[ ${#targets[@]} -gt 0 ] || for f in fuzz/*_fuzz.c; do t=${f##*/}; targets+=("${t%_fuzz.c}"); done
status=0
TIMEFORMAT=%U
for t in "${targets[@]}"; do
    ninja -C build-fuzz "${t}_fuzz" >"build-fuzz/$t.log" || { cat "build-fuzz/$t.log" >&2; exit 1; }
    if [ -n "${FUZZ_NEW:-}" ]; then new=$FUZZ_NEW/$t; mkdir -p "$new"; else new=$(mktemp -d); fi
    kept=()
    for d in fuzz/corpus/"$t" fuzz/crashes/"$t"; do [ ! -d "$d" ] || kept+=("$d"); done
    began=$SECONDS spent=0 runs=0 found=0
    while :; do
        { time build-fuzz/"${t}"_fuzz -max_total_time="$seconds" -timeout=30 -rss_limit_mb=4096 -artifact_prefix="$new/" "$new" "${kept[@]}" > "$new.log" 2>&1 || found=1; } 2> "$new.time"
        spent=$(awk -v a="$spent" '{ print int(a + $1) }' "$new.time")
        runs=$((runs + $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$new.log" || true) + 0))
        [ "$found" -eq 0 ] && [ "$spent" -lt "$cpu" ] || break
    done
    rm -f "$new.time"
    if [ "$found" -eq 0 ]
    then echo "{\"fuzz\":\"$t\",\"seconds\":$((SECONDS - began)),\"cpu_seconds\":$spent,\"runs\":$runs,\"found\":0}"; rm -f "$new.log"; [ -n "${FUZZ_NEW:-}" ] || rm -rf "$new"
    else echo "{\"fuzz\":\"$t\",\"seconds\":$((SECONDS - began)),\"cpu_seconds\":$spent,\"runs\":$runs,\"found\":1,\"log\":\"$new.log\"}"; status=1
    fi
done
exit $status
