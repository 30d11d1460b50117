/* Goal: a portrait is what the events add up to, and no order of their coming changes a bit of it.
 * Method: random events against a count by hand over the same list; the same events shuffled, and over two tables merged;
 *         tables of dates for intervals; an arena that gives out. */
#include "profile/portrait.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 3, DEEDS_MAX = 400 };
#define DAY 86400000LL
#define BEGIN (INT64_C(1690000000000) / DAY * DAY)

typedef struct deed { /* what was folded, as a test remembers it */
    uint64_t number;
    int64_t time_ms;
    zh_act act;
    uint32_t lines;
    int kind[LINES], brand[LINES]; /* 0: not stated */
    int64_t quantity[LINES];
    int order; /* of ORDER and REFUND */
} deed;

static zh_arena arena;
static const char *const kinds[] = { "", "女装", "tea", "shoes", "books" }, *const brands[] = { "", "swift", "oak" };

static deed make(uint64_t *seed, uint64_t number, int64_t span_ms)
{
    static const zh_act acts[] = { ZH_ACT_VIEW, ZH_ACT_VIEW, ZH_ACT_CLICK, ZH_ACT_ADD, ZH_ACT_WISH, ZH_ACT_ORDER, ZH_ACT_REFUND, ZH_ACT_SEARCH, ZH_ACT_OTHER };
    deed d = { .number = number, .time_ms = BEGIN + (int64_t)(test_random(seed) % (uint64_t)span_ms), .act = acts[test_random(seed) % 9], .order = (int)(test_random(seed) % 1000) };
    d.lines = d.act == ZH_ACT_SEARCH || d.act == ZH_ACT_OTHER ? 0 : 1 + (uint32_t)(d.act == ZH_ACT_ORDER ? test_random(seed) % LINES : 0);
    for (uint32_t i = 0; i < d.lines; i++) {
        d.kind[i] = (int)(test_random(seed) % 5);
        d.brand[i] = (int)(test_random(seed) % 3);
        d.quantity[i] = 1 + (int64_t)(test_random(seed) % 4);
    }
    return d;
}

static void fold(zh_customers *c, uint64_t customer, const deed *d)
{
    char items[LINES][24], order[24];
    zh_line lines[LINES] = { 0 };
    for (uint32_t i = 0; i < d->lines; i++) {
        const int size = snprintf(items[i], sizeof items[i], "item %d %u", d->kind[i], i);
        lines[i] = (zh_line){ .item = { 1 + (uint64_t)d->kind[i] * 10 + i }, .item_text = { items[i], (size_t)size }, .category = zh_sv_of(kinds[d->kind[i]]),
                              .brand = zh_sv_of(brands[d->brand[i]]), .price_minor = 100, .quantity = d->quantity[i], .total_minor = 100 * d->quantity[i] };
    }
    (void)snprintf(order, sizeof order, "o%d", d->order);
    zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = d->act, .time_ms = d->time_ms, .key = { d->number, 1 }, .name = zh_sv_of(zh_act_text(d->act)),
                       .currency = zh_currency_of(ZH_SV("CNY")), .lines = lines, .lines_count = d->lines };
    for (uint32_t i = 0; i < d->lines; i++) event.revenue_minor += lines[i].total_minor;
    if (d->act == ZH_ACT_ORDER || d->act == ZH_ACT_REFUND) event.order_id = zh_sv_of(order);
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

static zh_customers *open_table(void)
{
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    return c;
}

/* A shop whose items say a little: those of the first kinds have a colour, prices are low or high by the category's letters. */
static zh_json *json;
static int band(void *context, zh_sv item, zh_sv category, int64_t price_minor)
{
    (void)context;
    return item.size == 0 || category.size == 0 || price_minor != 100 ? -1 : (int)(category.size % 3);
}
static zh_sv band_text(int number) { return number == 0 ? ZH_SV("low") : number == 1 ? ZH_SV("middle") : ZH_SV("high"); }
static zh_sv attributes(void *context, zh_sv item)
{
    (void)context;
    if (zh_sv_starts(item, ZH_SV("item 4"))) return ZH_SV("{\"colour\":[\"red\",\"red\",\"blue\"],\"size\":4}");
    return zh_sv_starts(item, ZH_SV("item 3")) ? ZH_SV("{\"colour\":\"red\",\"season\":\"spring\"}") : zh_sv_starts(item, ZH_SV("item 2")) ? ZH_SV("no JSON") : (zh_sv){ 0 };
}
static zh_portrait_shop shop_of(void) { return (zh_portrait_shop){ .band = band, .band_text = band_text, .attributes = attributes, .json = json }; }

static zh_portrait read_one(const zh_customers *c, uint64_t customer, const zh_tz *zone)
{
    zh_portrait p;
    const zh_portrait_shop shop = shop_of();
    CHECK(zh_portrait_of(zh_customers_get(c, (zh_customer_id){ customer }), zh_customers_terms(c), zone, &shop, &arena, &p) == ZH_OK);
    return p;
}

/* ---- by hand ---- */

static double points_of(zh_act act)
{
    return act == ZH_ACT_VIEW || act == ZH_ACT_CLICK ? 1 : act == ZH_ACT_ADD || act == ZH_ACT_WISH ? 3 : act == ZH_ACT_ORDER ? 5 : 0;
}

static void check_leaning(const zh_leaning *row, const deed *deeds, size_t count, bool is_brand)
{
    double mine = 0, all = 0, mine_liking = 0, all_liking = 0;
    uint32_t events = 0;
    int64_t last_ms = 0, newest_ms = INT64_MIN;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < deeds[i].lines; k++)
            if (points_of(deeds[i].act) > 0 && (is_brand ? deeds[i].brand[k] : deeds[i].kind[k]) > 0 && deeds[i].time_ms > newest_ms) newest_ms = deeds[i].time_ms;
    for (size_t i = 0; i < count; i++) {
        const double weight = points_of(deeds[i].act) * pow(0.5, (double)(newest_ms - deeds[i].time_ms) / (double)DAY);
        const double liking = points_of(deeds[i].act) * pow(0.5, (double)(newest_ms - deeds[i].time_ms) / (double)DAY / 10);
        bool any = false;
        for (uint32_t k = 0; k < deeds[i].lines; k++) {
            const char *name = is_brand ? brands[deeds[i].brand[k]] : kinds[deeds[i].kind[k]];
            if (name[0] == '\0' || weight == 0) continue;
            all += weight;
            all_liking += liking;
            if (!zh_sv_equal(zh_sv_of(name), row->name)) continue;
            mine += weight;
            mine_liking += liking;
            any = true;
        }
        events += any;
        if (any && deeds[i].time_ms > last_ms) last_ms = deeds[i].time_ms;
    }
    CHECK(row->events == events && row->last_ms == last_ms);
    CHECK(fabs(row->lately - mine / all) < 1e-9);
    const double over = mine_liking / all_liking - (is_brand ? 0.08 : 0.27);
    CHECK(fabs(over) < 1e-9 || row->liked == (over > 0 && events >= 3)); /* three events: confidence 0.31 */
    CHECK(fabs(row->confidence - (1 - exp(-(double)events / 8))) < 1e-12);
}

static void check_habits(const zh_habits *h, const deed *deeds, size_t count, const zh_tz *zone)
{
    uint32_t hours[168] = { 0 }, events = 0, visits = 0;
    for (size_t i = 0; i < count; i++) {
        if (deeds[i].act == ZH_ACT_REFUND) continue;
        const zh_civil at = zh_tz_local(zone, deeds[i].time_ms);
        hours[(zh_weekday(zh_days_of(at.year, at.month, at.day)) - 1) * 24 + at.hour]++;
        events++;
        bool begins = true; /* nothing within half an hour before it; of equal times the first of the list */
        for (size_t k = 0; k < count && begins; k++)
            if (k != i && deeds[k].act != ZH_ACT_REFUND && deeds[k].time_ms > deeds[i].time_ms - 1800000 &&
                (deeds[k].time_ms < deeds[i].time_ms || (deeds[k].time_ms == deeds[i].time_ms && k < i))) begins = false;
        visits += begins;
    }
    CHECK(h->events == events && h->visits == visits);
    CHECK(memcmp(h->hours, hours, sizeof hours) == 0);
}

static int ascending(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static void check_rhythm(const zh_rhythm *r, const deed *deeds, size_t count)
{
    int64_t times[DEEDS_MAX], pieces = 0, money = 0;
    uint32_t orders = 0, lines = 0, returned = 0;
    for (size_t i = 0; i < count; i++) { /* each order number stands once: see unlike() */
        if (deeds[i].act != ZH_ACT_ORDER) continue;
        bool is_refunded = false;
        int64_t first_ms = deeds[i].time_ms;
        for (size_t k = 0; k < count; k++)
            if (deeds[k].act == ZH_ACT_REFUND && deeds[k].order == deeds[i].order) {
                is_refunded = true;
                if (deeds[k].time_ms < first_ms) first_ms = deeds[k].time_ms;
            }
        times[orders++] = first_ms;
        lines += deeds[i].lines;
        returned += is_refunded;
        for (uint32_t k = 0; k < deeds[i].lines; k++) {
            pieces += deeds[i].quantity[k];
            money += 100 * deeds[i].quantity[k];
        }
    }
    CHECK(r->orders == orders);
    if (orders == 0) return;
    CHECK(fabs(r->lines - (double)lines / orders) < 1e-9 && fabs(r->pieces - (double)pieces / orders) < 1e-9);
    CHECK(r->returned == returned && fabs(r->return_rate - (double)returned / orders) < 1e-9);
    CHECK(fabs(r->mean_minor - (double)money / orders) < 1e-6);
    qsort(times, orders, sizeof *times, ascending);
    CHECK(r->first_ms == times[0] && r->last_ms == times[orders - 1]);
    int64_t gaps[DEEDS_MAX], from = times[0];
    uint32_t gaps_count = 0;
    for (uint32_t i = 1; i < orders; i++)
        if (times[i] >= from + 12 * 3600000) {
            gaps[gaps_count++] = times[i] - from;
            from = times[i];
        }
    CHECK(r->gaps == gaps_count && r->purchases == gaps_count + 1);
    if (gaps_count == 0) {
        CHECK(r->interval_ms == 0 && r->next_ms == 0);
        return;
    }
    qsort(gaps, gaps_count, sizeof *gaps, ascending);
    CHECK(r->interval_ms == (gaps[(gaps_count - 1) / 2] + gaps[gaps_count / 2]) / 2);
    CHECK(r->next_ms == from + r->interval_ms && r->next_from_ms <= r->next_ms && r->next_ms <= r->next_until_ms && r->next_from_ms >= from);
}

/* ---- laws ---- */

static bool is_same(const zh_leanings *a, const zh_leanings *b)
{
    if (a->count != b->count || a->names != b->names) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const zh_leaning *x = &a->rows[i], *y = &b->rows[i];
        if (!zh_sv_equal(x->name, y->name) || x->share != y->share || x->lately != y->lately || x->events != y->events || x->last_ms != y->last_ms) return false;
    }
    return true;
}

/* Shares of `colour` and of the band "high" (names of five letters), half forgotten in 28 days. */
static void check_shop(const zh_portrait *p, const deed *deeds, size_t count)
{
    double red = 0, blue = 0, high = 0, banded = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < deeds[i].lines; k++) {
            const double points = points_of(deeds[i].act) * pow(0.5, (double)(BEGIN - deeds[i].time_ms) / (double)DAY / 28);
            if (deeds[i].kind[k] >= 3) red += points;
            if (deeds[i].kind[k] == 4) blue += points;
            if (deeds[i].kind[k] > 0) banded += points;
            if (strlen(kinds[deeds[i].kind[k]]) % 3 == 2) high += points;
        }
    double got_red = 0, got_high = 0;
    for (uint32_t a = 0; a < p->attributes_count; a++) {
        CHECK(!zh_sv_equal(p->attributes[a].name, ZH_SV("size")));
        for (uint32_t i = 0; i < p->attributes[a].values.count; i++)
            if (zh_sv_equal(p->attributes[a].values.rows[i].name, ZH_SV("red"))) got_red = p->attributes[a].values.rows[i].share;
    }
    for (uint32_t i = 0; i < p->band.count; i++)
        if (zh_sv_equal(p->band.rows[i].name, ZH_SV("high"))) got_high = p->band.rows[i].share;
    CHECK(fabs(got_red - (red > 0 ? red / (red + blue) : 0)) < 1e-9);
    CHECK(fabs(got_high - (high > 0 ? high / banded : 0)) < 1e-9);
}

/* Orders have numbers of their own: what of two statements stands is the customer's test. */
static void unlike(deed *deeds, size_t count)
{
    bool used[1000 + DEEDS_MAX] = { false };
    for (size_t i = 0; i < count; i++) {
        if (deeds[i].act != ZH_ACT_ORDER) continue;
        while (used[deeds[i].order]) deeds[i].order = (deeds[i].order + 1) % (1000 + DEEDS_MAX);
        used[deeds[i].order] = true;
    }
}

static void a_portrait_is_what_the_events_add_up_to(uint64_t seed, size_t count, int64_t span_ms, const zh_tz *zone)
{
    deed deeds[DEEDS_MAX];
    zh_customers *c = open_table(), *shuffled = open_table();
    for (size_t i = 0; i < count; i++) deeds[i] = make(&seed, i, span_ms);
    unlike(deeds, count);
    for (size_t i = 0; i < count; i++) fold(c, 1, &deeds[i]);
    for (size_t i = 0; i < count; i++) fold(shuffled, 1 + i % 2, &deeds[(i * 7919 + 13) % count]); /* 7919 is prime and no divisor */
    zh_effects effects = zh_effects_open(&arena);
    if (count > 1) CHECK(zh_customers_merge(shuffled, (zh_customer_id){ 2 }, (zh_customer_id){ 1 }, &effects) == ZH_OK);
    zh_arena_reset(&arena);
    const zh_portrait p = read_one(c, 1, zone), q = read_one(shuffled, 1, zone);
    CHECK(is_same(&p.category, &q.category) && is_same(&p.brand, &q.brand) && is_same(&p.band, &q.band) && p.attributes_count == q.attributes_count);
    for (uint32_t i = 0; i < p.attributes_count; i++) CHECK(zh_sv_equal(p.attributes[i].name, q.attributes[i].name) && is_same(&p.attributes[i].values, &q.attributes[i].values));
    check_shop(&p, deeds, count);
    CHECK(memcmp(&p.habits, &q.habits, sizeof p.habits) == 0 && memcmp(&p.rhythm, &q.rhythm, sizeof p.rhythm) == 0);
    for (uint32_t i = 0; i < p.category.count; i++) check_leaning(&p.category.rows[i], deeds, count, false);
    for (uint32_t i = 0; i < p.brand.count; i++) check_leaning(&p.brand.rows[i], deeds, count, true);
    check_habits(&p.habits, deeds, count, zone);
    check_rhythm(&p.rhythm, deeds, count);
    zh_arena_reset(&arena);
    zh_customers_close(c);
    zh_customers_close(shuffled);
}

static zh_rhythm after_orders(const double *days, size_t count)
{
    zh_customers *c = open_table();
    for (size_t i = 0; i < count; i++) fold(c, 1, &(deed){ .number = i, .time_ms = BEGIN + (int64_t)(days[i] * (double)DAY), .act = ZH_ACT_ORDER, .lines = 1, .kind = { 1 }, .quantity = { 2 }, .order = (int)i });
    const zh_rhythm r = read_one(c, 1, zh_tz_utc()).rhythm;
    zh_arena_reset(&arena);
    zh_customers_close(c);
    return r;
}

static void intervals_follow_the_dates(void)
{
    static const struct { const char *name; double days[12]; size_t count; double interval, next, from_least, until_most; } rows[] = {
        { "one order has none", { 3 }, 1, 0, 0, 0, 0 },
        { "what was forgotten is the same purchase", { 3, 3.2, 3.4 }, 3, 0, 0, 0, 0 },
        { "two are one gap, wide", { 0, 10 }, 2, 10, 20, 11, 101 },
        { "a regular buyer has a narrow one", { 0, 30, 60, 91, 120, 150, 181, 210 }, 8, 30, 240, 237, 244 },
        { "an irregular one has not", { 0, 2, 40, 44, 100, 101.5, 160 }, 7, 21, 181, 160.01, 500 },
        { "an even number of gaps: the middle", { 0, 10, 30 }, 3, 15, 45, 31, 130 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_rhythm r = after_orders(rows[i].days, rows[i].count);
        CHECK_ROW(fabs((double)r.interval_ms / (double)DAY - rows[i].interval) < 1e-6, rows[i].name);
        if (rows[i].next == 0) {
            CHECK_ROW(r.next_ms == 0 && r.gaps == 0, rows[i].name);
            continue;
        }
        CHECK_ROW(fabs((double)(r.next_ms - BEGIN) / (double)DAY - rows[i].next) < 1e-6, rows[i].name);
        CHECK_ROW((double)(r.next_from_ms - BEGIN) / (double)DAY >= rows[i].from_least, rows[i].name);
        CHECK_ROW((double)(r.next_until_ms - BEGIN) / (double)DAY <= rows[i].until_most, rows[i].name);
    }
}

static double normal(uint64_t *seed)
{
    const double u = ((double)(test_random(seed) >> 11) + 0.5) / 9007199254740992.0, v = ((double)(test_random(seed) >> 11) + 0.5) / 9007199254740992.0;
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

/* Four of five next purchases fall into the interval, for buyers by habit and, of few gaps, for buyers by chance. */
static void intervals_hold_what_they_promise(uint64_t seed)
{
    static const struct { const char *name; size_t orders; bool by_chance; } rows[] = {
        { "by chance, one gap", 2, true }, { "by chance, two gaps", 3, true }, { "by habit, three gaps", 4, false }, { "by habit, ten gaps", 11, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int inside = 0;
        enum { TRIES = 2000 };
        for (int n = 0; n < TRIES; n++) {
            double days[12] = { 0 };
            const double mean = log(20 + (double)(test_random(&seed) % 40));
            for (size_t k = 1; k <= rows[i].orders; k++) {
                const double u = ((double)(test_random(&seed) >> 11) + 0.5) / 9007199254740992.0;
                days[k] = days[k - 1] + (rows[i].by_chance ? -log(u) * 10 * exp(mean) : exp(mean + 0.3 * normal(&seed)));
            }
            const zh_rhythm r = after_orders(days, rows[i].orders);
            const int64_t came_ms = BEGIN + (int64_t)(days[rows[i].orders] * (double)DAY);
            inside += came_ms >= r.next_from_ms && came_ms <= r.next_until_ms;
        }
        printf("%s: %.3f inside\n", rows[i].name, (double)inside / TRIES);
        CHECK_ROW(inside > TRIES * 0.77 && inside < TRIES * 0.84, rows[i].name);
    }
}

static void no_memory_is_said(void)
{
    zh_customers *c = open_table();
    uint64_t seed = 5;
    for (uint64_t i = 0; i < 60; i++) {
        const deed d = make(&seed, i, 40 * DAY);
        fold(c, 1, &d);
    }
    bool done = false;
    for (size_t bytes = 64; !done; bytes += 512) {
        zh_arena small = zh_arena_open(bytes);
        zh_portrait p;
        const zh_portrait_shop shop = shop_of();
        const zh_err e = zh_portrait_of(zh_customers_get(c, (zh_customer_id){ 1 }), zh_customers_terms(c), zh_tz_utc(), &shop, &small, &p);
        CHECK(e == ZH_OK || e == ZH_NOMEM);
        done = e == ZH_OK;
        zh_arena_close(&small);
    }
    zh_customers_close(c);
}

static zh_tz *zone_of(const char *path)
{
    static char bytes[65536];
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    zh_tz *zone = NULL;
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    CHECK(zh_tz_open(&zone, (zh_sv){ bytes, size }) == ZH_OK);
    (void)fclose(file);
    return zone;
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    arena = zh_arena_open((size_t)64 << 20);
    CHECK(zh_json_open(&json, 4096) == ZH_OK);
    zh_tz *berlin = zone_of("/usr/share/zoneinfo/Europe/Berlin"); /* its clocks change */
    for (uint64_t i = 0; i < 60; i++) {
        a_portrait_is_what_the_events_add_up_to(seed * 100 + i, 1 + i * 5, 500 * DAY, berlin != NULL && i % 2 == 0 ? berlin : zh_tz_utc());
        a_portrait_is_what_the_events_add_up_to(seed * 100 + i, 1 + i * 5, 3 * DAY, zh_tz_utc()); /* visits, purchases of one day */
    }
    intervals_follow_the_dates();
    intervals_hold_what_they_promise(seed);
    no_memory_is_said();
    zh_tz_close(berlin);
    zh_json_close(json);
    zh_arena_close(&arena);
    return 0;
}
