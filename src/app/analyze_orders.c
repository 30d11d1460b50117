#include "app/analyze_orders.h"
#include "base/hash.h"
#include "collect/cell.h"

#include <math.h>

typedef struct roles {
    uint32_t customer, date, revenue, units, price, order, category;
} roles;

static bool is_real(zh_sv cell)
{
    double number;
    return zh_text_real(cell, &number);
}

/* What the first row of a table without a header looks like. */
static void guess(const zh_table *t, roles *r)
{
    int64_t day;
    r->customer = 0;
    for (uint32_t c = 1; c < t->columns && r->date == ZH_NO_COLUMN; c++)
        if (zh_text_day(zh_table_cell(t, 0, c), &day)) r->date = c;
    for (uint32_t c = 1; c < t->columns; c++) {
        const zh_sv cell = zh_table_cell(t, 0, c);
        if (c == r->date || !is_real(cell)) continue;
        if (memchr(cell.data, '.', cell.size) != NULL) r->revenue = c;
        else if (c > r->date) r->units = c;
    }
}

static void find(zh_analyze *job, const zh_table *t, roles *r)
{
    *r = (roles){ ZH_NO_COLUMN, ZH_NO_COLUMN, ZH_NO_COLUMN, ZH_NO_COLUMN, ZH_NO_COLUMN, ZH_NO_COLUMN, ZH_NO_COLUMN };
    if (!t->headed && !zh_spec_has(job, "columns") && !zh_spec_has(job, "columns.customer")) {
        guess(t, r);
        if (r->date == ZH_NO_COLUMN)
            zh_analyze_fail(job, ZH_ABSENT, "%.*s has no header and no column of dates: name columns, like --param 'columns={\"customer\": 1, \"date\": 3}'", ZH_SV_ARG(t->path));
        return;
    }
    r->customer = zh_table_column(job, t, "customer", "customer_id customer user_id user buyer_id buyer household_id client_id", true);
    r->date = zh_table_column(job, t, "date", "order_date date invoice_date ordered_at order_time transaction_timestamp timestamp time created_at paid_at", true);
    r->revenue = zh_table_column(job, t, "revenue", "revenue dollar_value amount sales_value sales total order_total spend value", false);
    r->units = zh_table_column(job, t, "units", "units quantity qty number_of_cds count", false);
    r->price = zh_table_column(job, t, "price", "unit_price price", false);
    r->order = zh_table_column(job, t, "order", "order_id invoice_no invoice basket_id order_no order transaction_id", false);
    r->category = zh_table_column(job, t, "category", "category product_category department", false);
}

/* One row; false: it is left out. */
static bool take(zh_analyze *job, zh_purchases *p, const zh_table *t, const roles *r, uint64_t row, bool clean)
{
    const zh_sv customer = zh_cell_id_whole(zh_table_cell(t, row, r->customer));
    if (customer.size == 0) return false;
    const zh_sv order = r->order == ZH_NO_COLUMN ? (zh_sv){ 0 } : zh_table_cell(t, row, r->order);
    zh_purchase *out = &p->rows[p->count];
    const double units = r->units == ZH_NO_COLUMN ? 1 : zh_table_real(job, t, row, r->units, false);
    const double price = r->price == ZH_NO_COLUMN ? 1 : zh_table_real(job, t, row, r->price, false);
    if (clean && ((order.size > 0 && (order.data[0] == 'C' || order.data[0] == 'c')) || !(units > 0) || !(price > 0))) return false;
    *out = (zh_purchase){ .units = units, .order = order.size == 0 ? (uint64_t)row : zh_fast64(order),
                          .day = (int32_t)zh_table_day(job, t, row, r->date),
                          .revenue = r->revenue != ZH_NO_COLUMN ? zh_table_real(job, t, row, r->revenue, false) : r->price != ZH_NO_COLUMN ? units * price : 0 };
    const zh_sv category = r->category == ZH_NO_COLUMN ? (zh_sv){ 0 } : zh_table_cell(t, row, r->category);
    if (category.size > 0 && zh_names_add(&p->categories, category, &out->category) == ZH_OK) out->category++;
    if (zh_names_add(&p->names, customer, &out->customer) != ZH_OK)
        zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: a customer id of over %d bytes, or too many customers: shorten it", ZH_SV_ARG(t->path), t->lines[row], ZH_NAMES_BYTES_MAX);
    return true;
}

bool zh_purchases_read(zh_analyze *job, zh_purchases *p, const zh_table *t)
{
    roles r;
    *p = (zh_purchases){ .names = zh_names_open(), .categories = zh_names_open() };
    const bool clean = zh_spec_choice(job, "filter", "clean|customer present", "customer present") == 0;
    find(job, t, &r);
    p->rows = ZH_ROOM(job, zh_purchase, t->rows);
    if (job->failed != ZH_OK) return false;
    p->has_order = r.order != ZH_NO_COLUMN;
    p->has_units = r.units != ZH_NO_COLUMN;
    p->has_revenue = r.revenue != ZH_NO_COLUMN || r.price != ZH_NO_COLUMN;
    for (uint64_t row = 0; row < t->rows && job->failed == ZH_OK; row++) {
        if (!take(job, p, t, &r, row, clean)) {
            p->left_out++;
            continue;
        }
        const int32_t day = p->rows[p->count].day;
        if (p->count == 0 || day < p->first_day) p->first_day = day;
        if (p->count == 0 || day > p->last_day) p->last_day = day;
        p->count++;
    }
    if (job->failed == ZH_OK && p->count == 0) zh_analyze_fail(job, ZH_ABSENT, "%.*s has no row that counts: look at the customers' column and at 'filter'", ZH_SV_ARG(t->path));
    return job->failed == ZH_OK;
}

void zh_purchases_close(zh_purchases *p)
{
    zh_names_close(&p->names);
    zh_names_close(&p->categories);
}
