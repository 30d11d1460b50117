#!/bin/sh
# Goal: permits.awk accepts code that asks for a permit before it opens what is sealed, and names each way of not asking.
# Method: one function a row, in a small tree with a list of its own; the reason it must give, or none.
# Usage: run from the root of the project.
set -eu
tools=$PWD/tools
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p src/engine

cat > list <<'END'
# a comment
raw open_raw
raw near src/engine/other.c
asks open_asking
free src/engine/noun.c excused it opens nothing of anybody
END
# What is free must be used, or it is a finding of its own.
excuse='static int excused(void) { return open_raw(); }'

judge() { awk -f "$tools/permits.awk" list src/engine/noun.c; }

while IFS='|' read -r name code reason; do
    printf '%b\n%s\n' "$code" "$excuse" > src/engine/noun.c
    if got=$(judge); then ok=1; else ok=0; fi
    if [ -z "$reason" ]; then
        [ $ok -eq 1 ] || { echo "rejected: $name: $got"; exit 1; }
        continue
    fi
    [ $ok -eq 0 ] || { echo "accepted: $name"; exit 1; }
    case $got in *"$reason"*) ;; *) echo "$name: expected '$reason', got: $got"; exit 1 ;; esac
    [ "$(printf '%s\n' "$got" | wc -l)" -eq 1 ] || { echo "$name: more than one finding: $got"; exit 1; }
done <<'ROWS'
nothing is opened|int f(void)\n{\n    return other();\n}|
a checked permit|int f(const zh_permit *p)\n{\n    if (!zh_permit_covers(p, 1)) return 1;\n    return open_raw();\n}|
a permit that is handed on|int f(int a,\n    const zh_permit *p)\n{\n    return open_asking(a, p);\n}|
a permit that is asked for|int f(void)\n{\n    zh_permit permit;\n    if (ask(&permit)) return open_asking(&permit);\n}|
a name in a comment|int f(void)\n{\n    /* open_raw(x) */\n    return 0;\n}|
a declaration|int open_raw(int a,\n    int b);|
raw elsewhere only|int f(void)\n{\n    return near();\n}|
raw without a permit|int f(void)\n{\n    return open_raw();\n}|f opens what is sealed by open_raw and checks no permit
a permit that is not checked|int f(const zh_permit *p)\n{\n    return open_raw();\n}|f opens what is sealed by open_raw and checks no permit
checked afterwards|int f(const zh_permit *p)\n{\n    open_raw();\n    return zh_permit_covers(p, 1);\n}|f opens what is sealed by open_raw and checks no permit
checked in a comment|int f(const zh_permit *p)\n{\n    /* zh_permit_covers(p, 1) */\n    return open_raw();\n}|f opens what is sealed by open_raw and checks no permit
asking without a permit|int f(void)\n{\n    return open_asking(0);\n}|f opens what is sealed by open_asking and has no permit
a permit of the function before|int g(const zh_permit *p)\n{\n    return open_asking(p);\n}\n\nint f(void)\n{\n    return open_asking(0);\n}|f opens what is sealed by open_asking and has no permit
a permit of a type before|typedef struct one { int permit; } one;\nint f(void)\n{\n    return open_asking(0);\n}|f opens what is sealed by open_asking and has no permit
in one line|int f(void) { return open_raw(); }|f opens what is sealed by open_raw and checks no permit
ROWS

printf 'int f(void)\n{\n    return 0;\n}\n' > src/engine/noun.c
case $(judge || true) in *"is free and opens nothing"*) ;; *) echo "a stale line was accepted"; exit 1 ;; esac
printf 'free src/engine/noun.c bare\n' >> list
case $(judge || true) in *"free with a reason"*) ;; *) echo "a line without a reason was accepted"; exit 1 ;; esac
if awk -f "$tools/permits.awk" list > /dev/null; then echo "no source file was accepted"; exit 1; fi
echo "permits_test: fine"
