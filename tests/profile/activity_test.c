/* Goal: the newest events of a customer, each as it was, in one order whatever order they came in; merges join them, in one
 *       table and across two; entries read back.
 * Method: random events against a sorted array of what was folded. */
#include "profile/briefs.h"
#include "profile/activity.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES = 5, ITEMS = 300, LINES = 3 };

typedef struct deed { /* what was folded, as a test remembers it */
    int64_t time_ms, value;
    uint64_t name, lines, origin, item[LINES]; /* origin 0: says none */
    int64_t price[LINES], quantity[LINES];
    uint64_t number;
} deed;

static zh_arena arena;

static zh_sv name_of(char *room, const char *what, uint64_t i)
{
    return (zh_sv){ room, (size_t)snprintf(room, 24, "%s %llu", what, (unsigned long long)i) };
}

static deed make(uint64_t *seed, uint64_t number, int64_t span)
{
    deed d = { .time_ms = 1300000000000 + (int64_t)(test_random(seed) % (uint64_t)span) * 60000, .name = test_random(seed) % NAMES,
               .lines = test_random(seed) % (LINES + 1), .origin = test_random(seed) % 4, .number = number };
    for (uint64_t i = 0; i < d.lines; i++) {
        d.item[i] = test_random(seed) % ITEMS;
        d.price[i] = test_random(seed) % 4 == 0 ? -1 : (int64_t)(test_random(seed) % 100000);
        d.quantity[i] = (int64_t)(test_random(seed) % 3);
        if (d.price[i] > 0) d.value += d.price[i] * d.quantity[i];
    }
    if (test_random(seed) % 3 == 0) d.value = (int64_t)(test_random(seed) % 1000) - 500;
    return d;
}

static void fold(zh_customers *c, uint64_t customer, const deed *d, uint32_t marks)
{
    char name[24], items[LINES][24], category[24];
    zh_line lines[LINES] = { 0 };
    for (uint64_t i = 0; i < d->lines; i++)
        lines[i] = (zh_line){ .item = { d->item[i] + 1 }, .item_text = name_of(items[i], "item", d->item[i]), .category = name_of(category, "kind", 7),
                              .price_minor = d->price[i], .quantity = d->quantity[i] };
    char context[64];
    const int context_size = d->origin == 0 ? 0 : snprintf(context, sizeof context, "{\"campaign\":{\"source\":\"s%llu\"}}", (unsigned long long)d->origin);
    const zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = d->time_ms, .key = { d->number, 1 },
                             .name = name_of(name, "event", d->name), .revenue_minor = d->value, .lines = lines, .lines_count = (uint32_t)d->lines, .context = { context, (size_t)context_size }, .marks = marks };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

static int newest_first(const void *left, const void *right)
{
    const deed *a = left, *b = right;
    return a->time_ms != b->time_ms ? (a->time_ms > b->time_ms ? -1 : 1) : 0;
}

static bool is_deed(const zh_terms *terms, zh_fact fact, const deed *d)
{
    char room[24];
    if (fact.time_ms != d->time_ms || zh_fact_value(&fact) != d->value || fact.lines_count != d->lines || fact.name == 0 ||
        fact.name != zh_terms_find(terms, name_of(room, "event", d->name))) return false;
    const int size = d->origin == 0 ? 0 : snprintf(room, sizeof room, "s%llu\x1f\x1f", (unsigned long long)d->origin);
    if (zh_fact_origin(&fact) != zh_terms_find(terms, (zh_sv){ room, (size_t)size }) || (d->origin != 0 && zh_fact_origin(&fact) == 0)) return false;
    zh_fact_line line;
    for (uint64_t i = 0; i < d->lines; i++) {
        CHECK(zh_fact_line_next(&fact, &line));
        if (line.price_minor != d->price[i] || line.quantity != d->quantity[i] || line.item != zh_terms_find(terms, name_of(room, "item", d->item[i]))) return false;
        CHECK(line.category == zh_terms_find(terms, name_of(room, "kind", 7)) && line.brand == 0);
    }
    CHECK(!zh_fact_line_next(&fact, &line));
    return true;
}

/* The same events in brief, from a moment on, and those of one bit of names. */
static void check_briefs(const zh_customer_state *state)
{
    static zh_fact_brief briefs[ZH_ACTIVITY_FACTS_MAX], some[ZH_ACTIVITY_FACTS_MAX];
    const uint32_t all = zh_customer_briefs(state, INT64_MIN, UINT64_MAX, briefs);
    zh_facts facts = zh_customer_facts(state);
    zh_fact fact;
    CHECK(all == zh_customer_facts_count(state));
    for (uint32_t i = 0; i < all; i++) {
        CHECK(zh_facts_next(&facts, &fact));
        zh_fact same = zh_brief_fact(&briefs[i]);
        CHECK(briefs[i].time_ms == fact.time_ms && briefs[i].name == fact.name && zh_brief_is(&briefs[i], &fact) && (i == 0 || !zh_brief_is(&briefs[i - 1], &fact)));
        CHECK(same.act == fact.act && same.time_ms == fact.time_ms && zh_fact_value(&same) == zh_fact_value(&fact) && same.lines_count == fact.lines_count);
        zh_fact_line a, b;
        while (zh_fact_line_next(&fact, &a)) CHECK(zh_fact_line_next(&same, &b) && a.item == b.item && a.price_minor == b.price_minor && a.quantity == b.quantity);
    }
    if (all == 0) return;
    const int64_t from_ms = briefs[all / 2].time_ms;
    const uint32_t bit = briefs[0].name % 64;
    uint32_t from = 0, of_bit = 0;
    while (from < all && briefs[from].time_ms >= from_ms) from++;
    CHECK(zh_customer_briefs(state, from_ms, UINT64_MAX, some) == from);
    for (uint32_t i = 0; i < from; i++) of_bit += briefs[i].name % 64 == bit;
    CHECK(zh_customer_briefs(state, from_ms, UINT64_C(1) << bit, some) == of_bit && of_bit > 0 && zh_customer_briefs(state, from_ms, 0, some) == 0);
}

/* Of those at one time the order is the table's own: each must be there once. */
static void check_facts(const zh_customers *c, uint64_t customer, deed *deeds, size_t count)
{
    const char *why = "";
    CHECK(zh_customers_check(c, &why));
    qsort(deeds, count, sizeof *deeds, newest_first);
    const zh_customer_state *state = zh_customers_get(c, (zh_customer_id){ customer });
    const size_t kept = count < ZH_ACTIVITY_FACTS_MAX ? count : ZH_ACTIVITY_FACTS_MAX;
    CHECK(zh_customer_facts_count(state) == kept);
    check_briefs(state);
    bool *used = calloc(count, 1);
    zh_facts facts = zh_customer_facts(state);
    zh_fact fact;
    size_t at = 0;
    for (; zh_facts_next(&facts, &fact); at++) {
        size_t from = at, match = count;
        while (from > 0 && deeds[from - 1].time_ms == deeds[at].time_ms) from--;
        for (size_t i = from; i < count && deeds[i].time_ms == deeds[at].time_ms && match == count; i++)
            if (!used[i] && is_deed(zh_customers_terms(c), fact, &deeds[i])) match = i;
        CHECK(match < count);
        used[match] = true;
    }
    CHECK(at == kept);
    free(used);
}

static zh_customers *open_table(void)
{
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    return c;
}

static void facts_are_the_newest_events(uint64_t seed, size_t count, int64_t span)
{
    deed *deeds = malloc(count * sizeof *deeds);
    zh_customers *c = open_table(), *other = open_table(), *shuffled = open_table();
    for (size_t i = 0; i < count; i++) {
        deeds[i] = make(&seed, i, span);
        if (i % 3 == 0) fold(other, 9, &deeds[i], 0); /* of another table, with other numbers of terms */
        else fold(c, 1 + i % 2, &deeds[i], 0);
        if (i % 50 == 0) fold(c, 1, &deeds[i], ZH_MARK_APART); /* kept apart: no fact */
    }
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_merge(c, (zh_customer_id){ 2 }, (zh_customer_id){ 1 }, &effects) == ZH_OK);
    CHECK(zh_customers_hand_over(other, (zh_customer_id){ 9 }, c, (zh_customer_id){ 1 }, &effects) == ZH_OK);
    zh_arena_reset(&arena);
    for (size_t i = count; i > 0; i--) {
        fold(shuffled, 1, &deeds[i - 1], 0);
        if ((i - 1) % 50 == 0) fold(shuffled, 1, &deeds[i - 1], ZH_MARK_APART);
    }
    uint64_t a, b;
    CHECK(zh_customer_hash(c, zh_customers_get(c, (zh_customer_id){ 1 }), &a) == ZH_OK);
    CHECK(zh_customer_hash(shuffled, zh_customers_get(shuffled, (zh_customer_id){ 1 }), &b) == ZH_OK);
    CHECK(a == b);
    check_facts(c, 1, deeds, count);
    check_facts(shuffled, 1, deeds, count);
    zh_customers_close(c);
    zh_customers_close(other);
    zh_customers_close(shuffled);
    free(deeds);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    arena = zh_arena_open((size_t)256 << 20);
    for (uint64_t i = 0; i < 10; i++) {
        facts_are_the_newest_events(seed * 100 + i, 1 + i * 17, 20);    /* many at one time */
        facts_are_the_newest_events(seed * 100 + i, 1 + i * 40, 500000);
    }
    facts_are_the_newest_events(seed, ZH_ACTIVITY_FACTS_MAX + 1500, 500000); /* more than are kept */
    zh_arena_close(&arena);
    return 0;
}
