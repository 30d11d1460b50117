/* Goal: a map says what it says, a wrong line is named, a header is bound or the missing column named.
 * Method: tables of lines, headers and rules. */
#include "collect/column_map.h"

#include "check.h"

static const struct { const char *key, *value; bool good; } lines[] = {
    { "columns.order_id", "InvoiceNo", true }, { "columns.InvoiceNo", "order_id", true }, { "InvoiceNo", "order_id", true },
    { "order_id", "InvoiceNo", true }, { "currency", "GBP", true }, { "currency", "The Currency", true },
    { "zone", "Asia/Shanghai", true }, { "dates", "%d/%m/%Y", true }, { "decimal", ",", true }, { "separator", "tab", true },
    { "separator", ";", true }, { "encoding", "GBK", true }, { "encoding", "auto", true }, { "cancel_prefix", "", true },
    { "negative_quantity", "reject", true }, { "item_case", "as-written", true }, { "product_code", "any", true },
    { "non_products", "POST", true },
    { "columns.colour", "Colour", false }, { "colour", "Colour", false }, { "columns.stock", "Stock", false }, /* of the catalog */
    { "columns.order_id", "", false }, { "dates", "DD/MM/YYYY", false }, { "decimal", "comma", false }, { "separator", "\"", false },
    { "separator", ";;", false }, { "encoding", "latin1", false }, { "cancel_prefix", "0123456789012345", false },
    { "negative_quantity", "drop", false }, { "item_case", "lower", false }, { "product_code", "six", false }, { "non_products", "", false },
    { "zone", "0123456789012345678901234567890123456789012345678901234567890123", false },
};

static void lines_are_taken_or_named(void)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
        zh_note why = { "" };
        const zh_err e = zh_column_map_set(&map, zh_sv_of(lines[i].key), zh_sv_of(lines[i].value), true, &why);
        CHECK_ROW((e == ZH_OK) == lines[i].good, lines[i].key);
        CHECK_ROW(lines[i].good || why.text[0] != '\0', lines[i].key);
    }
}

static void lists_grow_and_are_replaced(void)
{
    zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
    zh_note why;
    CHECK(zh_column_map_preset(&map, ZH_SV("online-retail"), &why) == ZH_OK);
    CHECK(map.dates_count == 2);
    CHECK(zh_column_map_set(&map, ZH_SV("dates"), ZH_SV("unix"), true, &why) == ZH_OK && map.dates_count == 1);
    for (int i = 1; i < ZH_COLUMN_DATES_MAX; i++) CHECK(zh_column_map_set(&map, ZH_SV("dates"), ZH_SV("unix"), false, &why) == ZH_OK);
    CHECK(zh_column_map_set(&map, ZH_SV("dates"), ZH_SV("unix"), false, &why) == ZH_FORMAT);
    for (int i = 0; i < ZH_COLUMN_NON_PRODUCTS_MAX; i++) CHECK(zh_column_map_set(&map, ZH_SV("non_products"), ZH_SV("x"), i == 0, &why) == ZH_OK);
    CHECK(zh_column_map_set(&map, ZH_SV("non_products"), ZH_SV("x"), false, &why) == ZH_FORMAT);
    CHECK(zh_column_map_preset(&map, ZH_SV("nothing"), &why) == ZH_ABSENT && strstr(why.text, "online-retail") != NULL);
    zh_column_map catalog = zh_column_map_of(ZH_TABLE_CATALOG);
    CHECK(zh_column_map_preset(&catalog, ZH_SV("online-retail"), &why) == ZH_ABSENT);
}

static uint32_t split(const char *text, zh_sv *fields)
{
    uint32_t count = 0;
    for (zh_sv left = zh_sv_of(text);;) {
        const char *comma = left.size == 0 ? NULL : memchr(left.data, ',', left.size);
        fields[count++] = zh_sv_part(left, 0, comma == NULL ? left.size : (size_t)(comma - left.data));
        if (comma == NULL) return count;
        left = zh_sv_part(left, fields[count - 1].size + 1, SIZE_MAX);
    }
}

static const struct { const char *name; zh_table table; const char *header, *says; } headers[] = { /* says NULL: bound */
    { "our names", ZH_TABLE_ORDERS, "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at", NULL },
    { "any case and blanks", ZH_TABLE_ORDERS, " Order_ID ,CUSTOMER_ID,item_id,quantity,unit_price,currency,ordered_at,other", NULL },
    { "no price", ZH_TABLE_ORDERS, "order_id,customer_id,item_id,quantity,currency,ordered_at", "'unit_price'" },
    { "no currency", ZH_TABLE_ORDERS, "order_id,customer_id,item_id,quantity,unit_price,ordered_at", "currency: CNY" },
    { "twice", ZH_TABLE_ORDERS, "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at,Quantity", "twice" },
    { "others may be there twice", ZH_TABLE_ORDERS, "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at,x,x", NULL },
    { "catalog", ZH_TABLE_CATALOG, "item_id,title,attributes.colour,attributes.size", NULL },
    { "an id is enough", ZH_TABLE_CATALOG, "item_id", NULL },
    { "no id", ZH_TABLE_CATALOG, "title,price", "'item_id'" },
    { "an attribute without a name", ZH_TABLE_CATALOG, "item_id,attributes.", "attribute" },
    { "an attribute twice", ZH_TABLE_CATALOG, "item_id,attributes.a,attributes.a", "twice" },
    { "nothing", ZH_TABLE_CATALOG, "", "'item_id'" },
};

static void headers_are_bound_or_the_fault_named(void)
{
    static zh_columns columns;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const zh_column_map map = zh_column_map_of(headers[i].table);
        zh_sv fields[16];
        zh_note why = { "" };
        const uint32_t count = split(headers[i].header, fields);
        const zh_err e = zh_columns_bind(&map, fields, count, &columns, &why);
        CHECK_ROW((e == ZH_OK) == (headers[i].says == NULL), headers[i].name);
        CHECK_ROW(headers[i].says == NULL || strstr(why.text, headers[i].says) != NULL, headers[i].name);
    }
    const zh_column_map map = zh_column_map_of(ZH_TABLE_CATALOG);
    zh_sv fields[] = { ZH_SV("attributes.colour"), ZH_SV("item_id"), ZH_SV("Title") };
    CHECK(zh_columns_bind(&map, fields, 3, &columns, NULL) == ZH_OK);
    CHECK(columns.at[ZH_COLUMN_ITEM_ID] == 1 && columns.at[ZH_COLUMN_TITLE] == 2 && columns.at[ZH_COLUMN_BRAND] == -1);
    CHECK(columns.attributes_count == 1 && strcmp(columns.attributes[0].name, "colour") == 0 && columns.attributes[0].at == 0);
}

static void codes_of_no_product_are_known(void)
{
    static const struct { const char *code; bool product; } codes[] = { { "85123A", true }, { "71053", true }, { "84029g", true }, { "15056BL", true },
        { "POST", false }, { "DOT", false }, { "M", false }, { "BANK CHARGES", false }, { "C2", false }, { "gift_0001_20", false },
        { "8512", false }, { "851234", false }, { "85123A1", false }, { "DCGS0003", false }, { "", false } };
    zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
    zh_note why;
    CHECK(!zh_column_map_non_product(&map, ZH_SV("POST")));
    CHECK(zh_column_map_set(&map, ZH_SV("non_products"), ZH_SV("Post"), true, &why) == ZH_OK);
    CHECK(zh_column_map_non_product(&map, ZH_SV("POST")) && !zh_column_map_non_product(&map, ZH_SV("POSTER")));
    CHECK(zh_column_map_preset(&map, ZH_SV("online-retail"), &why) == ZH_OK);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        CHECK_ROW(zh_column_map_non_product(&map, zh_sv_of(codes[i].code)) == !codes[i].product, codes[i].code);
}

static void a_cell_comes_before_the_maps_currency(void)
{
    zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
    zh_currency currency;
    zh_note why;
    CHECK(zh_column_map_currency(&map, ZH_SV(""), &currency, &why) == ZH_OK && currency.code == 0);
    CHECK(zh_column_map_set(&map, ZH_SV("currency"), ZH_SV("GBP"), true, &why) == ZH_OK);
    CHECK(zh_column_map_currency(&map, ZH_SV(""), &currency, &why) == ZH_OK && currency.code == zh_currency_of(ZH_SV("GBP")).code);
    CHECK(zh_column_map_currency(&map, ZH_SV("rmb"), &currency, &why) == ZH_OK && currency.code == zh_currency_of(ZH_SV("CNY")).code);
    CHECK(zh_column_map_currency(&map, ZH_SV("pounds"), &currency, &why) == ZH_FORMAT);
}

int main(void)
{
    lines_are_taken_or_named();
    lists_grow_and_are_replaced();
    headers_are_bound_or_the_fault_named();
    codes_of_no_product_are_known();
    a_cell_comes_before_the_maps_currency();
    return 0;
}
