#!/bin/sh
# Goal: what embed.sh makes compiles, holds the right bytes, and is the same at every run.
# Method: a small planted console, a program that looks into the table; then the console taken away.
set -eu
cd "$(dirname "$0")/../.."
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAIL $1" >&2; exit 1; }

mkdir -p "$work/dist/assets" "$work/inc/server"
printf '<meta content="__ZHUN_NONCE__">' > "$work/dist/index.html"
printf 'let a = 1 // some text that gzip can make smaller smaller smaller smaller smaller\n' > "$work/dist/assets/index-AbC12_x.js"
touch "$work/dist/.done" # a build's mark is no page
printf '<svg/>' > "$work/dist/icon.svg"
cat > "$work/inc/server/assets.h" <<'H'
#include <stdbool.h>
#include <stddef.h>
typedef struct zh_asset { const char *path, *type, *etag; const unsigned char *bytes; size_t size; bool gzip, immutable; } zh_asset;
extern const zh_asset zh_assets[];
extern const size_t zh_assets_count;
H
cat > "$work/show.c" <<'C'
#include <stdio.h>
#include <string.h>
#include "server/assets.h"
int main(int argc, char **argv)
{
    for (size_t i = 0; i < zh_assets_count; i++) {
        const zh_asset *a = &zh_assets[i];
        if (argc > 1 && strcmp(argv[1], a->path) == 0) fwrite(a->bytes, 1, a->size, stdout);
        if (argc == 1) printf("%s|%s|%d|%d|%zu\n", a->path, a->type, a->gzip, a->immutable, strlen(a->etag));
    }
    return 0;
}
C
build() { $cc -Wall -Wextra -Werror -I "$work/inc" "$work/show.c" "$work/out/assets.c" "$work/out/assets.S" -o "$work/show"; }

sh tools/embed.sh "$work/dist" "$work/out"
build
[ "$("$work/show")" = "/assets/index-AbC12_x.js|text/javascript; charset=utf-8|1|1|18
/icon.svg|image/svg+xml|1|0|18
/index.html|text/html; charset=utf-8|0|0|0" ] || fail "the table: $("$work/show")"
"$work/show" /index.html | cmp - "$work/dist/index.html" || fail "the page is not plain"
"$work/show" /assets/index-AbC12_x.js | gzip -dc | cmp - "$work/dist/assets/index-AbC12_x.js" || fail "the script does not unpack"

cp -p "$work/out/assets.S" "$work/before.S"
touch -d '2001-01-01' "$work/out/assets.S" "$work/out/assets.c"
touch "$work/dist/icon.svg"
sh tools/embed.sh "$work/dist" "$work/out"
[ -z "$(find "$work/out" -name 'assets.[Sc]' -newer "$work/before.S")" ] || fail "an unchanged console was written again"
printf '<svg> </svg>' > "$work/dist/icon.svg"
sh tools/embed.sh "$work/dist" "$work/out"
cmp -s "$work/out/assets.S" "$work/before.S" && fail "changed content did not change assets.S"

if (printf x > "$work/dist/a b.txt" && sh tools/embed.sh "$work/dist" "$work/out") 2> "$work/said"; then fail "a name with a space was taken"; fi
grep -q 'rename it' "$work/said" || fail "the refusal does not say what to do"

rm -r "$work/dist"
sh tools/embed.sh "$work/dist" "$work/out"
build
[ "$("$work/show")" = "/index.html|text/html; charset=utf-8|0|0|0" ] || fail "without a console: $("$work/show")"
"$work/show" /index.html | grep -q 'npm run build' || fail "the plain page does not say how to build"
[ "$(find "$work/out" -name 'asset-*.bin' | wc -l)" -eq 1 ] || fail "old files are left"
echo "embed.sh: all as promised"
