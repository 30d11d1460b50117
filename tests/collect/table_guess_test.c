/* Goal: an unknown table's columns, dates, decimals and currency are found, and what stands in the way is named.
 * Method: small tables in Chinese and English; the map's text and the codes of the problems are expected whole. */
#include "collect/table_guess.h"

#include "base/csv.h"

#include "check.h"

static zh_table_guess *read_table(const char *text, char separator)
{
    zh_csv *csv;
    zh_csv_row row;
    size_t used;
    zh_table_guess *guess = NULL;
    CHECK(zh_csv_open(&csv, &(zh_csv_desc){ .separator = separator }) == ZH_OK);
    for (zh_sv rest = zh_sv_of(text); zh_csv_next(csv, rest, true, &used, &row, NULL) == ZH_OK; rest = zh_sv_part(rest, used, SIZE_MAX)) {
        if (guess == NULL) CHECK(zh_table_guess_open(&guess, row.fields, row.count) == ZH_OK);
        else zh_table_guess_row(guess, row.fields, row.count);
    }
    zh_csv_close(csv);
    CHECK(guess != NULL);
    return guess;
}

typedef struct row { const char *name, *table, *map, *problems; char separator; } row;

#define ORDERS_ZH "订单编号,买家会员名,商品ID,商品名称,购买数量,单价(元),订单总金额,下单时间,备注\n"
#define MAP_ZH "columns:\n  order_id: \"订单编号\"\n  customer_id: \"买家会员名\"\n  item_id: \"商品ID\"\n  quantity: \"购买数量\"\n  unit_price: \"单价(元)\"\n" \
    "  ordered_at: \"下单时间\"\n  title: \"商品名称\"\n"
#define ORDERS_EN "Invoice;User;Code;Qty;Price;Date\n"
#define MAP_EN "columns:\n  order_id: \"Invoice\"\n  customer_id: \"User\"\n  quantity: \"Qty\"\n  unit_price: \"Price\"\n  ordered_at: \"Date\"\n"

static const row rows[] = {
    { "a separator inside an amount", ORDERS_ZH "A1,u1,7788,茶,2,¥12.50,25,2024/3/4 8:05,x\nA2,,7789,杯,1,￥1,299.00,1299,2024/3/5 9:00,\n",
      MAP_ZH "currency: \"CNY\"\ndates:\n  - \"%Y/%m/%d %H:%M\"\n", "odd_rows no_zone", ',' },
    { "a discount is no price", "order,customer_id,item_id,qty,retail_disc,sales_value,date\n1,a,k,1,0.5,3.5,2024-01-02\n",
      "columns:\n  order_id: \"order\"\n  customer_id: \"customer_id\"\n  item_id: \"item_id\"\n  quantity: \"qty\"\n  ordered_at: \"date\"\ndates:\n  - \"iso8601\"\n",
      "missing_column no_currency no_zone", ',' },
    { "chinese orders, quoted", ORDERS_ZH "A1,u1,7788,茶,2,¥12.50,25,2024/3/4 8:05,x\nA2,,7789,杯,1,\"￥1,299.00\",1299,2024/3/5 9:00,\n",
      MAP_ZH "currency: \"CNY\"\ndates:\n  - \"%Y/%m/%d %H:%M\"\n", "guests no_zone", ',' },
    { "dates of both readings", ORDERS_ZH "A1,u1,7788,茶,2,12,25,03/04/2024,x\nA2,u2,7789,杯,1,1,1,05/04/2024,\n", MAP_ZH, "no_currency ambiguous_dates no_zone", ',' },
    { "settled by a day", ORDERS_ZH "A1,u1,7788,茶,2,12元,25,03/04/2024,x\nA2,u2,7789,杯,1,1元,1,25/04/2024,\n", MAP_ZH "currency: \"CNY\"\ndates:\n  - \"%d/%m/%Y\"\n",
      "day_seen no_zone", ',' },
    { "a spreadsheet's days and ids", ORDERS_ZH "1.23457E+17,u1,7788,茶,2,12元,25,45292.5,x\n1.23457E+17,u2,7789,杯,1,1元,1,45293,\n",
      MAP_ZH "currency: \"CNY\"\ndates:\n  - \"excel\"\n", "spoilt_ids excel_dates no_zone", ',' },
    { "semicolons and commas", ORDERS_EN "1;a;k1;1;3,50;01.02.2024\n2;b;k2;-1;1.000,00;02.02.2024\n", MAP_EN "dates:\n  - \"%d.%m.%Y\"\ndecimal: \",\"\n",
      "missing_column no_currency negative_quantities no_zone", ';' },
    { "catalog", "SKU,标题,价格,库存,主图,类目,品牌\nk1,茶,¥3,5,https://x.example/a.jpg,饮料,叶\nk2,杯,¥4,0,https://x.example/b.png,器皿,\n",
      "columns:\n  item_id: \"SKU\"\n  title: \"标题\"\n  category: \"类目\"\n  brand: \"品牌\"\n  price: \"价格\"\n  stock: \"库存\"\n  image_url: \"主图\"\n"
      "currency: \"CNY\"\n", "", ',' },
    { "by the cells", "order_id,customer_id,item_id,quantity,p,d\n1,a,k1,1,3.50,2024-01-02\n2,b,k2,2,4.50,2024-01-03\n",
      "columns:\n  order_id: \"order_id\"\n  customer_id: \"customer_id\"\n  item_id: \"item_id\"\n  quantity: \"quantity\"\n  unit_price: \"p\"\n  ordered_at: \"d\"\n"
      "dates:\n  - \"iso8601\"\n", "no_currency no_zone", ',' },
    { "no header", "1,a,k1,1,3.50,2024-01-02\n2,b,k2,2,4.50,2024-01-03\n", "columns:\n  unit_price: \"3.50\"\n  ordered_at: \"2024-01-02\"\ndates:\n  - \"iso8601\"\n",
      "no_header missing_column missing_column missing_column missing_column no_currency no_zone", ',' },
};

static void problems_of(const zh_table_verdict *v, zh_buf *out)
{
    for (uint32_t i = 0; i < v->problems_count; i++) {
        if (i > 0) zh_buf_put(out, ZH_SV(" "));
        zh_buf_put(out, zh_sv_of(v->problems[i].code));
        CHECK_ROW(v->problems[i].detail[0] != '\0', v->problems[i].code);
    }
}

static bool is_text(const zh_buf *got, const char *want)
{
    const bool same = zh_sv_equal(zh_buf_view(got), zh_sv_of(want));
    if (!same) fprintf(stderr, "got %.*s\n", ZH_SV_ARG(zh_buf_view(got)));
    return same;
}

static void test_rows(void)
{
    zh_buf map_text = zh_buf_open(1 << 16), problems = zh_buf_open(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_table_guess *guess = read_table(rows[i].table, rows[i].separator);
        zh_column_map map;
        zh_table_verdict verdict;
        const zh_table_given given = { .zone = { 0 } };
        zh_table_guess_map(guess, zh_table_guess_table(guess), &given, &map);
        zh_table_guess_judge(guess, &map, &verdict);
        zh_buf_reset(&map_text);
        zh_buf_reset(&problems);
        zh_table_map_print(&map, &map_text);
        problems_of(&verdict, &problems);
        CHECK_ROW(is_text(&map_text, rows[i].map), rows[i].name);
        CHECK_ROW(is_text(&problems, rows[i].problems), rows[i].name);
        zh_table_guess_close(guess);
    }
    zh_buf_close(&map_text);
    zh_buf_close(&problems);
}

/* A map somebody chose is judged by the same table. */
static void test_chosen(void)
{
    zh_table_guess *guess = read_table(ORDERS_EN "1;a;k1;1;3.50;01/02/2024\n2;b;k2;1;4.50;02/03/2024\n3;c;;x;5.00;03/03/2024\n", ';');
    zh_column_map map = zh_column_map_of(ZH_TABLE_ORDERS);
    zh_table_verdict verdict;
    static const char *const lines[][2] = { { "order_id", "Invoice" }, { "customer_id", "User" }, { "item_id", "Code" }, { "quantity", "Qty" },
                                            { "unit_price", "Price" }, { "ordered_at", "Date" }, { "currency", "EUR" }, { "dates", "%m/%d/%Y" }, { "zone", "Europe/Berlin" } };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK_ROW(zh_column_map_set(&map, zh_sv_of(lines[i][0]), zh_sv_of(lines[i][1]), true, NULL) == ZH_OK, lines[i][0]);
    zh_buf problems = zh_buf_open(1 << 16);
    zh_table_guess_judge(guess, &map, &verdict);
    problems_of(&verdict, &problems);
    CHECK(is_text(&problems, "blank_ids not_whole chosen_dates"));
    CHECK(verdict.ready && verdict.at[ZH_COLUMN_ITEM_ID] == 2 && verdict.problems[1].rows == 1);
    map.decimal = ',';
    zh_table_guess_judge(guess, &map, &verdict);
    CHECK(!verdict.ready); /* no price can be read so */
    zh_buf_close(&problems);
    zh_table_guess_close(guess);
}

int main(void)
{
    test_rows();
    test_chosen();
    return 0;
}
