#!/bin/sh
# embed_one.sh NAME FILE OUT.S -- one file as the bytes NAME_bytes .. NAME_end of the executable.
set -eu
[ $# -eq 3 ] || { echo "usage: embed_one.sh NAME FILE OUT.S" >&2; exit 2; }
file=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
cat > "$3" <<ASM
/* Made by tools/embed_one.sh. Do not edit. */
#ifdef __CET__
#include <cet.h> /* there is no code here that a jump could miss */
#endif
    .section .rodata
    .globl $1_bytes
    .globl $1_end
$1_bytes:
    .incbin "$file"
$1_end:
    .section .note.GNU-stack,"",%progbits
ASM
