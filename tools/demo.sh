#!/usr/bin/env bash
# demo.sh -- a small shop to look at: made up, imported, served, and visited now and then. Ctrl-C ends it.
# usage: tools/demo.sh ZHUN   (environment: ZHUN_LISTEN, default 127.0.0.1:8700; DEMO_ONCE=1 stops once it is ready)
set -euo pipefail
cd "$(dirname "$0")/.."
zhun=$1
listen=${ZHUN_LISTEN:-127.0.0.1:8700}
data=demo-data
rm -rf "$data" && mkdir -p "$data/shop"
server='' visitor=''
stop() { for p in $visitor $server; do kill "$p" 2>/dev/null || true; done; wait 2>/dev/null || true; }
trap stop EXIT
trap 'exit 0' INT TERM

echo "demo: a shop of 30 items and 400 customers, two months of orders"
gawk -v now="$(date +%s)" -v out="$data/shop" -f tools/demo_shop.awk
"$zhun" import --data "$data/zhun" --format catalog-csv "$data/shop/catalog.csv"
"$zhun" import --data "$data/zhun" --format orders-csv "$data/shop/orders.csv"
"$zhun" import --data "$data/zhun" --format segment "$data/shop/events.jsonl"

export ZHUN_WRITE_KEY=demo-write-key ZHUN_SERVER_KEY=demo-server-key ZHUN_ADMIN_PASSWORD=${ZHUN_ADMIN_PASSWORD:-demo-password}
"$zhun" serve --data "$data/zhun" --listen "$listen" --log-level warn &
server=$!
url=http://$listen
for _ in $(seq 100); do
    curl -fsS "$url/readyz" >/dev/null 2>&1 && break
    kill -0 "$server" 2>/dev/null || { echo "demo: the engine did not start: is $listen taken? set ZHUN_LISTEN" >&2; exit 3; }
    sleep 0.1
done
cat <<EOF

  console      $url/
  user         admin
  password     $ZHUN_ADMIN_PASSWORD
  write key    $ZHUN_WRITE_KEY      (collectors)
  server key   $ZHUN_SERVER_KEY     (recommendations, profiles)

  try          curl -s $url/v1/recommend -H 'Authorization: Bearer $ZHUN_SERVER_KEY' -d '{"placement":"home","userId":"user-7","n":3}'

  Visitors come by every second. Ctrl-C ends the demo; the data stays in $data/.
EOF
[ "${DEMO_ONCE:-0}" != 1 ] || exit 0

(
    n=0
    while :; do
        n=$((n + 1))
        item=$(printf 'SKU%03d' $((RANDOM % 30 + 1)))
        event="Product Viewed"; [ $((RANDOM % 6)) != 0 ] || event="Product Added"
        curl -fsS -o /dev/null -u "$ZHUN_WRITE_KEY:" "$url/v1/track" -H 'Content-Type: application/json' \
            -d "{\"event\":\"$event\",\"userId\":\"user-$((RANDOM % 400 + 1))\",\"messageId\":\"live-$$-$n\",\"properties\":{\"product_id\":\"$item\",\"currency\":\"CNY\"}}" || true
        sleep 0.$((RANDOM % 9 + 1))
    done
) &
visitor=$!
wait "$server"
