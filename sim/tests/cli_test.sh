#!/bin/sh
# Goal: the command line keeps its promises: exit codes, the same bytes for the same seed, JSON lines, the reference page.
# usage: from the root of the project, sim/tests/cli_test.sh ZHUN-SIM
set -eu
sim=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
unset ZHUN_URL ZHUN_WRITE_KEY ZHUN_SERVER_KEY || true
fail() { echo "$1"; exit 1; }

# status WANT PART-OF-STDERR ARGUMENTS...
status() {
    want=$1 part=$2
    shift 2
    got=0
    "$sim" "$@" > "$dir/out" 2> "$dir/err" || got=$?
    [ "$got" = "$want" ] || fail "zhun-sim $*: exit $got, not $want: $(cat "$dir/err")"
    [ -z "$part" ] || grep -q -- "$part" "$dir/err" || fail "zhun-sim $*: expected '$part', got: $(cat "$dir/err")"
}
status 0 '' --help
grep -q 'Example:' "$dir/out" || fail "--help shows no example"
status 2 'no such option' --sped 3
status 2 'its value is missing' --seed
status 2 'not a whole number' --seed x
status 2 'from 1 to' --customers 0
status 2 'from 2 to' --days 1
status 2 'engine, popular' --policy best
status 2 'give --to URL' --policy engine
status 2 'is missing' --policy engine --to http://127.0.0.1:1
status 3 'does not answer' --policy engine --to http://127.0.0.1:1 --key w,s --customers 5 --days 2
status 2 'is a date' --start tomorrow
status 2 'leave --speed away' --live --speed 60
status 2 'leave --start away' --live --start 2026-03-02
status 2 'give --to URL' --report shop
status 2 'at most 64 letters' --report a/b
status 2 'nothing-here.json' --shop "$dir/nothing-here.json"
echo '{"interests":["a"],"types":[{"name":"x","itmes":3}]}' > "$dir/shop.json"
status 2 'did you mean "items"' --shop "$dir/shop.json"
echo '{"interests":["a"],"types":[{"name":"x","items":5}]}' > "$dir/shop.json"
status 0 'visits in' --shop "$dir/shop.json" --customers 20 --days 9

"$sim" --seed 7 --customers 150 --days 20 --json > "$dir/a" 2> /dev/null
"$sim" --seed=7 --customers=150 --days=20 --json > "$dir/b" 2> /dev/null
cmp "$dir/a" "$dir/b" || fail "the same seed gave other bytes"
"$sim" --seed 8 --customers 150 --days 20 --json > "$dir/b" 2> /dev/null
! cmp -s "$dir/a" "$dir/b" || fail "another seed gave the same bytes"
[ "$(grep -c '^{"policy":' "$dir/a")" = 3 ] && [ "$(grep -c '^{"comparison":' "$dir/a")" = 1 ] || fail "--json: three policies and a comparison"
"$sim" --seed 7 --customers 150 --days 20 --policy random --daily --json > "$dir/b" 2> /dev/null
[ "$(grep -c '^{"day":' "$dir/b")" = 13 ] || fail "--daily: a line for each of the 13 measured days"
[ "$(grep '"policy":"random"' "$dir/a" | grep -v comparison)" = "$(grep '^{"policy":"random"' "$dir/b")" ] || fail "one policy alone gave another result"

# offers: files in and out, the judge reads only what it wrote
status 2 'is trial, ask or judge' --offers all
status 2 'goes with --offers judge' --offers trial --choices "$dir/a"
status 2 'goes with --offers judge' --offers judge
status 2 'cannot be read' --offers judge --choices "$dir/nothing-here.csv"
"$sim" --offers trial --seed 7 --customers 300 > "$dir/trial"
"$sim" --offers trial --seed 7 --customers 300 | cmp - "$dir/trial" || fail "the same seed gave another trial"
head -1 "$dir/trial" | grep -q '^customer,orders,.*,arm,propensity,margin_cents,cost_cents$' || fail "--offers trial: its header"
[ "$(wc -l < "$dir/trial")" = 301 ] && [ "$(cut -d, -f14 "$dir/trial" | sort -u | tr '\n' ' ')" = "arm none off10 off20 off5 " ] || fail "--offers trial: arms"
"$sim" --offers ask --seed 7 --customers 300 > "$dir/ask"
! cut -d, -f2-13 "$dir/trial" | cmp -s - "$dir/ask" && [ "$(wc -l < "$dir/ask")" = 301 ] || fail "--offers ask: other customers"
{ echo customer,arm; cut -d, -f1 "$dir/ask" | sed 1d | sed 's/$/,off10/'; } > "$dir/choices"
status 0 '' --offers judge --seed 7 --customers 300 --choices "$dir/choices" --budget 100000 --json
[ "$(grep -c '^{"policy":' "$dir/out")" = 5 ] && grep -q '"policy":"choice","budgetCents":100000,"mentioned":300,' "$dir/out" || fail "--offers judge --json: five policies"
echo a0000301,off10 >> "$dir/choices"
status 2 'none of the 300 customers' --offers judge --seed 7 --customers 300 --choices "$dir/choices"
printf 'customer,arm\na0000001,off30\n' > "$dir/choices"
status 2 'no arm of the menu' --offers judge --seed 7 --customers 300 --choices "$dir/choices"

# live: today is played up to now, then it waits; SIGTERM ends it with the report and status 0
"$sim" --live --seed 7 --customers 150 --days 20 --json --progress > "$dir/live" 2> "$dir/err" &
pid=$!
tries=0
until grep -q '"live":true' "$dir/err" || [ $tries = 200 ]; do tries=$((tries + 1)); sleep 0.05; done
kill -s TERM $pid
got=0
wait $pid || got=$?
[ $got = 0 ] || fail "live, SIGTERM: exit $got: $(cat "$dir/err")"
[ "$(grep -c '^{"policy":' "$dir/live")" = 3 ] || fail "live, SIGTERM: no report: $(cat "$dir/live")"
[ "$(grep -c '"live":false' "$dir/err")" = 19 ] || fail "--progress: a line for each of the 19 days before today"

status 2 'leave --truth' --live --truth "$dir/truth"
status 3 'no-such-folder' --truth "$dir/no-such-folder/truth" --customers 5 --days 2
"$sim" --customers 30 --days 6 > "$dir/without" 2> /dev/null
yes '' | head -6 | "$sim" --customers 30 --days 6 --step --truth "$dir/truth" > "$dir/with" 2> /dev/null || fail "--truth, --step: exit $?"
cmp "$dir/without" "$dir/with" || fail "--truth changes a run"
[ "$(grep -c '"tastes":' "$dir/truth")" = 30 ] || fail "--truth: a line for each of 30 customers"

"$sim" --print-shop | cmp - sim/shops/default.json || fail "--print-shop is not sim/shops/default.json"
for shop in sim/shops/*.json; do
    "$sim" --shop "$shop" --customers 30 --days 6 > /dev/null 2> "$dir/err" || fail "$shop: $(cat "$dir/err")"
done
"$sim" --shop-keys > "$dir/keys"
sed -n '/^<!-- keys/,/^<!-- \/keys/p' docs/SHOP_FILE.md | sed '1d;$d' | cmp - "$dir/keys" ||
    fail "docs/SHOP_FILE.md: put the output of zhun-sim --shop-keys between its two marks"
