/* Entry: key 'b', item u64 big-endian; value: u8 version = 1, then quantity and price, each: var n, zig sum, zig squares. */
#include "quality/bounds.h"
#include "base/buf.h"

#include <stdlib.h>

#define VERSION 1

zh_bounds zh_bounds_open(void) { return (zh_bounds){ .by_item = zh_map_open() }; }

void zh_bounds_close(zh_bounds *b)
{
    free(b->items);
    zh_map_close(&b->by_item);
}

int32_t zh_bound_log(int64_t amount)
{
    /* 2^((i + 1) / 16) in 1/65536: the mantissa below step[i] belongs to the sixteenth i. */
    static const uint32_t steps[16] = { 68438, 71468, 74632, 77936, 81386, 84990, 88752, 92682,
                                        96785, 101070, 105545, 110218, 115098, 120194, 125515, 131072 };
    if (amount < 1) return 0;
    const int top = 63 - __builtin_clzll((unsigned long long)amount);
    const uint64_t mantissa = top >= 16 ? (uint64_t)amount >> (top - 16) : (uint64_t)amount << (16 - top);
    int32_t part = 0;
    while (mantissa >= steps[part]) part++;
    return top * 16 + part;
}

static int64_t root(uint64_t x)
{
    uint64_t r = 0;
    for (uint64_t bit = 1ull << 31; bit > 0; bit >>= 1)
        if ((r | bit) * (r | bit) <= x) r |= bit;
    return (int64_t)r;
}

/* In 1/256 of a sixteenth, so that the mean of many is not rounded away. */
static void mean_and_spread(const zh_moments *m, int64_t *mean, int64_t *spread)
{
    const int64_t n = (int64_t)m->n;
    *mean = m->sum * 256 / n;
    const int64_t squares = m->squares * 256 / n, mean_squared = *mean / 16 * (*mean / 16);
    *spread = squares > mean_squared ? root((uint64_t)(squares - mean_squared)) * 16 : 0;
    if (*spread < ZH_BOUND_LEAST * 256) *spread = ZH_BOUND_LEAST * 256;
}

static bool is_above(const zh_moments *m, int64_t amount, int width)
{
    int64_t mean, spread;
    mean_and_spread(m, &mean, &spread);
    return (int64_t)zh_bound_log(amount) * 256 - mean > width * spread;
}

static bool is_below(const zh_moments *m, int64_t amount, int width)
{
    int64_t mean, spread;
    mean_and_spread(m, &mean, &spread);
    return mean - (int64_t)zh_bound_log(amount) * 256 > width * spread;
}

static const zh_bound_item *item_of(const zh_bounds *b, zh_item_id item)
{
    const uint64_t *at = zh_map_get(&b->by_item, item.number);
    return at == NULL ? NULL : &b->items[*at];
}

bool zh_bounds_quantity_is_far(const zh_bounds *b, zh_item_id item, int64_t quantity)
{
    if (quantity < ZH_BOUND_QUANTITY_MIN) return false;
    if (b->all.quantity.n < ZH_BOUND_ALL_MIN) return quantity >= ZH_BOUND_QUANTITY_START;
    if (!is_above(&b->all.quantity, quantity, ZH_BOUND_QUANTITY_WIDTH)) return false;
    const zh_bound_item *own = item_of(b, item);
    return own == NULL || own->quantity.n < ZH_BOUND_ITEM_MIN || is_above(&own->quantity, quantity, ZH_BOUND_QUANTITY_WIDTH / 2);
}

bool zh_bounds_price_is_far(const zh_bounds *b, zh_item_id item, int64_t price_minor)
{
    const zh_bound_item *own = price_minor < 1 ? NULL : item_of(b, item);
    if (own == NULL || own->price.n < ZH_BOUND_ITEM_MIN) return false;
    return is_above(&own->price, price_minor, ZH_BOUND_PRICE_WIDTH) || is_below(&own->price, price_minor, ZH_BOUND_PRICE_WIDTH);
}

static void add(zh_moments *m, int64_t amount)
{
    const int64_t x = zh_bound_log(amount);
    m->n++;
    m->sum += x;
    m->squares += x * x;
}

static zh_err own_of(zh_bounds *b, zh_item_id item, zh_bound_item **out)
{
    const uint64_t *at = zh_map_get(&b->by_item, item.number);
    *out = at == NULL ? NULL : &b->items[*at];
    if (*out != NULL || b->count == ZH_BOUND_ITEMS_MAX || item.number == 0) return ZH_OK;
    if (b->count == b->room) {
        const size_t room = b->room == 0 ? 256 : b->room * 2;
        zh_bound_item *items = realloc(b->items, room * sizeof *items);
        if (items == NULL) return ZH_NOMEM;
        b->items = items;
        b->room = room;
    }
    const zh_err e = zh_map_put(&b->by_item, item.number, b->count);
    if (e != ZH_OK) return e;
    *out = &b->items[b->count++];
    **out = (zh_bound_item){ .item = item };
    return ZH_OK;
}

zh_err zh_bounds_add(zh_bounds *b, zh_item_id item, int64_t quantity, int64_t price_minor)
{
    zh_bound_item *own;
    const zh_err e = own_of(b, item, &own);
    if (e != ZH_OK) return e;
    zh_bound_item *const both[] = { &b->all, own };
    for (size_t i = 0; i < 2 && both[i] != NULL; i++) {
        if (quantity >= 1) add(&both[i]->quantity, quantity);
        if (price_minor >= 1) add(&both[i]->price, price_minor);
        both[i]->dirty = true;
    }
    return ZH_OK;
}

int64_t zh_bounds_price(const zh_bounds *b, zh_item_id item)
{
    const zh_bound_item *own = item_of(b, item);
    if (own == NULL || own->price.n < 1) return -1;
    /* 2^(x / 16) by its sixteenths: root 16 of 2 is 1.04427. */
    const int64_t x = (own->price.sum + (int64_t)own->price.n / 2) / (int64_t)own->price.n;
    int64_t scaled = 65536;
    for (int64_t i = 0; i < x % 16; i++) scaled = scaled * 68438 / 65536;
    const int64_t top = x / 16;
    return top >= 40 ? -1 : ((scaled << top) + 32768) >> 16;
}

/* ---- keeping ---- */

static void put_moments(const zh_moments *m, zh_buf *out)
{
    zh_buf_put_var(out, m->n);
    zh_buf_put_zig(out, m->sum);
    zh_buf_put_zig(out, m->squares);
}

static zh_moments read_moments(zh_reader *r)
{
    zh_moments m;
    m.n = zh_read_var(r);
    m.sum = zh_read_zig(r);
    m.squares = zh_read_zig(r);
    const int64_t most = INT64_MAX >> 20; /* what the sums of 2^40 amounts can be */
    r->bad |= m.n > (uint64_t)1 << 40 || m.sum < 0 || m.sum > most || m.squares < 0 || m.squares > most;
    return m;
}

static zh_err keep_one(zh_bound_item *item, bool all, zh_buf *value, zh_keep keep)
{
    char key[9] = { 'b' };
    if (!all && !item->dirty) return ZH_OK;
    if (item->quantity.n == 0 && item->price.n == 0) return ZH_OK;
    for (int k = 0; k < 8; k++) key[k + 1] = (char)(unsigned char)(item->item.number >> (56 - 8 * k));
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    put_moments(&item->quantity, value);
    put_moments(&item->price, value);
    zh_err e = zh_buf_err(value);
    if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(value));
    if (!all && e == ZH_OK) item->dirty = false;
    return e;
}

zh_err zh_bounds_save(zh_bounds *b, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(128);
    zh_err e = keep_one(&b->all, all, &value, keep);
    for (size_t i = 0; e == ZH_OK && i < b->count; i++) e = keep_one(&b->items[i], all, &value, keep);
    zh_buf_close(&value);
    return e;
}

zh_err zh_bounds_load(zh_bounds *b, zh_sv key, zh_sv value)
{
    zh_bound_item *own = &b->all;
    zh_item_id item = { 0 };
    if (key.size != 8) return ZH_FORMAT;
    for (int k = 0; k < 8; k++) item.number = item.number << 8 | (unsigned char)key.data[k];
    zh_reader r = zh_reader_on(value);
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const zh_moments quantity = read_moments(&r);
    const zh_moments price = read_moments(&r);
    if (r.bad || zh_reader_left(&r) != 0) return ZH_FORMAT;
    if (item.number != 0) {
        const zh_err e = own_of(b, item, &own);
        if (e != ZH_OK) return e;
        if (own == NULL) return ZH_FORMAT;
    }
    if (own->quantity.n != 0 || own->price.n != 0) return ZH_FORMAT;
    own->quantity = quantity;
    own->price = price;
    return ZH_OK;
}

size_t zh_bounds_bytes(const zh_bounds *b) { return b->room * sizeof *b->items + zh_map_bytes(&b->by_item); }
