/* Goal: each variant of a Shopify export becomes the one right item, or a reject with its reason.
 * Method: tables of rows with the whole items expected, in the form of both ages of the export. */
#include "collect/shopify_csv.h"

#include "base/csv.h"

#include "check.h"

#define HEAD "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU," \
             "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price," \
             "Variant Barcode,Image Src,Variant Image,Status\n"
#define NEW_HEAD "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Option1 name," \
                 "Option1 value,Price,Compare-at price,Inventory tracker,Inventory quantity,Continue selling when out of stock,Product image URL\n"

/* Each line of `want` is an item, "-" a row that is none, or "!" and the beginning of a reason. */
static const struct { const char *name, *text, *want; } files[] = {
    { "variants share what the first row says",
      HEAD "shirt,Shirt,\"<p>Two\nlines, \"\"quoted\"\"</p>\",Acme,Tops,\"a, b\",true,Size,S,Color,Red,SH-S,shopify,3,deny,98.00,120.00,'690001,https://cdn.example/1.png,,active\n"
           "shirt,,,,,,,,M,,Blue,SH-M,shopify,-2,deny,98.00,98.00,,,https://cdn.example/m.png,\n"
           "shirt,,,,,,,,,,,,,,,,,,https://cdn.example/2.png,,\n",
      "{\"itemId\":\"SH-S\",\"title\":\"Shirt\",\"category\":\"Tops\",\"brand\":\"Acme\",\"priceCents\":9800,\"currency\":\"CNY\",\"stock\":3,\"available\":true,"
      "\"imageUrl\":\"https://cdn.example/1.png\",\"attributes\":{\"color\":\"Red\",\"group\":\"shirt\",\"gtin\":\"690001\",\"regular_price\":\"120.00\",\"size\":\"S\",\"tags\":\"a, b\"}}\n"
      "{\"itemId\":\"SH-M\",\"title\":\"Shirt\",\"category\":\"Tops\",\"brand\":\"Acme\",\"priceCents\":9800,\"currency\":\"CNY\",\"stock\":0,\"available\":true,"
      "\"imageUrl\":\"https://cdn.example/m.png\",\"attributes\":{\"color\":\"Blue\",\"group\":\"shirt\",\"size\":\"M\",\"tags\":\"a, b\"}}\n"
      "-\n" },
    { "without a SKU the handle and the options are the id",
      HEAD "mug,Mug,,,,,,Title,Default Title,,,,,5,deny,12,,,,,\n"
           "hat,Hat,,,,,,Size,L,Color,Black,,shopify,0,continue,12,,,,,draft\n",
      "{\"itemId\":\"mug\",\"title\":\"Mug\",\"priceCents\":1200,\"currency\":\"CNY\",\"stock\":null,\"available\":true,\"attributes\":{\"group\":\"mug\"}}\n"
      "{\"itemId\":\"hat/L/Black\",\"title\":\"Hat\",\"priceCents\":1200,\"currency\":\"CNY\",\"stock\":null,\"available\":false,"
      "\"attributes\":{\"color\":\"Black\",\"group\":\"hat\",\"size\":\"L\"}}\n" },
    { "rejects",
      HEAD "hat,Hat,,,,,false,Size,L,,,H-1,shopify,1,deny,12,,,,,\n"
           "hat,,,,,,,,M,,,H-1,shopify,1,deny,12,,,,,\n"
           "hat,,,,,,,,XL,,,H-2,shopify,some,deny,12,,,,,\n"
           "hat,,,,,,,,XL,,,H-2,shopify,1,deny,twelve,,,,,\n"
           "bag,,,,,,,Size,L,,,B-1,shopify,1,deny,12,,,,,\n"
           ",Hat,,,,,,Size,L,,,B-2,shopify,1,deny,12,,,,,\n"
           "hat,Hat\n",
      "{\"itemId\":\"H-1\",\"title\":\"Hat\",\"priceCents\":1200,\"currency\":\"CNY\",\"stock\":1,\"available\":false,\"attributes\":{\"group\":\"hat\",\"size\":\"L\"}}\n"
      "!two variants of this file have the id 'H-1'\n"
      "!stock 'some'\n"
      "!price 'twelve'\n"
      "!the first row of the product 'bag' is missing\n"
      "!handle is blank\n"
      "!2 columns where the header has 21\n" },
    { "the export of today",
      NEW_HEAD "Cap,cap,,Acme,Apparel & Accessories > Hats,,,TRUE,Active,C-1,Colour,Red,20.00,,shopify,4,DENY,https://cdn.example/c.png\n",
      "{\"itemId\":\"C-1\",\"title\":\"Cap\",\"category\":\"Apparel & Accessories > Hats\",\"brand\":\"Acme\",\"priceCents\":2000,\"currency\":\"CNY\",\"stock\":4,"
      "\"available\":true,\"imageUrl\":\"https://cdn.example/c.png\",\"attributes\":{\"colour\":\"Red\",\"group\":\"cap\"}}\n" },
    { "not from Shopify", "id,title\na,b\n", "!the header has no column 'handle'" },
};

static void read_file(const char *text, const zh_column_map *map, zh_buf *said)
{
    zh_csv *csv;
    zh_csv_row row;
    size_t used;
    bool header = true;
    zh_sv left = zh_sv_of(text);
    zh_buf out = zh_buf_open(1 << 16);
    zh_shopify_csv shopify = zh_shopify_csv_open(map);
    CHECK(zh_csv_open(&csv, &(zh_csv_desc){ 0 }) == ZH_OK);
    for (zh_note why = { "" }; zh_csv_next(csv, left, true, &used, &row, &why) == ZH_OK; left = zh_sv_part(left, used, SIZE_MAX)) {
        zh_buf_reset(&out);
        const zh_err e = header ? zh_shopify_csv_header(&shopify, row.fields, row.count, &why)
                                : zh_shopify_csv_line(&shopify, row.fields, row.count, &out, &why);
        CHECK(e == ZH_OK || out.size == 0);
        if (e == ZH_ABSENT) zh_buf_put(said, ZH_SV("-\n"));
        else if (e != ZH_OK) zh_buf_printf(said, "!%s\n", why.text);
        else if (!header) zh_buf_printf(said, "%.*s\n", ZH_SV_ARG(zh_buf_view(&out)));
        if (header && e != ZH_OK) break;
        header = false;
    }
    zh_csv_close(csv);
    zh_shopify_csv_close(&shopify);
    zh_buf_close(&out);
}

/* Line by line; a reason may go on. */
static bool is_as_wanted(zh_sv got, zh_sv want)
{
    while (want.size > 0) {
        const char *end = memchr(want.data, '\n', want.size), *got_end = got.size == 0 ? NULL : memchr(got.data, '\n', got.size);
        const size_t size = end == NULL ? want.size : (size_t)(end - want.data), got_size = got_end == NULL ? got.size : (size_t)(got_end - got.data);
        const zh_sv line = zh_sv_part(want, 0, size);
        if (!zh_sv_starts(got, line) || (line.data[0] != '!' && got_size != size)) return false;
        want = zh_sv_part(want, size + 1, SIZE_MAX);
        got = zh_sv_part(got, got_size + 1, SIZE_MAX);
    }
    return got.size == 0;
}

static void another_column_may_hold_the_ids(zh_column_map map)
{
    zh_buf said = zh_buf_open(1 << 16);
    CHECK(zh_column_map_set(&map, ZH_SV("columns.item_id"), ZH_SV("Variant Barcode"), true, NULL) == ZH_OK);
    read_file(HEAD "mug,Mug,,,,,,Title,Default Title,,,SKU,,5,deny,12,,777,,,\n", &map, &said);
    CHECK(zh_sv_starts(zh_buf_view(&said), ZH_SV("{\"itemId\":\"777\",")));
    zh_buf_reset(&said);
    read_file("Handle,Title,Variant Price\nmug,Mug,12\n", &map, &said);
    CHECK(zh_sv_starts(zh_buf_view(&said), ZH_SV("!the header has no column 'Variant Barcode'")));
    zh_buf_close(&said);
}

int main(void)
{
    zh_column_map map = zh_column_map_of(ZH_TABLE_CATALOG);
    map.currency = zh_currency_of(ZH_SV("CNY"));
    zh_buf said = zh_buf_open(1 << 20);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        zh_buf_reset(&said);
        read_file(files[i].text, &map, &said);
        const bool good = is_as_wanted(zh_buf_view(&said), zh_sv_of(files[i].want));
        if (!good) fprintf(stderr, "got\n%.*s\n", ZH_SV_ARG(zh_buf_view(&said)));
        CHECK_ROW(good, files[i].name);
    }
    zh_buf_close(&said);
    another_column_may_hold_the_ids(map);
    return 0;
}
