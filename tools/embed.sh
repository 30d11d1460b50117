#!/bin/sh
# embed.sh DIST OUTDIR -- the built console as bytes of the executable.
#
# Writes OUTDIR/assets.S (the bytes, by .incbin), OUTDIR/assets.c (the table of server/assets.h) and the
# compressed files that assets.S names. Files are compressed with gzip -9, all but index.html: the server
# writes a nonce into that page for each answer, so it needs the plain text.
#
# Guarantees  the same DIST gives the same bytes of assets.c and of the object: order by name in the C
#             locale, no times, no names in the gzip header. An output that would not change is not
#             touched, so nothing is built again. assets.S names each file's hash, so a change of
#             content is a change of assets.S, which is all a build watches.
# Without DIST  the table holds one page that says how to build the console; the engine still builds.
set -eu

[ $# -eq 2 ] || { echo "usage: embed.sh DIST OUTDIR" >&2; exit 2; }
dist=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LC_ALL=C
export LC_ALL

if [ ! -f "$dist/index.html" ]; then
    dist=$work/plain
    mkdir "$dist"
    cat > "$dist/index.html" <<'PAGE'
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>zhun</title></head>
<body>
<h1>zhun 准</h1>
<p>The engine runs. Its console was not built into it: run <code>npm ci &amp;&amp; npm run build</code> in
<code>console/</code>, then build the engine again. The interface is described in
<a href="/openapi.json">/openapi.json</a>.</p>
<p lang="zh">引擎正在运行，但没有内置控制台。请在 <code>console/</code> 中执行
<code>npm ci &amp;&amp; npm run build</code>，然后重新构建引擎。</p>
</body>
</html>
PAGE
fi

type_of() {
    case $1 in
    *.html) echo "text/html; charset=utf-8" ;;
    *.js) echo "text/javascript; charset=utf-8" ;;
    *.css) echo "text/css; charset=utf-8" ;;
    *.svg) echo "image/svg+xml" ;;
    *.json) echo "application/json" ;;
    *.png) echo "image/png" ;;
    *.ico) echo "image/x-icon" ;;
    *.woff2) echo "font/woff2" ;;
    *.txt) echo "text/plain; charset=utf-8" ;;
    *) echo "application/octet-stream" ;;
    esac
}

# Replace $2 by $1 only where they differ.
settle() {
    if cmp -s "$1" "$2"; then rm "$1"; else mv "$1" "$2"; fi
}

{
    echo '/* Made by tools/embed.sh from the built console. Do not edit. */'
    printf '%s\n' '#ifdef __CET__' '#include <cet.h> /* there is no code here that a jump could miss */' '#endif'
    echo '    .section .rodata'
} > "$work/assets.S"
: > "$work/externs"
: > "$work/rows"

number=0
(cd "$dist" && find . -type f ! -name '.*' | sed 's,^\./,,' | sort) > "$work/list"
while IFS= read -r path; do
    case $path in
    *[!A-Za-z0-9._/-]*) echo "embed.sh: $path: rename it; only letters, digits and ._- are served" >&2; exit 1 ;;
    esac
    kept=asset-$number.bin
    gzip=false
    etag=
    immutable=false
    if [ "$path" = index.html ]; then
        cp "$dist/$path" "$work/$kept"
    else
        gzip -9 -n -c "$dist/$path" > "$work/$kept"
        gzip=true
        etag='\"'$(sha256sum "$work/$kept" | cut -c1-16)'\"'
    fi
    case $path in assets/*) immutable=true ;; esac # vite puts a hash into each of these names
    size=$(wc -c < "$work/$kept" | tr -d ' ')
    {
        echo "    /* /$path $(sha256sum "$work/$kept" | cut -c1-64) */"
        echo "    .balign 16"
        echo "    .globl zh_asset_bytes_$number"
        echo "zh_asset_bytes_$number:"
        echo "    .incbin \"$out/$kept\""
    } >> "$work/assets.S"
    echo "extern const unsigned char zh_asset_bytes_${number}[];" >> "$work/externs"
    echo "    { \"/$path\", \"$(type_of "$path")\", \"$etag\", zh_asset_bytes_$number, $size, $gzip, $immutable }," >> "$work/rows"
    settle "$work/$kept" "$out/$kept"
    number=$((number + 1))
done < "$work/list"
echo '    .section .note.GNU-stack,"",%progbits' >> "$work/assets.S"

{
    echo '/* Made by tools/embed.sh from the built console. Do not edit. */'
    echo '#include "server/assets.h"'
    echo
    cat "$work/externs"
    echo
    echo 'const zh_asset zh_assets[] = {'
    cat "$work/rows"
    echo '};'
    echo "const size_t zh_assets_count = $number;"
} > "$work/assets.c"
settle "$work/assets.S" "$out/assets.S"
settle "$work/assets.c" "$out/assets.c"

# What an earlier, larger console left behind.
for old in "$out"/asset-*.bin; do
    at=${old##*/asset-}
    if [ "${at%.bin}" != '*' ] && [ "${at%.bin}" -ge "$number" ]; then rm -f "$old"; fi
done
