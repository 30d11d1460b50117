#include "truth.h"
#include "base/json_out.h"
#include "base/time.h"
#include "place.h"

#include <math.h>
#include <stdlib.h>

#define LINE_BYTES_MAX (4u << 20) /* a customer who orders each day for years has less */
#define NAMES_MAX (ZH_SHOP_TYPES_MAX * ZH_SHOP_WORDS_MAX)
#define LEAST 0.01
#define ROUNDING 1e4

typedef struct mean { zh_sv name; double sum; uint32_t items; } mean;

void zh_sim_truth_close(zh_sim_truth *truth)
{
    free(truth->orders);
    *truth = (zh_sim_truth){ 0 };
}

static bool make_room(zh_sim_truth *t)
{
    if (t->count < t->room) return true;
    const uint32_t room = t->room == 0 ? 1024 : 2 * t->room;
    zh_sim_truth_order *more = room > ZH_SIM_TRUTH_ORDERS_MAX ? NULL : realloc(t->orders, room * sizeof *more);
    if (more == NULL) return false;
    t->orders = more, t->room = room;
    return true;
}

void zh_sim_truth_note(zh_sim_truth *t, const zh_sim_run *run, const zh_sim_trace *trace)
{
    for (uint32_t i = 0; i < trace->acts_count; i++) {
        const zh_sim_act *act = &trace->acts[i];
        if (act->kind != ZH_SIM_ORDER) continue;
        if (!make_room(t)) {
            t->lost = true;
            return;
        }
        int64_t cents = 0;
        for (uint32_t k = 0; k < act->count; k++) cents += run->catalog.items[trace->items[act->from + k]].price_cents;
        t->orders[t->count++] = (zh_sim_truth_order){ trace->customer, run->shop->start_ms + trace->minute * ZH_MINUTE_MS + act->second * ZH_SECOND_MS, cents };
    }
}

/* ---- writing ---- */

static void add(mean *means, uint32_t *count, zh_sv name, double match)
{
    uint32_t at = 0;
    if (name.size == 0) return;
    while (at < *count && !zh_sv_equal(means[at].name, name)) at++;
    if (at == NAMES_MAX) return; /* there are no more types times words */
    if (at == *count) means[(*count)++] = (mean){ .name = name };
    means[at].sum += match;
    means[at].items++;
}

static void put_kind(zh_json_out *out, const char *key, const zh_sim_run *run, const float *taste, bool brands)
{
    static mean means[NAMES_MAX]; /* the simulator has one thread */
    uint32_t count = 0;
    for (uint32_t i = 0; i < run->catalog.count; i++) {
        const zh_sim_item *item = &run->catalog.items[i];
        double match = 0;
        for (uint32_t k = 0; k < run->shop->interests_count; k++) match += (double)taste[k] * run->shop->types[item->type].interests[k];
        add(means, &count, brands ? item->brand : run->shop->types[item->type].category, match);
    }
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_object(out);
    for (uint32_t i = 0; i < count; i++) {
        const double value = round(means[i].sum / means[i].items * ROUNDING) / ROUNDING;
        if (value >= LEAST) zh_json_out_key_real(out, means[i].name, value);
    }
    zh_json_out_end(out);
}

static void put_tastes(zh_json_out *out, const char *key, const zh_sim_run *run, uint32_t customer, uint32_t minute)
{
    float taste[ZH_SHOP_INTERESTS_MAX];
    zh_sim_person_taste(&run->people, customer, minute, taste);
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_object(out);
    put_kind(out, "category", run, taste, false);
    put_kind(out, "brand", run, taste, true);
    zh_json_out_end(out);
}

static void put_position(zh_json_out *out, const char *key, bool known, zh_sim_position at)
{
    zh_json_out_key(out, zh_sv_of(key));
    if (!known) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_real(out, ZH_SV("latitude"), round(at.latitude * 1e6) / 1e6);
    zh_json_out_key_real(out, ZH_SV("longitude"), round(at.longitude * 1e6) / 1e6);
    zh_json_out_end(out);
}

static void put_time(zh_json_out *out, int64_t ms)
{
    char text[ZH_TIME_TEXT_BYTES];
    (void)zh_time_print(ms, text);
    zh_json_out_text(out, zh_sv_of(text));
}

static void put_customer(zh_json_out *out, const zh_sim_run *run, uint32_t customer, const zh_sim_truth_order *orders, uint32_t count)
{
    char id[64];
    zh_sim_position home = { 0 }, work = { 0 };
    const zh_sim_person *person = &run->people.persons[customer];
    const uint32_t end = (uint32_t)run->days * ZH_SIM_DAY_MINUTES;
    const bool turned = person->turn_minute < end;
    snprintf(id, sizeof id, "c%llu-%05u", (unsigned long long)run->seed, (unsigned)customer + 1);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("customer"), zh_sv_of(id));
    zh_json_out_key(out, ZH_SV("turned"));
    if (turned) put_time(out, run->shop->start_ms + person->turn_minute * ZH_MINUTE_MS);
    else zh_json_out_null(out);
    put_tastes(out, "tastes", run, customer, end);
    if (turned) put_tastes(out, "before", run, customer, person->turn_minute - 1);
    else {
        zh_json_out_key(out, ZH_SV("before"));
        zh_json_out_null(out);
    }
    put_position(out, "home", zh_sim_place_home(&run->people, customer, &home), home);
    put_position(out, "work", zh_sim_place_work(&run->people, customer, &work), work);
    zh_json_out_key(out, ZH_SV("orders"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < count; i++) {
        zh_json_out_array(out);
        put_time(out, orders[i].ms);
        zh_json_out_int(out, orders[i].cents);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static int by_customer(const void *left, const void *right)
{
    const zh_sim_truth_order *a = left, *b = right;
    if (a->customer != b->customer) return a->customer < b->customer ? -1 : 1;
    return a->ms < b->ms ? -1 : a->ms > b->ms;
}

zh_err zh_sim_truth_write(zh_sim_truth *t, const zh_sim_run *run, FILE *file)
{
    zh_buf line = zh_buf_open(LINE_BYTES_MAX);
    zh_err e = t->lost ? ZH_NOMEM : ZH_OK;
    uint32_t at = 0;
    if (t->count > 1) qsort(t->orders, t->count, sizeof *t->orders, by_customer);
    for (uint32_t customer = 0; e == ZH_OK && customer < run->people.count; customer++) {
        const uint32_t from = at;
        while (at < t->count && t->orders[at].customer == customer) at++;
        zh_buf_reset(&line);
        zh_json_out out = zh_json_out_on(&line);
        put_customer(&out, run, customer, t->orders == NULL ? NULL : t->orders + from, at - from);
        e = zh_json_out_done(&out);
        zh_buf_put_u8(&line, '\n');
        if (e == ZH_OK) e = zh_buf_err(&line);
        if (e == ZH_OK && fwrite(line.data, 1, line.size, file) != line.size) e = ZH_IO;
    }
    zh_buf_close(&line);
    return e == ZH_OK && fflush(file) != 0 ? ZH_IO : e;
}
