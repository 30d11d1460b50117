/* Goal: names of columns that shops use mean the right column of ours.
 * Method: a table of names with the column that must score best among those of its table, and names that say nothing. */
#include "collect/header_words.h"

#include "check.h"

static const struct { const char *name; zh_table table; zh_column best; } rows[] = {
    { "订单编号", ZH_TABLE_ORDERS, ZH_COLUMN_ORDER_ID },
    { "主订单编号", ZH_TABLE_ORDERS, ZH_COLUMN_ORDER_ID },
    { "InvoiceNo", ZH_TABLE_ORDERS, ZH_COLUMN_ORDER_ID },
    { "Order Number", ZH_TABLE_ORDERS, ZH_COLUMN_ORDER_ID },
    { "basket_id", ZH_TABLE_ORDERS, ZH_COLUMN_ORDER_ID },
    { "会员卡号", ZH_TABLE_ORDERS, ZH_COLUMN_CUSTOMER_ID },
    { "买家会员名", ZH_TABLE_ORDERS, ZH_COLUMN_CUSTOMER_ID },
    { "Customer ID", ZH_TABLE_ORDERS, ZH_COLUMN_CUSTOMER_ID },
    { "household_id", ZH_TABLE_ORDERS, ZH_COLUMN_CUSTOMER_ID },
    { "商品ID", ZH_TABLE_ORDERS, ZH_COLUMN_ITEM_ID },
    { "StockCode", ZH_TABLE_ORDERS, ZH_COLUMN_ITEM_ID },
    { "商品名称", ZH_TABLE_ORDERS, ZH_COLUMN_TITLE },
    { "宝贝标题", ZH_TABLE_CATALOG, ZH_COLUMN_TITLE },
    { "购买数量（件）", ZH_TABLE_ORDERS, ZH_COLUMN_QUANTITY },
    { "Qty.", ZH_TABLE_ORDERS, ZH_COLUMN_QUANTITY },
    { "单价(元)", ZH_TABLE_ORDERS, ZH_COLUMN_UNIT_PRICE },
    { "Unit-Price", ZH_TABLE_ORDERS, ZH_COLUMN_UNIT_PRICE },
    { "下单时间", ZH_TABLE_ORDERS, ZH_COLUMN_ORDERED_AT },
    { "Order Date", ZH_TABLE_ORDERS, ZH_COLUMN_ORDERED_AT },
    { "transaction_timestamp", ZH_TABLE_ORDERS, ZH_COLUMN_ORDERED_AT },
    { "币种", ZH_TABLE_ORDERS, ZH_COLUMN_CURRENCY },
    { "库存数量", ZH_TABLE_CATALOG, ZH_COLUMN_STOCK },
    { "是否上架", ZH_TABLE_CATALOG, ZH_COLUMN_AVAILABLE },
    { "主图链接", ZH_TABLE_CATALOG, ZH_COLUMN_IMAGE_URL },
    { "product_category", ZH_TABLE_CATALOG, ZH_COLUMN_CATEGORY },
    { "品牌名称", ZH_TABLE_CATALOG, ZH_COLUMN_BRAND },
};

static const struct { const char *name; unsigned tables; } columns[ZH_COLUMN_COUNT] = {
#define X(name, text, tables, needed) { text, tables },
    ZH_COLUMN_LIST(X)
#undef X
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_sv name = zh_sv_of(rows[i].name);
        const int best = zh_header_score(name, rows[i].best);
        CHECK_ROW(best >= ZH_HEADER_HINT && best <= ZH_HEADER_SURE, rows[i].name);
        for (int c = 0; c < ZH_COLUMN_COUNT; c++)
            if (c != (int)rows[i].best && (columns[c].tables & rows[i].table) != 0) CHECK_ROW(zh_header_score(name, (zh_column)c) < best, rows[i].name);
    }
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) CHECK_ROW(zh_header_score(zh_sv_of(columns[c].name), (zh_column)c) == ZH_HEADER_SURE, columns[c].name);
    static const char *const nothing[] = { "", "---", "review", "label", "备注", "收货地址", "window" };
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        for (int c = 0; c < ZH_COLUMN_COUNT; c++) CHECK_ROW(zh_header_score(zh_sv_of(nothing[i]), (zh_column)c) == 0, nothing[i]);
    CHECK(zh_header_is_no_price(ZH_SV("订单总金额")) && zh_header_is_no_price(ZH_SV("sales_value")) && zh_header_is_no_price(ZH_SV("Line Total")) && zh_header_is_no_price(ZH_SV("retail_disc")));
    CHECK(!zh_header_is_no_price(ZH_SV("单价")) && !zh_header_is_no_price(ZH_SV("unit price")));
    return 0;
}
