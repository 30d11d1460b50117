# permits.awk -- fail where sealed bytes are opened without a permit. What opens, and who is free, stands in PERMITS.
# usage: awk -f tools/permits.awk PERMITS $(find src -name '*.c')
# It reads the house's own layout: a function's head begins in the first column, its body ends with "}" there.
FNR == NR {
    if ($1 == "raw") raw[$2] = $3
    else if ($1 == "asks") asks[$2] = 1
    else if ($1 == "free" && NF > 3) free[$2 " " $3] = 1
    else if ($0 !~ /^#/ && NF > 0) { bad = 1; print FILENAME ":" FNR ": not raw, asks, or free with a reason: " $0 }
    next
}
FNR == 1 { files++; head = ""; body = ""; name = ""; comment = 0 }
{
    line = $0
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
    if (comment) { if (!sub(/^.*\*\//, "", line)) next; comment = 0 }
    if (sub(/\/\*.*$/, "", line)) comment = 1
    sub(/\/\/.*$/, "", line)
}
line ~ /^}/ { head = ""; body = ""; name = ""; next }
line ~ /^[a-zA-Z]/ && body == "" {
    head = line; name = ""; short = line ~ /{.*}/ # a function or a type in one line
    if (match(line, /[a-zA-Z_0-9]+\(/)) name = substr(line, RSTART, RLENGTH - 1)
    if (line ~ /;[ \t]*$/ && line !~ /{/) { head = ""; name = "" }
    if (line !~ /{/) next
    sub(/^[^{]*/, "", line)
}
head != "" && body == "" && line !~ /^{/ { head = head " " line; if (line ~ /;[ \t]*$/) head = ""; next }
head != "" {
    body = body " " line
    rest = line
    while (match(rest, /[a-zA-Z_0-9]+\(/)) {
        called = substr(rest, RSTART, RLENGTH - 1); rest = substr(rest, RSTART + RLENGTH)
        why = ""
        if (called in asks && head !~ /zh_permit/ && body !~ /permit/) why = "opens what is sealed by " called " and has no permit"
        if (called in raw && (raw[called] == "" || index(FILENAME, raw[called]) > 0)) {
            at = FILENAME; sub(/^.*src\//, "src/", at)
            if ((at " " name) in free) used[at " " name] = 1
            else if (body !~ /zh_permit_(covers|allows)\(/) why = "opens what is sealed by " called " and checks no permit: check one, or say in PERMITS why it is free"
        }
        if (why != "") { bad = 1; print FILENAME ":" FNR ": " name " " why }
    }
    if (short) { head = ""; body = ""; name = ""; short = 0 }
}
END {
    if (files == 0) { bad = 1; print "permits.awk: no source file was given" }
    for (one in free) if (!(one in used)) { bad = 1; print "PERMITS: " one " is free and opens nothing: take the line away" }
    exit bad + 0
}
