/* Goal: each kind of computed trait is what a count by hand gives, over any events in any order, with filter and window; wrong
 *       definitions are refused with their member or the place in their condition.
 * Method: random events and random definitions; the same list walked by ten lines of plain code. */
#include "segment/computed.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINES = 3, DEEDS = 120 };
#define DAY 86400000LL
#define NOW INT64_C(1700000000000)

typedef struct deed { int64_t time_ms; int name, lines, kind[LINES], item[LINES]; int64_t price[LINES], quantity[LINES]; } deed;
static zh_arena arena, scratch;
static const char *const names[] = { "Product Viewed", "Product Added", "Order \"Completed\"" }, *const kinds[] = { "", "tea", "女装", "shoes" };
static const char *const items[] = { "i0", "i1", "i2", "i3", "i4", "i5" };

static deed make(uint64_t *seed, uint64_t number)
{
    deed d = { .time_ms = NOW - (int64_t)(test_random(seed) % (100 * DAY)) / 1000 * 1000 - (int64_t)number, .name = (int)(test_random(seed) % 3), .lines = (int)(test_random(seed) % (LINES + 1)) };
    for (int i = 0; i < d.lines; i++) {
        d.kind[i] = (int)(test_random(seed) % 4);
        d.item[i] = (int)(test_random(seed) % 6);
        d.price[i] = test_random(seed) % 5 == 0 ? -1 : (int64_t)(test_random(seed) % 9000);
        d.quantity[i] = 1 + (int64_t)(test_random(seed) % 4);
    }
    return d;
}

static int64_t worth(const deed *d)
{
    int64_t sum = 0;
    for (int i = 0; i < d->lines; i++) sum += d->price[i] > 0 ? d->price[i] * d->quantity[i] : 0;
    return sum;
}

static void fold(zh_customers *c, const deed *d, uint64_t number)
{
    zh_line lines[LINES] = { 0 };
    for (int i = 0; i < d->lines; i++)
        lines[i] = (zh_line){ .item = { 1 + (uint64_t)d->item[i] }, .item_text = zh_sv_of(items[d->item[i]]), .category = zh_sv_of(kinds[d->kind[i]]), .price_minor = d->price[i], .quantity = d->quantity[i] };
    const zh_event event = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = d->time_ms, .key = { number, 7 }, .name = zh_sv_of(names[d->name]), .lines = lines,
                             .lines_count = (uint32_t)d->lines, .revenue_minor = worth(d) };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&scratch);
}

/* ---- by hand: a definition as numbers; -1: any ---- */

typedef struct plan { zh_computed_kind kind; zh_computed_field field; int name, tea_only, days; } plan;

static bool counts(const plan *p, const deed *d)
{
    return (p->name < 0 || d->name == p->name) && (!p->tea_only || (d->lines > 0 && strcmp(kinds[d->kind[0]], "tea") == 0)) && (p->days == 0 || d->time_ms > NOW - p->days * DAY);
}

/* The values an event states, as numbers or places in `items`, `kinds`, `names`. */
static int values_of(const plan *p, const deed *d, int64_t *out)
{
    int count = 0;
    if (p->field == ZH_COMPUTED_OF_VALUE) out[count++] = worth(d);
    if (p->field == ZH_COMPUTED_OF_NAME) out[count++] = d->name;
    for (int i = 0; i < d->lines; i++) {
        if (p->field == ZH_COMPUTED_OF_PRICE && d->price[i] >= 0) out[count++] = d->price[i];
        if (p->field == ZH_COMPUTED_OF_QUANTITY) out[count++] = d->quantity[i];
        if (p->field == ZH_COMPUTED_OF_ITEM) out[count++] = d->item[i];
        if (p->field == ZH_COMPUTED_OF_CATEGORY && d->kind[i] > 0) out[count++] = d->kind[i];
    }
    return count;
}

static const char *text_of(const plan *p, int64_t value)
{
    return p->field == ZH_COMPUTED_OF_ITEM ? items[value] : p->field == ZH_COMPUTED_OF_CATEGORY ? kinds[value] : names[value];
}

static bool is_text(const plan *p) { return p->field >= ZH_COMPUTED_OF_ITEM; }

static void check_number(const zh_computed_value *got, double want, const plan *p)
{
    CHECK(got->is == ZH_COMPUTED_NUMBER && fabs(got->number - (p->field == ZH_COMPUTED_OF_VALUE || p->field == ZH_COMPUTED_OF_PRICE ? want / 100 : want)) < 1e-9);
}

static void check_one(const plan *p, const deed *newest_first, int count, const zh_computed_value *got)
{
    int64_t values[LINES + 1], sum = 0, least = 0, most = 0, first = 0, last = 0;
    int said = 0, events = 0, distinct = 0, times[8] = { 0 }, order[8];
    for (int i = 0; i < count; i++) {
        if (!counts(p, &newest_first[i])) continue;
        const int n = values_of(p, &newest_first[i], values);
        events += n > 0 || p->field == ZH_COMPUTED_OF_NONE;
        if (n > 0) first = values[0];
        if (n > 0 && said == 0) last = values[0];
        for (int k = 0; k < n; k++, said++) {
            if (said == 0) least = most = values[k];
            sum += values[k];
            if (values[k] < least) least = values[k];
            if (values[k] > most) most = values[k];
            if (is_text(p) && times[values[k]]++ == 0) order[distinct++] = (int)values[k];
        }
    }
    CHECK(got->events == (uint32_t)events && got->failure[0] == '\0');
    if (p->kind == ZH_COMPUTED_COUNT) check_number(got, events, p);
    else if (p->kind == ZH_COMPUTED_SUM) check_number(got, (double)sum, p);
    else if (p->kind == ZH_COMPUTED_UNIQUE_COUNT) CHECK(got->is == ZH_COMPUTED_NUMBER && got->number == distinct);
    else if (p->kind == ZH_COMPUTED_UNIQUE_LIST) {
        CHECK(got->is == ZH_COMPUTED_NAMES && got->names_count == (uint32_t)distinct);
        for (int i = 0; i < distinct; i++) CHECK(zh_sv_equal(got->names[i], zh_sv_of(text_of(p, order[i]))));
    } else if (said == 0) CHECK(got->is == ZH_COMPUTED_ABSENT);
    else if (p->kind == ZH_COMPUTED_AVERAGE) check_number(got, (double)sum / said, p);
    else if (p->kind == ZH_COMPUTED_MIN) check_number(got, (double)least, p);
    else if (p->kind == ZH_COMPUTED_MAX) check_number(got, (double)most, p);
    else if (p->kind == ZH_COMPUTED_MOST_FREQUENT) {
        int best = order[0];
        for (int i = 1; i < distinct; i++)
            if (times[order[i]] > times[best]) best = order[i];
        CHECK(got->is == ZH_COMPUTED_NAME_IS && zh_sv_equal(got->name, zh_sv_of(text_of(p, best))));
    } else {
        const int64_t edge = p->kind == ZH_COMPUTED_FIRST ? first : last;
        if (is_text(p)) CHECK(got->is == ZH_COMPUTED_NAME_IS && zh_sv_equal(got->name, zh_sv_of(text_of(p, edge))));
        else check_number(got, (double)edge, p);
    }
}

static const char *definition(const plan *p, char *room, size_t size)
{
    static const char *const kind_texts[] = { "count", "sum", "average", "min", "max", "first", "last", "most_frequent", "unique_list", "unique_count" };
    static const char *const field_texts[] = { "", "value", "price", "quantity", "item_id", "category", "brand", "name" };
    static const char *const quoted[] = { "Product Viewed", "Product Added", "Order \\\"Completed\\\"" };
    (void)snprintf(room, size, "{\"kind\":\"%s\"%s%s%s,\"event\":\"%s\",\"where\":\"%s\",\"windowDays\":%d}", kind_texts[p->kind], p->field > 0 ? ",\"field\":\"" : "", p->field > 0 ? field_texts[p->field] : "",
                   p->field > 0 ? "\"" : "", p->name < 0 ? "" : quoted[p->name], p->tea_only ? "e.category == 'tea'" : "", p->days);
    return room;
}

static void each_kind_is_a_count_by_hand(uint64_t seed, zh_json *json)
{
    deed deeds[DEEDS];
    zh_customers *c;
    zh_cel_env *env;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK && zh_vocabulary_open(&env, &arena) == ZH_OK);
    const int count = (int)(1 + test_random(&seed) % (DEEDS - 1));
    for (int i = 0; i < count; i++) {
        deeds[i] = make(&seed, (uint64_t)i);
        fold(c, &deeds[i], (uint64_t)i);
    }
    for (int i = 1; i < count; i++) /* times differ: each has its number in the milliseconds */
        for (int k = i; k > 0 && deeds[k].time_ms > deeds[k - 1].time_ms; k--) {
            const deed one = deeds[k];
            deeds[k] = deeds[k - 1];
            deeds[k - 1] = one;
        }
    for (int kind = 0; kind < ZH_COMPUTED_KIND_COUNT; kind++)
        for (int field = 0; field < ZH_COMPUTED_FIELD_COUNT; field++) {
            if (field == ZH_COMPUTED_OF_BRAND) continue;
            char room[512];
            zh_json_value root;
            zh_computed computed;
            const plan p = { (zh_computed_kind)kind, (zh_computed_field)field, (int)(test_random(&seed) % 4) - 1, (int)(test_random(&seed) % 2), (int)(test_random(&seed) % 3) * 30 };
            CHECK(zh_json_parse(json, zh_sv_of(definition(&p, room, sizeof room)), &root, NULL) == ZH_OK);
            if (zh_computed_read(root, &computed) != NULL) continue; /* of another kind of field */
            const zh_cel_program *program;
            CHECK_ROW(zh_computed_compile(&computed, &arena, env, &program, NULL) == ZH_OK, room);
            const zh_look look = { .terms = zh_customers_terms(c), .state = zh_customers_get(c, (zh_customer_id){ 1 }), .customer = { 1 }, .now_ms = NOW };
            zh_computed_value got;
            CHECK(zh_computed_ask(&computed, program, &look, &scratch, &got) == ZH_OK);
            check_one(&p, deeds, count, &got);
            zh_arena_reset(&scratch);
        }
    zh_customers_close(c);
    zh_arena_reset(&arena);
}

static void wrong_ones_are_refused(zh_json *json)
{
    static const struct { const char *text, *wrong; } rows[] = {
        { "{}", "kind" }, { "{\"kind\":\"median\"}", "kind" }, { "{\"kind\":3}", "kind" }, { "{\"kind\":\"count\"}", NULL }, { "{\"kind\":\"count\",\"field\":\"price\"}", "field" },
        { "{\"kind\":\"sum\"}", "field" }, { "{\"kind\":\"sum\",\"field\":\"brand\"}", "field" }, { "{\"kind\":\"sum\",\"field\":\"price\"}", NULL }, { "{\"kind\":\"most_frequent\",\"field\":\"price\"}", "field" },
        { "{\"kind\":\"count\",\"event\":7}", "event" }, { "{\"kind\":\"count\",\"event\":\"a\\nb\"}", "event" }, { "{\"kind\":\"count\",\"where\":true}", "where" },
        { "{\"kind\":\"count\",\"windowDays\":-1}", "windowDays" }, { "{\"kind\":\"count\",\"windowDays\":4000}", "windowDays" }, { "{\"kind\":\"count\",\"windowDays\":null,\"event\":null}", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_json_value root;
        zh_computed computed;
        CHECK(zh_json_parse(json, zh_sv_of(rows[i].text), &root, NULL) == ZH_OK);
        const char *wrong = zh_computed_read(root, &computed);
        CHECK_ROW((wrong == NULL) == (rows[i].wrong == NULL) && (wrong == NULL || strcmp(wrong, rows[i].wrong) == 0), rows[i].text);
    }
    zh_cel_env *env;
    CHECK(zh_vocabulary_open(&env, &arena) == ZH_OK);
    const zh_computed misspelt = { .kind = ZH_COMPUTED_COUNT, .where = ZH_SV("e.categry == 'x'") };
    const zh_cel_program *program;
    zh_cel_fault fault = { 0 };
    CHECK(zh_computed_compile(&misspelt, &arena, env, &program, &fault) == ZH_FORMAT);
    CHECK(fault.line == 1 && fault.column >= 1 && fault.column <= 4 && strstr(fault.text, "category") != NULL);
    CHECK(zh_computed_name_fits(ZH_SV("tea_30d")) && !zh_computed_name_fits(ZH_SV("")) && !zh_computed_name_fits(ZH_SV("9a")) && !zh_computed_name_fits(ZH_SV("a-b")));
    zh_arena_reset(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_json *json;
    arena = zh_arena_open((size_t)64 << 20);
    scratch = zh_arena_open((size_t)64 << 20);
    CHECK(zh_json_open(&json, 65536) == ZH_OK);
    for (uint64_t i = 0; i < 60; i++) each_kind_is_a_count_by_hand(seed * 1000 + i, json);
    wrong_ones_are_refused(json);
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    return 0;
}
