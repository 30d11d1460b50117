#include "measure/features.h"
#include "base/hash.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LEANING_MIN (0.25 - 1e-9) /* of a customer's interest: he counts for the name; exactly a quarter does, however it was rounded */

const char *zh_feature_text(const zh_features *f, uint32_t column, zh_sv *name)
{
    static const char *const texts[] = {
#define X(id, text) text,
        ZH_FEATURE_LIST(X)
#undef X
    };
    *name = column < ZH_FEATURES_FIXED ? (zh_sv){ 0 } : f->names[column - ZH_FEATURES_FIXED].text;
    if (column < ZH_FEATURES_FIXED) return texts[column];
    return f->names[column - ZH_FEATURES_FIXED].kind == ZH_TASTE_CATEGORY ? "category" : "brand";
}

/* ---- the usual names ---- */

zh_err zh_features_count(zh_feature_counter *counter, zh_arena *arena, zh_arena *scratch, const zh_terms *terms, const zh_customer_state *state)
{
    zh_err e = ZH_OK;
    if (counter->all == NULL && (counter->all = malloc(ZH_FEATURES_COUNTED_MAX * sizeof *counter->all)) == NULL) return ZH_NOMEM;
    for (zh_taste_kind kind = ZH_TASTE_CATEGORY; e == ZH_OK && kind <= ZH_TASTE_BRAND; kind++) {
        zh_affinity *rows;
        uint32_t rows_count;
        e = zh_affinity_of(state, terms, kind, scratch, &rows, &rows_count);
        for (uint32_t i = 0; e == ZH_OK && i < rows_count && rows[i].share >= LEANING_MIN; i++) {
            bool made = false;
            uint64_t *place = counter->count < ZH_FEATURES_COUNTED_MAX ? zh_map_at(&counter->places, rows[i].name_hash, &made) : zh_map_get(&counter->places, rows[i].name_hash);
            if (place == NULL && counter->count < ZH_FEATURES_COUNTED_MAX) return ZH_NOMEM;
            if (place == NULL) continue;
            if (made) {
                counter->all[counter->count] = (zh_feature_name){ kind, zh_arena_copy(arena, rows[i].name), rows[i].name_hash, 0 };
                if (counter->all[counter->count].text.data == NULL && rows[i].name.size > 0) return ZH_NOMEM;
                *place = counter->count++;
            }
            counter->all[*place].customers++;
        }
    }
    return e;
}

static int most_first(const void *left, const void *right)
{
    const zh_feature_name *a = left, *b = right;
    if (a->customers != b->customers) return a->customers > b->customers ? -1 : 1;
    return a->kind != b->kind ? (int)a->kind - (int)b->kind : zh_sv_compare(a->text, b->text);
}

void zh_features_take(zh_features *f, zh_feature_counter *counter, uint32_t categories, uint32_t brands, uint64_t customers_min)
{
    uint32_t left[2] = { categories, brands };
    f->names_count = 0;
    if (counter->count > 1) qsort(counter->all, counter->count, sizeof *counter->all, most_first);
    for (size_t i = 0; i < counter->count && f->names_count < ZH_FEATURES_NAMES_MAX; i++) {
        uint32_t *room = &left[counter->all[i].kind == ZH_TASTE_BRAND];
        if (counter->all[i].customers < customers_min || *room == 0 || counter->all[i].text.size == 0) continue;
        f->names[f->names_count++] = counter->all[i];
        (*room)--;
    }
}

void zh_feature_counter_close(zh_feature_counter *counter)
{
    zh_map_close(&counter->places);
    free(counter->all);
    *counter = (zh_feature_counter){ 0 };
}

/* ---- a customer ---- */

static double major(const zh_money_total *money)
{
    static const double units[] = { 1, 10, 100, 1000, 10000 };
    const int digits = money->currency.code == 0 ? 2 : zh_currency_digits(money->currency);
    const double value = (double)(money->revenue_minor - money->refunded_minor) / units[digits >= 0 && digits <= 4 ? digits : 2];
    return value > 0 ? value : 0;
}

static void orders_of(const zh_customer_state *state, double out[])
{
    zh_order_totals totals;
    uint32_t count, lines = 0, returned = 0;
    const zh_order *orders = zh_customer_orders(state, &count);
    zh_customer_order_totals(state, &totals);
    for (uint32_t i = 0; i < count; i++) {
        if (!zh_order_is_sale(&orders[i])) continue;
        lines += orders[i].form != ZH_ORDER_UNSTATED ? orders[i].stated_lines : orders[i].loose_lines;
        returned += orders[i].refunds > 0;
    }
    const double money = totals.money_count == 0 ? 0 : major(&totals.money[0]), n = totals.orders == 0 ? 1 : totals.orders;
    out[ZH_FEATURE_ORDERS] = log1p(totals.orders);
    out[ZH_FEATURE_MONEY] = log1p(money);
    out[ZH_FEATURE_ORDER_VALUE] = log1p(money / n);
    out[ZH_FEATURE_BASKET] = log1p(lines / n);
    out[ZH_FEATURE_RETURNS] = returned / n;
}

static void facts_of(const zh_features *f, const zh_customer_state *state, double out[])
{
    uint32_t events = 0, evening = 0, night = 0, weekend = 0, banded = 0, bands = 0, left = ZH_FEATURES_FACTS_MAX;
    int64_t offset_day = INT64_MIN, offset_ms = 0;
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; left > 0 && zh_facts_next(&facts, &fact); left--) {
        if (fact.time_ms / ZH_DAY_MS != offset_day) {
            offset_day = fact.time_ms / ZH_DAY_MS;
            offset_ms = (int64_t)zh_tz_offset_s(f->zone, fact.time_ms) * 1000;
        }
        const int64_t hours = (fact.time_ms + offset_ms) / ZH_HOUR_MS, hour = ((hours + 72) % 168 + 168) % 168;
        events++;
        evening += hour % 24 >= 18;
        night += hour % 24 < 6;
        weekend += hour >= 5 * 24;
        if (f->shop == NULL) continue;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            const int band = f->shop->band(f->shop->context, zh_terms_text(f->terms, line.item), zh_terms_text(f->terms, line.category), line.price_minor);
            if (band >= 0) banded++, bands += (uint32_t)band;
        }
    }
    const double n = events + ZH_FEATURES_USUAL;
    out[ZH_FEATURE_EVENING] = (evening + ZH_FEATURES_USUAL * 0.25) / n;
    out[ZH_FEATURE_NIGHT] = (night + ZH_FEATURES_USUAL * 0.25) / n;
    out[ZH_FEATURE_WEEKEND] = (weekend + ZH_FEATURES_USUAL * 2.0 / 7) / n;
    out[ZH_FEATURE_PRICE] = (bands / 2.0 + ZH_FEATURES_USUAL * 0.5) / (banded + ZH_FEATURES_USUAL);
}

zh_err zh_features_of(const zh_features *f, const zh_customer_state *state, zh_arena *scratch, double out[ZH_FEATURES_MAX])
{
    const int64_t last_ms = zh_customer_last_ms(state), silent_ms = f->now_ms > last_ms ? f->now_ms - last_ms : 0;
    zh_err e = ZH_OK;
    out[ZH_FEATURE_RECENCY] = log1p((double)silent_ms / ZH_DAY_MS);
    out[ZH_FEATURE_DAYS] = log1p(zh_customer_active_days(state, f->now_ms - ZH_FEATURES_DAYS * (int64_t)ZH_DAY_MS, f->now_ms + 1));
    out[ZH_FEATURE_VIEWS] = log1p(zh_customer_acts(state, ZH_ACT_VIEW));
    out[ZH_FEATURE_ADDS] = log1p(zh_customer_acts(state, ZH_ACT_ADD));
    orders_of(state, out);
    facts_of(f, state, out);
    for (uint32_t i = 0; i < f->names_count; i++) out[ZH_FEATURES_FIXED + i] = 0;
    for (zh_taste_kind kind = ZH_TASTE_CATEGORY; e == ZH_OK && f->names_count > 0 && kind <= ZH_TASTE_BRAND; kind++) {
        zh_affinity *rows;
        uint32_t rows_count;
        e = zh_affinity_of(state, f->terms, kind, scratch, &rows, &rows_count);
        for (uint32_t r = 0; e == ZH_OK && r < rows_count; r++)
            for (uint32_t i = 0; i < f->names_count; i++)
                if (f->names[i].hash == rows[r].name_hash && f->names[i].kind == kind) out[ZH_FEATURES_FIXED + i] = rows[r].share;
    }
    return e;
}

/* ---- in words of an expression ---- */

static void put_text(zh_buf *out, zh_sv text)
{
    zh_buf_put(out, ZH_SV("\""));
    for (size_t i = 0; i < text.size; i++) {
        char code[8];
        const unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') zh_buf_put(out, ZH_SV("\\"));
        if (c >= ' ') zh_buf_put(out, (zh_sv){ text.data + i, 1 });
        else zh_buf_put(out, (zh_sv){ code, (size_t)snprintf(code, sizeof code, "\\x%02x", c) });
    }
    zh_buf_put(out, ZH_SV("\""));
}

__attribute__((format(printf, 2, 3)))
static void put_print(zh_buf *out, const char *format, ...)
{
    char text[96];
    va_list values;
    va_start(values, format);
    const int size = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    zh_buf_put(out, (zh_sv){ text, (size_t)size });
}

double zh_feature_plain(uint32_t column, double value)
{
    switch (column) {
    case ZH_FEATURE_RETURNS:
    case ZH_FEATURE_EVENING:
    case ZH_FEATURE_NIGHT:
    case ZH_FEATURE_WEEKEND:
    case ZH_FEATURE_PRICE: return value;
    default: return column < ZH_FEATURES_FIXED ? expm1(value) : value;
    }
}

static void put_leaning(const zh_feature_name *name, double value, bool at_least, zh_buf *out)
{
    const zh_sv map = name->kind == ZH_TASTE_CATEGORY ? ZH_SV("customer.affinity.category") : ZH_SV("customer.affinity.brand");
    zh_buf_put(out, at_least ? ZH_SV("(") : ZH_SV("(!("));
    put_text(out, name->text);
    zh_buf_put(out, ZH_SV(" in "));
    zh_buf_put(out, map);
    zh_buf_put(out, at_least ? ZH_SV(" && ") : ZH_SV(") || "));
    zh_buf_put(out, map);
    zh_buf_put(out, ZH_SV("["));
    put_text(out, name->text);
    put_print(out, at_least ? "] >= %.4f)" : "] < %.4f)", value);
}

bool zh_feature_condition(const zh_features *f, uint32_t column, double value, bool at_least, zh_buf *out)
{
    const double plain = zh_feature_plain(column, value);
    switch (column) {
    case ZH_FEATURE_RECENCY: put_print(out, at_least ? "customer.last_seen <= now - hours(%.0f)" : "customer.last_seen > now - hours(%.0f)", fmin(fmax(1, plain * 24), 200000)); return true;
    case ZH_FEATURE_ORDERS: put_print(out, at_least ? "customer.orders.count() >= %.0f" : "customer.orders.count() < %.0f", ceil(plain - 1e-9)); return true;
    case ZH_FEATURE_MONEY: put_print(out, at_least ? "customer.orders.revenue() >= %.2f" : "customer.orders.revenue() < %.2f", plain); return true;
    default: break;
    }
    if (column < ZH_FEATURES_FIXED) return false;
    put_leaning(&f->names[column - ZH_FEATURES_FIXED], plain, at_least, out);
    return true;
}
