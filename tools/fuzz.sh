#!/usr/bin/env bash
# fuzz.sh -- run each fuzz target for FUZZ_SECONDS (default 60) under ASan and UBSan, from its kept inputs.
# usage: FUZZ_SECONDS=60 tools/fuzz.sh [TARGET ...]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
[ -f build-fuzz/build.ninja ] || CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined >/dev/null
targets=("$@")
[ ${#targets[@]} -gt 0 ] || for f in fuzz/*_fuzz.c; do t=${f##*/}; targets+=("${t%_fuzz.c}"); done
status=0
for t in "${targets[@]}"; do
    ninja -C build-fuzz "${t}_fuzz" >/dev/null
    new=$(mktemp -d)
    kept=()
    for d in fuzz/corpus/"$t" fuzz/crashes/"$t"; do [ ! -d "$d" ] || kept+=("$d"); done
    if build-fuzz/"${t}"_fuzz -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -artifact_prefix="$new/" \
        "$new" "${kept[@]}" > "$new.log" 2>&1
    then echo "{\"fuzz\":\"$t\",\"seconds\":$seconds,\"runs\":$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$new.log"),\"found\":0}"; rm -rf "$new" "$new.log"
    else echo "{\"fuzz\":\"$t\",\"seconds\":$seconds,\"found\":1,\"log\":\"$new.log\"}"; status=1
    fi
done
exit $status
