/* Goal: a line becomes the one right item or a reject with its reason.
 * Method: a table of lines with the whole item expected. */
#include "collect/catalog_csv.h"

#include "base/csv.h"

#include "check.h"

static zh_err convert(zh_catalog_csv *catalog, const char *text, bool header, zh_buf *out, zh_note *why)
{
    zh_csv *csv;
    zh_csv_row row;
    size_t used;
    CHECK(zh_csv_open(&csv, &(zh_csv_desc){ 0 }) == ZH_OK);
    CHECK(zh_csv_next(csv, zh_sv_of(text), true, &used, &row, why) == ZH_OK);
    const zh_err e = header ? zh_catalog_csv_header(catalog, row.fields, row.count, why)
                            : zh_catalog_csv_line(catalog, row.fields, row.count, out, why);
    zh_csv_close(csv);
    return e;
}

static const struct { const char *name, *line, *want; } rows[] = { /* want beginning with ! is the reason of a reject */
    { "everything", "a-1,Tea,Drinks,Leaf,\"1,009.90\",cny,3,yes,https://shop.example/a,https://shop.example/a.png,green, 50 g ",
      "{\"itemId\":\"a-1\",\"title\":\"Tea\",\"category\":\"Drinks\",\"brand\":\"Leaf\",\"priceCents\":100990,\"currency\":\"CNY\",\"stock\":3,"
      "\"available\":true,\"url\":\"https://shop.example/a\",\"imageUrl\":\"https://shop.example/a.png\","
      "\"attributes\":{\"colour\":\"green\",\"size\":\"50 g\"}}" },
    { "an id alone", "a-1,,,,,,,,,,,", "{\"itemId\":\"a-1\"}" },
    { "yen has no minor unit", "a,,,,1200,JPY,,,,,,", "{\"itemId\":\"a\",\"priceCents\":1200,\"currency\":\"JPY\"}" },
    { "rounded once, half away from zero", "a,,,,0.125,USD,,,,,,", "{\"itemId\":\"a\",\"priceCents\":13,\"currency\":\"USD\"}" },
    { "oversold is none", "a,,,,,,-4,out of stock,,,,", "{\"itemId\":\"a\",\"stock\":0,\"available\":false}" },
    { "one attribute", "a,,,,,,,,,,,L", "{\"itemId\":\"a\",\"attributes\":{\"size\":\"L\"}}" },
    { "html and quotes", "a,\"<b>5\"\" \n</b>\",,,,,,,,,,", "{\"itemId\":\"a\",\"title\":\"<b>5\\\" \\n</b>\"}" },
    { "no id", ",Tea,,,,,,,,,,", "!item_id is blank" },
    { "an id of a spreadsheet", "6.9E+12,,,,,,,,,,,", "!item_id '6.9E+12' was made a number" },
    { "a price without a currency", "a,,,,5,,,,,,,", "!a price without a currency" },
    { "a negative price", "a,,,,-5,CNY,,,,,,", "!price '-5' is not a price" },
    { "no price at all", "a,,,,free,CNY,,,,,,", "!price 'free' is not an amount" },
    { "half a piece", "a,,,,,,1.5,,,,,", "!stock 1.5 is not a whole number" },
    { "perhaps", "a,,,,,,,maybe,,,,", "!available 'maybe'" },
    { "columns missing", "a,b", "!2 columns where the header has 12" },
    { "no text", "a,\xFF,,,,,,,,,,", "!column 2 has bytes" },
};

int main(void)
{
    const zh_column_map map = zh_column_map_of(ZH_TABLE_CATALOG);
    zh_catalog_csv catalog = zh_catalog_csv_of(&map);
    zh_buf out = zh_buf_open(1 << 16);
    zh_note why = { "" };
    CHECK(convert(&catalog, "item_id,title,category,brand,price,currency,stock,available,url,image_url,attributes.colour,attributes.size", true, NULL, &why) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf_reset(&out);
        zh_buf_put(&out, ZH_SV("before"));
        const zh_err e = convert(&catalog, rows[i].line, false, &out, &why);
        const zh_sv got = e == ZH_OK ? zh_sv_part(zh_buf_view(&out), 6, SIZE_MAX) : zh_sv_of(why.text);
        const bool good = *rows[i].want == '!' ? e != ZH_OK && out.size == 6 && zh_sv_starts(got, zh_sv_of(rows[i].want + 1))
                                               : zh_sv_equal(got, zh_sv_of(rows[i].want));
        if (!good) fprintf(stderr, "got %.*s\n", ZH_SV_ARG(got));
        CHECK_ROW(good, rows[i].name);
    }
    zh_buf_close(&out);
    return 0;
}
