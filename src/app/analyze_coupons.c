/* analyze_coupons.c -- `zhun analyze coupons`: a table of customers and what each level of a coupon is worth for them. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "offer/allocate.h"

#include <math.h>

static const char prefix[] = "v_cost";

typedef struct offers {
    zh_table table;
    zh_allocate a;
    double costs[ZH_ALLOCATE_LEVELS_MAX];
    uint32_t columns[ZH_ALLOCATE_LEVELS_MAX];
} offers;

/* The columns v_cost0, v_cost1 ...: the cost stands in the name. */
static void find_levels(zh_analyze *job, offers *o)
{
    const zh_sv start = { prefix, sizeof prefix - 1 };
    for (uint32_t c = 0; c < o->table.columns && job->failed == ZH_OK; c++) {
        double cost;
        const zh_sv name = o->table.names[c];
        if (!zh_sv_starts(name, start) || !zh_text_real(zh_sv_part(name, start.size, SIZE_MAX), &cost)) continue;
        if (o->a.levels == ZH_ALLOCATE_LEVELS_MAX || cost < 0) {
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s has a negative cost or over %d levels: correct its header", ZH_SV_ARG(o->table.path), ZH_ALLOCATE_LEVELS_MAX);
            return;
        }
        uint32_t at = o->a.levels++;
        for (; at > 0 && o->costs[at - 1] >= cost; at--) {
            if (o->costs[at - 1] == cost) zh_analyze_fail(job, ZH_CORRUPT, "%.*s has the cost %.10g twice: correct its header", ZH_SV_ARG(o->table.path), cost);
            o->costs[at] = o->costs[at - 1], o->columns[at] = o->columns[at - 1];
        }
        o->costs[at] = cost, o->columns[at] = c;
    }
    if (job->failed == ZH_OK && o->a.levels == 0) zh_analyze_fail(job, ZH_ABSENT, "%.*s has no column like v_cost2: name the columns of values by their cost", ZH_SV_ARG(o->table.path));
}

static void put_totals(zh_analyze *job, const offers *o)
{
    double sum = 0, most = 0, spend = 0;
    for (size_t i = 0; i < o->a.customers; i++) {
        const double *v = o->a.values + i * o->a.levels;
        uint32_t best = 0;
        for (uint32_t l = 0; l < o->a.levels; l++) {
            sum += v[l];
            if (v[l] > v[best]) best = l;
        }
        most += v[best], spend += o->costs[best];
    }
    zh_put_key_count(job->out, "users", o->a.customers);
    zh_put_key_reals(job->out, "costs", o->costs, o->a.levels);
    zh_put_key_real(job->out, "value_sum", sum);
    zh_put_key_real(job->out, "max_unbudgeted", most);
    zh_put_key_real(job->out, "spend_unbudgeted", spend);
    zh_put_key(job->out, "first_two");
    zh_json_out_array(job->out);
    for (size_t i = 0; i < o->a.customers && i < 2; i++) {
        zh_json_out_array(job->out);
        for (uint32_t l = 0; l < o->a.levels; l++) zh_put_real(job->out, o->a.values[i * o->a.levels + l]);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

static void put_allocation(zh_analyze *job, offers *o)
{
    zh_allocation chosen;
    double best = 0;
    zh_err e = zh_allocate_threshold(&chosen, job->arena, &o->a);
    if (e != ZH_OK) {
        zh_analyze_fail(job, e == ZH_RANGE ? ZH_RANGE : ZH_NOMEM, e == ZH_RANGE ? "'budget' does not reach for the cheapest level of everybody: raise it, or add a level of cost 0" : "out of memory: give fewer customers");
        return;
    }
    e = zh_allocate_exact(&best, job->arena, &o->a);
    if (e == ZH_OK) zh_put_key_real(job->out, "exact_optimum", best);
    zh_put_key_real(job->out, "dual_bound", chosen.dual_bound);
    zh_put_key_real(job->out, "dual_price", chosen.price);
    zh_put_key_real(job->out, "threshold_value", chosen.value);
    zh_put_key_real(job->out, "threshold_spend", chosen.spend);
    double *counts = ZH_ROOM(job, double, o->a.levels);
    for (size_t i = 0; counts != NULL && i < o->a.customers; i++) counts[chosen.level[i]]++;
    if (counts != NULL) {
        zh_put_key_reals(job->out, "costs", o->costs, o->a.levels);
        zh_put_key_reals(job->out, "customers", counts, o->a.levels);
    }
    if (e != ZH_OK) zh_put_key_text(job->out, "note", ZH_SV("no exact optimum: costs are not whole, or customers x budget is too large for it"));
}

void zh_analyze_coupons(zh_analyze *job)
{
    offers o = { 0 };
    o.a.budget = zh_spec_real(job, "budget", 0, 1e15, -1);
    if (!zh_table_read(job, zh_spec_file(job, "file"), &o.table)) return;
    find_levels(job, &o);
    double *values = job->failed == ZH_OK ? ZH_ROOM(job, double, o.table.rows * o.a.levels) : NULL;
    for (uint64_t i = 0; job->failed == ZH_OK && i < o.table.rows; i++)
        for (uint32_t l = 0; l < o.a.levels; l++) values[i * o.a.levels + l] = zh_table_real(job, &o.table, i, o.columns[l], false);
    if (job->failed != ZH_OK) return;
    o.a.values = values, o.a.costs = o.costs, o.a.customers = o.table.rows;
    if (o.a.budget < 0) put_totals(job, &o);
    else put_allocation(job, &o);
}
