/* Goal: the report of a published shop to the cent, and the same report whatever the order of events.
 * Method: the UCI Online Retail file line by line, as the import makes events of it, against its
 * published and recomputed figures; stories of whole orders; random events and merges, shuffled,
 * kept and loaded. The file is looked for in ZHUN_SHARED (default ../shared); without it the rest
 * runs and the test ends as skipped. */
#include "measure/sales.h"
#include "check.h"
#include "shelf.h"

#define DAY INT64_C(86400000)
#define GBP ((zh_currency){ 0x474250 })
#define EUR ((zh_currency){ 0x455552 })

static zh_sales *opened(void)
{
    zh_sales *s = NULL;
    CHECK(zh_sales_open(&s, &(zh_sales_desc){ 0 }) == ZH_OK);
    return s;
}

static void check_sound(const zh_sales *s)
{
    const char *why = NULL;
    const bool sound = zh_sales_check(s, &why);
    if (!sound) fprintf(stderr, "%s\n", why);
    CHECK(sound);
}

/* ---- stories ---- */

static zh_event order_event(const char *id, uint64_t key, int64_t ms, zh_act act, zh_line *lines, uint32_t count, int64_t revenue)
{
    return (zh_event){ .type = ZH_EVENT_TRACK, .act = act, .key = { 0, key }, .time_ms = ms, .order_id = zh_sv_of(id),
                       .currency = GBP, .lines = lines, .lines_count = count, .revenue_minor = revenue,
                       .properties = ZH_SV("{\"order_id\":\"x\",\"country\":\"France\"}") };
}

static zh_line line_of(const char *sku, int64_t quantity, int64_t price_minor)
{
    return (zh_line){ .item_text = zh_sv_of(sku), .sku = zh_sv_of(sku), .name = zh_sv_of(sku), .quantity = quantity,
                      .price_minor = price_minor, .total_minor = quantity * price_minor };
}

static void test_an_order_that_comes_twice_is_sold_once(void)
{
    zh_line lines[] = { line_of("a", 2, 300), line_of("b", 1, 400) };
    const zh_event first = order_event("o1", 7, 2 * DAY, ZH_ACT_ORDER, lines, 2, 1100); /* 100 postage */
    zh_event again = order_event("o1", 3, 2 * DAY + 5, ZH_ACT_ORDER, lines, 1, 9999);
    const zh_event back = order_event("o1", 8, 3 * DAY, ZH_ACT_REFUND, lines, 1, 600);
    for (int turn = 0; turn < 2; turn++) { /* in either order */
        zh_sales *s = opened();
        zh_sales_raw raw;
        zh_sales_clean clean;
        zh_sales_total total[4];
        CHECK(zh_sales_fold(s, turn ? &again : &first, (zh_customer_id){ 5 }) == ZH_OK);
        CHECK(zh_sales_fold(s, turn ? &first : &again, (zh_customer_id){ 5 }) == ZH_OK);
        CHECK(zh_sales_fold(s, &back, (zh_customer_id){ 5 }) == ZH_OK);
        check_sound(s);
        zh_sales_raw_get(s, &raw);
        zh_sales_clean_get(s, &clean);
        CHECK(raw.rows == 3 && raw.invoices == 1 && raw.cancel_invoices == 1 && raw.cancel_rows == 1 && raw.repeated_orders == 1);
        CHECK(raw.gross_minor == 1100 - 600 && raw.quantity == 3 - 2 && raw.customers == 1 && raw.stock_codes == 2);
        CHECK(raw.neg_qty_rows == 1 && raw.countries == 1 && raw.first_ms == 2 * DAY && raw.last_ms == 3 * DAY);
        CHECK(clean.rows == 2 && clean.invoices == 1 && clean.customers == 1 && clean.revenue_minor == 1000);
        CHECK(zh_sales_currencies(s, total, 4) == 1 && total[0].orders == 1 && total[0].revenue_minor == 1100);
        CHECK(total[0].refunded_minor == 600 && total[0].refunds == 1);
        CHECK(zh_sales_days(s, GBP, 0, 10, total, 4) == 2 && total[0].day == 3 && total[0].month == 1 && total[0].year == 1970);
        CHECK(total[1].day == 4 && total[1].orders == 0 && total[1].refunded_minor == 600);
        CHECK(zh_sales_days(s, EUR, 0, 10, total, 4) == 0 && zh_sales_days(s, GBP, 3, 3, total, 4) == 1);
        zh_sales_close(s);
    }
    again.key.low = 7; /* the very same event is no repetition */
    zh_sales *s = opened();
    zh_sales_raw raw;
    CHECK(zh_sales_fold(s, &first, (zh_customer_id){ 5 }) == ZH_OK && zh_sales_fold(s, &first, (zh_customer_id){ 5 }) == ZH_OK);
    zh_sales_raw_get(s, &raw);
    CHECK(raw.rows == 2 && raw.gross_minor == 1100 && raw.repeated_orders == 0);
    zh_sales_close(s);
    zh_sales_close(NULL);
}

static void test_merged_customers_count_once(void)
{
    zh_line line = line_of("a", 1, 100);
    for (int turn = 0; turn < 3; turn++) { /* merges before, between and after the orders; chains in both orders */
        zh_sales *s = opened();
        zh_sales_clean clean;
        zh_event orders[4];
        static const char *const ids[] = { "a", "b", "c", "d" };
        for (uint64_t i = 0; i < 4; i++) orders[i] = order_event(ids[i], i, DAY, ZH_ACT_ORDER, &line, 1, 100);
        if (turn == 0) CHECK(zh_sales_merge(s, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK);
        for (uint64_t i = 0; i < 4; i++) {
            CHECK(zh_sales_fold(s, &orders[i], (zh_customer_id){ i + 1 }) == ZH_OK);
            if (turn == 1 && i == 1) CHECK(zh_sales_merge(s, (zh_customer_id){ 2 }, (zh_customer_id){ 3 }) == ZH_OK);
        }
        if (turn != 0) CHECK(zh_sales_merge(s, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK);
        if (turn != 1) CHECK(zh_sales_merge(s, (zh_customer_id){ 2 }, (zh_customer_id){ 3 }) == ZH_OK);
        CHECK(zh_sales_merge(s, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK); /* again */
        zh_sales_clean_get(s, &clean);
        CHECK(clean.customers == 2 && clean.invoices == 4);
        zh_sales_close(s);
    }
}

static void test_prices_and_guests(void)
{
    static const struct { const char *name, *properties; zh_line line; uint64_t customer; uint32_t marks; int64_t clean, le0, guest; } rows[] = {
        { "sold", "{}", { .quantity = 1, .price_minor = 5, .total_minor = 5 }, 1, 0, 1, 0, 0 },
        { "a price of 0.001 as sent", "{\"products\":[{\"price\":0.001}]}", { .quantity = 1 }, 1, 0, 1, 0, 0 },
        { "the same on top", "{\"price\":0.001}", { .quantity = 1 }, 1, 0, 1, 0, 0 },
        { "free", "{\"price\":0.00}", { .quantity = 1 }, 1, 0, 0, 1, 0 },
        { "free without a word", "", { .quantity = 1 }, 1, 0, 0, 1, 0 },
        { "price not sent", "{}", { .quantity = 1, .price_minor = -1 }, 1, 0, 0, 0, 0 },
        { "bad debt", "{}", { .quantity = 1, .price_minor = -500, .total_minor = -500 }, 1, ZH_MARK_OUTLIER, 0, 1, 0 },
        { "a guest", "{}", { .quantity = 1, .price_minor = 5, .total_minor = 5 }, 9, ZH_MARK_GUEST, 0, 0, 1 },
        { "nobody", "{}", { .quantity = 1, .price_minor = 5, .total_minor = 5 }, 0, 0, 0, 0, 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zh_sales *s = opened();
        zh_sales_raw raw;
        zh_sales_clean clean;
        zh_line line = rows[i].line;
        zh_event e = order_event("o", 1, DAY, ZH_ACT_ORDER, &line, 1, 0);
        e.marks = rows[i].marks, e.properties = zh_sv_of(rows[i].properties);
        CHECK(zh_sales_fold(s, &e, (zh_customer_id){ rows[i].customer }) == ZH_OK);
        zh_sales_raw_get(s, &raw), zh_sales_clean_get(s, &clean);
        CHECK_ROW(clean.rows == rows[i].clean && raw.price_le0_rows == rows[i].le0 && raw.guest_rows == rows[i].guest, rows[i].name);
        CHECK_ROW(raw.customers == !rows[i].guest && clean.customers == rows[i].clean && raw.rows == 1 && raw.blank_desc == 1, rows[i].name);
        zh_sales_close(s);
    }
}

static int64_t eight_hours_ahead(void *context, int64_t ms) { return ms + *(int64_t *)context; }

static void test_days_are_those_of_the_workspace(void)
{
    int64_t ahead_ms = 8 * 3600000;
    zh_sales *s = NULL;
    zh_sales_total total[2];
    zh_line line = line_of("a", 1, 100);
    CHECK(zh_sales_open(&s, &(zh_sales_desc){ eight_hours_ahead, &ahead_ms }) == ZH_OK);
    const zh_event e = order_event("o", 1, 31 * DAY - 3600000, ZH_ACT_ORDER, &line, 1, 100); /* 31 January 23:00 UTC */
    CHECK(zh_sales_fold(s, &e, (zh_customer_id){ 1 }) == ZH_OK);
    CHECK(zh_sales_months(s, GBP, total, 2) == 1 && total[0].month == 2 && total[0].clean_revenue_minor == 100);
    zh_sales_close(s);
}

/* ---- any order ---- */

typedef struct happening { zh_event event; zh_line lines[3]; uint64_t customer, absorbed; } happening;

static happening random_happening(uint64_t *seed, uint64_t key)
{
    static const zh_act acts[] = { ZH_ACT_ORDER, ZH_ACT_ORDER, ZH_ACT_ORDER, ZH_ACT_REFUND, ZH_ACT_CANCEL, ZH_ACT_STOCK, ZH_ACT_VIEW };
    static const char *const ids[] = { "a", "b", "c", "d", "e", "" }, *const skus[] = { "s", "t", "u", "" };
    static const char *const places[] = { "{}", "{\"country\":\"France\"}", "{\"country\":\"EIRE\"}", "", "{\"country\":7}" };
    happening h = { .customer = test_random(seed) % 6 };
    const uint32_t count = (uint32_t)(test_random(seed) % 4);
    for (uint32_t i = 0; i < count; i++)
        h.lines[i] = line_of(skus[test_random(seed) % 4], (int64_t)(test_random(seed) % 4) - (test_random(seed) % 9 == 0 ? 5 : 0),
                             (int64_t)(test_random(seed) % 5) - 1);
    h.event = order_event(ids[test_random(seed) % 6], key, (int64_t)(test_random(seed) % 5) * DAY / 2, acts[test_random(seed) % 7], NULL, count,
                          (int64_t)(test_random(seed) % 500));
    h.event.properties = zh_sv_of(places[test_random(seed) % 5]);
    h.event.currency = test_random(seed) % 3 == 0 ? EUR : GBP;
    h.event.marks = (test_random(seed) % 3 == 0 ? ZH_MARK_ORDER_LINE : 0) | (test_random(seed) % 6 == 0 ? ZH_MARK_GUEST : 0) |
                    (test_random(seed) % 6 == 0 ? ZH_MARK_REPEAT_LINE : 0);
    if (test_random(seed) % 12 == 0) h.absorbed = 1 + test_random(seed) % 3;
    return h;
}

static void happen(zh_sales *s, happening *h)
{
    h->event.lines = h->lines;
    if (h->absorbed != 0) CHECK(zh_sales_merge(s, (zh_customer_id){ h->absorbed }, (zh_customer_id){ h->absorbed + 2 }) == ZH_OK);
    else CHECK(zh_sales_fold(s, &h->event, (zh_customer_id){ h->customer }) == ZH_OK);
}

static void test_any_order_gives_the_same_report(uint64_t seed)
{
    happening all[80];
    shelf first = { 0 }, second = { 0 }, grown = { 0 }, back = { 0 };
    zh_sales *a = opened(), *b = opened(), *loaded = opened();
    const size_t count = test_random(&seed) % 80;
    for (size_t i = 0; i < count; i++) all[i] = random_happening(&seed, i + 1), happen(a, &all[i]);
    for (size_t i = count; i > 1; i--) {
        const size_t j = test_random(&seed) % i;
        const happening one = all[i - 1];
        all[i - 1] = all[j], all[j] = one;
    }
    for (size_t i = 0; i < count; i++) {
        happen(b, &all[i]);
        if (i % 5 == 0) CHECK(zh_sales_save(b, false, shelf_keep(&grown)) == ZH_OK);
    }
    check_sound(a), check_sound(b);
    CHECK(zh_sales_save(b, false, shelf_keep(&grown)) == ZH_OK);
    CHECK(zh_sales_save(a, true, shelf_keep(&first)) == ZH_OK && zh_sales_save(b, true, shelf_keep(&second)) == ZH_OK);
    CHECK(shelf_equal(&first, &second) && shelf_equal(&first, &grown));
    for (size_t i = first.count; i-- > 0;) CHECK(zh_sales_load(loaded, shelf_key(&first, i), shelf_value(&first, i)) == ZH_OK);
    check_sound(loaded);
    CHECK(zh_sales_save(loaded, true, shelf_keep(&back)) == ZH_OK && shelf_equal(&first, &back));
    zh_sales_raw raw[2];
    zh_sales_clean clean[2];
    zh_sales_raw_get(a, &raw[0]), zh_sales_raw_get(loaded, &raw[1]);
    zh_sales_clean_get(a, &clean[0]), zh_sales_clean_get(loaded, &clean[1]);
    CHECK(memcmp(&raw[0], &raw[1], sizeof raw[0]) == 0 && memcmp(&clean[0], &clean[1], sizeof clean[0]) == 0);
    zh_sales_total total[2][40];
    zh_sales_country country[2][8];
    CHECK(zh_sales_days(a, GBP, -9, 9, total[0], 40) == zh_sales_days(loaded, GBP, -9, 9, total[1], 40));
    const size_t countries = zh_sales_countries(a, GBP, country[0], 8);
    CHECK(countries == zh_sales_countries(loaded, GBP, country[1], 8));
    for (size_t i = 0; i < countries; i++)
        CHECK(zh_sv_equal(country[0][i].country, country[1][i].country) && country[0][i].rows == country[1][i].rows);
    for (size_t i = 0; i < first.count; i++) /* damage is an error or a number, never a crash */
        for (size_t cut = 0; cut < shelf_value(&first, i).size; cut++) {
            zh_sales *s = opened();
            CHECK(zh_sales_load(s, shelf_key(&first, i), zh_sv_part(shelf_value(&first, i), 0, cut)) == ZH_FORMAT);
            zh_sales_close(s);
            if (seed % 50 != 0) break;
        }
    shelf_close(&first), shelf_close(&second), shelf_close(&grown), shelf_close(&back);
    zh_sales_close(a), zh_sales_close(b), zh_sales_close(loaded);
}

/* ---- the published file ---- */

typedef struct row { zh_sv cell[8]; } row; /* invoice, code, description, quantity, date, price, customer, country */

static void split(char *line, row *out)
{
    char *at = line;
    for (int c = 0; c < 8; c++) {
        char *from = at, *to = at;
        if (*at == '"') {
            for (from = to = ++at; *at != '\0'; at++) {
                if (*at == '"' && at[1] != '"') break;
                at += *at == '"';
                *to++ = *at;
            }
            if (*at == '"') at++;
        } else {
            while (*at != ',' && *at != '\n' && *at != '\r' && *at != '\0') at++;
            to = at;
        }
        out->cell[c] = (zh_sv){ from, (size_t)(to - from) };
        if (*at == ',') at++;
    }
}

static int64_t number_of(zh_sv text) /* whole part, sign kept */
{
    int64_t value = 0;
    for (size_t i = 0; i < text.size && text.data[i] != '.'; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9') value = value * 10 + (text.data[i] - '0');
    return text.size > 0 && text.data[0] == '-' ? -value : value;
}

static int64_t time_of(zh_sv text) /* 2010-12-01 08:26:00 as UTC: the file's local time is the report's */
{
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
    char copy[32] = { 0 };
    memcpy(copy, text.data, text.size < 31 ? text.size : 31);
    CHECK(sscanf(copy, "%d-%d-%d %d:%d:%d", &y, &mo, &d, &h, &mi, &s) == 6);
    const int64_t era_day = (int64_t)(y - (mo < 3)) * 365 + (y - (mo < 3)) / 4 - (y - (mo < 3)) / 100 + (y - (mo < 3)) / 400;
    const int64_t days = era_day + (153 * (mo + (mo < 3 ? 9 : -3)) + 2) / 5 + d - 1 - 719468;
    return ((days * 24 + h) * 60 + mi) * 60000 + s * 1000;
}

static void fold_row(zh_sales *s, const row *r, uint64_t key, bool repeated)
{
    char properties[160];
    const int64_t quantity = number_of(r->cell[3]);
    const bool cancel = r->cell[0].data[0] == 'C', stock = !cancel && quantity < 0;
    zh_line line = { .item_text = r->cell[1], .sku = r->cell[1], .name = r->cell[2], .quantity = cancel ? -quantity : quantity };
    CHECK(zh_money_parse(r->cell[5], 2, &line.price_minor) == ZH_OK);
    CHECK(zh_money_times(r->cell[5], line.quantity, 2, &line.total_minor) == ZH_OK);
    const int size = snprintf(properties, sizeof properties, "{\"products\":[{\"price\":%.*s}],\"country\":\"%.*s\"}", ZH_SV_ARG(r->cell[5]),
                              ZH_SV_ARG(r->cell[7]));
    const zh_event e = { .type = ZH_EVENT_TRACK, .act = cancel ? ZH_ACT_REFUND : stock ? ZH_ACT_STOCK : ZH_ACT_ORDER,
        .marks = ZH_MARK_ORDER_LINE | ZH_MARK_IMPORT | (r->cell[6].size == 0 ? ZH_MARK_GUEST : 0) | (repeated ? ZH_MARK_REPEAT_LINE : 0),
        .key = { zh_mix64(key), key }, .time_ms = time_of(r->cell[4]), .order_id = r->cell[0], .currency = GBP, .lines = &line,
        .lines_count = 1, .revenue_minor = line.total_minor, .properties = { properties, (size_t)size } };
    const uint64_t customer = r->cell[6].size == 0 ? 1000000 + key : (uint64_t)number_of(r->cell[6]);
    CHECK(zh_sales_fold(s, &e, (zh_customer_id){ customer }) == ZH_OK);
}

static void check_report(const zh_sales *s)
{
    zh_sales_raw raw;
    zh_sales_clean clean;
    zh_sales_raw_get(s, &raw), zh_sales_clean_get(s, &clean);
    const struct { const char *name; int64_t is, want; } figures[] = {
        { "rows", raw.rows, 541909 }, { "invoices", raw.invoices, 25900 }, { "cancel_rows", raw.cancel_rows, 9288 },
        { "cancel_invoices", raw.cancel_invoices, 3836 }, { "guest_rows", raw.guest_rows, 135080 }, { "customers", raw.customers, 4372 },
        { "stock_codes", raw.stock_codes, 4070 }, { "countries", raw.countries, 38 }, { "neg_qty_rows", raw.neg_qty_rows, 10624 },
        { "price_le0_rows", raw.price_le0_rows, 2517 }, { "blank_desc", raw.blank_desc, 1454 }, { "gross", raw.gross_minor, 974774793 },
        { "quantity", raw.quantity, 5176450 }, { "duplicate_rows", raw.duplicate_rows, 5268 }, { "repeated_orders", raw.repeated_orders, 0 },
        { "first", raw.first_ms, 1291191960000 }, { "last", raw.last_ms, 1323435000000 },
        { "clean rows", clean.rows, 397884 }, { "clean customers", clean.customers, 4338 }, { "clean invoices", clean.invoices, 18532 },
        { "clean revenue", clean.revenue_minor, 891140790 },
    };
    bool same = true;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        if (figures[i].is == figures[i].want) continue;
        fprintf(stderr, "%s: %lld, should be %lld\n", figures[i].name, (long long)figures[i].is, (long long)figures[i].want);
        same = false;
    }
    CHECK(same);
    static const struct { const char *name; int64_t revenue_minor; } tops[] = { { "United Kingdom", 730839155 }, { "Netherlands", 28544634 },
        { "EIRE", 26554590 }, { "Germany", 22886714 }, { "France", 20902405 } };
    zh_sales_country countries[5];
    CHECK(zh_sales_countries(s, GBP, countries, 5) == 5);
    for (int i = 0; i < 5; i++)
        CHECK_ROW(zh_sv_equal(countries[i].country, zh_sv_of(tops[i].name)) && countries[i].clean_revenue_minor == tops[i].revenue_minor, tops[i].name);
    static const struct { int month, year; int64_t invoices, revenue_minor; } months[] = { { 12, 2010, 1400, 57271389 },
        { 2, 2011, 997, 44713735 }, { 4, 2011, 1149, 46920036 }, { 6, 2011, 1393, 66121369 }, { 8, 2011, 1280, 64534390 } };
    zh_sales_total totals[20];
    const size_t count = zh_sales_months(s, GBP, totals, 20);
    CHECK(count == 13);
    for (size_t m = 0; m < 5; m++)
        for (size_t i = 0; i < count; i++)
            if (totals[i].month == months[m].month && totals[i].year == months[m].year)
                CHECK(totals[i].clean_invoices == months[m].invoices && totals[i].clean_revenue_minor == months[m].revenue_minor);
}

/* 0: reported; 77: the file is not there. */
static int report_of_the_published_file(void)
{
    char command[1024], line[4096], before[4096];
    const char *shared = getenv("ZHUN_SHARED");
    snprintf(command, sizeof command, "gzip -dc '%s/data/orders/online_retail.csv.gz' 2>/dev/null", shared != NULL ? shared : "../shared");
    FILE *file = popen(command, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        if (file != NULL) pclose(file);
        printf("online_retail.csv.gz is not there: skipped\n");
        return 77;
    }
    zh_sales *s = opened();
    zh_map seen = zh_map_open();
    uint64_t key = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        row r;
        bool made = false;
        memcpy(before, line, sizeof line);
        CHECK(zh_map_at(&seen, zh_fast64(zh_sv_of(before)), &made) != NULL);
        split(line, &r);
        fold_row(s, &r, ++key, !made);
    }
    pclose(file);
    zh_map_close(&seen);
    check_sound(s);
    check_report(s);
    shelf kept = { 0 };
    zh_sales *loaded = opened();
    CHECK(zh_sales_save(s, true, shelf_keep(&kept)) == ZH_OK);
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_sales_load(loaded, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    check_report(loaded);
    printf("online retail: %zu entries, %zu KiB of memory\n", kept.count, zh_sales_bytes(s) / 1024);
    shelf_close(&kept);
    zh_sales_close(s), zh_sales_close(loaded);
    return 0;
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_an_order_that_comes_twice_is_sold_once();
    test_merged_customers_count_once();
    test_prices_and_guests();
    test_days_are_those_of_the_workspace();
    for (uint64_t i = 0; i < 300; i++) test_any_order_gives_the_same_report(seed + i);
    return report_of_the_published_file();
}
