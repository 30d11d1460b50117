#!/usr/bin/env bash
# console.sh -- the walk through the console against a real engine that a small simulated shop has filled.
# usage: tests/console.sh BUILD [WALK…]      (pictures in out/screens-engine)
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift
data=$(mktemp -d)
log=$data/engine.log
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; rm -rf "$data"; }
trap stop EXIT

export ZHUN_WRITE_KEY=wk_walk ZHUN_SERVER_KEY=sk_walk ZHUN_ADMIN_PASSWORD=walk-password
: > "$log" # it is read before a loaded machine has opened it
"$build/zhun" serve --data "$data/zhun" --listen 127.0.0.1:0 > /dev/null 2> "$log" &
server=$!
port=
for _ in $(seq 100); do
    port=$(sed -n 's/.*"serve.ready".*"port":\([0-9]*\).*/\1/p' "$log")
    [ -z "$port" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$log"; echo "console.sh: the engine did not start"; exit 1; }
    sleep 0.1
done
[ -n "$port" ] || { cat "$log"; echo "console.sh: the engine did not get ready"; exit 1; }
url=http://127.0.0.1:$port
"$build/zhun-sim" --to "$url" --key wk_walk,sk_walk --customers 200 --days 14 --start now --report walk > /dev/null
REFUSED_BY=$("$build/zhun" export --data "$data/zhun" --what events | sed -n 's/.*"userId":"\([^"]*\)".*/\1/p' | sed -n 1p)
for brand in Acme Nord Bell 海尔; do "$build/zhun" feedback --data "$data/zhun" "$REFUSED_BY" block brand "$brand" > /dev/null; done
"$build/zhun" consent --data "$data/zhun" "$REFUSED_BY" minor yes --at 2026-01-02T08:00:00Z > /dev/null
"$build/zhun" consent --data "$data/zhun" "$REFUSED_BY" marketing no --source 'settings page' --version 2026-11 > /dev/null
export REFUSED_BY
echo '{"kind":"inbox"}' > "$data/channel.json"
echo '{"purpose":"marketing","languages":{"en":{"text":"For you"}}}' > "$data/template.json"
echo '{"title":{"zh":"已运行","en":"One that ran"},"channel":"ran_inbox","template":"ran_offer","audience":{"everyone":true},"when":{"kind":"once"}}' > "$data/campaign.json"
"$build/zhun" channel set --data "$data/zhun" ran_inbox "$data/channel.json" > /dev/null
"$build/zhun" template set --data "$data/zhun" ran_offer "$data/template.json" > /dev/null
"$build/zhun" campaign set --data "$data/zhun" ran "$data/campaign.json" > /dev/null
for act in submit approve; do "$build/zhun" campaign "$act" --data "$data/zhun" ran > /dev/null; done
BASE_URL=$url SCREENS=$PWD/out/screens-engine node console/e2e/run.mjs "$@"
