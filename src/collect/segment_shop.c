#include "collect/segment_shop.h"

#include "base/json_out.h"

#include <math.h>
#include <stdio.h>

/* The members that matter, found in one walk. */
typedef struct product {
    zh_json_value id, sku, name, category, brand, price, quantity, cost;
} product;

typedef struct order {
    product flat; /* the product's fields beside the event's own */
    zh_json_value products, order_id, currency, revenue, total, value, status;
    zh_json_value order_line, guest, non_product, repeat;
} order;

/* Sizes are equal already; a size known to the compiler makes it one or two comparisons. */
#define IS(key, literal) (memcmp((key).data, literal, sizeof(literal) - 1) == 0)

static void product_member(product *p, zh_sv key, zh_json_value value)
{
    switch (key.size) {
    case 3: if (IS(key, "sku")) p->sku = value; break;
    case 4:
        if (IS(key, "name")) p->name = value;
        else if (IS(key, "cost")) p->cost = value;
        break;
    case 5:
        if (IS(key, "price")) p->price = value;
        else if (IS(key, "brand")) p->brand = value;
        break;
    case 8:
        if (IS(key, "quantity")) p->quantity = value;
        else if (IS(key, "category")) p->category = value;
        break;
    case 10: if (IS(key, "product_id")) p->id = value; break;
    default: break;
    }
}

static void order_member(order *o, zh_sv key, zh_json_value value)
{
    switch (key.size) {
    case 5:
        if (IS(key, "total")) o->total = value;
        else if (IS(key, "value")) o->value = value;
        break;
    case 6: if (IS(key, "status")) o->status = value; break;
    case 7: if (IS(key, "revenue")) o->revenue = value; break;
    case 8:
        if (IS(key, "products")) o->products = value;
        else if (IS(key, "order_id")) o->order_id = value;
        else if (IS(key, "currency")) o->currency = value;
        break;
    case 10: if (IS(key, "zhun_guest")) o->guest = value; break;
    case 11: if (IS(key, "zhun_repeat")) o->repeat = value; break;
    case 15: if (IS(key, "zhun_order_line")) o->order_line = value; break;
    case 16: if (IS(key, "zhun_non_product")) o->non_product = value; break;
    default: break;
    }
}

static double power_of_ten(int digits) /* 0 .. 3 */
{
    static const double powers[] = { 1, 10, 100, 1000 };
    return powers[digits];
}

/* How sure is round(number * 10^digits)? A product this far below 2^53 is off by less than 0.01,
 * so away from a half the rounding is right; near one the decimal text decides. */
#define EXACT_BELOW 0x1p45
#define NEAR_HALF 0.4

static bool minor_of_real(double number, int digits, int64_t *minor)
{
    const double scaled = number * power_of_ten(digits), whole = round(scaled);
    if (fabs(scaled) < EXACT_BELOW && fabs(scaled - whole) < NEAR_HALF) {
        *minor = (int64_t)whole;
        return true;
    }
    char text[ZH_JSON_REAL_BYTES];
    const size_t size = zh_json_print_real(number, text);
    return zh_money_parse((zh_sv){ text, size }, digits, minor) == ZH_OK;
}

bool zh_segment_amount(zh_json_value value, int digits, int64_t *minor)
{
    int64_t number;
    double real;
    zh_sv text;
    if (zh_json_int(value, &number)) {
        const int64_t unit = (int64_t)power_of_ten(digits);
        if (number > INT64_MAX / 1000 || number < -(INT64_MAX / 1000)) return false;
        *minor = number * unit;
        return true;
    }
    if (zh_json_real(value, &real)) return minor_of_real(real, digits, minor);
    return zh_json_text(value, &text) && zh_money_parse(zh_sv_trim(text), digits, minor) == ZH_OK;
}

/* Was something sent at all? null and "" are nothing. */
static bool given(zh_json_value value)
{
    zh_sv text;
    if (zh_json_text(value, &text)) return zh_sv_trim(text).size > 0;
    return !zh_json_is(value, ZH_JSON_ABSENT) && !zh_json_is(value, ZH_JSON_NULL);
}

/* quantity x price, rounded once; the price is exact in minor units in nearly all data. */
static bool line_total(zh_json_value value, int64_t price_minor, int64_t quantity, int digits,
                       int64_t *minor)
{
    double real;
    zh_sv text;
    char printed[ZH_JSON_REAL_BYTES];
    const bool in_text = zh_json_text(value, &text);
    if (!in_text && zh_json_is(value, ZH_JSON_REAL) && zh_json_real(value, &real)) {
        if ((double)price_minor / power_of_ten(digits) != real) {
            text = (zh_sv){ printed, zh_json_print_real(real, printed) };
            return zh_money_times(text, quantity, digits, minor) == ZH_OK;
        }
    }
    if (in_text) return zh_money_times(zh_sv_trim(text), quantity, digits, minor) == ZH_OK;
    return !__builtin_mul_overflow(price_minor, quantity, minor);
}

zh_err zh_segment_id(zh_json_value value, zh_arena *arena, zh_sv *out)
{
    int64_t number;
    char text[24];
    *out = zh_sv_trim(zh_json_text_or_empty(value));
    if (!zh_json_int(value, &number)) return ZH_OK;
    const int size = snprintf(text, sizeof text, "%lld", (long long)number);
    *out = zh_arena_copy(arena, (zh_sv){ text, (size_t)size });
    return out->data == NULL ? ZH_FULL : ZH_OK;
}

/* Whole pieces; a text of digits counts, a fraction is rounded. False: none that makes sense. */
static bool pieces(zh_json_value value, int64_t *out)
{
    if (!zh_segment_amount(value, 0, out)) return false;
    return *out <= ZH_SEGMENT_QUANTITY_MAX && *out >= -ZH_SEGMENT_QUANTITY_MAX;
}

static void line_amounts(const product *p, int digits, zh_event *event, zh_line *line)
{
    const bool ledger = event->act == ZH_ACT_STOCK, refund = event->act == ZH_ACT_REFUND;
    line->quantity = 1;
    line->price_minor = -1;
    if (given(p->quantity)) {
        if (!pieces(p->quantity, &line->quantity)) {
            line->quantity = 0;
            event->marks |= ZH_MARK_OUTLIER;
        }
        if (refund && line->quantity < 0)
            line->quantity = -line->quantity; /* the act says the direction */
        if (line->quantity < 0 && !ledger) line->quantity = 0;
        if (line->quantity == 0) event->marks |= ZH_MARK_OUTLIER;
    }
    int64_t cost; /* one that makes no sense is none */
    if (given(p->cost) && zh_segment_amount(p->cost, digits, &cost) && cost >= 0 && cost <= ZH_SEGMENT_AMOUNT_MINOR_MAX) {
        line->cost_minor = cost;
        line->has_cost = true;
    }
    if (!given(p->price)) return;
    /* A ledger brought in as history has lines that take money back ("adjust bad debt"): they count in
     * reports. From a live shop a negative price is a mistake or a fraud, and counts as none. */
    const int64_t least = (event->marks & ZH_MARK_IMPORT) != 0 ? -ZH_SEGMENT_AMOUNT_MINOR_MAX : 0;
    int64_t minor;
    if (!zh_segment_amount(p->price, digits, &minor) || minor < least || minor > ZH_SEGMENT_AMOUNT_MINOR_MAX) {
        event->marks |= ZH_MARK_OUTLIER;
        return;
    }
    if (minor < 0) event->marks |= ZH_MARK_OUTLIER;
    line->price_minor = minor;
    if (!line_total(p->price, minor, line->quantity, digits, &line->total_minor)) {
        line->total_minor = 0;
        event->marks |= ZH_MARK_OUTLIER;
    }
}

/* One product to one line; a product without any id makes none. */
static zh_err add_line(const product *p, int digits, zh_arena *arena, zh_event *event, zh_sv *bad)
{
    zh_sv id, sku;
    zh_err e = zh_segment_id(p->id, arena, &id);
    if (e == ZH_OK) e = zh_segment_id(p->sku, arena, &sku);
    if (e != ZH_OK) return e;
    if (id.size == 0) id = sku;
    if (id.size == 0) return ZH_OK;
    if (id.size > ZH_ITEM_TEXT_BYTES_MAX || sku.size > ZH_ITEM_TEXT_BYTES_MAX) {
        *bad = ZH_SV("product_id");
        return ZH_RANGE;
    }
    zh_line *line = &event->lines[event->lines_count++];
    line->item = zh_item_id_of(id);
    line->item_text = id;
    line->sku = sku;
    line->name = zh_json_text_or_empty(p->name);
    line->category = zh_json_text_or_empty(p->category);
    line->brand = zh_json_text_or_empty(p->brand);
    line_amounts(p, digits, event, line);
    return ZH_OK;
}

static zh_err add_lines(const order *o, int digits, zh_arena *arena, zh_event *event, zh_sv *bad)
{
    const bool many = zh_json_is(o->products, ZH_JSON_ARRAY);
    const size_t count = many ? zh_json_count(o->products) : 1;
    if (count > ZH_EVENT_LINES_MAX) {
        *bad = ZH_SV("products");
        return ZH_RANGE;
    }
    if (!many && !given(o->flat.id) && !given(o->flat.sku)) return ZH_OK;
    event->lines = ZH_TAKE(arena, zh_line, count);
    if (event->lines == NULL) return ZH_FULL;
    if (!many) return add_line(&o->flat, digits, arena, event, bad);
    for (zh_json_iter list = zh_json_walk(o->products); zh_json_next(&list);) {
        product p = { 0 };
        for (zh_json_iter it = zh_json_walk(list.value); zh_json_next(&it);)
            product_member(&p, it.key, it.value);
        const zh_err e = add_line(&p, digits, arena, event, bad);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

/* Acts whose money is the event's own; elsewhere `value` and `total` mean other things. */
static bool is_purchase(zh_act act)
{
    return act == ZH_ACT_ORDER || act == ZH_ACT_ORDER_UPDATE || act == ZH_ACT_REFUND ||
           act == ZH_ACT_CANCEL || act == ZH_ACT_CHECKOUT;
}

static void revenue(const order *o, int digits, zh_event *event)
{
    const bool purchase = is_purchase(event->act);
    zh_json_value stated = o->revenue;
    if (purchase && !given(stated)) stated = o->total;
    if (purchase && !given(stated)) stated = o->value;
    if (!given(stated)) {
        for (uint32_t i = 0; purchase && i < event->lines_count; i++)
            event->revenue_minor += event->lines[i].total_minor;
        return;
    }
    int64_t minor;
    const bool read = zh_segment_amount(stated, digits, &minor);
    if (read && minor < 0 && event->act == ZH_ACT_REFUND) minor = -minor;
    if (!read || minor < 0 || minor > ZH_SEGMENT_AMOUNT_MINOR_MAX) event->marks |= ZH_MARK_OUTLIER;
    else event->revenue_minor = minor;
}

static void import_marks(const order *o, zh_event *event)
{
    const struct { zh_json_value value; uint32_t mark; } marks[] = {
        { o->order_line, ZH_MARK_ORDER_LINE },
        { o->guest, ZH_MARK_GUEST },
        { o->non_product, ZH_MARK_NON_PRODUCT },
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        bool yes = false;
        if (zh_json_bool(marks[i].value, &yes) && yes) event->marks |= marks[i].mark;
    }
    int64_t nth = 0;
    if (zh_json_int(o->repeat, &nth) && nth >= 2) event->marks |= ZH_MARK_REPEAT_LINE;
}

/* By the status of an order, in the words of Shopify and WooCommerce, or by the name of an event that says nothing else. */
static bool is_paid(const order *o, const zh_event *event)
{
    static const char *const words[] = { "paid", "processing", "completed", "partially_refunded", "refunded" };
    const zh_sv status = zh_sv_trim(zh_json_text_or_empty(o->status)), name = zh_sv_trim(event->name);
    bool is = event->order_id.size > 0 && (zh_sv_equal(name, ZH_SV("Order Paid")) || zh_sv_equal(name, ZH_SV("PayOrder")));
    for (size_t i = 0; !is && (event->act == ZH_ACT_ORDER || event->act == ZH_ACT_ORDER_UPDATE) && i < sizeof words / sizeof *words; i++) is = zh_sv_equal(status, zh_sv_of(words[i]));
    return is;
}

zh_err zh_segment_shop(zh_json_value properties, bool is_import, zh_arena *arena, zh_event *event,
                       zh_sv *bad)
{
    order o = { 0 };
    for (zh_json_iter it = zh_json_walk(properties); zh_json_next(&it);) {
        product_member(&o.flat, it.key, it.value);
        order_member(&o, it.key, it.value);
    }
    if (is_import) import_marks(&o, event);
    zh_err e = zh_segment_id(o.order_id, arena, &event->order_id);
    if (e != ZH_OK) return e;
    if (event->order_id.size > ZH_EXTERNAL_ID_BYTES_MAX) {
        *bad = ZH_SV("order_id");
        return ZH_RANGE;
    }
    if (is_paid(&o, event)) event->marks |= ZH_MARK_PAID;
    event->currency = zh_currency_of(zh_sv_trim(zh_json_text_or_empty(o.currency)));
    const int digits = event->currency.code == 0 ? 2 : zh_currency_digits(event->currency);
    if (event->act != ZH_ACT_OTHER && event->act != ZH_ACT_CONSENT) {
        e = add_lines(&o, digits, arena, event, bad);
        if (e != ZH_OK) return e;
    }
    revenue(&o, digits, event);
    return ZH_OK;
}
