/* liquid_filter.h -- the filters by name, with how many arguments each takes. */
#ifndef ZH_LANG_LIQUID_FILTER_H
#define ZH_LANG_LIQUID_FILTER_H
#include "lang/liquid_value.h"

#define ZH_LIQUID_ARGUMENTS_MAX 16 /* by place, of one filter; the longest takes 2 */

struct zh_liquid_run;
/* What a filter is given: the value and `count` arguments, at least `least` and at most `most` of its table row. */
typedef struct zh_liquid_given {
    zh_liquid_value in;
    zh_liquid_value args[ZH_LIQUID_ARGUMENTS_MAX];
    uint32_t count;
    bool allow_false; /* allow_false: true; of default */
} zh_liquid_given;

typedef struct zh_liquid_filter {
    const char *name;
    uint8_t least, most;
    zh_liquid_value (*run)(struct zh_liquid_run *run, const zh_liquid_given *given);
} zh_liquid_filter;

const zh_liquid_filter *zh_liquid_filter_of(zh_sv name); /* NULL: no such filter */
/* The filters of all files, in the order of their names; for documents and tests. */
const zh_liquid_filter *zh_liquid_filter_at(size_t index); /* NULL behind the last */

/* One function a filter. liquid_letters.c, liquid_text.c, liquid_escape.c, liquid_list.c, liquid_pick.c, liquid_date.c, liquid_filter.c */
#define ZH_LIQUID_FILTERS(X)                                                                                                                          \
    X(abs, 0, 0) X(append, 1, 1) X(at_least, 1, 1) X(at_most, 1, 1) X(base64_decode, 0, 0) X(base64_encode, 0, 0) X(base64_url_safe_decode, 0, 0)     \
    X(base64_url_safe_encode, 0, 0) X(capitalize, 0, 0) X(ceil, 0, 0) X(compact, 0, 1) X(concat, 1, 1) X(date, 1, 1) X(default, 0, 1)                 \
    X(divided_by, 1, 1) X(downcase, 0, 0) X(escape, 0, 0) X(escape_once, 0, 0) X(find, 1, 2) X(find_index, 1, 2) X(first, 0, 0) X(floor, 0, 0)        \
    X(h, 0, 0) X(has, 1, 2) X(join, 0, 1) X(json, 0, 0) X(last, 0, 0) X(lstrip, 0, 0) X(map, 1, 1) X(minus, 1, 1) X(modulo, 1, 1) X(money, 0, 0)      \
    X(newline_to_br, 0, 0) X(plus, 1, 1) X(prepend, 1, 1) X(raw, 0, 0) X(reject, 1, 2) X(remove, 1, 1) X(remove_first, 1, 1) X(remove_last, 1, 1)     \
    X(replace, 1, 2) X(replace_first, 1, 2) X(replace_last, 2, 2) X(reverse, 0, 0) X(round, 0, 1) X(rstrip, 0, 0) X(size, 0, 0) X(slice, 1, 2)         \
    X(sort, 0, 1) X(sort_natural, 0, 1) X(split, 1, 1) X(squish, 0, 0) X(strip, 0, 0) X(strip_html, 0, 0) X(strip_newlines, 0, 0) X(sum, 0, 1)         \
    X(times, 1, 1) X(truncate, 0, 2) X(truncatewords, 0, 2) X(uniq, 0, 1) X(upcase, 0, 0) X(url_decode, 0, 0) X(url_encode, 0, 0) X(where, 1, 2)

#define X(name, least, most) zh_liquid_value zh_liquid_f_##name(struct zh_liquid_run *run, const zh_liquid_given *given);
ZH_LIQUID_FILTERS(X)
#undef X

#endif
