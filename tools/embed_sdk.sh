#!/bin/sh
# embed_sdk.sh SOURCE OUTDIR [ESBUILD] -- the browser SDK as bytes of the executable: plain, gzip, and a tag.
#
# ESBUILD (it comes with vite, in console/node_modules) makes it small; where it is not there, the source itself
# is served. OUTDIR gets zhun.min.js, zhun.min.js.gz and sdk.S that names both.
#
# Guarantees  the same SOURCE and the same ESBUILD give the same bytes: no times, no names in the gzip header.
#             sdk.S names the hash of what it was made of; where that is unchanged nothing is touched, so
#             nothing is built again.
set -eu
[ $# -eq 2 ] || [ $# -eq 3 ] || { echo "usage: embed_sdk.sh SOURCE OUTDIR [ESBUILD]" >&2; exit 2; }
source=$1
esbuild=${3:-}
mkdir -p "$2"
out=$(cd "$2" && pwd)
tool=none
if [ -n "$esbuild" ] && [ -x "$esbuild" ]; then tool=$("$esbuild" --version 2>/dev/null) || tool=none; fi
made_of="$(sha256sum < "$source" | cut -c1-64) esbuild $tool, form 2"
if [ -f "$out/sdk.S" ] && [ -f "$out/zhun.min.js.gz" ] && grep -qF "$made_of" "$out/sdk.S"; then exit 0; fi

if [ "$tool" != none ]; then
    "$esbuild" --minify --target=es2018 --charset=utf8 --legal-comments=none --log-level=error < "$source" > "$out/zhun.min.js"
else
    cp "$source" "$out/zhun.min.js"
fi
gzip -9 -n -c "$out/zhun.min.js" > "$out/zhun.min.js.gz"
cat > "$out/sdk.S" <<ASM
/* Made by tools/embed_sdk.sh. Do not edit. */
/* $made_of */
#ifdef __CET__
#include <cet.h> /* there is no code here that a jump could miss */
#endif
    .section .rodata
    .globl zh_sdk_plain_bytes
    .globl zh_sdk_plain_end
zh_sdk_plain_bytes:
    .incbin "$out/zhun.min.js"
zh_sdk_plain_end:
    .globl zh_sdk_gzip_bytes
    .globl zh_sdk_gzip_end
zh_sdk_gzip_bytes:
    .incbin "$out/zhun.min.js.gz"
zh_sdk_gzip_end:
    .globl zh_sdk_tag
zh_sdk_tag:
    .asciz "$(sha256sum < "$out/zhun.min.js" | cut -c1-16)"
    .section .note.GNU-stack,"",%progbits
ASM
