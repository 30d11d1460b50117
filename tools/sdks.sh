#!/usr/bin/env bash
# sdks.sh -- install the SDKs of tests/sdk and run its stories; without npm, or where it cannot fetch, say so: status 77.
# usage: ZHUN=build/zhun tools/sdks.sh [PART OF A NAME]
set -uo pipefail
cd "$(dirname "$0")/../tests/sdk" || exit 3
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "skipped: npm is missing (run tools/setup.sh)"
    exit 77
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    # Optional packages of other platforms are not in the lock; newer npm's strict `ci` wants all of them, while
    # `install` takes the versions of the lock as they are.
    said=$(npm ci --no-audit --no-fund --loglevel=error 2>&1 >/dev/null) ||
        said=$(npm install --no-save --no-audit --no-fund --loglevel=error 2>&1 >/dev/null) || {
        echo "skipped: npm cannot install the SDKs: $(echo "$said" | grep -v '^ *$' | head -n 1 | cut -c 1-200)"
        exit 77
    }
fi
exec node run.mjs "$@"
