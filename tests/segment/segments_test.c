/* Goal: at every moment those are in a kept segment for whom its expression holds, whatever happened in whatever order.
 * Method: random events, traits, choices, merges, definitions and clocks; after each, every customer is asked every expression anew. Saved and
 * loaded in between, the view goes on as if nothing had been. */
#include "segment/segments.h"
#include "base/time.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

enum { CUSTOMERS = 9, STEPS = 260, KEPT = 7 };
#define T0 1700000000000

static const char *const names[] = { "Product Viewed", "Order Completed", "Signed Up" };
static const char *const kinds[] = { "tea", "shoes", "" };
static const char *const brands[] = { "x", "y", "" };

typedef struct shop {
    zh_customers *customers;
    zh_consents *consents;
    zh_tags *tags, *lists;
    bool bound[2];      /* the tag t<i> follows the segment s<i> */
    zh_segments *segments;
    char *texts[KEPT];  /* what is defined; NULL: nothing */
    int64_t now_ms;
    uint64_t seed, events;
} shop;

static zh_arena arena, scratch, programs;
static zh_cel_env *env;
static zh_json *json;

static uint64_t chance(shop *s, uint64_t n) { return test_random(&s->seed) % n; }

static zh_segments_desc desc_of(const shop *s)
{
    return (zh_segments_desc){ s->customers, { .terms = zh_customers_terms(s->customers), .consents = s->consents, .tags = s->tags, .lists = s->lists, .workspace = ZH_WORKSPACE_DEFAULT } };
}

/* ---- expressions ---- */

static void put_clause(shop *s, zh_buf *out)
{
    const unsigned days = 1 + (unsigned)chance(s, 20), n = (unsigned)chance(s, 4);
    const char *name = names[chance(s, 3)], *kind = kinds[chance(s, 2)], *brand = brands[chance(s, 2)];
    switch (chance(s, 21)) {
    case 17: zh_buf_printf(out, "customer.has_tag('t%u')", n); break;
    case 18: zh_buf_printf(out, "customer.tags.size() > %u", n); break;
    case 19: zh_buf_printf(out, "customer.in_list('l%u')", n % 2); break;
    case 20: zh_buf_printf(out, "customer.has_tag('t%u') && customer.did('%s', days(%u))", n, name, days); break;
    case 0: zh_buf_printf(out, "customer.events('%s').count(days(%u)) >= %u", name, days, n); break;
    case 1: zh_buf_printf(out, "customer.events('%s').where(e, e.category == '%s').count(hours(%u)) >= %u", name, kind, days * 9, n); break;
    case 2: zh_buf_printf(out, "!customer.did('%s', days(%u))", name, days); break;
    case 3: zh_buf_printf(out, "customer.orders.count(days(%u)) > %u", days, n); break;
    case 4: zh_buf_printf(out, "customer.orders.revenue(days(%u)) > %u.0", days, 40 * n); break;
    case 5: zh_buf_printf(out, "customer.last_seen < now - days(%u)", days); break;
    case 6: zh_buf_printf(out, "customer.traits.city == 'c%u'", n); break;
    case 7: zh_buf_printf(out, "customer.consent.email"); break;
    case 8: zh_buf_printf(out, "customer.events().where(e, e.products.exists(p, p.brand == '%s' && p.price > 20.0)).count(days(%u)) > %u", brand, days, n); break;
    case 9: zh_buf_printf(out, "customer.affinity.category['%s'] > 0.%u", kind, 2 + n); break;
    case 10: zh_buf_printf(out, "customer.bucket('a%u', 4) == 1", n); break;
    case 11: zh_buf_printf(out, "customer.events('%s').not_followed_by('%s', days(%u)).count(days(%u)) > 0", name, names[n % 3], days / 3 + 1, days); break;
    case 12: zh_buf_printf(out, "customer.events('%s').followed_by('%s', hours(%u)).count() > %u", name, names[n % 3], days, n); break;
    case 13: zh_buf_printf(out, "customer.in_segment('s%u')", (unsigned)chance(s, KEPT)); break;
    case 14: zh_buf_printf(out, "(now - customer.first_seen).getHours() / 24 == %u", days); break;
    case 15: zh_buf_printf(out, "now.getHours() < %u", days); break;
    default: zh_buf_printf(out, "customer.events('%s').where(e, e.item_id in ['i1', 'i%u']).sum(days(%u)) > 50.0", name, n, days); break;
    }
}

static char *expression(shop *s)
{
    zh_buf out = zh_buf_open(8192);
    const unsigned clauses = 1 + (unsigned)chance(s, 3);
    const char *joint = chance(s, 2) == 0 ? " && " : " || ";
    for (unsigned i = 0; i < clauses; i++) {
        if (i > 0) zh_buf_printf(&out, "%s", joint);
        if (chance(s, 4) == 0) zh_buf_printf(&out, "!");
        zh_buf_printf(&out, "(");
        put_clause(s, &out);
        zh_buf_printf(&out, ")");
    }
    zh_buf_printf(&out, "%c", 0);
    CHECK(zh_buf_err(&out) == ZH_OK);
    char *text = strdup(out.data);
    zh_buf_close(&out);
    return text;
}

/* ---- what happens ---- */

static void advance(shop *s)
{
    for (bool done = false; !done;) CHECK(zh_segments_advance(s->segments, s->now_ms, 3, &done) == ZH_OK);
}

static void settle(shop *s)
{
    while (zh_segments_is_settling(s->segments)) {
        bool done;
        CHECK(zh_segments_settle(s->segments, 2, &done) == ZH_OK);
    }
}

static void happens(shop *s, uint64_t customer, int64_t time_ms)
{
    const unsigned what = (unsigned)chance(s, 3);
    char order[24], item[24], traits[64];
    snprintf(order, sizeof order, "o%u", (unsigned)chance(s, 40));
    snprintf(item, sizeof item, "i%u", (unsigned)chance(s, 4));
    snprintf(traits, sizeof traits, "{\"city\":\"c%u\"}", (unsigned)chance(s, 4));
    const int64_t price = (int64_t)chance(s, 6000);
    zh_line lines[2];
    for (int i = 0; i < 2; i++)
        lines[i] = (zh_line){ .item = zh_item_id_of(zh_sv_of(item)), .item_text = zh_sv_of(item), .category = zh_sv_of(kinds[chance(s, 3)]), .brand = zh_sv_of(brands[chance(s, 3)]),
                              .price_minor = price, .quantity = 1, .total_minor = price };
    zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = what == 0 ? ZH_ACT_VIEW : what == 1 ? ZH_ACT_ORDER : ZH_ACT_OTHER, .time_ms = time_ms,
                       .key = { ++s->events, 5 }, .name = zh_sv_of(names[what]), .lines = lines, .lines_count = what == 2 ? 0 : 1 + (uint32_t)chance(s, 2),
                       .revenue_minor = what == 1 ? price : 0, .currency = { .code = 1 } };
    if (what == 1) event.order_id = zh_sv_of(order);
    if (what == 1 && chance(s, 5) == 0) event.act = ZH_ACT_CANCEL;
    if (what == 2) event.traits = zh_sv_of(traits), event.type = chance(s, 2) == 0 ? ZH_EVENT_IDENTIFY : ZH_EVENT_TRACK;
    if (chance(s, 12) == 0) event.marks |= ZH_MARK_APART;
    zh_effects effects = zh_effects_open(&scratch);
    zh_segments_before(s->segments, event.customer);
    CHECK(zh_customers_fold(s->customers, event.customer, &event, &effects) == ZH_OK);
    CHECK(zh_segments_event(s->segments, &event, s->now_ms) == ZH_OK);
    zh_arena_reset(&scratch);
}

static void merges(shop *s)
{
    const zh_customer_id from = { 1 + chance(s, CUSTOMERS) }, to = { 1 + chance(s, CUSTOMERS) };
    if (from.number == to.number) return;
    zh_effects effects = zh_effects_open(&scratch);
    zh_segments_before_merge(s->segments, from, to);
    CHECK(zh_customers_merge(s->customers, from, to, &effects) == ZH_OK && zh_consents_merge(s->consents, from, to) == ZH_OK);
    CHECK(zh_tags_merge(s->tags, from, to) == ZH_OK && zh_tags_merge(s->lists, from, to) == ZH_OK);
    CHECK(zh_segments_merge(s->segments, from, to, s->now_ms) == ZH_OK);
    zh_arena_reset(&scratch);
}

static void chooses(shop *s)
{
    const zh_consent_field field = ZH_CONSENT_OF(ZH_CHANNEL_EMAIL);
    const zh_consent_change change = { .customer = { 1 + chance(s, CUSTOMERS) }, .at_ms = s->now_ms, .said = ZH_CONSENT_BIT(field), .yes = chance(s, 2) == 0 ? ZH_CONSENT_BIT(field) : 0 };
    CHECK(zh_consents_change(s->consents, &change) == ZH_OK);
    CHECK(zh_segments_said(s->segments, change.customer, s->now_ms) == ZH_OK);
}

static void tags(shop *s)
{
    char name[8];
    const bool set = chance(s, 3) > 0, lists = chance(s, 3) == 0;
    snprintf(name, sizeof name, lists ? "l%u" : "t%u", (unsigned)chance(s, lists ? 2 : 4));
    const zh_tag_source source = lists ? ZH_TAG_BY_LIST : (zh_tag_source)(1 + chance(s, 3));
    const zh_tag_change change = { .customer = { 1 + chance(s, CUSTOMERS) }, .name = zh_sv_of(name), .source = source, .at_ms = s->now_ms,
                                   .said = set ? ZH_TAG_SET : source == ZH_TAG_BY_CUSTOMER ? ZH_TAG_DELETE : ZH_TAG_REMOVE,
                                   .expires_ms = chance(s, 2) == 0 && !lists ? s->now_ms + 1 + (int64_t)chance(s, 3 * (uint64_t)ZH_DAY_MS) : ZH_TAG_NO_END,
                                   .confidence = ZH_TAG_NO_CONFIDENCE };
    CHECK(zh_tags_change(lists ? s->lists : s->tags, &change) == ZH_OK);
    CHECK(zh_segments_named(s->segments, lists ? ZH_WAKE_LIST : ZH_WAKE_TAG, change.customer, change.name, s->now_ms) == ZH_OK);
}

/* A tag follows a segment from now on, or none; who would make a circle is refused by whoever binds. */
static void binds(shop *s)
{
    const unsigned at = (unsigned)chance(s, 2);
    char tag[8], segment[8];
    snprintf(tag, sizeof tag, "t%u", at);
    snprintf(segment, sizeof segment, "s%u", at);
    const bool on = chance(s, 3) > 0;
    if (on && zh_segments_asks_tag(s->segments, zh_sv_of(segment), zh_sv_of(tag))) return;
    s->bound[at] = on;
    CHECK(zh_segments_bind(s->segments, zh_sv_of(tag), on ? zh_sv_of(segment) : (zh_sv){ 0 }, s->now_ms) == ZH_OK);
    settle(s);
}

static void defines(shop *s)
{
    const unsigned at = (unsigned)chance(s, KEPT);
    char name[8];
    snprintf(name, sizeof name, "s%u", at);
    char *text = chance(s, 6) == 0 ? NULL : expression(s);
    zh_arena_reset(&programs);
    zh_cel_fault why = { .text = "" };
    if (text != NULL && zh_segments_examine(s->segments, zh_sv_of(name), zh_sv_of(text), &programs, &why) != ZH_OK) { /* about itself, or one that is not there */
        CHECK(strstr(why.text, "segment") != NULL);
        free(text);
        return;
    }
    free(s->texts[at]);
    s->texts[at] = text;
    CHECK(zh_segments_define(s->segments, zh_sv_of(name), text == NULL ? (zh_sv){ 0 } : zh_sv_of(text), s->now_ms) == ZH_OK);
    settle(s);
}

/* ---- asking all ---- */

static void all_are_where_they_belong(shop *s, const char *after)
{
    for (unsigned at = 0; at < KEPT; at++) {
        char name[8];
        zh_segment segment;
        snprintf(name, sizeof name, "s%u", at);
        CHECK(zh_segments_find(s->segments, zh_sv_of(name), &segment) == (s->texts[at] != NULL));
        if (s->texts[at] == NULL) continue;
        CHECK(segment.fault == NULL);
        zh_condition condition;
        zh_arena_reset(&programs);
        CHECK(zh_vocabulary_compile(&condition, &programs, env, zh_sv_of(s->texts[at]), NULL) == ZH_OK);
        uint64_t size = 0;
        const zh_customer_state *state;
        for (size_t walk = 0; (state = zh_customers_walk(s->customers, &walk)) != NULL;) {
            const zh_look look = { .terms = zh_customers_terms(s->customers), .consents = s->consents, .tags = s->tags, .lists = s->lists, .binding = zh_segments_binding, .state = state, .customer = zh_customer_number(state), .now_ms = s->now_ms,
                                   .json = json, .workspace = ZH_WORKSPACE_DEFAULT, .in_segment = zh_segments_in, .segments = s->segments };
            zh_cel_value error;
            zh_arena_reset(&scratch);
            const bool holds = zh_vocabulary_holds(&condition, &look, &scratch, &error), is = zh_segments_has(s->segments, segment.number, look.customer, NULL);
            if (holds != is)
                fprintf(stderr, "after %s at %lld: customer %llu is %s, but it %s: %s\n", after, (long long)s->now_ms, (unsigned long long)look.customer.number, is ? "in" : "out",
                        holds ? "holds" : "does not hold", s->texts[at]);
            CHECK(holds == is);
            size += holds;
        }
        CHECK(segment.size == size);
    }
    const char *why;
    if (!zh_segments_check(s->segments, &why)) fprintf(stderr, "%s\n", why);
    CHECK(zh_segments_check(s->segments, &why));
}

/* ---- keeping ---- */

typedef struct kept { char *bytes[4000]; zh_sv keys[4000], values[4000]; size_t count; } kept;

static zh_err keep_entry(void *context, zh_sv key, zh_sv value)
{
    kept *k = context;
    size_t at = 0;
    while (at < k->count && !zh_sv_equal(k->keys[at], key)) at++;
    if (value.data == NULL && at == k->count) return ZH_OK;
    if (at == k->count) k->count++;
    else free(k->bytes[at]);
    if (value.data == NULL) {
        k->count--;
        k->bytes[at] = k->bytes[k->count];
        k->keys[at] = k->keys[k->count];
        k->values[at] = k->values[k->count];
        return ZH_OK;
    }
    CHECK(k->count < 4000);
    char *bytes = malloc(key.size + value.size);
    memcpy(bytes, key.data, key.size);
    memcpy(bytes + key.size, value.data, value.size);
    k->bytes[at] = bytes;
    k->keys[at] = (zh_sv){ bytes, key.size };
    k->values[at] = (zh_sv){ bytes + key.size, value.size };
    return ZH_OK;
}

static void forget(kept *k)
{
    for (size_t i = 0; i < k->count; i++) free(k->bytes[i]);
    k->count = 0;
}

/* The entries that saves gave so far are those of the view; a view loaded from them takes its place. */
static void restarts(shop *s, kept *kept_so_far)
{
    static kept all;
    CHECK(zh_segments_save(s->segments, false, (zh_keep){ kept_so_far, keep_entry }) == ZH_OK);
    CHECK(zh_segments_save(s->segments, true, (zh_keep){ &all, keep_entry }) == ZH_OK);
    CHECK(all.count == kept_so_far->count);
    for (size_t i = 0; i < all.count; i++) {
        size_t at = 0;
        while (at < kept_so_far->count && !zh_sv_equal(kept_so_far->keys[at], all.keys[i])) at++;
        CHECK(at < kept_so_far->count && zh_sv_equal(kept_so_far->values[at], all.values[i]));
    }
    zh_segments_close(s->segments);
    const zh_segments_desc desc = desc_of(s);
    CHECK(zh_segments_open(&s->segments, &desc) == ZH_OK);
    for (size_t i = 0; i < all.count; i++) CHECK(zh_segments_load(s->segments, all.keys[i], all.values[i]) == ZH_OK);
    for (int i = 0; i < 2; i++)
        if (s->bound[i]) CHECK(zh_segments_bound(s->segments, i == 0 ? ZH_SV("t0") : ZH_SV("t1"), i == 0 ? ZH_SV("s0") : ZH_SV("s1")) == ZH_OK);
    CHECK(zh_segments_loaded(s->segments) == ZH_OK);
    forget(&all);
}

static void a_shop_lives(uint64_t seed)
{
    static kept kept_so_far;
    shop s = { .seed = seed, .now_ms = T0 };
    CHECK(zh_customers_open(&s.customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    CHECK(zh_tags_open(&s.tags, 1 << 22) == ZH_OK && zh_tags_open(&s.lists, 1 << 22) == ZH_OK);
    const zh_segments_desc desc = desc_of(&s);
    CHECK(zh_segments_open(&s.segments, &desc) == ZH_OK);
    for (int step = 0; step < STEPS; step++) {
        static const int64_t spans[] = { 1, 1000, ZH_MINUTE_MS, ZH_HOUR_MS, ZH_DAY_MS };
        s.now_ms += (int64_t)chance(&s, (uint64_t)spans[chance(&s, 5)]) + 1;
        advance(&s);
        all_are_where_they_belong(&s, "the clock");
        const char *after = "an event";
        const uint64_t what = chance(&s, 40);
        if (what < 6) defines(&s), after = "a definition";
        else if (what < 8) merges(&s), after = "a merge";
        else if (what < 11) chooses(&s), after = "a choice";
        else if (what > 11 && what < 16) tags(&s), after = "a tag";
        else if (what == 16) binds(&s), after = "a binding";
        else if (what == 11) restarts(&s, &kept_so_far), after = "a restart";
        else happens(&s, 1 + chance(&s, CUSTOMERS), s.now_ms - (chance(&s, 3) == 0 ? (int64_t)chance(&s, 20 * (uint64_t)ZH_DAY_MS) : (int64_t)chance(&s, 2000)) + 500);
        all_are_where_they_belong(&s, after);
    }
    forget(&kept_so_far);
    for (int i = 0; i < KEPT; i++) free(s.texts[i]);
    zh_segments_close(s.segments);
    zh_customers_close(s.customers);
    zh_consents_close(s.consents);
    zh_tags_close(s.tags);
    zh_tags_close(s.lists);
}

/* Of a customer with more events than are kept, a new one pushes out the oldest. */
static void the_oldest_event_is_missed(uint64_t seed)
{
    shop s = { .seed = seed, .now_ms = T0 };
    CHECK(zh_customers_open(&s.customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    CHECK(zh_tags_open(&s.tags, 1 << 22) == ZH_OK && zh_tags_open(&s.lists, 1 << 22) == ZH_OK);
    const zh_segments_desc desc = desc_of(&s);
    CHECK(zh_segments_open(&s.segments, &desc) == ZH_OK);
    s.texts[0] = strdup("customer.events('Signed Up').count() >= 200");
    s.texts[1] = strdup("customer.events('Product Viewed').where(e, e.category == 'tea').count() >= 250");
    CHECK(zh_segments_define(s.segments, ZH_SV("s0"), zh_sv_of(s.texts[0]), T0) == ZH_OK && zh_segments_define(s.segments, ZH_SV("s1"), zh_sv_of(s.texts[1]), T0) == ZH_OK);
    settle(&s);
    for (int i = 0; i < 3000; i++) {
        s.now_ms += 1000;
        advance(&s);
        happens(&s, 1, s.now_ms - (i % 50 == 0 ? ZH_DAY_MS : 0));
        if (i > 1800) all_are_where_they_belong(&s, "an event");
    }
    free(s.texts[0]);
    free(s.texts[1]);
    zh_segments_close(s.segments);
    zh_customers_close(s.customers);
    zh_consents_close(s.consents);
    zh_tags_close(s.tags);
    zh_tags_close(s.lists);
}

/* Who absorbs a customer has his tags and stands on his lists from that record on. */
static void a_merge_brings_tags(uint64_t seed)
{
    shop s = { .seed = seed, .now_ms = T0 };
    CHECK(zh_customers_open(&s.customers, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    CHECK(zh_tags_open(&s.tags, 1 << 22) == ZH_OK && zh_tags_open(&s.lists, 1 << 22) == ZH_OK);
    const zh_segments_desc desc = desc_of(&s);
    CHECK(zh_segments_open(&s.segments, &desc) == ZH_OK);
    s.texts[0] = strdup("customer.has_tag('vip')");
    s.texts[1] = strdup("customer.in_list('gala')");
    s.texts[2] = strdup("!customer.has_tag('no')");
    for (int i = 0; i < 3; i++) CHECK(zh_segments_define(s.segments, i == 0 ? ZH_SV("s0") : i == 1 ? ZH_SV("s1") : ZH_SV("s2"), zh_sv_of(s.texts[i]), T0) == ZH_OK);
    settle(&s);
    happens(&s, 1, T0);
    happens(&s, 2, T0);
    const char *const said[] = { "vip", "gala", "no" };
    for (int i = 0; i < 3; i++) {
        const zh_tag_change change = { .customer = { 1 }, .name = zh_sv_of(said[i]), .said = ZH_TAG_SET, .source = i == 1 ? ZH_TAG_BY_LIST : ZH_TAG_BY_STAFF, .at_ms = T0,
                                       .expires_ms = ZH_TAG_NO_END, .confidence = ZH_TAG_NO_CONFIDENCE };
        CHECK(zh_tags_change(i == 1 ? s.lists : s.tags, &change) == ZH_OK);
        CHECK(zh_segments_named(s.segments, i == 1 ? ZH_WAKE_LIST : ZH_WAKE_TAG, change.customer, change.name, T0) == ZH_OK);
    }
    all_are_where_they_belong(&s, "tags");
    const zh_customer_id from = { 1 }, to = { 2 };
    zh_effects effects = zh_effects_open(&scratch);
    zh_segments_before_merge(s.segments, from, to);
    CHECK(zh_customers_merge(s.customers, from, to, &effects) == ZH_OK && zh_tags_merge(s.tags, from, to) == ZH_OK && zh_tags_merge(s.lists, from, to) == ZH_OK);
    CHECK(zh_segments_merge(s.segments, from, to, T0) == ZH_OK);
    all_are_where_they_belong(&s, "a merge");
    for (int i = 0; i < 3; i++) free(s.texts[i]);
    zh_segments_close(s.segments);
    zh_customers_close(s.customers);
    zh_consents_close(s.consents);
    zh_tags_close(s.tags);
    zh_tags_close(s.lists);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv) * 100;
    const char *shops = getenv("SHOPS");
    arena = zh_arena_open((size_t)64 << 20);
    scratch = zh_arena_open((size_t)64 << 20);
    programs = zh_arena_open((size_t)64 << 20);
    CHECK(zh_json_open(&json, 4096) == ZH_OK && zh_vocabulary_open(&env, &arena) == ZH_OK);
    for (uint64_t i = 0; i < (shops == NULL ? 12 : strtoull(shops, NULL, 10)); i++) a_shop_lives(seed + i);
    the_oldest_event_is_missed(seed);
    a_merge_brings_tags(seed);
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    zh_arena_close(&programs);
    return 0;
}
