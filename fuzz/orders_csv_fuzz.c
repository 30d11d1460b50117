/* Promise: any table gives rejects with a reason, or events that are JSON with a messageId of at most 100
 * bytes; a reject leaves no trace; the same table gives the same bytes. The first byte chooses the rules. */
#include "base/csv.h"
#include "base/json.h"
#include "collect/catalog_csv.h"
#include "collect/orders_csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(zh_json *json, zh_sv event, bool order)
{
    zh_json_value root;
    zh_sv id;
    if (zh_json_parse(json, event, &root, NULL) != ZH_OK) abort();
    if (!zh_json_text(zh_json_get(root, order ? ZH_SV("messageId") : ZH_SV("itemId")), &id)) abort();
    if (id.size == 0 || id.size > (order ? 100 : 255)) abort();
}

static void read_table(zh_sv text, zh_column_map *map, zh_json *json, zh_buf *out)
{
    zh_csv *csv;
    zh_csv_row row;
    size_t used, rows = 0;
    const bool order = map->table == ZH_TABLE_ORDERS;
    zh_orders_csv orders = { 0 };
    zh_catalog_csv catalog = { 0 };
    if (order) orders = zh_orders_csv_open(map, zh_tz_utc());
    else catalog = zh_catalog_csv_of(map);
    if (zh_csv_open(&csv, &(zh_csv_desc){ 0 }) != ZH_OK) abort();
    for (zh_err e; (e = zh_csv_next(csv, text, true, &used, &row, NULL)) != ZH_ABSENT; text = zh_sv_part(text, used, SIZE_MAX)) {
        zh_note why = { "" };
        if (e != ZH_OK) continue;
        if (rows++ == 0) {
            e = order ? zh_orders_csv_header(&orders, row.fields, row.count, &why) : zh_catalog_csv_header(&catalog, row.fields, row.count, &why);
            if (e != ZH_OK) break;
            continue;
        }
        const size_t before = out->size;
        e = order ? zh_orders_csv_line(&orders, row.fields, row.count, out, &why) : zh_catalog_csv_line(&catalog, row.fields, row.count, out, &why);
        if (e == ZH_OK) check(json, zh_sv_part(zh_buf_view(out), before, SIZE_MAX), order);
        else if (out->size != before || why.text[0] == '\0') abort();
    }
    zh_csv_close(csv);
    zh_orders_csv_close(&orders);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 1) return 0;
    zh_json *json;
    zh_column_map map = zh_column_map_of(bytes[0] & 1 ? ZH_TABLE_CATALOG : ZH_TABLE_ORDERS);
    if (bytes[0] & 2) (void)!zh_column_map_preset(&map, ZH_SV("online-retail"), NULL);
    if (bytes[0] & 4) map.decimal = ',';
    if (bytes[0] & 8) (void)!zh_column_map_set(&map, ZH_SV("dates"), ZH_SV("excel"), true, NULL);
    if (bytes[0] & 16) (void)!zh_column_map_set(&map, ZH_SV("dates"), ZH_SV("%d %b %y %I:%M:%S.%f %p%z"), true, NULL);
    if (bytes[0] & 32) map.item_upper = true;
    if (zh_json_open(&json, 1 << 22) != ZH_OK) abort();
    zh_buf once = zh_buf_open(1 << 26), twice = zh_buf_open(1 << 26);
    read_table((zh_sv){ (const char *)bytes + 1, size - 1 }, &map, json, &once);
    read_table((zh_sv){ (const char *)bytes + 1, size - 1 }, &map, json, &twice);
    if (!zh_sv_equal(zh_buf_view(&once), zh_buf_view(&twice))) abort();
    zh_buf_close(&once);
    zh_buf_close(&twice);
    zh_json_close(json);
    return 0;
}
