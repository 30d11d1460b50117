#include "report.h"
#include "base/json_out.h"
#include "base/time.h"

static const zh_sim_policy shown_order[ZH_SIM_POLICIES] = { ZH_SIM_RANDOM, ZH_SIM_POPULAR, ZH_SIM_ENGINE, ZH_SIM_ORACLE };

static int32_t measured_days(const zh_sim_run *run)
{
    const int32_t days = run->lived - run->worlds[ZH_SIM_POPULAR].warmup_days;
    return days > 0 ? days : 0;
}

/* (policy - popular) / (oracle - popular); false where there is no oracle or nothing to gain. */
static bool oracle_share(const zh_sim_run *run, zh_sim_policy policy, double *share)
{
    if (!run->policies[ZH_SIM_ORACLE] || !run->policies[ZH_SIM_POPULAR]) return false;
    const zh_sim_tally *popular = &run->worlds[ZH_SIM_POPULAR].tally;
    const double all = zh_sim_tally_estimate(&run->worlds[ZH_SIM_ORACLE].tally, popular, ZH_SIM_MARGIN).value;
    *share = zh_sim_tally_estimate(&run->worlds[policy].tally, popular, ZH_SIM_MARGIN).value / all;
    return all > 0;
}

static void put_cell(zh_buf *out, zh_sim_estimate e, double scale)
{
    zh_buf_printf(out, "  %8.2f [%7.2f, %7.2f]", e.value * scale, e.low * scale, e.high * scale);
}

static void put_policy_row(const zh_sim_run *run, zh_sim_policy p, zh_buf *out)
{
    const zh_sim_tally *tally = &run->worlds[p].tally;
    const zh_sim_sums sum = zh_sim_tally_total(tally);
    zh_buf_printf(out, "%-8s %8lld %8lld", zh_sim_policy_name(p), (long long)sum.visits, (long long)sum.orders);
    put_cell(out, zh_sim_tally_estimate(tally, NULL, ZH_SIM_ORDERS), 100);
    put_cell(out, zh_sim_tally_estimate(tally, NULL, ZH_SIM_REVENUE), 0.01);
    put_cell(out, zh_sim_tally_estimate(tally, NULL, ZH_SIM_MARGIN), 0.01);
    zh_buf_put(out, ZH_SV("\n"));
}

static void put_difference_row(const zh_sim_run *run, zh_sim_policy p, zh_buf *out)
{
    const zh_sim_tally *tally = &run->worlds[p].tally, *popular = &run->worlds[ZH_SIM_POPULAR].tally;
    double share;
    zh_buf_printf(out, "%-26s", zh_sim_policy_name(p));
    put_cell(out, zh_sim_tally_estimate(tally, popular, ZH_SIM_ORDERS), 100);
    put_cell(out, zh_sim_tally_estimate(tally, popular, ZH_SIM_REVENUE), 0.01);
    put_cell(out, zh_sim_tally_estimate(tally, popular, ZH_SIM_MARGIN), 0.01);
    if (oracle_share(run, p, &share)) zh_buf_printf(out, "  %6.1f %%", 100 * share);
    zh_buf_put(out, ZH_SV("\n"));
}

void zh_sim_report_table(const zh_sim_run *run, zh_buf *out)
{
    zh_buf_printf(out, "%.*s: seed %llu, %u customers, %d days, of which %d measured; %u items; amounts in %.*s a visit, returns taken off\n\n",
                  ZH_SV_ARG(run->shop->name), (unsigned long long)run->seed, (unsigned)run->customers, (int)run->lived,
                  (int)measured_days(run), (unsigned)run->catalog.count, ZH_SV_ARG(run->shop->currency));
    zh_buf_printf(out, "%-8s %8s %8s  %-28s  %-28s  %s\n", "policy", "visits", "orders", "orders a 100 visits, 95 %", "revenue, 95 %", "margin, 95 %");
    for (int i = 0; i < ZH_SIM_POLICIES; i++)
        if (run->policies[shown_order[i]]) put_policy_row(run, shown_order[i], out);
    zh_buf_printf(out, "\n%-26s  %-28s  %-28s  %-28s  %s\n", "against popular, paired", "orders a 100 visits", "revenue", "margin", "of the oracle's gain");
    for (int i = 0; i < ZH_SIM_POLICIES; i++)
        if (run->policies[shown_order[i]] && shown_order[i] != ZH_SIM_POPULAR) put_difference_row(run, shown_order[i], out);
}

static void put_estimate(zh_json_out *out, zh_sv key, zh_sim_estimate e)
{
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    zh_json_out_key_real(out, ZH_SV("value"), e.value);
    zh_json_out_key_real(out, ZH_SV("low"), e.low);
    zh_json_out_key_real(out, ZH_SV("high"), e.high);
    zh_json_out_end(out);
}

static void put_measures(zh_json_out *out, const zh_sim_tally *tally, const zh_sim_tally *against)
{
    put_estimate(out, ZH_SV("ordersPerVisit"), zh_sim_tally_estimate(tally, against, ZH_SIM_ORDERS));
    put_estimate(out, ZH_SV("revenueCentsPerVisit"), zh_sim_tally_estimate(tally, against, ZH_SIM_REVENUE));
    put_estimate(out, ZH_SV("marginCentsPerVisit"), zh_sim_tally_estimate(tally, against, ZH_SIM_MARGIN));
}

static void put_policy(const zh_sim_run *run, zh_sim_policy p, zh_buf *buf)
{
    const zh_sim_sums sum = zh_sim_tally_total(&run->worlds[p].tally);
    zh_json_out out = zh_json_out_on(buf);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("policy"), zh_sv_of(zh_sim_policy_name(p)));
    zh_json_out_key_int(&out, ZH_SV("seed"), (int64_t)run->seed);
    zh_json_out_key_int(&out, ZH_SV("customers"), run->customers);
    zh_json_out_key_int(&out, ZH_SV("days"), run->lived);
    zh_json_out_key_int(&out, ZH_SV("measuredDays"), measured_days(run));
    zh_json_out_key_int(&out, ZH_SV("visits"), sum.visits);
    zh_json_out_key_int(&out, ZH_SV("conversions"), sum.orders);
    zh_json_out_key_text(&out, ZH_SV("currency"), run->shop->currency);
    zh_json_out_key_int(&out, ZH_SV("revenueCents"), sum.revenue_cents);
    zh_json_out_key_int(&out, ZH_SV("marginCents"), sum.margin_cents);
    put_measures(&out, &run->worlds[p].tally, NULL);
    zh_json_out_end(&out);
    zh_buf_put(buf, ZH_SV("\n"));
}

/* {"policy":"engine","ordersPerVisit":…,…,"oracleShare":0.4} for each but popular */
static void put_differences(const zh_sim_run *run, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("differences"));
    zh_json_out_array(out);
    for (int i = 0; i < ZH_SIM_POLICIES; i++) {
        const zh_sim_policy p = shown_order[i];
        double share;
        if (!run->policies[p] || p == ZH_SIM_POPULAR) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("policy"), zh_sv_of(zh_sim_policy_name(p)));
        put_measures(out, &run->worlds[p].tally, &run->worlds[ZH_SIM_POPULAR].tally);
        if (oracle_share(run, p, &share)) zh_json_out_key_real(out, ZH_SV("oracleShare"), share);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_comparison(const zh_sim_run *run, int32_t day, zh_buf *buf)
{
    zh_json_out out = zh_json_out_on(buf);
    zh_json_out_object(&out);
    if (day >= 0) zh_json_out_key_int(&out, ZH_SV("day"), day + 1);
    zh_json_out_key_text(&out, day < 0 ? ZH_SV("comparison") : ZH_SV("against"), ZH_SV("popular"));
    zh_json_out_key_int(&out, ZH_SV("seed"), (int64_t)run->seed);
    zh_json_out_key_int(&out, ZH_SV("visits"), zh_sim_tally_total(&run->worlds[ZH_SIM_POPULAR].tally).visits);
    zh_json_out_key_text(&out, ZH_SV("currency"), run->shop->currency);
    put_differences(run, &out);
    zh_json_out_end(&out);
    zh_buf_put(buf, ZH_SV("\n"));
}

void zh_sim_report_json(const zh_sim_run *run, zh_buf *buf)
{
    for (int i = 0; i < ZH_SIM_POLICIES; i++)
        if (run->policies[shown_order[i]]) put_policy(run, shown_order[i], buf);
    put_comparison(run, -1, buf);
}

void zh_sim_report_day(const zh_sim_run *run, int32_t day, zh_buf *buf)
{
    if (day >= run->worlds[ZH_SIM_POPULAR].warmup_days) put_comparison(run, day, buf);
}

static void put_date(const zh_sim_run *run, zh_json_out *out, zh_sv key, int32_t day)
{
    char text[ZH_TIME_TEXT_BYTES];
    const int64_t local_ms = run->shop->start_ms + run->shop->utc_offset_minutes * ZH_MINUTE_MS;
    (void)zh_date_print(local_ms / ZH_DAY_MS + day, text);
    zh_json_out_key_text(out, key, zh_sv_of(text));
}

static void put_policy_result(const zh_sim_run *run, zh_sim_policy p, zh_json_out *out)
{
    const zh_sim_tally *tally = &run->worlds[p].tally, *popular = &run->worlds[ZH_SIM_POPULAR].tally;
    const zh_sim_sums sum = zh_sim_tally_total(tally);
    double share = 0;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("policy"), zh_sv_of(zh_sim_policy_name(p)));
    zh_json_out_key_int(out, ZH_SV("visits"), sum.visits);
    zh_json_out_key_int(out, ZH_SV("orders"), sum.orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), sum.revenue_cents);
    zh_json_out_key_int(out, ZH_SV("marginCents"), sum.margin_cents);
    put_estimate(out, ZH_SV("marginPerVisit"), zh_sim_tally_estimate(tally, NULL, ZH_SIM_MARGIN));
    const bool shared = p != ZH_SIM_POPULAR && oracle_share(run, p, &share);
    if (p != ZH_SIM_POPULAR) put_estimate(out, ZH_SV("difference"), zh_sim_tally_estimate(tally, popular, ZH_SIM_MARGIN));
    else {
        zh_json_out_key(out, ZH_SV("difference"));
        zh_json_out_null(out);
    }
    zh_json_out_key(out, ZH_SV("oracleShare"));
    if (shared) zh_json_out_real(out, share);
    else zh_json_out_null(out);
    zh_json_out_end(out);
}

bool zh_sim_report_policies(const zh_sim_run *run, int32_t day, zh_buf *buf)
{
    char note[96];
    if (day < run->worlds[ZH_SIM_POPULAR].warmup_days) return false;
    zh_json_out out = zh_json_out_on(buf);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("baseline"), zh_sv_of(zh_sim_policy_name(ZH_SIM_POPULAR)));
    zh_json_out_key_text(&out, ZH_SV("currency"), run->shop->currency);
    put_date(run, &out, ZH_SV("from"), run->worlds[ZH_SIM_POPULAR].warmup_days);
    put_date(run, &out, ZH_SV("to"), day);
    zh_json_out_key_int(&out, ZH_SV("visits"), zh_sim_tally_total(&run->worlds[ZH_SIM_POPULAR].tally).visits);
    zh_json_out_key(&out, ZH_SV("policies"));
    zh_json_out_array(&out);
    for (int i = 0; i < ZH_SIM_POLICIES; i++)
        if (run->policies[shown_order[i]]) put_policy_result(run, shown_order[i], &out);
    zh_json_out_end(&out);
    snprintf(note, sizeof note, "zhun-sim, seed %llu, %u customers", (unsigned long long)run->seed, (unsigned)run->customers);
    zh_json_out_key_text(&out, ZH_SV("note"), zh_sv_of(note));
    zh_json_out_end(&out);
    return zh_json_out_done(&out) == ZH_OK;
}

void zh_sim_report_progress(const zh_sim_run *run, int32_t day, zh_buf *buf)
{
    uint64_t worlds = 0;
    for (int p = 0; p < ZH_SIM_POLICIES; p++) worlds += run->policies[p];
    zh_json_out out = zh_json_out_on(buf);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("progress"));
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("day"), day + 1);
    zh_json_out_key_int(&out, ZH_SV("days"), run->days);
    zh_json_out_key_int(&out, ZH_SV("visits"), (int64_t)(run->visits / worlds));
    zh_json_out_key_int(&out, ZH_SV("events"), run->wire == NULL ? 0 : (int64_t)zh_sim_wire_counted(run->wire).events);
    zh_json_out_key_bool(&out, ZH_SV("live"), run->is_live);
    zh_json_out_key_text(&out, ZH_SV("currency"), run->shop->currency);
    if (run->policies[ZH_SIM_ENGINE] && day >= run->worlds[ZH_SIM_ENGINE].warmup_days)
        put_estimate(&out, ZH_SV("difference"), zh_sim_tally_estimate(&run->worlds[ZH_SIM_ENGINE].tally, &run->worlds[ZH_SIM_POPULAR].tally, ZH_SIM_MARGIN));
    else {
        zh_json_out_key(&out, ZH_SV("difference"));
        zh_json_out_null(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) == ZH_OK) zh_buf_put(buf, ZH_SV("\n"));
}
