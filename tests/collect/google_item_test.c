/* Goal: a product of a Google feed becomes the one right item, or a reject with its reason.
 * Method: a table of lines with the whole item expected; headers as shops write them. */
#include "collect/google_item.h"

#include "base/csv.h"

#include "check.h"

#define NAMES "id\ttitle\tprice\tsale_price\tsale_price_effective_date\tavailability\tsell_on_google_quantity\titem_group_id\tproduct_type\tgoogle_product_category\tcolor\n"

static zh_err convert(const char *names, const char *line, const zh_column_map *map, zh_buf *out, zh_note *why)
{
    zh_google_table table = zh_google_table_of(map);
    zh_csv *csv;
    zh_csv_row row;
    size_t used;
    CHECK(zh_csv_open(&csv, &(zh_csv_desc){ .separator = '\t' }) == ZH_OK);
    CHECK(zh_csv_next(csv, zh_sv_of(names), true, &used, &row, why) == ZH_OK);
    zh_err e = zh_google_table_header(&table, row.fields, row.count, why);
    if (e == ZH_OK) {
        CHECK(zh_csv_next(csv, zh_sv_of(line), true, &used, &row, why) == ZH_OK);
        e = zh_google_table_line(&table, row.fields, row.count, out, why);
    }
    zh_csv_close(csv);
    return e;
}

static const struct { const char *name, *names, *line, *want; } rows[] = { /* want beginning with ! is the reason of a reject */
    { "the usual", NAMES, "a\tTea\t15.00 CNY\t\t\tin_stock\t\tg-1\tDrinks > Tea\t\tgreen",
      "{\"itemId\":\"a\",\"title\":\"Tea\",\"category\":\"Drinks > Tea\",\"priceCents\":1500,\"currency\":\"CNY\",\"available\":true,\"attributes\":{\"color\":\"green\",\"group\":\"g-1\"}}" },
    { "a sale without dates is in force", NAMES, "a\t\t15.00 CNY\t12.00 CNY\t\t\t\t\t\t\t",
      "{\"itemId\":\"a\",\"priceCents\":1200,\"currency\":\"CNY\",\"attributes\":{\"regular_price\":\"15.00\"}}" },
    { "a sale with dates waits", NAMES, "a\t\t15.00 CNY\t12.00 CNY\t2026-11-01/2026-11-11\t\t\t\t\t\t",
      "{\"itemId\":\"a\",\"priceCents\":1500,\"currency\":\"CNY\",\"attributes\":{\"sale_price\":\"12.00 CNY\",\"sale_price_effective_date\":\"2026-11-01/2026-11-11\"}}" },
    { "a sale that is none", NAMES, "a\t\t15.00 CNY\t15.00 CNY\t\t\t\t\t\t\t", "{\"itemId\":\"a\",\"priceCents\":1500,\"currency\":\"CNY\"}" },
    { "nothing left says nothing of being withdrawn", NAMES, "a\t\t\t\t\tout of stock\t0\t\t\t\t", "{\"itemId\":\"a\",\"stock\":0}" },
    { "withdrawn with goods left", NAMES, "a\t\t\t\t\tOut_of_stock\t4\t\t\t\t", "{\"itemId\":\"a\",\"stock\":4,\"available\":false}" },
    { "preorder", NAMES, "a\t\t\t\t\tpreorder\t\t\t\t\t", "{\"itemId\":\"a\",\"available\":true,\"attributes\":{\"availability\":\"preorder\"}}" },
    { "Google's category where there is no other", NAMES, "a\t\t\t\t\t\t\t\t\t166\t", "{\"itemId\":\"a\",\"category\":\"166\",\"attributes\":{\"google_product_category\":\"166\"}}" },
    { "names in any dress, a price without its currency", "g:ID\tG:price\tImage Link\tquantity\tinventory\tother",
      "g:a\t5\thttps://shop.example/a.png\t7\t8\tx", "!a price without a currency" },
    { "names in any dress", "g:ID\tG:price\tImage Link\tquantity\tinventory\tother", "a\tEUR 5\thttps://shop.example/a.png\t7\t8\tx",
      "{\"itemId\":\"a\",\"priceCents\":500,\"currency\":\"EUR\",\"stock\":7,\"imageUrl\":\"https://shop.example/a.png\"}" },
    { "no id", NAMES, "\tTea\t\t\t\t\t\t\t\t\t", "!item_id is blank" },
    { "no price", NAMES, "a\tTea\tfree CNY\t\t\t\t\t\t\t\t", "!price 'free' is not an amount" },
    { "no sale price", NAMES, "a\tTea\t5 CNY\tcheap\t\t\t\t\t\t\t", "!a price without a currency" },
    { "perhaps", NAMES, "a\t\t\t\t\tmaybe\t\t\t\t\t", "!availability 'maybe' is none of" },
    { "no feed", "title\tprice\n", "", "!the header has no column 'id'" },
    { "twice", "id\tprice\tg:price\n", "", "!the header has the column 'price' twice" },
};

int main(void)
{
    zh_column_map map = zh_column_map_of(ZH_TABLE_CATALOG);
    zh_buf out = zh_buf_open(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_note why = { "" };
        zh_buf_reset(&out);
        zh_buf_put(&out, ZH_SV("before"));
        const zh_err e = convert(rows[i].names, rows[i].line, &map, &out, &why);
        const zh_sv got = e == ZH_OK ? zh_sv_part(zh_buf_view(&out), 6, SIZE_MAX) : zh_sv_of(why.text);
        const bool good = *rows[i].want == '!' ? e != ZH_OK && out.size == 6 && zh_sv_starts(got, zh_sv_of(rows[i].want + 1))
                                               : zh_sv_equal(got, zh_sv_of(rows[i].want));
        if (!good) fprintf(stderr, "got %.*s\n", ZH_SV_ARG(got));
        CHECK_ROW(good, rows[i].name);
    }
    zh_buf_close(&out);
    return 0;
}
