#!/usr/bin/env bash
# setup.sh -- install what is missing on Debian 12 (root or sudo); says what it does, asks nothing.
# usage: tools/setup.sh [--test]      --test: also what only tests need (browser, fonts)
set -euo pipefail
cd "$(dirname "$0")/.."

build=(build-essential meson ninja-build pkg-config librocksdb-dev libmicrohttpd-dev libsimdjson-dev liblz4-dev
       libzstd-dev zlib1g-dev libexpat1-dev libsodium-dev libcurl4-openssl-dev libssl-dev libyaml-dev libxxhash-dev libroaring-dev libopenblas0-pthread tzdata ca-certificates curl git gawk)
tests=(chromium fonts-noto-cjk python3 python3-aiosmtpd python3-dkim python3-nacl strace clang-format)
want=("${build[@]}")
[ "${1:-}" != --test ] || want+=("${tests[@]}")
# Any Node of 18 or newer will do; Debian's own where there is none.
node_major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
if [ -z "$node_major" ] || [ "$node_major" -lt 18 ] || ! command -v npm >/dev/null; then want+=(nodejs npm); fi

missing=()
for package in "${want[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup: these packages are missing: ${missing[*]}: install them as root" >&2; exit 3; }
    root=(sudo)
fi
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
