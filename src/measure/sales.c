#include "base/json_scan.h"
#include "measure/sales_inside.h"

#include <assert.h>

static const zh_sip_key order_key = { "zhun order id v1" }, code_key = { "zhun sku set  v1" };

zh_err zh_sales_open(zh_sales **out, const zh_sales_desc *desc)
{
    zh_arena self = zh_arena_open(1 << 15);
    zh_sales *s = ZH_TAKE(&self, zh_sales, 1);
    *out = s;
    if (s == NULL) return ZH_NOMEM;
    s->self = self;
    s->desc = *desc;
    s->first_ms = INT64_MAX, s->last_ms = INT64_MIN;
    s->orders = zh_buf_open(ZH_SALES_THINGS_MAX * sizeof(zh_sales_order));
    s->wholes = zh_buf_open(ZH_SALES_THINGS_MAX * sizeof(zh_sales_whole));
    s->periods = zh_buf_open(ZH_SALES_THINGS_MAX * sizeof(zh_sales_period));
    s->names = zh_buf_open(ZH_SALES_COUNTRIES_MAX * sizeof(zh_sales_name));
    s->corners = zh_buf_open(ZH_SALES_THINGS_MAX * sizeof(zh_sales_corner));
    return ZH_OK;
}

void zh_sales_close(zh_sales *s)
{
    if (s == NULL) return;
    zh_map *const maps[] = { &s->order_at, &s->period_at, &s->name_at, &s->corner_at, &s->codes, &s->people, &s->people_dirty };
    zh_buf *const bufs[] = { &s->orders, &s->wholes, &s->periods, &s->names, &s->corners };
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) zh_map_close(maps[i]);
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) zh_buf_close(bufs[i]);
    zh_arena self = s->self;
    zh_arena_close(&self);
}

/* ---- places ---- */

/* The place behind `key`, or a new one of `bytes` zeros at the end of `things`. */
static size_t place(zh_map *map, uint64_t key, zh_buf *things, size_t bytes, bool *made)
{
    const uint64_t *there = zh_map_get(map, key);
    *made = false;
    if (there != NULL) return *there;
    const size_t at = things->size / bytes;
    char *room = zh_buf_room(things, bytes);
    if (room == NULL || zh_map_put(map, key, at) != ZH_OK) {
        if (room != NULL) things->size -= bytes;
        return SIZE_MAX;
    }
    memset(room, 0, bytes);
    *made = true;
    return at;
}

size_t zh_sales_order_at(zh_sales *s, uint64_t hash)
{
    bool made;
    const size_t at = place(&s->order_at, hash, &s->orders, sizeof(zh_sales_order), &made);
    if (made) *zh_sales_order_of(s, at) = (zh_sales_order){ .hash = hash, .first.ms = INT64_MAX, .whole = ZH_SALES_NO_WHOLE };
    return at;
}

/* A currency beyond the bound counts as unknown. */
static zh_currency known_currency(zh_sales *s, zh_currency currency)
{
    for (uint32_t i = 0; i < s->currencies_count; i++)
        if (s->currencies[i].code == currency.code) return currency;
    if (s->currencies_count == ZH_SALES_CURRENCIES_MAX) return (zh_currency){ 0 };
    return s->currencies[s->currencies_count++] = currency;
}

size_t zh_sales_period_at(zh_sales *s, zh_currency currency, int32_t hour)
{
    bool made;
    currency = known_currency(s, currency);
    const uint64_t key = (uint64_t)currency.code << 32 | (uint32_t)hour;
    const size_t at = place(&s->period_at, key, &s->periods, sizeof(zh_sales_period), &made);
    if (made) zh_sales_period_of(s, at)->currency = currency, zh_sales_period_of(s, at)->hour = hour;
    return at;
}

size_t zh_sales_country_at(zh_sales *s, zh_sv text)
{
    bool made;
    text = zh_sv_part(text, 0, ZH_SALES_COUNTRY_BYTES_MAX);
    if (s->names.size / sizeof(zh_sales_name) == ZH_SALES_COUNTRIES_MAX - 1 && zh_map_get(&s->name_at, zh_fast64(text)) == NULL)
        text = (zh_sv){ 0 }; /* the last place is the unnamed one's */
    const size_t at = place(&s->name_at, zh_fast64(text), &s->names, sizeof(zh_sales_name), &made);
    if (made && text.size > 0) memcpy(zh_sales_name_of(s, at)->text, text.data, zh_sales_name_of(s, at)->size = text.size);
    return at;
}

size_t zh_sales_corner_at(zh_sales *s, uint32_t country, zh_currency currency)
{
    bool made;
    currency = known_currency(s, currency);
    const uint64_t key = (uint64_t)country << 32 | currency.code;
    const size_t at = place(&s->corner_at, key, &s->corners, sizeof(zh_sales_corner), &made);
    if (made) *zh_sales_corner_of(s, at) = (zh_sales_corner){ .country = country, .currency = currency, .dirty = true };
    return at;
}

size_t zh_sales_whole_at(zh_sales *s, zh_sales_order *order)
{
    if (order->whole != ZH_SALES_NO_WHOLE) return order->whole;
    const size_t at = s->wholes.size / sizeof(zh_sales_whole);
    char *room = zh_buf_room(&s->wholes, sizeof(zh_sales_whole));
    if (room == NULL) return SIZE_MAX;
    memset(room, 0, sizeof(zh_sales_whole));
    order->whole = (uint32_t)at;
    return at;
}

/* ---- distinct things ---- */

void zh_sales_count_flags(zh_sales *s, uint32_t flags, int64_t by)
{
    if (flags & (ZH_SALES_ORDER | ZH_SALES_CANCEL | ZH_SALES_STOCK)) s->invoices += by;
    if (flags & ZH_SALES_CANCEL) s->cancel_invoices += by;
    if (flags & (ZH_SALES_LINES_CLEAN | ZH_SALES_WHOLE_CLEAN)) s->clean_invoices += by;
}

void zh_sales_count_person(zh_sales *s, uint64_t flags, int64_t by)
{
    if (flags & ZH_SALES_SEEN) s->customers += by;
    if (flags & ZH_SALES_BOUGHT_CLEAN) s->clean_customers += by;
}

/* Who the customer is now: the end of the chain of absorptions. */
static uint64_t root_of(const zh_sales *s, uint64_t customer)
{
    for (size_t steps = 0; steps <= s->people.count; steps++) {
        const uint64_t *there = zh_map_get(&s->people, customer);
        if (there == NULL || *there >> 8 == 0) return customer;
        customer = *there >> 8;
    }
    return customer;
}

static zh_err mark_person(zh_sales *s, uint64_t customer, uint64_t flags)
{
    uint64_t *there = zh_map_at(&s->people, customer, &(bool){ false });
    if (there == NULL) return ZH_NOMEM;
    if ((*there | flags) == *there) return ZH_OK;
    if (zh_map_put(&s->people_dirty, customer, 1) != ZH_OK) return ZH_NOMEM;
    zh_sales_count_person(s, flags & ~*there, 1);
    *there |= flags;
    return ZH_OK;
}

zh_err zh_sales_merge(zh_sales *s, zh_customer_id absorbed, zh_customer_id into)
{
    const uint64_t from = root_of(s, absorbed.number), to = root_of(s, into.number);
    assert(absorbed.number != 0 && into.number != 0);
    if (from == to) return ZH_OK;
    uint64_t *there = zh_map_at(&s->people, from, &(bool){ false });
    if (there == NULL || zh_map_put(&s->people_dirty, from, 1) != ZH_OK) return ZH_NOMEM;
    const uint64_t flags = *there & 0xFF;
    const zh_err e = flags == 0 ? ZH_OK : mark_person(s, to, flags);
    if (e != ZH_OK) return e;
    zh_sales_count_person(s, flags, -1);
    *zh_map_get(&s->people, from) = (from == absorbed.number ? into.number : to) << 8;
    return ZH_OK;
}

/* ---- one event ---- */

typedef struct counted { /* an event, as it is counted */
    zh_sales_sums sums;
    zh_act act;
    zh_sales_first first;
    int32_t hour;
    uint32_t country;
    bool cancels, named; /* named: it has a customer who is no guest */
} counted;

static zh_sv member(zh_sv object, zh_sv key)
{
    zh_json_split it = zh_json_split_on(object);
    while (zh_json_split_next(&it))
        if (zh_sv_equal(it.key, key)) return it.value;
    return (zh_sv){ 0 };
}

static bool is_positive(zh_sv number)
{
    number = zh_sv_part(number, number.size > 0 && number.data[0] == '"', number.size); /* a price sent as text */
    if (number.size == 0 || number.data[0] == '-') return false;
    for (size_t i = 0; i < number.size && number.data[i] != 'e' && number.data[i] != 'E'; i++)
        if (number.data[i] >= '1' && number.data[i] <= '9') return true;
    return false;
}

/* A price below half a minor unit is rounded to 0 in the line; as sent it stands in the properties. */
static bool tiny_price(const zh_event *event, uint32_t line)
{
    const zh_sv price = member(event->properties, ZH_SV("price"));
    if (price.size > 0) return is_positive(price);
    zh_json_split it = zh_json_split_on(member(event->properties, ZH_SV("products")));
    for (uint32_t i = 0; zh_json_split_next(&it); i++)
        if (i == line) return is_positive(member(it.value, ZH_SV("price")));
    return false;
}

/* 1 positive, 0 not sent, -1 zero or below. */
static int price_sign(const zh_event *event, uint32_t i)
{
    const zh_line *line = &event->lines[i];
    if (line->total_minor < 0 && event->act != ZH_ACT_STOCK) return -1;
    if (line->price_minor == -1) return 0;
    return line->price_minor > 0 || (line->price_minor == 0 && tiny_price(event, i)) ? 1 : -1;
}

static void add_line(counted *sale, const zh_event *event, uint32_t i)
{
    const zh_line *line = &event->lines[i];
    zh_sales_sums *sums = &sale->sums;
    const int price = price_sign(event, i);
    sums->rows++;
    sums->neg_qty_rows += sale->cancels || line->quantity < 0;
    sums->price_le0_rows += price < 0;
    sums->blank_desc += line->name.size == 0;
    sums->guest_rows += !sale->named;
    sums->duplicate_rows += (event->marks & ZH_MARK_REPEAT_LINE) != 0;
    sums->quantity += sale->cancels ? -line->quantity : line->quantity;
    if (!sale->named || event->act != ZH_ACT_ORDER || line->quantity <= 0 || price <= 0) return;
    sums->clean_rows++;
    sums->clean_revenue += line->total_minor;
}

static int32_t hour_of(const zh_sales *s, int64_t ms)
{
    const int64_t local_ms = s->desc.local_ms != NULL ? s->desc.local_ms(s->desc.context, ms) : ms;
    return (int32_t)(local_ms / ZH_HOUR_MS - (local_ms % ZH_HOUR_MS < 0));
}

static counted sale_of(const zh_sales *s, const zh_event *event, zh_customer_id customer)
{
    counted sale = { .act = event->act, .first = { event->time_ms, event->key, event->currency },
                  .cancels = event->act == ZH_ACT_REFUND || event->act == ZH_ACT_CANCEL,
                  .named = customer.number != 0 && !(event->marks & ZH_MARK_GUEST) };
    sale.hour = hour_of(s, event->time_ms);
    for (uint32_t i = 0; i < event->lines_count; i++) add_line(&sale, event, i);
    const int64_t lines = zh_event_lines_minor(event);
    const int64_t gross = event->marks & ZH_MARK_ORDER_LINE ? lines : event->revenue_minor;
    sale.sums.gross = event->act == ZH_ACT_STOCK ? 0 : sale.cancels ? -gross : gross;
    return sale;
}

static void add_sums(zh_sales_sums *into, const zh_sales_sums *sums, int64_t by)
{
    int64_t *to = (int64_t *)(void *)into;
    const int64_t *from = (const int64_t *)(const void *)sums;
    for (size_t i = 0; i < ZH_SALES_SUMS; i++) to[i] += by * from[i];
}

/* Add what the event brings to totals, its hour and its country, or take it back. */
static zh_err count_sale(zh_sales *s, const counted *sale, int64_t by)
{
    const size_t when = zh_sales_period_at(s, sale->first.currency, sale->hour);
    const size_t where = zh_sales_corner_at(s, sale->country, sale->first.currency);
    if (when == SIZE_MAX || where == SIZE_MAX) return ZH_NOMEM;
    zh_sales_period *p = zh_sales_period_of(s, when);
    zh_sales_corner *c = zh_sales_corner_of(s, where);
    add_sums(&s->totals, &sale->sums, by);
    if (sale->cancels) s->cancel_rows += by * sale->sums.rows;
    if (sale->cancels) p->refunded -= by * sale->sums.gross, p->refunds += by;
    else p->revenue += by * sale->sums.gross;
    p->quantity += by * sale->sums.quantity;
    p->clean_rows += by * sale->sums.clean_rows;
    p->clean_revenue += by * sale->sums.clean_revenue;
    c->rows += by * sale->sums.rows;
    c->clean_rows += by * sale->sums.clean_rows;
    c->clean_revenue += by * sale->sums.clean_revenue;
    s->dirty = p->dirty = c->dirty = true;
    return ZH_OK;
}

/* ---- orders ---- */

static bool before(const zh_sales_first *a, const zh_sales_first *b)
{
    if (a->ms != b->ms) return a->ms < b->ms;
    return a->key.high != b->key.high ? a->key.high < b->key.high : a->key.low < b->key.low;
}

/* The order in the hour of its first event, and among the distinct ones. */
static zh_err count_order(zh_sales *s, const zh_sales_order *order, int64_t by)
{
    zh_sales_count_flags(s, order->flags, by);
    if (!(order->flags & ZH_SALES_ORDER)) return ZH_OK;
    const size_t when = zh_sales_period_at(s, order->first.currency, hour_of(s, order->first.ms));
    if (when == SIZE_MAX) return ZH_NOMEM;
    zh_sales_period *p = zh_sales_period_of(s, when);
    p->orders += by;
    if (order->flags & (ZH_SALES_LINES_CLEAN | ZH_SALES_WHOLE_CLEAN)) p->clean_orders += by;
    p->dirty = true;
    return ZH_OK;
}

/* Of several whole events of an order the first stands: count this one, exchange it, or leave it. */
static zh_err stand(zh_sales *s, zh_sales_order *order, const counted *new)
{
    const bool is_first = order->whole == ZH_SALES_NO_WHOLE;
    const size_t at = zh_sales_whole_at(s, order);
    if (at == SIZE_MAX) return ZH_NOMEM;
    zh_sales_whole *whole = zh_sales_whole_of(s, at);
    if (!is_first) {
        if (zh_event_key_equal(whole->first.key, new->first.key)) return ZH_OK; /* the very same event */
        s->repeated_orders++;
        s->dirty = true;
        if (!before(&new->first, &whole->first)) return ZH_OK;
        const counted old = { .sums = whole->sums, .act = ZH_ACT_ORDER, .first = whole->first, .country = whole->country,
                           .hour = hour_of(s, whole->first.ms) };
        const zh_err e = count_sale(s, &old, -1);
        if (e != ZH_OK) return e;
    }
    *whole = (zh_sales_whole){ new->first, new->sums, new->country };
    order->flags = (order->flags & ~(uint32_t)ZH_SALES_WHOLE_CLEAN) | ZH_SALES_DIRTY;
    if (new->sums.clean_rows > 0) order->flags |= ZH_SALES_WHOLE_CLEAN;
    return count_sale(s, new, 1);
}

static uint64_t order_hash(const zh_event *event)
{
    if (event->order_id.size > 0) return zh_sip64(&order_key, event->order_id);
    return zh_mix64(event->key.high ^ zh_mix64(event->key.low)); /* an order without an id is one of its own */
}

static zh_err fold_order(zh_sales *s, const zh_event *event, const counted *sale)
{
    const size_t at = zh_sales_order_at(s, order_hash(event));
    if (at == SIZE_MAX) return ZH_NOMEM;
    zh_sales_order *order = zh_sales_order_of(s, at);
    const zh_sales_order was = *order;
    zh_err e = ZH_OK;
    order->flags |= sale->cancels ? ZH_SALES_CANCEL : sale->act == ZH_ACT_STOCK ? ZH_SALES_STOCK : ZH_SALES_ORDER;
    if (sale->act == ZH_ACT_ORDER && before(&sale->first, &order->first)) order->first = sale->first;
    if (sale->act == ZH_ACT_ORDER && !(event->marks & ZH_MARK_ORDER_LINE)) {
        e = stand(s, order, sale);
    } else {
        if (sale->sums.clean_rows > 0) order->flags |= ZH_SALES_LINES_CLEAN;
        e = count_sale(s, sale, 1);
    }
    if (e != ZH_OK || memcmp(&was, order, sizeof was) == 0) return e;
    const uint32_t flags = order->flags & ~(uint32_t)ZH_SALES_DIRTY;
    order->flags |= ZH_SALES_DIRTY;
    if (flags == (was.flags & ~(uint32_t)ZH_SALES_DIRTY) && !before(&order->first, &was.first)) return ZH_OK;
    e = count_order(s, &was, -1);
    return e == ZH_OK ? count_order(s, order, 1) : e;
}

static zh_err fold_codes(zh_sales *s, const zh_event *event)
{
    for (uint32_t i = 0; i < event->lines_count; i++) {
        bool made = false;
        if (event->lines[i].sku.size == 0) continue;
        uint64_t *there = zh_map_at(&s->codes, zh_sip64(&code_key, event->lines[i].sku), &made);
        if (there == NULL) return ZH_NOMEM;
        if (made) *there = 1;
    }
    return ZH_OK;
}

static zh_sv country_of(const zh_event *event)
{
    const zh_sv value = member(event->properties, ZH_SV("country"));
    if (value.size < 2 || value.data[0] != '"') return (zh_sv){ 0 };
    return zh_sv_trim(zh_sv_part(value, 1, value.size - 2));
}

zh_err zh_sales_fold(zh_sales *s, const zh_event *event, zh_customer_id customer)
{
    if (event->act != ZH_ACT_ORDER && event->act != ZH_ACT_REFUND && event->act != ZH_ACT_CANCEL && event->act != ZH_ACT_STOCK)
        return ZH_OK;
    counted sale = sale_of(s, event, customer);
    const size_t country = zh_sales_country_at(s, country_of(event));
    if (country == SIZE_MAX) return ZH_NOMEM;
    sale.country = (uint32_t)country;
    if (zh_sales_corner_at(s, sale.country, event->currency) == SIZE_MAX) return ZH_NOMEM; /* named is named */
    if (event->time_ms < s->first_ms) s->first_ms = event->time_ms, s->dirty = true;
    if (event->time_ms > s->last_ms) s->last_ms = event->time_ms, s->dirty = true;
    zh_err e = fold_codes(s, event);
    if (e == ZH_OK && sale.named)
        e = mark_person(s, root_of(s, customer.number), ZH_SALES_SEEN | (sale.sums.clean_rows > 0 ? ZH_SALES_BOUGHT_CLEAN : 0));
    return e == ZH_OK ? fold_order(s, event, &sale) : e;
}
