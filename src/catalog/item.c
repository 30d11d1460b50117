/* Every field of an item carries the stamp (at_ms, hash) of the record that set it; a record's
 * field is taken when its stamp is greater, so the order of records does not matter. The stamp of
 * the newest delete stands beside them: no field older than it is ever held. What events say is
 * held apart, with the newest time each value was seen, and shows where no record spoke.
 */
#include "catalog/item.h"
#include "base/map.h"

#include <assert.h>

#define VERSION 1
#define FIELDS 11 /* bits of ZH_ITEM_FIELDS */
#define ENTRY_BYTES_MAX (1 << 16) /* texts of one item: 14 KB by the limits of a change */

typedef struct stamp { int64_t at_ms; uint64_t hash; } stamp;
static const stamp never = { INT64_MIN, 0 };

enum { TEXT_ID, TEXT_TITLE, TEXT_CATEGORY, TEXT_BRAND, TEXT_URL, TEXT_IMAGE, TEXT_ATTRIBUTES,
       TEXT_SEEN_TITLE, TEXT_SEEN_CATEGORY, TEXT_SEEN_BRAND, TEXTS };
enum { SEEN_TITLE, SEEN_CATEGORY, SEEN_BRAND, SEEN_PRICE, SEENS }; /* learned from events */

typedef struct values { /* of records */
    int64_t price_minor, stock, cost_minor;
    zh_currency currency;
    bool available, non_product;
} values;

typedef struct entry {
    zh_item item;                 /* as it stands, built by show() */
    zh_buf texts;                 /* all texts, one after the other */
    uint32_t ends[TEXTS];
    stamp set[FIELDS], gone, newest;
    values values;
    int64_t seen_ms[SEENS];       /* INT64_MIN: never */
    int64_t seen_price_minor;
    zh_currency seen_currency;
    bool seen_non_product;
    bool dirty;
} entry;

struct zh_catalog {
    zh_arena self; /* holds this struct */
    uint32_t items_max;
    zh_map index;  /* item number -> place */
    zh_buf entries;
};

static bool newer(stamp a, stamp b) { return a.at_ms != b.at_ms ? a.at_ms > b.at_ms : a.hash > b.hash; }
static bool is_set(const entry *e, uint32_t field) { return e->set[field].at_ms != INT64_MIN; }
static size_t count_of(const zh_catalog *c) { return c->entries.size / sizeof(entry); }
static entry *entry_of(const zh_catalog *c, size_t at) { return (entry *)(void *)c->entries.data + at; }

static zh_sv text_of(const entry *e, int which)
{
    const uint32_t from = which == 0 ? 0 : e->ends[which - 1];
    return (zh_sv){ e->texts.data + from, e->ends[which] - from };
}

zh_err zh_catalog_open(zh_catalog **out, const zh_catalog_desc *desc)
{
    zh_arena self = zh_arena_open(1 << 15);
    zh_catalog *c = ZH_TAKE(&self, zh_catalog, 1);
    *out = c;
    if (c == NULL) return ZH_NOMEM;
    c->self = self;
    c->items_max = desc->items_max != 0 ? desc->items_max : ZH_CATALOG_ITEMS_MAX;
    c->entries = zh_buf_open(c->items_max * sizeof(entry));
    return ZH_OK;
}

void zh_catalog_close(zh_catalog *c)
{
    if (c == NULL) return;
    for (size_t i = 0; i < count_of(c); i++) zh_buf_close(&entry_of(c, i)->texts);
    zh_buf_close(&c->entries);
    zh_map_close(&c->index);
    zh_arena self = c->self;
    zh_arena_close(&self);
}

/* Pack the texts anew, in exactly the bytes they need. They may be views of the old pack. */
static bool pack(entry *e, const zh_sv texts[TEXTS])
{
    size_t bytes = 0;
    for (int i = 0; i < TEXTS; i++) bytes += texts[i].size;
    zh_buf new = zh_buf_open(bytes);
    for (int i = 0; i < TEXTS; i++) zh_buf_put(&new, texts[i]);
    if (zh_buf_err(&new) != ZH_OK) {
        zh_buf_close(&new);
        return false;
    }
    uint32_t end = 0;
    for (int i = 0; i < TEXTS; i++) e->ends[i] = end += (uint32_t)texts[i].size;
    zh_buf_close(&e->texts);
    e->texts = new;
    return true;
}

static void unpack(const entry *e, zh_sv texts[TEXTS])
{
    for (int i = 0; i < TEXTS; i++) texts[i] = text_of(e, i);
}

/* The item as it stands: a record's word, else an event's. */
static void show(entry *e)
{
    bool listed = false;
    for (uint32_t f = 0; f < FIELDS; f++) listed |= is_set(e, f);
    zh_item *item = &e->item;
    item->text = text_of(e, TEXT_ID);
    item->title = text_of(e, is_set(e, 0) ? TEXT_TITLE : TEXT_SEEN_TITLE);
    item->category = text_of(e, is_set(e, 1) ? TEXT_CATEGORY : TEXT_SEEN_CATEGORY);
    item->brand = text_of(e, is_set(e, 2) ? TEXT_BRAND : TEXT_SEEN_BRAND);
    item->category_hash = item->category.size == 0 ? 0 : zh_fast64(item->category);
    item->price_minor = is_set(e, 3) ? e->values.price_minor : e->seen_price_minor;
    item->currency = is_set(e, 3) ? e->values.currency : e->seen_currency;
    item->stock = is_set(e, 4) ? e->values.stock : ZH_ITEM_STOCK_UNKNOWN;
    item->available = is_set(e, 5) ? e->values.available : true;
    item->url = text_of(e, TEXT_URL);
    item->image_url = text_of(e, TEXT_IMAGE);
    item->attributes = text_of(e, TEXT_ATTRIBUTES);
    item->non_product = is_set(e, 9) ? e->values.non_product : e->seen_non_product;
    item->cost_minor = is_set(e, 10) ? e->values.cost_minor : ZH_ITEM_COST_UNKNOWN;
    item->listed = listed;
    item->deleted = e->gone.at_ms != INT64_MIN && !listed;
    item->at_ms = e->newest.at_ms == INT64_MIN ? 0 : e->newest.at_ms;
}

/* The entry of the item, made where new. Errors: ZH_EXISTS another text, ZH_FULL, ZH_NOMEM. */
static zh_err entry_at(zh_catalog *c, zh_item_id id, zh_sv text, entry **out)
{
    const uint64_t *there = zh_map_get(&c->index, id.number);
    if (there != NULL) {
        *out = entry_of(c, *there);
        return zh_sv_equal(text_of(*out, TEXT_ID), text) ? ZH_OK : ZH_EXISTS;
    }
    if (count_of(c) >= c->items_max) return ZH_FULL;
    entry new = { .item = { .id = id, .first_ms = INT64_MAX }, .gone = never, .newest = never,
                  .seen_price_minor = ZH_ITEM_PRICE_UNKNOWN };
    for (int f = 0; f < FIELDS; f++) new.set[f] = never;
    for (int s = 0; s < SEENS; s++) new.seen_ms[s] = INT64_MIN;
    const zh_sv texts[TEXTS] = { [TEXT_ID] = text };
    if (!pack(&new, texts)) return ZH_NOMEM;
    entry *room = (entry *)(void *)zh_buf_room(&c->entries, sizeof *room);
    if (room == NULL || zh_map_put(&c->index, id.number, count_of(c) - 1) != ZH_OK) {
        if (room != NULL) c->entries.size -= sizeof *room;
        zh_buf_close(&new.texts);
        return ZH_NOMEM;
    }
    *room = new;
    show(room);
    *out = room;
    return ZH_OK;
}

/* ---- records ---- */

static void set_values(entry *e, uint32_t taken, const zh_item_change *change)
{
    if (taken & ZH_ITEM_PRICE) e->values.price_minor = change->price_minor, e->values.currency = change->currency;
    if (taken & ZH_ITEM_STOCK) e->values.stock = change->stock;
    if (taken & ZH_ITEM_AVAILABLE) e->values.available = change->available;
    if (taken & ZH_ITEM_COST) e->values.cost_minor = change->cost_minor;
    if (taken & ZH_ITEM_KIND) e->values.non_product = change->non_product;
}

/* Fields that are set by a bit and held as texts. */
static const struct { uint32_t bit; int text; } text_fields[] = {
    { ZH_ITEM_TITLE, TEXT_TITLE }, { ZH_ITEM_CATEGORY, TEXT_CATEGORY }, { ZH_ITEM_BRAND, TEXT_BRAND },
    { ZH_ITEM_URL, TEXT_URL }, { ZH_ITEM_IMAGE, TEXT_IMAGE }, { ZH_ITEM_ATTRIBUTES, TEXT_ATTRIBUTES },
};
#define TEXT_FIELDS (sizeof text_fields / sizeof text_fields[0])

static bool take(entry *e, uint32_t taken, const zh_item_change *change)
{
    const zh_sv given[TEXT_FIELDS] = { change->title, change->category, change->brand, change->url,
                                       change->image_url, change->attributes };
    zh_sv texts[TEXTS];
    unpack(e, texts);
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        if (taken & text_fields[i].bit) texts[text_fields[i].text] = given[i];
    if (!pack(e, texts)) return false;
    set_values(e, taken, change);
    return true;
}

zh_err zh_catalog_apply(zh_catalog *c, zh_sv record)
{
    zh_item_change change;
    entry *e = NULL;
    zh_err err = zh_item_change_get(record, &change);
    if (err == ZH_OK) err = entry_at(c, zh_item_id_of(change.text), change.text, &e);
    if (err != ZH_OK) return err;
    const stamp now = { change.at_ms, zh_fast64(record) };
    uint32_t taken = 0; /* fields this record changes: sets, or takes back with a delete */
    for (uint32_t f = 0; f < FIELDS; f++) {
        const bool says = change.deleted ? is_set(e, f) : (change.set >> f & 1) && newer(now, e->gone);
        if (says && newer(now, e->set[f])) taken |= 1u << f;
    }
    const zh_item_change nothing = { .price_minor = ZH_ITEM_PRICE_UNKNOWN, .stock = ZH_ITEM_STOCK_UNKNOWN, .cost_minor = ZH_ITEM_COST_UNKNOWN };
    if (taken != 0 && !take(e, taken, change.deleted ? &nothing : &change)) return ZH_NOMEM;
    for (uint32_t f = 0; f < FIELDS; f++)
        if (taken >> f & 1) e->set[f] = change.deleted ? never : now;
    const bool gone = change.deleted && newer(now, e->gone);
    if (gone) e->gone = now;
    const bool newest = newer(now, e->newest);
    if (newest) e->newest = now, e->item.source = change.source;
    const bool first = change.at_ms < e->item.first_ms;
    if (first) e->item.first_ms = change.at_ms;
    if (taken != 0 || gone || newest || first) {
        e->dirty = true;
        show(e);
    }
    return ZH_OK;
}

bool zh_catalog_holds(const zh_catalog *c, const zh_item_change *change)
{
    const uint64_t *there = zh_map_get(&c->index, zh_item_id_of(change->text).number);
    if (there == NULL || change->deleted) return false;
    const entry *e = entry_of(c, *there);
    const values *v = &e->values;
    if (!zh_sv_equal(text_of(e, TEXT_ID), change->text)) return false;
    for (uint32_t f = 0; f < FIELDS; f++)
        if ((change->set >> f & 1) && !is_set(e, f)) return false;
    const zh_sv given[TEXT_FIELDS] = { change->title, change->category, change->brand, change->url,
                                       change->image_url, change->attributes };
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        if ((change->set & text_fields[i].bit) && !zh_sv_equal(text_of(e, text_fields[i].text), given[i])) return false;
    if ((change->set & ZH_ITEM_PRICE) && (v->price_minor != change->price_minor || v->currency.code != change->currency.code)) return false;
    if ((change->set & ZH_ITEM_COST) && v->cost_minor != change->cost_minor) return false;
    if ((change->set & ZH_ITEM_STOCK) && v->stock != change->stock) return false;
    if ((change->set & ZH_ITEM_AVAILABLE) && v->available != change->available) return false;
    return !(change->set & ZH_ITEM_KIND) || v->non_product == change->non_product;
}

/* ---- events ---- */

static zh_sv cut(zh_sv text, size_t most)
{
    if (text.size <= most) return text;
    while (most > 0 && ((unsigned char)text.data[most] & 0xC0) == 0x80) most--; /* not inside a character */
    return (zh_sv){ text.data, most };
}

/* Does the value seen at `ms` replace the one held? The newer one does; at one time the one with
 * the greater hash. *ms_held follows. */
static bool replaces(zh_sv held, zh_sv value, int64_t ms, int64_t *ms_held, bool *dirty)
{
    if (value.size == 0 || ms < *ms_held) return false;
    const bool equal = *ms_held != INT64_MIN && zh_sv_equal(held, value);
    if (equal || (ms == *ms_held && zh_fast64(value) <= zh_fast64(held))) {
        if (ms > *ms_held) *ms_held = ms, *dirty = true;
        return false;
    }
    *ms_held = ms;
    return *dirty = true;
}

static bool learn_texts(entry *e, const zh_line *line, int64_t ms)
{
    const zh_sv said[] = { cut(line->name, ZH_ITEM_TITLE_BYTES_MAX), cut(line->category, ZH_ITEM_NAME_BYTES_MAX),
                           cut(line->brand, ZH_ITEM_NAME_BYTES_MAX) };
    int64_t seen_ms[3];
    bool changed = false, dirty = false;
    zh_sv texts[TEXTS];
    unpack(e, texts);
    for (int s = SEEN_TITLE; s <= SEEN_BRAND; s++) {
        seen_ms[s] = e->seen_ms[s];
        if (!replaces(texts[TEXT_SEEN_TITLE + s], said[s], ms, &seen_ms[s], &dirty)) continue;
        texts[TEXT_SEEN_TITLE + s] = said[s];
        changed = true;
    }
    if (changed && !pack(e, texts)) return false;
    for (int s = SEEN_TITLE; s <= SEEN_BRAND; s++) e->seen_ms[s] = seen_ms[s];
    e->dirty |= dirty;
    if (changed) show(e);
    return true;
}

/* At one time the greater price holds, then the greater code. */
static bool learn_price(entry *e, int64_t price_minor, zh_currency currency, int64_t ms)
{
    if (ms < e->seen_ms[SEEN_PRICE]) return false;
    const bool equal = price_minor == e->seen_price_minor && currency.code == e->seen_currency.code;
    if (ms == e->seen_ms[SEEN_PRICE]) {
        if (equal || price_minor < e->seen_price_minor) return false;
        if (price_minor == e->seen_price_minor && currency.code < e->seen_currency.code) return false;
    }
    e->seen_ms[SEEN_PRICE] = ms;
    e->seen_price_minor = price_minor;
    e->seen_currency = currency;
    e->dirty = true;
    return !equal;
}

static zh_err learn_line(zh_catalog *c, const zh_event *event, const zh_line *line)
{
    entry *e = NULL;
    if (line->item_text.size == 0) return ZH_OK; /* no item is meant */
    const zh_err err = line->item_text.size > ZH_ITEM_TEXT_BYTES_MAX ? ZH_FORMAT
        : entry_at(c, line->item, line->item_text, &e);
    if (err != ZH_OK) return err;
    bool changed = false;
    if (event->time_ms < e->item.first_ms) e->item.first_ms = event->time_ms, e->dirty = true;
    if ((event->marks & ZH_MARK_NON_PRODUCT) && !e->seen_non_product) e->seen_non_product = e->dirty = changed = true;
    /* Lines of a ledger say "damaged" or "?" where a title should be, and so do gifts at no price. */
    const bool ledger = event->act == ZH_ACT_STOCK || (event->marks & (ZH_MARK_OUTLIER | ZH_MARK_APART)) ||
                        (event->act == ZH_ACT_ORDER && line->price_minor == 0);
    if (!ledger && line->price_minor > 0 && event->act != ZH_ACT_REFUND && event->act != ZH_ACT_CANCEL)
        changed |= learn_price(e, line->price_minor, event->currency, event->time_ms);
    if (changed) show(e);
    return ledger || learn_texts(e, line, event->time_ms) ? ZH_OK : ZH_NOMEM;
}

zh_err zh_catalog_learn(zh_catalog *c, const zh_event *event)
{
    zh_err worst = ZH_OK;
    for (uint32_t i = 0; i < event->lines_count; i++) {
        const zh_err e = learn_line(c, event, &event->lines[i]);
        if (e == ZH_NOMEM) return e;
        if (e != ZH_OK) worst = e;
    }
    return worst;
}

/* ---- asking ---- */

const zh_item *zh_catalog_get(const zh_catalog *c, zh_item_id item)
{
    const uint64_t *there = zh_map_get(&c->index, item.number);
    return there == NULL ? NULL : &entry_of(c, *there)->item;
}

const zh_item *zh_catalog_find(const zh_catalog *c, zh_sv text)
{
    const zh_item *item = text.size == 0 ? NULL : zh_catalog_get(c, zh_item_id_of(text));
    return item != NULL && zh_sv_equal(item->text, text) ? item : NULL;
}

size_t zh_catalog_count(const zh_catalog *c) { return count_of(c); }

const zh_item *zh_catalog_next(const zh_catalog *c, size_t *at)
{
    return *at < count_of(c) ? &entry_of(c, (*at)++)->item : NULL;
}

static unsigned char lower(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

static bool contains(zh_sv text, zh_sv words)
{
    for (size_t at = 0; at + words.size <= text.size; at++) {
        size_t n = 0;
        while (n < words.size && lower(text.data[at + n]) == lower(words.data[n])) n++;
        if (n == words.size) return true;
    }
    return false;
}

bool zh_catalog_fits(const zh_item *item, zh_sv words, zh_sv category)
{
    if (item->deleted || (category.size > 0 && !zh_sv_equal(item->category, category))) return false;
    return contains(item->text, words) || contains(item->title, words) || contains(item->brand, words) ||
           contains(item->category, words);
}

size_t zh_catalog_search(const zh_catalog *c, zh_sv words, zh_sv category, zh_sv after, const zh_item **out, size_t limit, bool *more)
{
    size_t count = 0;
    assert(limit >= 1);
    *more = false;
    for (size_t i = 0; i < count_of(c); i++) {
        const zh_item *item = &entry_of(c, i)->item;
        if (zh_sv_compare(item->text, after) <= 0) continue;
        if (*more && zh_sv_compare(item->text, out[limit - 1]->text) > 0) continue; /* spare the search */
        if (!zh_catalog_fits(item, words, category)) continue;
        size_t low = 0, high = count; /* the place by text */
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (zh_sv_compare(out[middle]->text, item->text) < 0) low = middle + 1;
            else high = middle;
        }
        if (count == limit) *more = true;
        else count++;
        if (low == limit) continue;
        memmove(&out[low + 1], &out[low], (count - 1 - low) * sizeof out[0]);
        out[low] = item;
    }
    return count;
}

/* ---- keeping ----
 *
 * An entry: key = item number, u64 big-endian. Value: u8 version=1, text item id, u32 set,
 * u8 flags (1 deleted once, 2 any record, 4 seen as no product, 8 seen price), u8 seen texts,
 * i64 first_ms, [flags 1: i64 gone at, u64 gone hash], [flags 2: i64 newest at, u64 newest hash, u32 source],
 * each set field: i64 at, u64 hash, its value as in a change; each seen text: i64 ms, text;
 * [flags 8: i64 ms, zig price, u32 currency]. */

enum { GONE = 1, RECORDED = 2, NO_PRODUCT = 4, PRICED = 8 };

static void put_stamp(zh_buf *out, stamp s)
{
    zh_buf_put_i64(out, s.at_ms);
    zh_buf_put_u64(out, s.hash);
}

static stamp read_stamp(zh_reader *r)
{
    const int64_t at_ms = zh_read_i64(r);
    return (stamp){ at_ms, zh_read_u64(r) };
}

static int text_field(uint32_t f)
{
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        if (text_fields[i].bit == 1u << f) return text_fields[i].text;
    return -1;
}

static void put_field(const entry *e, uint32_t f, zh_buf *out)
{
    const values *v = &e->values;
    put_stamp(out, e->set[f]);
    if (text_field(f) >= 0) zh_buf_put_text(out, text_of(e, text_field(f)));
    else if (1u << f == ZH_ITEM_PRICE) zh_buf_put_zig(out, v->price_minor), zh_buf_put_u32(out, v->currency.code);
    else if (1u << f == ZH_ITEM_STOCK) zh_buf_put_zig(out, v->stock);
    else if (1u << f == ZH_ITEM_COST) zh_buf_put_zig(out, v->cost_minor);
    else zh_buf_put_u8(out, 1u << f == ZH_ITEM_KIND ? v->non_product : v->available);
}

static void put_entry(const entry *e, zh_buf *out)
{
    uint32_t set = 0;
    uint8_t seen = 0;
    for (uint32_t f = 0; f < FIELDS; f++) set |= (uint32_t)is_set(e, f) << f;
    for (int s = SEEN_TITLE; s <= SEEN_BRAND; s++) seen = (uint8_t)(seen | (e->seen_ms[s] != INT64_MIN) << s);
    const bool gone = e->gone.at_ms != INT64_MIN, recorded = e->newest.at_ms != INT64_MIN;
    const bool priced = e->seen_ms[SEEN_PRICE] != INT64_MIN;
    zh_buf_put_u8(out, VERSION);
    zh_buf_put_text(out, text_of(e, TEXT_ID));
    zh_buf_put_u32(out, set);
    zh_buf_put_u8(out, (uint8_t)((gone ? GONE : 0) | (recorded ? RECORDED : 0) |
                                 (e->seen_non_product ? NO_PRODUCT : 0) | (priced ? PRICED : 0)));
    zh_buf_put_u8(out, seen);
    zh_buf_put_i64(out, e->item.first_ms);
    if (gone) put_stamp(out, e->gone);
    if (recorded) put_stamp(out, e->newest), zh_buf_put_u32(out, e->item.source.number);
    for (uint32_t f = 0; f < FIELDS; f++)
        if (is_set(e, f)) put_field(e, f, out);
    for (int s = SEEN_TITLE; s <= SEEN_BRAND; s++) {
        if (!(seen >> s & 1)) continue;
        zh_buf_put_i64(out, e->seen_ms[s]);
        zh_buf_put_text(out, text_of(e, TEXT_SEEN_TITLE + s));
    }
    if (!priced) return;
    zh_buf_put_i64(out, e->seen_ms[SEEN_PRICE]);
    zh_buf_put_zig(out, e->seen_price_minor);
    zh_buf_put_u32(out, e->seen_currency.code);
}

zh_err zh_catalog_save(zh_catalog *c, bool all, zh_keep keep)
{
    zh_err err = ZH_OK;
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    for (size_t i = 0; i < count_of(c) && err == ZH_OK; i++) {
        entry *e = entry_of(c, i);
        if (!all && !e->dirty) continue;
        char key[8];
        for (int byte = 0; byte < 8; byte++) key[byte] = (char)(e->item.id.number >> (56 - 8 * byte));
        zh_buf_reset(&value);
        put_entry(e, &value);
        err = zh_buf_err(&value);
        if (err == ZH_OK) err = keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(&value));
        if (err == ZH_OK && !all) e->dirty = false;
    }
    zh_buf_close(&value);
    return err;
}

static void read_field(zh_reader *r, entry *e, uint32_t f, zh_sv texts[TEXTS])
{
    values *v = &e->values;
    e->set[f] = read_stamp(r);
    if (text_field(f) >= 0) texts[text_field(f)] = zh_read_text(r);
    else if (1u << f == ZH_ITEM_PRICE) v->price_minor = zh_read_zig(r), v->currency.code = zh_read_u32(r);
    else if (1u << f == ZH_ITEM_STOCK) v->stock = zh_read_zig(r);
    else if (1u << f == ZH_ITEM_COST) v->cost_minor = zh_read_zig(r);
    else if (1u << f == ZH_ITEM_KIND) v->non_product = zh_read_u8(r) != 0;
    else v->available = zh_read_u8(r) != 0;
}

zh_err zh_catalog_load(zh_catalog *c, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    uint64_t number = 0;
    entry *e = NULL;
    zh_sv texts[TEXTS] = { 0 };
    if (key.size != 8 || value.size > ENTRY_BYTES_MAX || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    for (size_t byte = 0; byte < 8; byte++) number = number << 8 | (uint8_t)key.data[byte];
    texts[TEXT_ID] = zh_read_text(&r);
    const uint32_t set = zh_read_u32(&r);
    const uint8_t flags = zh_read_u8(&r), seen = zh_read_u8(&r);
    const int64_t first_ms = zh_read_i64(&r);
    if (r.bad || texts[TEXT_ID].size == 0 || set > ZH_ITEM_FIELDS || zh_map_get(&c->index, number) != NULL) return ZH_FORMAT;
    const zh_err err = entry_at(c, (zh_item_id){ number }, texts[TEXT_ID], &e);
    if (err != ZH_OK) return err;
    e->item.first_ms = first_ms;
    e->seen_non_product = (flags & NO_PRODUCT) != 0;
    if (flags & GONE) e->gone = read_stamp(&r);
    if (flags & RECORDED) e->newest = read_stamp(&r), e->item.source.number = zh_read_u32(&r);
    for (uint32_t f = 0; f < FIELDS; f++)
        if (set >> f & 1) read_field(&r, e, f, texts);
    for (int s = SEEN_TITLE; s <= SEEN_BRAND; s++)
        if (seen >> s & 1) e->seen_ms[s] = zh_read_i64(&r), texts[TEXT_SEEN_TITLE + s] = zh_read_text(&r);
    if (flags & PRICED) {
        e->seen_ms[SEEN_PRICE] = zh_read_i64(&r);
        e->seen_price_minor = zh_read_zig(&r);
        e->seen_currency.code = zh_read_u32(&r);
    }
    if (!pack(e, texts)) return ZH_NOMEM;
    show(e);
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}

/* ---- proving ---- */

bool zh_catalog_check(const zh_catalog *c, const char **why)
{
    *why = NULL;
    for (size_t i = 0; i < count_of(c) && *why == NULL; i++) {
        const entry *e = entry_of(c, i);
        const uint64_t *place = zh_map_get(&c->index, e->item.id.number);
        if (place == NULL || *place != i) *why = "an item is not where the index says";
        if (e->ends[TEXT_ID] == 0 || e->ends[TEXTS - 1] != e->texts.size) *why = "texts do not fill their bytes";
        for (uint32_t f = 0; f < FIELDS; f++)
            if (is_set(e, f) && (newer(e->gone, e->set[f]) || newer(e->set[f], e->newest)))
                *why = "a field is older than the delete or newer than the newest record";
        if (!zh_sv_equal(e->item.text, text_of(e, TEXT_ID))) *why = "an item shows another text";
    }
    return *why == NULL && c->index.count == count_of(c);
}

size_t zh_catalog_bytes(const zh_catalog *c)
{
    size_t bytes = zh_arena_held(&c->self) + zh_map_bytes(&c->index) + c->entries.cap_;
    for (size_t i = 0; i < count_of(c); i++) bytes += entry_of(c, i)->texts.cap_;
    return bytes;
}
