/* Promise: any bytes as a Google table, as XML or as Shopify's export give rejects with a reason, or items
 * that are JSON with an itemId; a reject leaves no trace; the same bytes give the same items, and XML does
 * so however it is cut. The first byte chooses the form, the second the cuts. */
#include "base/csv.h"
#include "base/json.h"
#include "collect/google_xml.h"
#include "collect/shopify_csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct reader { const zh_column_map *map; zh_json *json; zh_buf *out; } reader;

/* What became of a row that began at `before`. */
static void check(const reader *r, zh_err e, size_t before, const zh_note *why)
{
    zh_json_value root;
    if (e == ZH_NOMEM) abort();
    if (e == ZH_ABSENT && r->out->size == before) return;
    if (e != ZH_OK) {
        if (r->out->size != before || why->text[0] == '\0') abort();
        return;
    }
    if (zh_json_parse(r->json, zh_sv_part(zh_buf_view(r->out), before, SIZE_MAX), &root, NULL) != ZH_OK) abort();
    const zh_sv id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("itemId")));
    if (id.size == 0 || id.size > 255) abort();
}

static void read_table(const reader *r, zh_sv text, bool is_shopify)
{
    zh_csv *csv;
    zh_csv_row row;
    size_t used, rows = 0;
    zh_google_table google = zh_google_table_of(r->map);
    zh_shopify_csv shopify = zh_shopify_csv_open(r->map);
    if (zh_csv_open(&csv, &(zh_csv_desc){ .separator = zh_csv_separator(text), .row_bytes_max = ZH_SHOPIFY_ROW_BYTES_MAX }) != ZH_OK) abort();
    for (zh_err e; (e = zh_csv_next(csv, text, true, &used, &row, NULL)) != ZH_ABSENT; text = zh_sv_part(text, used, SIZE_MAX)) {
        zh_note why = { "" };
        if (e != ZH_OK) continue;
        if (rows++ == 0) {
            e = is_shopify ? zh_shopify_csv_header(&shopify, row.fields, row.count, &why) : zh_google_table_header(&google, row.fields, row.count, &why);
            if (e != ZH_OK && why.text[0] == '\0') abort();
            if (e != ZH_OK) break;
            continue;
        }
        const size_t before = r->out->size;
        e = is_shopify ? zh_shopify_csv_line(&shopify, row.fields, row.count, r->out, &why) : zh_google_table_line(&google, row.fields, row.count, r->out, &why);
        check(r, e, before, &why);
    }
    zh_csv_close(csv);
    zh_shopify_csv_close(&shopify);
}

static zh_err take(void *context, const zh_google_item *item, uint64_t line, zh_err fault)
{
    const reader *r = context;
    zh_note why = { "" };
    uint64_t hash;
    zh_buf_put_var(r->out, line);
    const size_t before = r->out->size;
    if (fault == ZH_OK) check(r, zh_google_item_put(r->map, item, r->out, &hash, &why), before, &why);
    return ZH_OK;
}

static void read_xml(reader *r, zh_sv text, size_t step)
{
    zh_google_xml *xml;
    zh_note why = { "" };
    if (zh_google_xml_open(&xml, &(zh_google_xml_desc){ .item = take, .context = r }) != ZH_OK) abort();
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && at < text.size; at += step) e = zh_google_xml_put(xml, zh_sv_part(text, at, step), at + step >= text.size, &why);
    if (e != ZH_OK && (e != ZH_FORMAT || why.text[0] == '\0')) abort();
    zh_google_xml_close(xml);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2 || size > 60000) return 0;
    zh_column_map map = zh_column_map_of(ZH_TABLE_CATALOG);
    zh_buf once = zh_buf_open(1 << 26), twice = zh_buf_open(1 << 26);
    reader r = { .map = &map, .out = &once };
    const zh_sv text = { (const char *)bytes + 2, size - 2 };
    if (bytes[0] & 4) map.currency = zh_currency_of(ZH_SV("CNY"));
    if (bytes[0] & 8) map.decimal = ',';
    if (bytes[0] & 16) map.item_upper = true;
    if (zh_json_open(&r.json, 1 << 22) != ZH_OK) abort();
    for (int turn = 0; turn < 2; turn++, r.out = &twice) {
        if (bytes[0] & 1) read_xml(&r, text, turn == 0 ? text.size + 1 : 1u + bytes[1]);
        else read_table(&r, text, bytes[0] & 2);
    }
    if (!zh_sv_equal(zh_buf_view(&once), zh_buf_view(&twice))) abort();
    zh_buf_close(&once);
    zh_buf_close(&twice);
    zh_json_close(r.json);
    return 0;
}
