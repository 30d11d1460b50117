#include "collect/orders_csv.h"

#include "base/hash.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "core/event.h"

#include <assert.h>
#include <stdio.h>

#define GUEST_PREFIX "guest-" /* of the anonymousId, before the order id */
#define NTH_MAX UINT64_C(9999999999) /* ten digits in the messageId */
#define SIZE_BYTES_MAX 10      /* of a LEB128 number */
_Static_assert(ZH_ORDERS_ID_BYTES_MAX + 1 + 16 + 1 + 10 <= ZH_MESSAGE_ID_BYTES_MAX,
               "ten digits count the equal lines");

/* A line, read and checked. Views are those of its fields. */
typedef struct order_line {
    zh_sv order, customer, item;
    int64_t quantity, at_ms;
    zh_cell_amount price, discount;
    bool has_discount, guest, non_product;
    zh_currency currency;
    const char *event;
    uint64_t content; /* hash of the cells */
    uint64_t nth;     /* equal line of this order, from 1 */
} order_line;

zh_orders_csv zh_orders_csv_open(const zh_column_map *map, const zh_tz *zone)
{
    assert(map->table == ZH_TABLE_ORDERS);
    return (zh_orders_csv){
        .map = map, .zone = zone, .seen_ = zh_map_open(), .hashed_ = zh_buf_open(1 << 20)
    };
}

void zh_orders_csv_close(zh_orders_csv *orders)
{
    if (orders == NULL) return;
    zh_map_close(&orders->seen_);
    zh_buf_close(&orders->hashed_);
}

zh_err zh_orders_csv_header(zh_orders_csv *orders, const zh_sv *fields, uint32_t count,
                            zh_note *why)
{
    return zh_columns_bind(orders->map, fields, count, &orders->columns, why);
}

/* ---- reading ---- */

/* An id that must be there, of at most bytes_max. */
static zh_err read_id(zh_sv cell, zh_column column, size_t bytes_max, zh_sv *out, zh_note *why)
{
    const char *name = zh_column_name(column);
    *out = cell;
    if (cell.size == 0 && column != ZH_COLUMN_CUSTOMER_ID) {
        zh_note_set(why, "%s is blank", name);
        return ZH_FORMAT;
    }
    if (cell.size > bytes_max) {
        zh_note_set(why, "%s is longer than %zu bytes", name, bytes_max);
        return ZH_RANGE;
    }
    if (!zh_cell_id_spoilt(cell)) return ZH_OK;
    zh_note_set(why,
                "%s '%.*s' was made a number by a spreadsheet and its last digits are lost: export "
                "it as text",
                name, ZH_SV_ARG(zh_cell_shown(cell)));
    return ZH_FORMAT;
}

static zh_err read_ids(const zh_orders_csv *o, const zh_sv *fields, order_line *line, zh_note *why)
{
    zh_err e = read_id(zh_columns_cell(&o->columns, fields, ZH_COLUMN_ORDER_ID), ZH_COLUMN_ORDER_ID,
                       ZH_ORDERS_ID_BYTES_MAX, &line->order, why);
    if (e == ZH_OK)
        e = read_id(zh_columns_cell(&o->columns, fields, ZH_COLUMN_ITEM_ID), ZH_COLUMN_ITEM_ID,
                    ZH_ITEM_TEXT_BYTES_MAX, &line->item, why);
    if (e == ZH_OK)
        e = read_id(zh_columns_cell(&o->columns, fields, ZH_COLUMN_CUSTOMER_ID),
                    ZH_COLUMN_CUSTOMER_ID, ZH_EXTERNAL_ID_BYTES_MAX, &line->customer, why);
    if (e != ZH_OK) return e;
    line->customer = zh_cell_id_whole(line->customer);
    line->guest = line->customer.size == 0;
    line->non_product = zh_column_map_non_product(o->map, line->item);
    return ZH_OK;
}

static zh_err read_amounts(const zh_orders_csv *o, const zh_sv *fields, order_line *line,
                           zh_note *why)
{
    const zh_sv discount = zh_columns_cell(&o->columns, fields, ZH_COLUMN_DISCOUNT);
    const struct { zh_column column; zh_cell_amount *to; } amounts[] = {
        { ZH_COLUMN_UNIT_PRICE, &line->price }, { ZH_COLUMN_DISCOUNT, &line->discount },
    };
    zh_note inner = { "" };
    zh_err e = zh_cell_count_read(zh_columns_cell(&o->columns, fields, ZH_COLUMN_QUANTITY),
                                  o->map->decimal, &line->quantity, &inner);
    if (e != ZH_OK) {
        zh_note_set(why, "quantity %s", inner.text);
        return e;
    }
    line->has_discount = discount.size > 0;
    for (size_t i = 0; i < 1u + line->has_discount; i++) {
        e = zh_cell_amount_read(zh_columns_cell(&o->columns, fields, amounts[i].column),
                                o->map->decimal, amounts[i].to, &inner);
        if (e == ZH_OK) continue;
        zh_note_set(why, "%s %s", zh_column_name(amounts[i].column), inner.text);
        return e;
    }
    e = zh_column_map_currency(o->map, zh_columns_cell(&o->columns, fields, ZH_COLUMN_CURRENCY),
                               &line->currency, why);
    if (e != ZH_OK || line->currency.code != 0) return e;
    zh_note_set(why, "no currency: fill its cell, or write `currency: CNY` into the map file");
    return ZH_FORMAT;
}

static zh_err read_time(zh_orders_csv *o, const zh_sv *fields, order_line *line, zh_note *why)
{
    const zh_sv cell = zh_columns_cell(&o->columns, fields, ZH_COLUMN_ORDERED_AT);
    zh_err e = ZH_FORMAT;
    /* The lines of an order follow each other and have one time. */
    if (cell.size > 0 && zh_sv_equal(cell, (zh_sv){ o->time_text_, o->time_size_ })) {
        line->at_ms = o->time_ms_;
        return ZH_OK;
    }
    if (o->map->dates_count == 0)
        e = zh_cell_time_read(cell, ZH_SV("iso8601"), o->zone, &line->at_ms);
    for (uint32_t i = 0; e != ZH_OK && i < o->map->dates_count; i++) {
        const zh_err now =
            zh_cell_time_read(cell, zh_sv_of(o->map->dates[i]), o->zone, &line->at_ms);
        if (now != ZH_FORMAT) e = now;
    }
    if (e == ZH_RANGE)
        zh_note_set(why, "ordered_at '%.*s' is not between 1970 and 2200",
                    ZH_SV_ARG(zh_cell_shown(cell)));
    else if (e != ZH_OK)
        zh_note_set(why, "ordered_at '%.*s' is not a date of the format %s%s",
                    ZH_SV_ARG(zh_cell_shown(cell)),
                    o->map->dates_count == 0 ? "iso8601" : o->map->dates[0],
                    o->map->dates_count > 1 ? ", or another of the map" : "");
    if (e == ZH_OK && cell.size <= sizeof o->time_text_) {
        memcpy(o->time_text_, cell.data, cell.size);
        o->time_size_ = (uint8_t)cell.size;
        o->time_ms_ = line->at_ms;
    }
    return e;
}

/* What the line means: a sale, a refund or a correction of stock. */
static zh_err read_event(const zh_orders_csv *o, order_line *line, zh_note *why)
{
    const zh_sv prefix = zh_sv_of(o->map->cancel_prefix);
    const bool cancelled = prefix.size > 0 && zh_sv_starts(line->order, prefix);
    line->event = "Order Completed";
    if (!cancelled && line->quantity >= 0) return ZH_OK;
    if (!cancelled && o->map->negative == ZH_NEGATIVE_REJECT) {
        zh_note_set(why, "quantity %lld is negative", (long long)line->quantity);
        return ZH_RANGE;
    }
    if (!cancelled && o->map->negative == ZH_NEGATIVE_STOCK) {
        line->event = "Stock Adjusted";
        return ZH_OK;
    }
    line->event = "Order Refunded";
    if (line->quantity < 0) line->quantity = -line->quantity; /* the name says the direction */
    return ZH_OK;
}

/* XXH3-64 of the cells as written: number of the column, size (LEB128), bytes; blank cells left
 * out. */
static zh_err hash_cells(zh_orders_csv *o, const zh_sv *fields, uint64_t *hash)
{
    size_t bytes = 0;
    for (int c = 0; c < ZH_COLUMN_COUNT; c++)
        if (o->columns.at[c] >= 0) bytes += 1 + SIZE_BYTES_MAX + fields[o->columns.at[c]].size;
    zh_buf_reset(&o->hashed_);
    char *const from = zh_buf_room(&o->hashed_, bytes), *at = from;
    if (from == NULL) return zh_buf_err(&o->hashed_);
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        if (o->columns.at[c] < 0) continue;
        const zh_sv cell = fields[o->columns.at[c]];
        if (zh_sv_trim(cell).size == 0) continue;
        *at++ = (char)c;
        size_t size = cell.size;
        for (; size >= 0x80; size >>= 7) *at++ = (char)(unsigned char)(size | 0x80);
        *at++ = (char)size;
        memcpy(at, cell.data, cell.size);
        at += cell.size;
    }
    *hash = zh_fast64((zh_sv){ from, (size_t)(at - from) });
    return ZH_OK;
}

static zh_err check_cells(const zh_orders_csv *o, const zh_sv *fields, uint32_t count, zh_note *why)
{
    if (count != o->columns.count) {
        zh_note_set(why, "%u columns where the header has %u", count, o->columns.count);
        return ZH_FORMAT;
    }
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        if (o->columns.at[c] < 0) continue;
        const zh_sv cell = fields[o->columns.at[c]];
        if (cell.size > ZH_ORDERS_CELL_BYTES_MAX) {
            zh_note_set(why, "%s is longer than %d bytes", zh_column_name((zh_column)c),
                        ZH_ORDERS_CELL_BYTES_MAX);
            return ZH_RANGE;
        }
        if (zh_utf8_valid(cell) != cell.size) {
            zh_note_set(why, "%s has bytes that are no text in the encoding of this file",
                        zh_column_name((zh_column)c));
            return ZH_FORMAT;
        }
    }
    return ZH_OK;
}

/* ---- writing: keys and punctuation are literals, as the shape is always the same ---- */

/* `before` ends with the key and its colon; nothing is written for an empty text. */
static void put_text(zh_buf *to, zh_sv before, zh_sv text)
{
    if (text.size == 0) return;
    zh_buf_put(to, before);
    zh_json_put_text(to, text);
}

/* The number as its own JSON literal: no way through a double. */
static void put_amount(zh_buf *to, zh_sv before, const zh_cell_amount *amount)
{
    zh_buf_put(to, before);
    zh_buf_put(to, (zh_sv){ amount->text, amount->size });
}

static void put_count(zh_buf *to, zh_sv before, int64_t count)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = count < 0 ? 0 - (uint64_t)count : (uint64_t)count;
    do *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (count < 0) *--at = '-';
    zh_buf_put(to, before);
    zh_buf_put(to, (zh_sv){ at, (size_t)(digits + sizeof digits - at) });
}

static void put_product(const zh_orders_csv *o, const zh_sv *fields, const order_line *line,
                        zh_buf *to)
{
    char upper[ZH_ITEM_TEXT_BYTES_MAX];
    zh_sv item = line->item, sku = zh_columns_cell(&o->columns, fields, ZH_COLUMN_SKU);
    if (sku.size == 0) sku = item;
    if (o->map->item_upper) {
        for (size_t i = 0; i < item.size; i++)
            upper[i] = item.data[i] >= 'a' && item.data[i] <= 'z'
                           ? (char)(item.data[i] - ('a' - 'A'))
                           : item.data[i];
        item.data = upper;
    }
    put_text(to, ZH_SV("\"products\":[{\"product_id\":"), item);
    put_text(to, ZH_SV(",\"sku\":"), sku);
    put_text(to, ZH_SV(",\"name\":"), zh_columns_cell(&o->columns, fields, ZH_COLUMN_TITLE));
    put_text(to, ZH_SV(",\"category\":"), zh_columns_cell(&o->columns, fields, ZH_COLUMN_CATEGORY));
    put_text(to, ZH_SV(",\"brand\":"), zh_columns_cell(&o->columns, fields, ZH_COLUMN_BRAND));
    put_amount(to, ZH_SV(",\"price\":"), &line->price);
    put_count(to, ZH_SV(",\"quantity\":"), line->quantity);
    zh_buf_put(to, ZH_SV("}]"));
}

static void put_properties(const zh_orders_csv *o, const zh_sv *fields, const order_line *line,
                           zh_buf *to)
{
    char currency[4];
    zh_currency_text(line->currency, currency);
    put_text(to, ZH_SV("{\"order_id\":"), line->order);
    put_text(to, ZH_SV(",\"currency\":"), zh_sv_of(currency));
    put_text(to, ZH_SV(",\"country\":"), zh_columns_cell(&o->columns, fields, ZH_COLUMN_COUNTRY));
    if (line->has_discount) put_amount(to, ZH_SV(",\"discount\":"), &line->discount);
    zh_buf_put(to, ZH_SV(",\"zhun_order_line\":true,"));
    if (line->guest) zh_buf_put(to, ZH_SV("\"zhun_guest\":true,"));
    if (line->non_product) zh_buf_put(to, ZH_SV("\"zhun_non_product\":true,"));
    if (line->nth >= 2) {
        put_count(to, ZH_SV("\"zhun_repeat\":"), (int64_t)line->nth);
        zh_buf_put_u8(to, ',');
    }
    put_product(o, fields, line, to);
    zh_buf_put_u8(to, '}');
}

/* ORDER/HASH/N, see the header; returns its size. */
static size_t message_id(const order_line *line, char out[ZH_MESSAGE_ID_BYTES_MAX])
{
    char *at = out, tail[24];
    memcpy(at, line->order.data, line->order.size);
    at += line->order.size;
    *at++ = '/';
    for (int shift = 60; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[line->content >> shift & 15];
    *at++ = '/';
    const int size =
        line->nth < 10 ? 1 : snprintf(tail, sizeof tail, "%llu", (unsigned long long)line->nth);
    if (line->nth < 10) tail[0] = (char)('0' + line->nth);
    memcpy(at, tail, (size_t)size);
    return (size_t)(at - out) + (size_t)size;
}

static zh_err put_event(const zh_orders_csv *o, const zh_sv *fields, const order_line *line,
                        zh_buf *to)
{
    char id[ZH_MESSAGE_ID_BYTES_MAX], time[ZH_TIME_TEXT_BYTES],
        guest[sizeof GUEST_PREFIX + ZH_ORDERS_ID_BYTES_MAX] = GUEST_PREFIX;
    put_text(to, ZH_SV("{\"type\":\"track\",\"event\":"), zh_sv_of(line->event));
    put_text(to, ZH_SV(",\"messageId\":"), (zh_sv){ id, message_id(line, id) });
    if (line->guest) {
        memcpy(guest + sizeof GUEST_PREFIX - 1, line->order.data, line->order.size);
        put_text(to, ZH_SV(",\"anonymousId\":"),
                 (zh_sv){ guest, sizeof GUEST_PREFIX - 1 + line->order.size });
    } else {
        put_text(to, ZH_SV(",\"userId\":"), line->customer);
    }
    put_text(to, ZH_SV(",\"timestamp\":"), (zh_sv){ time, zh_time_print(line->at_ms, time) });
    zh_buf_put(to, ZH_SV(",\"properties\":"));
    put_properties(o, fields, line, to);
    zh_buf_put_u8(to, '}');
    return zh_buf_err(to);
}

zh_err zh_orders_csv_line(zh_orders_csv *orders, const zh_sv *fields, uint32_t count, zh_buf *out,
                          zh_note *why)
{
    order_line line = { 0 };
    zh_err e = check_cells(orders, fields, count, why);
    if (e == ZH_OK) e = read_ids(orders, fields, &line, why);
    if (e == ZH_OK) e = read_amounts(orders, fields, &line, why);
    if (e == ZH_OK) e = read_time(orders, fields, &line, why);
    if (e == ZH_OK) e = read_event(orders, &line, why);
    if (e == ZH_OK) e = hash_cells(orders, fields, &line.content);
    if (e != ZH_OK) return e;
    bool made;
    uint64_t *seen =
        zh_map_at(&orders->seen_, zh_mix64(zh_fast64(line.order)) ^ line.content, &made);
    if (seen == NULL) return ZH_NOMEM;
    line.nth = *seen + 1;
    if (line.nth > NTH_MAX) {
        zh_note_set(why, "more than %llu equal lines", (unsigned long long)NTH_MAX);
        return ZH_RANGE;
    }
    const size_t before = out->size;
    e = put_event(orders, fields, &line, out);
    if (e != ZH_OK) {
        out->size = before;
        return e;
    }
    *seen = line.nth;
    orders->lines++;
    orders->guests += line.guest;
    orders->repeats += line.nth >= 2;
    return ZH_OK;
}
