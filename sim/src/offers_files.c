#include "offers_files.h"
#include "base/csv.h"
#include "draw.h"
#include "offers_judge.h"

#include <stdlib.h>

#define TRIAL_FIRST (1u << 23) /* the trial's customers are others than those asked about */

static const char *arm_name(const zh_offers_world *w, uint32_t level, char name[24])
{
    if (level == 0) return "none";
    snprintf(name, 24, "off%.6g", w->shop->menu[level - 1].percent);
    return name;
}

static void put_person(FILE *out, char kind, uint32_t i, const zh_offers_person *p)
{
    fprintf(out, "%c%07u", kind, (unsigned)i + 1);
    for (int c = 0; c < ZH_OFFERS_COLUMNS; c++) fprintf(out, ",%.6g", p->seen[c]);
}

static void put_header(FILE *out, const char *more)
{
    fputs("customer", out);
    for (int c = 0; c < ZH_OFFERS_COLUMNS; c++) fprintf(out, ",%s", zh_offers_columns[c]);
    fprintf(out, "%s\n", more);
}

static zh_err written(FILE *out) { return fflush(out) == 0 && !ferror(out) ? ZH_OK : ZH_IO; }

zh_err zh_offers_trial(const zh_offers_job *job, FILE *out)
{
    const uint32_t levels = job->world->shop->menu_count + 1;
    put_header(out, ",arm,propensity,margin_cents,cost_cents");
    for (uint32_t i = 0; i < job->customers; i++) {
        char name[24];
        const zh_offers_person p = zh_offers_person_of(job->world, TRIAL_FIRST + i);
        const uint32_t level = (uint32_t)(zh_draw_unit(job->world->seed, zh_draw_stream(p.number, 0, ZH_DRAW_OFFER_ARM), 0) * levels);
        const zh_offers_sum sum = zh_offers_happened(job->world, &p, level, 0);
        put_person(out, 't', i, &p);
        fprintf(out, ",%s,%.6g,%.0f,%.0f\n", arm_name(job->world, level, name), 1.0 / levels, sum.margin_cents, sum.cost_cents);
    }
    return written(out);
}

zh_err zh_offers_people(const zh_offers_job *job, FILE *out)
{
    put_header(out, "");
    for (uint32_t i = 0; i < job->customers; i++) {
        const zh_offers_person p = zh_offers_person_of(job->world, i);
        put_person(out, 'a', i, &p);
        fputc('\n', out);
    }
    return written(out);
}

/* ---- a choice ---- */

static zh_err take_choice(const zh_offers_job *job, const zh_csv_row *row, uint8_t *choice, zh_note *why)
{
    char name[24], id[16] = "";
    const zh_sv who = row->fields[0], arm = row->count > 1 ? row->fields[1] : (zh_sv){ 0 };
    char *end = id;
    if (who.size >= 2 && who.size < sizeof id && who.data[0] == 'a') memcpy(id, who.data + 1, who.size - 1);
    const unsigned long number = strtoul(id, &end, 10);
    if (end == id || *end != '\0' || number < 1 || number > job->customers) {
        zh_note_set(why, "line %llu: \"%.*s\" is none of the %u customers of --offers ask", (unsigned long long)row->line, ZH_SV_ARG(who), (unsigned)job->customers);
        return ZH_FORMAT;
    }
    for (uint32_t l = 0; l <= job->world->shop->menu_count; l++)
        if (zh_sv_equal(zh_sv_of(arm_name(job->world, l, name)), arm)) {
            choice[number - 1] = (uint8_t)l;
            return ZH_OK;
        }
    zh_note_set(why, "line %llu: \"%.*s\" is no arm of the menu: none, off10 and the like", (unsigned long long)row->line, ZH_SV_ARG(arm));
    return ZH_FORMAT;
}

static zh_err read_choices(const zh_offers_job *job, uint8_t *choice, zh_note *why)
{
    zh_csv *csv;
    zh_sv left = job->choices;
    zh_err e = zh_csv_open(&csv, &(zh_csv_desc){ 0 });
    if (e != ZH_OK) return e;
    for (bool header = true; e == ZH_OK; header = false) {
        size_t used;
        zh_csv_row row;
        e = zh_csv_next(csv, left, true, &used, &row, why);
        left = zh_sv_part(left, used, SIZE_MAX);
        if (e == ZH_OK && !header) e = take_choice(job, &row, choice, why);
    }
    zh_csv_close(csv);
    return e == ZH_ABSENT ? ZH_OK : e == ZH_RANGE ? ZH_FORMAT : e;
}

static void put_span(FILE *out, const char *key, zh_offers_span s)
{
    fprintf(out, "\"%s\":{\"value\":%.0f,\"low\":%.0f,\"high\":%.0f}", key, s.value, s.low, s.high);
}

static void put_json(FILE *out, const char *name, const zh_offers_result *r, const zh_offers_result *oracle, double budget)
{
    fprintf(out, "{\"policy\":\"%s\",\"budgetCents\":%.0f,\"mentioned\":%u,\"expectedCents\":%.0f,\"expectedSpendCents\":%.0f,\"spendCents\":%.0f,\"oracleShare\":%.4f,", name, budget,
            (unsigned)r->mentioned, r->expected_cents, r->expected_spend_cents, r->spend_cents, oracle->expected_cents > 0 ? r->expected_cents / oracle->expected_cents : 0);
    put_span(out, "incrementCents", r->increment);
    fputc(',', out);
    put_span(out, "choiceMinusThisCents", r->behind);
    fputs("}\n", out);
}

static void put_row(FILE *out, const char *name, const zh_offers_result *r)
{
    fprintf(out, "%-10s %9u %14.2f %14.2f %14.2f  %12.2f [%.2f, %.2f]\n", name, (unsigned)r->mentioned, r->expected_spend_cents / 100, r->spend_cents / 100,
            r->expected_cents / 100, r->increment.value / 100, r->increment.low / 100, r->increment.high / 100);
}

zh_err zh_offers_sentence(const zh_offers_job *job, zh_arena *arena, FILE *out, zh_note *why)
{
    zh_offers_result results[ZH_OFFERS_POLICIES];
    uint8_t *choice = ZH_TAKE(arena, uint8_t, job->customers);
    if (choice == NULL) return ZH_NOMEM;
    zh_err e = read_choices(job, choice, why);
    if (e == ZH_OK) e = zh_offers_judge(results, arena, &(zh_offers_ask){ job->world, 0, job->customers, choice, job->budget_cents, job->lucks });
    if (e != ZH_OK) return e;
    if (!job->json) fprintf(out, "%-10s %9s %14s %14s %14s  %s\n", "policy", "mentioned", "expected spend", "spent", "expected gain", "gained, 95 % interval");
    for (int p = 0; p < ZH_OFFERS_POLICIES; p++) {
        const char *name = zh_offers_policy_name((zh_offers_policy)p);
        if (job->json) put_json(out, name, &results[p], &results[ZH_OFFERS_ORACLE], job->budget_cents);
        else put_row(out, name, &results[p]);
    }
    return written(out);
}
