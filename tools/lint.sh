#!/usr/bin/env bash
# lint.sh -- what a machine can say about the house: layers, headers and shell scripts fail, advice only talks.
# usage: tools/lint.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t sources < <(find src -name '*.[ch]' -o -name '*.cpp' | sort)
awk -f tools/layers.awk LAYERS "${sources[@]}"
tools/headers.sh "${CC:-cc}" -D_GNU_SOURCE
awk -f tools/tidy.awk LAYERS "${sources[@]}"
if command -v shellcheck >/dev/null; then shellcheck -S warning tools/*.sh .ci/run; fi
if command -v clang >/dev/null; then # what fuzzing is built with has warnings of its own
    find src fuzz -name '*.c' -print0 | sort -z | xargs -0 -n 60 -P 2 clang -fsyntax-only -Werror -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wimplicit-fallthrough \
        -Isrc -Ifuzz -I"$1" -D_GNU_SOURCE -std=c17 -march=x86-64-v3
fi
if command -v clang-tidy >/dev/null && [ "${LINT_DEEP:-0}" = 1 ]; then
    find src -name '*.c' -print0 | sort -z | xargs -0 clang-tidy --quiet -p "$1"
fi
echo "lint: fine"
