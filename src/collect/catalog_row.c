#include "collect/catalog_row.h"

#include "base/json_out.h"
#include "core/id.h"

/* A row, read and checked. */
typedef struct values {
    bool has_price, has_stock, has_available, available;
    int64_t price_minor, stock;
    zh_currency currency;
} values;

void zh_catalog_row_attribute(zh_catalog_row *row, zh_sv name, zh_sv value)
{
    if (name.size == 0 || value.size == 0 || row->attributes_count == ZH_COLUMN_ATTRIBUTES_MAX) return;
    uint32_t at = row->attributes_count;
    while (at > 0 && zh_sv_compare(row->attributes[at - 1].name, name) > 0) at--;
    if (at > 0 && zh_sv_equal(row->attributes[at - 1].name, name)) return;
    memmove(&row->attributes[at + 1], &row->attributes[at], (row->attributes_count - at) * sizeof row->attributes[0]);
    row->attributes[at] = (zh_catalog_attribute){ name, value };
    row->attributes_count++;
}

static zh_err check_id(zh_sv id, zh_note *why)
{
    if (id.size == 0 || id.size > ZH_ITEM_TEXT_BYTES_MAX) {
        zh_note_set(why, id.size == 0 ? "item_id is blank" : "item_id is longer than %d bytes",
                    ZH_ITEM_TEXT_BYTES_MAX);
        return ZH_FORMAT;
    }
    if (!zh_cell_id_spoilt(id)) return ZH_OK;
    zh_note_set(why,
                "item_id '%.*s' was made a number by a spreadsheet and its last digits are lost: "
                "export it as text",
                ZH_SV_ARG(zh_cell_shown(id)));
    return ZH_FORMAT;
}

zh_err zh_catalog_price(const zh_column_map *map, const char *what, zh_sv cell, zh_sv currency,
                        int64_t *minor, zh_currency *of, zh_note *why)
{
    zh_cell_amount amount;
    zh_note inner = { "" };
    zh_err e = zh_column_map_currency(map, currency, of, why);
    if (e != ZH_OK) return e;
    if (of->code == 0) {
        zh_note_set(why, "a price without a currency: fill its cell, or give --currency CNY");
        return ZH_FORMAT;
    }
    e = zh_cell_amount_read(cell, map->decimal, &amount, &inner);
    if (e == ZH_OK)
        e = zh_money_parse((zh_sv){ amount.text, amount.size }, zh_currency_digits(*of), minor);
    if (e == ZH_OK && *minor < 0) e = ZH_RANGE;
    if (e == ZH_FORMAT) zh_note_set(why, "%s %.200s", what, inner.text);
    else if (e != ZH_OK)
        zh_note_set(why, "%s '%.*s' is not a price a shop has", what,
                    ZH_SV_ARG(zh_cell_shown(cell)));
    return e;
}

static zh_err read_price(const zh_column_map *map, const zh_catalog_row *row, values *v, zh_note *why)
{
    v->has_price = row->price.size > 0;
    if (!v->has_price) return zh_column_map_currency(map, row->currency, &v->currency, why);
    return zh_catalog_price(map, "price", row->price, row->currency, &v->price_minor, &v->currency,
                            why);
}

static zh_err read_stock(const zh_column_map *map, zh_sv cell, values *v, zh_note *why)
{
    zh_note inner = { "" };
    v->has_stock = cell.size > 0;
    if (!v->has_stock) return ZH_OK;
    const zh_err e = zh_cell_count_read(cell, map->decimal, &v->stock, &inner);
    if (e != ZH_OK) zh_note_set(why, "stock %s", inner.text);
    if (e == ZH_OK && v->stock < 0) v->stock = 0; /* oversold */
    return e;
}

static zh_err read_available(zh_sv cell, values *v, zh_note *why)
{
    static const struct { zh_sv text; bool is; } words[] = {
        { ZH_SV("true"), true },
        { ZH_SV("yes"), true },
        { ZH_SV("1"), true },
        { ZH_SV("in stock"), true },
        { ZH_SV("in_stock"), true },
        { ZH_SV("false"), false },
        { ZH_SV("no"), false },
        { ZH_SV("0"), false },
        { ZH_SV("out of stock"), false },
        { ZH_SV("out_of_stock"), false },
    };
    if (cell.size == 0) return ZH_OK;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        bool same = cell.size == words[i].text.size;
        for (size_t at = 0; same && at < cell.size; at++)
            same = (cell.data[at] | ('A' <= cell.data[at] && cell.data[at] <= 'Z' ? 32 : 0)) ==
                   words[i].text.data[at];
        if (!same) continue;
        v->has_available = true;
        v->available = words[i].is;
        return ZH_OK;
    }
    zh_note_set(why, "available '%.*s' is neither true nor false", ZH_SV_ARG(zh_cell_shown(cell)));
    return ZH_FORMAT;
}

static void put_text(zh_json_out *out, zh_sv key, zh_sv cell)
{
    if (cell.size > 0) zh_json_out_key_text(out, key, cell);
}

static void put_attributes(const zh_catalog_row *row, zh_json_out *out)
{
    if (row->attributes_count == 0) return;
    zh_json_out_key(out, ZH_SV("attributes"));
    zh_json_out_object(out);
    for (uint32_t i = 0; i < row->attributes_count; i++)
        zh_json_out_key_text(out, row->attributes[i].name, row->attributes[i].value);
    zh_json_out_end(out);
}

static zh_err put_item(const zh_catalog_row *row, const values *v, zh_sv id, zh_buf *to)
{
    char currency[4];
    zh_json_out out = zh_json_out_on(to);
    zh_currency_text(v->currency, currency);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("itemId"), id);
    put_text(&out, ZH_SV("title"), row->title);
    put_text(&out, ZH_SV("category"), row->category);
    put_text(&out, ZH_SV("brand"), row->brand);
    if (v->has_price) {
        zh_json_out_key_int(&out, ZH_SV("priceCents"), v->price_minor);
        zh_json_out_key_text(&out, ZH_SV("currency"), zh_sv_of(currency));
    }
    if (v->has_stock) zh_json_out_key_int(&out, ZH_SV("stock"), v->stock);
    else if (row->stock_unlimited) {
        zh_json_out_key(&out, ZH_SV("stock"));
        zh_json_out_null(&out);
    }
    if (v->has_available) zh_json_out_key_bool(&out, ZH_SV("available"), v->available);
    put_text(&out, ZH_SV("url"), row->url);
    put_text(&out, ZH_SV("imageUrl"), row->image_url);
    put_attributes(row, &out);
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

zh_err zh_catalog_row_put(const zh_column_map *map, const zh_catalog_row *row, zh_buf *out,
                          uint64_t *item_hash, zh_note *why)
{
    values v = { 0 };
    zh_err e = check_id(row->item_id, why);
    if (e == ZH_OK) e = read_price(map, row, &v, why);
    if (e == ZH_OK) e = read_stock(map, row->stock, &v, why);
    if (e == ZH_OK) e = read_available(row->available, &v, why);
    if (e != ZH_OK) return e;
    zh_sv id = row->item_id;
    char upper[ZH_ITEM_TEXT_BYTES_MAX];
    if (map->item_upper) {
        for (size_t i = 0; i < id.size; i++)
            upper[i] = id.data[i] >= 'a' && id.data[i] <= 'z' ? (char)(id.data[i] - ('a' - 'A'))
                                                              : id.data[i];
        id.data = upper;
    }
    const size_t before = out->size;
    e = put_item(row, &v, id, out);
    if (e != ZH_OK) out->size = before;
    *item_hash = zh_item_id_of(id).number;
    return e;
}
