#!/bin/sh
# Goal: the shop knows nothing of the engine's inside: it includes its own headers, base and sys; each header stands alone.
# Method: look at every include; compile every header twice in one file.
# usage: from the root of the project, sim/tests/layers_test.sh COMPILER [OPTION...]
set -eu
status=0
for file in sim/src/*.[ch]; do
    for include in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
        case $include in
        base/*|sys/*) ;;
        */*) echo "$file includes $include: only base and sys are open to the shop"; status=1 ;;
        *) [ -f "sim/src/$include" ] || { echo "$file includes $include: no such header here"; status=1; } ;;
        esac
    done
done
for header in sim/src/*.h; do
    name=$(basename "$header")
    printf '#include "%s"\n#include "%s"\n' "$name" "$name" |
        "$@" -std=c17 -Wall -Wextra -Werror -Isrc -Isim/src -fsyntax-only -xc - || { echo "$header does not stand alone"; status=1; }
done
exit $status
