/* analyze_baskets.c -- `zhun analyze itemsets` and `rules`: one basket a line. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "measure/itemsets.h"
#include "model/names.h"

#include <math.h>
#include <stdlib.h>

#define TOP_ITEMS 10
#define LIST_MAX 100000 /* sets or rules written out */

typedef struct shop {
    zh_buf items, from; /* of zh_baskets */
    zh_baskets baskets;
    zh_names names;
    uint64_t *counts;   /* [items]: baskets an item is in */
} shop;

/* ---- reading ---- */

typedef struct line {
    uint32_t *seen; /* by item: the basket it was last in, so that a repeated item counts once */
    size_t seen_size;
} line;

static void add_item(zh_analyze *job, shop *s, line *l, zh_sv name, uint32_t basket)
{
    uint32_t item;
    name = zh_sv_trim(name);
    if (name.size >= 2 && name.data[0] == '"' && name.data[name.size - 1] == '"') name = zh_sv_part(name, 1, name.size - 2);
    if (name.size == 0 || job->failed != ZH_OK) return;
    const zh_err e = zh_names_add(&s->names, name, &item);
    if (e != ZH_OK) {
        zh_analyze_fail(job, e, "basket %u: an item's name is over %d bytes, or there are too many: look at the separator", basket, ZH_NAMES_BYTES_MAX);
        return;
    }
    if (item >= l->seen_size) {
        const size_t size = l->seen_size == 0 ? 1024 : 2 * l->seen_size;
        uint32_t *seen = ZH_ROOM(job, uint32_t, size);
        if (seen == NULL) return;
        if (l->seen_size > 0) memcpy(seen, l->seen, l->seen_size * sizeof *seen);
        l->seen = seen, l->seen_size = size;
    }
    if (l->seen[item] == basket) return;
    l->seen[item] = basket;
    zh_buf_put_u32(&s->items, item);
}

static void read_line(zh_analyze *job, shop *s, line *l, zh_sv text, char separator, uint32_t basket)
{
    size_t at = 0;
    while (at < text.size) {
        const size_t from = at;
        while (at < text.size && (separator == ' ' ? (unsigned char)text.data[at] > ' ' : text.data[at] != separator)) at++;
        add_item(job, s, l, zh_sv_part(text, from, at - from), basket);
        at++;
    }
}

static char separator_of(zh_analyze *job, zh_sv text)
{
    const zh_sv given = zh_spec_text(job, "separator", "");
    if (given.size == 1) return given.data[0];
    if (given.size > 1) zh_analyze_fail(job, ZH_RANGE, "'separator' is one character: give one, like ,");
    static const char marks[] = ",;\t|";
    for (size_t i = 0; i < sizeof marks - 1; i++)
        if (text.size > 0 && memchr(text.data, marks[i], text.size < 65536 ? text.size : 65536) != NULL) return marks[i];
    return ' ';
}

static void read_shop(zh_analyze *job, shop *s)
{
    const zh_sv path = zh_spec_file(job, "file"), text = zh_table_text(job, path);
    line l = { 0 };
    uint64_t baskets = 0;
    if (job->failed != ZH_OK) return;
    const char separator = separator_of(job, text);
    for (size_t at = 0; at < text.size && job->failed == ZH_OK;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        const size_t stop = end == NULL ? text.size : (size_t)(end - text.data);
        const zh_sv row = zh_sv_trim(zh_sv_part(text, at, stop - at));
        at = stop + 1;
        if (row.size == 0) continue;
        zh_buf_put_u64(&s->from, s->items.size / sizeof(uint32_t));
        if (++baskets >= UINT32_MAX) zh_analyze_fail(job, ZH_FULL, "%.*s has over four billion baskets: analyse a part of it", ZH_SV_ARG(path));
        read_line(job, s, &l, row, separator, (uint32_t)baskets);
    }
    zh_buf_put_u64(&s->from, s->items.size / sizeof(uint32_t));
    if (job->failed == ZH_OK && baskets == 0) zh_analyze_fail(job, ZH_ABSENT, "%.*s is empty: give a file with one basket a line", ZH_SV_ARG(path));
    if (job->failed == ZH_OK && (zh_buf_err(&s->items) != ZH_OK || zh_buf_err(&s->from) != ZH_OK)) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
    s->baskets = (zh_baskets){ (const uint32_t *)(const void *)s->items.data, (const uint64_t *)(const void *)s->from.data, baskets, zh_names_count(&s->names) };
    s->counts = ZH_ROOM(job, uint64_t, s->baskets.items_count);
    for (size_t i = 0; job->failed == ZH_OK && i < s->items.size / sizeof(uint32_t); i++) s->counts[s->baskets.items[i]]++;
}

/* ---- answers ---- */

static void put_totals(zh_analyze *job, const shop *s)
{
    zh_put_key_count(job->out, "baskets", s->baskets.count);
    zh_put_key_count(job->out, "items", s->baskets.items_count);
    zh_put_key_count(job->out, "cells", s->items.size / sizeof(uint32_t));
    zh_put_key(job->out, "top_items");
    zh_json_out_object(job->out);
    uint64_t last = UINT64_MAX;
    uint32_t last_item = 0;
    for (int shown = 0; shown < TOP_ITEMS; shown++) { /* the next below (count, item) */
        uint32_t best = UINT32_MAX;
        for (uint32_t i = 0; i < s->baskets.items_count; i++)
            if ((s->counts[i] < last || (s->counts[i] == last && i > last_item)) && (best == UINT32_MAX || s->counts[i] > s->counts[best])) best = i;
        if (best == UINT32_MAX) break;
        zh_json_out_key(job->out, zh_names_at(&s->names, best));
        zh_json_out_uint(job->out, s->counts[best]);
        last = s->counts[best], last_item = best;
    }
    zh_json_out_end(job->out);
}

static void put_lengths(zh_analyze *job, const char *key, const uint64_t lengths[ZH_ITEMSET_LENGTH_MAX + 1])
{
    char text[16];
    zh_put_key(job->out, key);
    zh_json_out_object(job->out);
    for (uint32_t i = 1; i <= ZH_ITEMSET_LENGTH_MAX; i++) {
        if (lengths[i] == 0) continue;
        snprintf(text, sizeof text, "%u", i);
        zh_put_key_count(job->out, text, lengths[i]);
    }
    zh_json_out_end(job->out);
}

static int by_name(const void *a, const void *b, void *names)
{
    return zh_sv_compare(zh_names_at(names, *(const uint32_t *)a), zh_names_at(names, *(const uint32_t *)b));
}

/* The names of a set in order, but for `without`. */
static void put_names(zh_analyze *job, const shop *s, const uint32_t *items, uint32_t length, uint32_t without)
{
    uint32_t sorted[ZH_ITEMSET_LENGTH_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < length; i++)
        if (items[i] != without) sorted[count++] = items[i];
    qsort_r(sorted, count, sizeof *sorted, by_name, (void *)(uintptr_t)&s->names);
    zh_json_out_array(job->out);
    for (uint32_t i = 0; i < count; i++) zh_json_out_text(job->out, zh_names_at(&s->names, sorted[i]));
    zh_json_out_end(job->out);
}

static void put_rule(zh_analyze *job, const shop *s, const zh_itemsets *sets, const zh_association *r)
{
    const zh_itemset *set = zh_itemsets_at(sets, r->set);
    zh_json_out_object(job->out);
    zh_put_key(job->out, "lhs");
    put_names(job, s, zh_itemsets_items(sets, set), set->length, r->right);
    zh_put_key_text(job->out, "rhs", zh_names_at(&s->names, r->right));
    zh_put_key_real(job->out, "support", r->support);
    zh_put_key_real(job->out, "confidence", r->confidence);
    zh_put_key_real(job->out, "lift", r->lift);
    zh_json_out_end(job->out);
}

static int by_lift(const void *a, const void *b)
{
    const zh_association *p = a, *q = b;
    if (p->lift != q->lift) return p->lift > q->lift ? -1 : 1;
    if (p->confidence != q->confidence) return p->confidence > q->confidence ? -1 : 1;
    if (p->set != q->set) return p->set < q->set ? -1 : 1;
    return (p->right > q->right) - (p->right < q->right);
}

static void put_rules(zh_analyze *job, const shop *s, const zh_itemsets *sets, double confidence, bool whole)
{
    const int64_t shortest = zh_spec_count(job, "min_length", 2, ZH_ITEMSET_LENGTH_MAX, 2), list = zh_spec_count(job, "list", 0, LIST_MAX, 10);
    uint64_t lengths[ZH_ITEMSET_LENGTH_MAX + 1] = { 0 }, found = 0, empty = 0;
    zh_buf kept = zh_buf_open(ZH_ITEMSETS_BYTES_MAX);
    for (size_t i = 0; job->failed == ZH_OK && i < sets->count; i++) {
        const zh_itemset *set = zh_itemsets_at(sets, i);
        if (set->length == 1) empty += (double)set->count / (double)s->baskets.count >= confidence;
        for (uint32_t place = 0; set->length >= shortest && place < set->length; place++) {
            const zh_association r = zh_itemsets_rule(sets, i, place, s->baskets.count);
            if (!(r.confidence >= confidence)) continue;
            lengths[set->length]++, found++;
            if (whole) zh_buf_put(&kept, (zh_sv){ (const char *)&r, sizeof r });
        }
    }
    if (job->failed == ZH_OK && zh_buf_err(&kept) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "too many rules for this machine's memory: raise 'min_confidence'");
    zh_put_key_count(job->out, whole ? "rules" : "rules_single_consequent", found);
    if (whole && job->failed == ZH_OK) {
        zh_association *rules = (zh_association *)(void *)kept.data;
        put_lengths(job, "rules_by_len", lengths);
        zh_put_key_count(job->out, "empty_lhs_rules_if_minlen_1", empty);
        if (found > 0) {
            qsort(rules, found, sizeof *rules, by_lift);
            zh_put_key(job->out, "top_lift");
            put_rule(job, s, sets, &rules[0]);
        }
        zh_put_key(job->out, "list");
        zh_json_out_array(job->out);
        for (uint64_t i = 0; i < found && i < (uint64_t)list; i++) put_rule(job, s, sets, &rules[i]);
        zh_json_out_end(job->out);
    }
    zh_buf_close(&kept);
}

static int by_support(const void *a, const void *b, void *context)
{
    const zh_itemset *p = zh_itemsets_at(context, *(const size_t *)a), *q = zh_itemsets_at(context, *(const size_t *)b);
    if (p->count != q->count) return p->count > q->count ? -1 : 1;
    return (p->from > q->from) - (p->from < q->from);
}

/* The most frequent sets of two items and more. */
static void put_sets(zh_analyze *job, const shop *s, zh_itemsets *sets)
{
    const int64_t list = zh_spec_count(job, "list", 0, LIST_MAX, 10);
    size_t *order = ZH_ROOM(job, size_t, sets->count), count = 0;
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < sets->count; i++)
        if (zh_itemsets_at(sets, i)->length >= 2) order[count++] = i;
    qsort_r(order, count, sizeof *order, by_support, sets);
    zh_put_key(job->out, "list");
    zh_json_out_array(job->out);
    for (size_t i = 0; i < count && i < (size_t)list; i++) {
        const zh_itemset *set = zh_itemsets_at(sets, order[i]);
        zh_json_out_object(job->out);
        zh_put_key_count(job->out, "count", set->count);
        zh_put_key_real(job->out, "support", (double)set->count / (double)s->baskets.count);
        zh_put_key(job->out, "items");
        put_names(job, s, zh_itemsets_items(sets, set), set->length, UINT32_MAX);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

static void answer(zh_analyze *job, const shop *s, bool rules)
{
    const double support = zh_spec_real(job, "min_support", 1e-12, 1, ZH_REQUIRED), confidence = zh_spec_real(job, "min_confidence", 0, 1, rules ? ZH_REQUIRED : -1);
    const uint32_t longest = (uint32_t)zh_spec_count(job, "max_length", 1, ZH_ITEMSET_LENGTH_MAX, ZH_ITEMSET_LENGTH_MAX);
    if (zh_spec_count(job, "max_consequent", 1, 64, 1) != 1) zh_analyze_fail(job, ZH_RANGE, "'max_consequent' is not 1: rules here have one item on the right");
    if (job->failed != ZH_OK) return;
    zh_itemsets sets;
    const uint64_t least = (uint64_t)fmax(1, ceil(support * (double)s->baskets.count * (1 - 1e-12)));
    uint64_t lengths[ZH_ITEMSET_LENGTH_MAX + 1] = { 0 };
    zh_err e = zh_itemsets_find(&sets, job->arena, &s->baskets, least, longest);
    if (e == ZH_OK) e = zh_itemsets_index(&sets);
    if (e == ZH_FULL) zh_analyze_fail(job, ZH_FULL, "over %zu frequent sets: raise 'min_support' or give 'max_length'", ZH_ITEMSETS_MAX);
    else if (e != ZH_OK) zh_analyze_fail(job, e, "out of memory: raise 'min_support' or give 'max_length'");
    else {
        for (size_t i = 0; i < sets.count; i++) lengths[zh_itemsets_at(&sets, i)->length]++;
        zh_put_key_count(job->out, "mincount", least);
        zh_put_key_count(job->out, "itemsets", sets.count);
        put_lengths(job, "by_len", lengths);
        if (rules || confidence >= 0) put_rules(job, s, &sets, confidence, rules);
        if (!rules) put_sets(job, s, &sets);
    }
    zh_itemsets_close(&sets);
}

static void analyze(zh_analyze *job, bool rules)
{
    shop s = { .items = zh_buf_open(ZH_ANALYZE_BYTES_MAX), .from = zh_buf_open(ZH_ANALYZE_BYTES_MAX), .names = zh_names_open() };
    read_shop(job, &s);
    if (job->failed == ZH_OK) put_totals(job, &s);
    if (job->failed == ZH_OK && (zh_spec_has(job, "min_support") || zh_spec_has(job, "min_confidence"))) answer(job, &s, rules);
    zh_buf_close(&s.items);
    zh_buf_close(&s.from);
    zh_names_close(&s.names);
}

void zh_analyze_rules(zh_analyze *job)
{
    analyze(job, true);
}

void zh_analyze_itemsets(zh_analyze *job)
{
    analyze(job, false);
}
