/* Goal: what every catalog format shares: attributes stay unique and bounded, a price says its name.
 * Method: the calls themselves; how cells are read is proved by tests/collect/catalog_csv_test.c. */
#include "collect/catalog_row.h"

#include "check.h"

int main(void)
{
    const zh_column_map map = zh_column_map_of(ZH_TABLE_CATALOG);
    zh_catalog_row row = { .item_id = ZH_SV("a"), .stock_unlimited = true };
    zh_buf out = zh_buf_open(1 << 16);
    zh_note why = { "" };
    uint64_t hash = 0;
    zh_catalog_row_attribute(&row, ZH_SV("size"), ZH_SV("L"));
    zh_catalog_row_attribute(&row, ZH_SV("size"), ZH_SV("M"));
    zh_catalog_row_attribute(&row, ZH_SV(""), ZH_SV("M"));
    zh_catalog_row_attribute(&row, ZH_SV("colour"), ZH_SV(""));
    CHECK(zh_catalog_row_put(&map, &row, &out, &hash, &why) == ZH_OK && hash != 0);
    CHECK(zh_sv_equal(zh_buf_view(&out), ZH_SV("{\"itemId\":\"a\",\"stock\":null,\"attributes\":{\"size\":\"L\"}}")));
    for (int i = 0; i < 2 * ZH_COLUMN_ATTRIBUTES_MAX; i++) {
        static char names[2 * ZH_COLUMN_ATTRIBUTES_MAX][8];
        (void)snprintf(names[i], sizeof names[i], "n%d", i);
        zh_catalog_row_attribute(&row, zh_sv_of(names[i]), ZH_SV("v"));
    }
    CHECK(row.attributes_count == ZH_COLUMN_ATTRIBUTES_MAX);
    int64_t minor;
    zh_currency of;
    CHECK(zh_catalog_price(&map, "sale_price", ZH_SV("9.90"), ZH_SV("cny"), &minor, &of, &why) == ZH_OK && minor == 990);
    CHECK(zh_catalog_price(&map, "sale_price", ZH_SV("free"), ZH_SV("CNY"), &minor, &of, &why) == ZH_FORMAT);
    CHECK(strncmp(why.text, "sale_price 'free'", 17) == 0);
    zh_buf_close(&out);
    return 0;
}
