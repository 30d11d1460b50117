#!/bin/sh
# Goal: what embed_sdk.sh makes holds the right bytes, is the same at every run, and works without npm.
# Method: a planted script and a planted esbuild that only takes blanks away; a program that prints the bytes.
set -eu
cd "$(dirname "$0")/../.."
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAIL $1" >&2; exit 1; }

printf 'let a   =   1 // some text that gzip can make smaller smaller smaller smaller smaller\n' > "$work/zhun.js"
cat > "$work/esbuild" <<'SH'
#!/bin/sh
if [ "$1" = --version ]; then echo 9.9.9; else tr -d ' '; fi
SH
chmod +x "$work/esbuild"
cat > "$work/show.c" <<'C'
#include <stdio.h>
extern const char zh_sdk_plain_bytes[], zh_sdk_plain_end[], zh_sdk_gzip_bytes[], zh_sdk_gzip_end[], zh_sdk_tag[];
int main(int argc, char **argv)
{
    (void)argv;
    if (argc == 1) fwrite(zh_sdk_plain_bytes, 1, (size_t)(zh_sdk_plain_end - zh_sdk_plain_bytes), stdout);
    if (argc == 2) fwrite(zh_sdk_gzip_bytes, 1, (size_t)(zh_sdk_gzip_end - zh_sdk_gzip_bytes), stdout);
    if (argc == 3) puts(zh_sdk_tag);
    return 0;
}
C
build() { $cc -Wall -Wextra -Werror "$work/show.c" "$work/out/sdk.S" -o "$work/show"; }

sh tools/embed_sdk.sh "$work/zhun.js" "$work/out" "$work/esbuild"
build
[ "$("$work/show")" = 'leta=1//sometextthatgzipcanmakesmallersmallersmallersmallersmaller' ] || fail "not made small: $("$work/show")"
"$work/show" gzip | gzip -dc > "$work/unpacked"
"$work/show" | cmp - "$work/unpacked" || fail "the two encodings differ"
[ "$("$work/show" a tag | wc -c)" -eq 17 ] || fail "the tag: $("$work/show" a tag)"
tag=$("$work/show" a tag)

cp -p "$work/out/sdk.S" "$work/before.S"
touch -d '2001-01-01' "$work/out/sdk.S"
touch "$work/zhun.js"
sh tools/embed_sdk.sh "$work/zhun.js" "$work/out" "$work/esbuild"
[ -z "$(find "$work/out" -name sdk.S -newer "$work/before.S")" ] || fail "an unchanged script was written again"
rm -r "$work/out"
sh tools/embed_sdk.sh "$work/zhun.js" "$work/out" "$work/esbuild"
cmp "$work/out/sdk.S" "$work/before.S" || fail "two runs differ"

sh tools/embed_sdk.sh "$work/zhun.js" "$work/out" "$work/nowhere"
build
"$work/show" | cmp - "$work/zhun.js" || fail "without esbuild the source is not served"
[ "$("$work/show" a tag)" != "$tag" ] || fail "another script has the same tag"
echo 'changed' >> "$work/zhun.js"
sh tools/embed_sdk.sh "$work/zhun.js" "$work/out"
build
"$work/show" | cmp - "$work/zhun.js" || fail "a change is not seen"
