#!/usr/bin/env bash
# console.sh -- build the console into console/dist; without npm, say so and go on.
set -euo pipefail
cd "$(dirname "$0")/../console"
if ! command -v npm >/dev/null; then
    echo "console: npm is missing, so the engine will serve a plain page (run tools/setup.sh)"
    mkdir -p dist && touch dist/.done
    exit 0
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    # The lock lists the optional packages of this platform only; newer npm's strict `ci` wants all of them, while
    # `install` takes the versions of the lock as they are.
    npm ci --no-audit --no-fund --loglevel=error >/dev/null 2>&1 ||
        npm install --no-save --no-audit --no-fund --loglevel=error
fi
npm run --silent build
touch dist/.done
