#!/usr/bin/env bash
# test.sh -- every test, in the order of what breaks most cheaply; ends with "N passed, N failed[, N skipped]".
# usage: tools/test.sh BUILD
# Sections: unit tests of the release build; the same under ASan and UBSan; end-to-end tests over HTTP, some of them
# under the sanitizers, too (each starts what it needs and stops it by pid); the console's own tests.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
build=$1
tools/setup.sh --test || exit 3
mkdir -p out
passed=0 failed=0 skipped=0

meson_section() { # NAME BUILD-DIR ARGUMENTS...
    local name=$1 dir=$2 log; shift 2
    log=$dir/meson-logs/testlog.json
    echo "== $name"
    ninja -C "$dir" || { echo "FAIL $name: does not build"; failed=$((failed + 1)); return; }
    meson test -C "$dir" --no-rebuild --print-errorlogs "$@" | grep -vE '^ *[0-9]+/[0-9]+ .* (OK|SKIP) ' | tail -n 80
    count() { grep -c "\"result\": \"$1\"" "$log" 2>/dev/null || true; }
    passed=$((passed + $(count OK))) skipped=$((skipped + $(count SKIP)))
    failed=$((failed + $(count FAIL) + $(count ERROR) + $(count TIMEOUT) + $(count INTERRUPT)))
}
one() { # NAME COMMAND...: 0 passed, 77 skipped, else failed
    local name=$1 log status; shift
    log=out/$(echo "$name" | tr '/ ' '__').log
    "$@" > "$log" 2>&1; status=$?
    case $status in
        0) passed=$((passed + 1)); echo "ok   $name" ;;
        77) skipped=$((skipped + 1)); echo "skip $name: $(tail -n 1 "$log")" ;;
        *) failed=$((failed + 1)); echo "FAIL $name (status $status), what failed and the end of $log:"
           grep -aE -A 3 'FAIL|broke off|Traceback' "$log" | cut -c 1-400 | head -n 60; echo "..."; tail -n 20 "$log" | cut -c 1-400 ;;
    esac
}

walked() { # the walk on the mock, begun before
    local status
    wait "$walk"; status=$?
    cat out/console_walk.log
    return $status
}

meson_section "unit tests, release" "$build"
if [ "${TEST_FAST:-0}" != 1 ]; then
    [ -f build-asan/build.ninja ] || meson setup build-asan -Db_sanitize=address,undefined >/dev/null
    meson_section "unit tests, ASan and UBSan" build-asan --no-suite house --timeout-multiplier 4
fi

# The walk on the mock waits for pages, the scripts for engines: together they take the time of the longer one.
walk=
if command -v npm >/dev/null && [ -d console/node_modules ] && command -v chromium >/dev/null; then
    { env -u BASE_URL SCREENS="$PWD/out/screens" node console/e2e/run.mjs > out/console_walk.log 2>&1; } &
    walk=$!
    trap 'kill "$walk" 2>/dev/null' EXIT # where the tests end before it
fi

echo "== end to end"
ZHUN=$PWD/$build/zhun; export ZHUN
ZHUN_LOAD=$PWD/$build/src/sys/zhun-load; export ZHUN_LOAD
# Routes read what strangers send: those that reach most of them are asked of an engine under the sanitizers, too.
if [ -x build-asan/zhun ]; then
    for name in serve letters wire dialects segments funnel paths returning attribution experiments; do
        one "tests/e2e/$name.py, ASan and UBSan" env ZHUN="$PWD/build-asan/zhun" python3 -B "tests/e2e/$name.py"
    done
fi
for script in tests/e2e/*.sh tests/e2e/*.py; do
    [ -f "$script" ] || continue
    case $script in *.py) one "$script" python3 -B "$script" ;; *) one "$script" bash "$script" ;; esac
done

echo "== console"
if command -v npm >/dev/null && [ -d console/node_modules ]; then
    one console/check npm --prefix console run --silent check
    if command -v chromium >/dev/null; then
        one console/e2e/mock walked
        one console/e2e/engine tests/console.sh "$build"
    fi
fi
if command -v node >/dev/null; then one sdk/e2e node sdk/e2e/run.mjs; fi # says itself what it misses
one tests/sdk tools/sdks.sh # the SDKs of other engines; says itself what it misses

echo
if [ $skipped -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ $failed -eq 0 ] && [ $passed -gt 0 ]
