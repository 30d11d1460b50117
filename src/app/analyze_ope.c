/* analyze_ope.c -- `zhun analyze ope`: what another policy would have earned on a log of items, positions and clicks. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "measure/ope.h"
#include "model/names.h"
#include "sys/input.h"

#include <math.h>

#define ITEMS_MAX 100000
#define POSITIONS_MAX 64
#define CELLS_MAX ((size_t)4000000) /* items x positions */
#define COLUMNS_SHOWN 8

typedef struct shown {
    uint32_t item, position;
    double reward, propensity;
} shown;

typedef struct record {
    zh_table table;
    shown *rows;
    size_t count;
    double rewards, least, most; /* sum; smallest and largest propensity */
} record;

typedef struct names {
    zh_names items, positions; /* of all logs of one question */
} names;

static bool read_record(zh_analyze *job, zh_sv path, names *n, record *r)
{
    *r = (record){ .least = INFINITY, .most = -INFINITY };
    if (!zh_table_read(job, path, &r->table)) return false;
    const zh_table *t = &r->table;
    const uint32_t item = zh_table_column(job, t, "item", "item_id item action action_id arm", true), position = zh_table_column(job, t, "position", "position slot rank", false);
    const uint32_t reward = zh_table_column(job, t, "reward", "click reward y outcome", true), propensity = zh_table_column(job, t, "propensity", "propensity_score propensity p probability", true);
    r->rows = ZH_ROOM(job, shown, t->rows);
    for (uint64_t i = 0; i < t->rows && job->failed == ZH_OK; i++) {
        shown *s = &r->rows[r->count++];
        s->reward = zh_table_real(job, t, i, reward, false);
        s->propensity = zh_table_real_in(job, t, i, propensity, 1e-300, 1);
        if (zh_names_add(&n->items, zh_table_cell(t, i, item), &s->item) != ZH_OK || s->item >= ITEMS_MAX ||
            zh_names_add(&n->positions, position == ZH_NO_COLUMN ? ZH_SV("1") : zh_table_cell(t, i, position), &s->position) != ZH_OK || s->position >= POSITIONS_MAX)
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: an empty item or position, or over %d items or %d positions: look at the columns", ZH_SV_ARG(t->path), t->lines[i], ITEMS_MAX, POSITIONS_MAX);
        r->rewards += s->reward, r->least = fmin(r->least, s->propensity), r->most = fmax(r->most, s->propensity);
    }
    return job->failed == ZH_OK;
}

/* The log of the other policy beside it: "_bts_" for "_random_" in the file's name, and back; empty where there is none. */
static zh_sv other_path(zh_analyze *job, zh_sv path)
{
    static const char *const words[] = { "_bts_", "_random_" };
    size_t slash = path.size;
    while (slash > 0 && path.data[slash - 1] != '/') slash--;
    for (int w = 0; w < 2; w++) {
        const size_t size = strlen(words[w]), with = strlen(words[1 - w]);
        const char *at = memmem(path.data + slash, path.size - slash, words[w], size);
        if (at == NULL) continue;
        char *out = ZH_ROOM(job, char, path.size + with + 1);
        if (out == NULL) return (zh_sv){ 0 };
        const size_t head = (size_t)(at - path.data);
        memcpy(out, path.data, head);
        memcpy(out + head, words[1 - w], with);
        memcpy(out + head + with, at + size, path.size - head - size);
        return (zh_sv){ out, path.size - size + with };
    }
    return (zh_sv){ 0 };
}

/* ---- the other policy, and a model of rewards: by item and position ---- */

typedef struct grid {
    size_t items, positions;
    double *target; /* chance to be shown there */
    double *reward; /* expected */
    double *average; /* [positions]: reward of the target policy */
} grid;

static size_t cell(const grid *g, size_t item, size_t position)
{
    return item * g->positions + position;
}

static bool open_grid(zh_analyze *job, grid *g, const names *n)
{
    g->items = zh_names_count(&n->items), g->positions = zh_names_count(&n->positions);
    if (g->items * g->positions > CELLS_MAX) zh_analyze_fail(job, ZH_FULL, "%zu items at %zu positions are over %zu: analyse a part of the log", g->items, g->positions, CELLS_MAX);
    g->target = ZH_ROOM(job, double, g->items * g->positions);
    g->reward = ZH_ROOM(job, double, g->items * g->positions);
    g->average = ZH_ROOM(job, double, g->positions);
    return job->failed == ZH_OK;
}

/* Shares of items at each position of a log. */
static void target_of_record(grid *g, const record *r, double *seen)
{
    for (size_t i = 0; i < r->count; i++) g->target[cell(g, r->rows[i].item, r->rows[i].position)]++, seen[r->rows[i].position]++;
    for (size_t i = 0; i < g->items; i++)
        for (size_t p = 0; p < g->positions; p++)
            if (seen[p] > 0) g->target[cell(g, i, p)] /= seen[p];
}

/* {"item": chance, ...} */
static void target_of_spec(zh_analyze *job, grid *g, names *n)
{
    double sum = 0;
    for (zh_json_iter it = zh_json_walk(zh_spec_get(job, "target")); zh_json_next(&it);) {
        uint32_t item = 0;
        double chance = 0;
        if (!zh_json_real(it.value, &chance) || !(chance >= 0 && chance <= 1)) zh_analyze_fail(job, ZH_RANGE, "'target.%.*s' is no chance: give a number from 0 to 1", (int)(it.key.size > 60 ? 60 : it.key.size), it.key.data);
        sum += chance;
        if (zh_names_add(&n->items, it.key, &item) != ZH_OK || item >= g->items) continue; /* the log never showed it */
        for (size_t p = 0; p < g->positions; p++) g->target[cell(g, item, p)] = chance;
    }
    if (job->failed == ZH_OK && fabs(sum - 1) > 1e-6) zh_analyze_fail(job, ZH_RANGE, "the chances of 'target' sum to %.10g: they are those of one showing, and sum to 1", sum);
}

static void learn_rewards(zh_analyze *job, grid *g, const record *r)
{
    const double clicks = zh_spec_real(job, "prior_clicks", 0, 1e9, 1), shows = zh_spec_real(job, "prior_shows", 0, 1e9, 100);
    double *seen = ZH_ROOM(job, double, g->items * g->positions);
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < r->count; i++) {
        const size_t at = cell(g, r->rows[i].item, r->rows[i].position);
        g->reward[at] += r->rows[i].reward, seen[at]++;
    }
    for (size_t at = 0; at < g->items * g->positions; at++) {
        const double below = seen[at] + shows;
        g->reward[at] = below > 0 ? (g->reward[at] + clicks) / below : 0;
        g->average[at % g->positions] += g->target[at] * g->reward[at];
    }
}

/* "uniform over 34 items", "uniform", {"item": chance}, or a log whose shares are the policy. */
static void read_target(zh_analyze *job, grid *g, names *n, const record *other)
{
    zh_sv text = { 0 };
    if (zh_json_is(zh_spec_get(job, "target"), ZH_JSON_OBJECT)) {
        target_of_spec(job, g, n);
        return;
    }
    text = zh_spec_text(job, "target", NULL);
    if (job->failed != ZH_OK) return;
    if (zh_sv_starts(text, ZH_SV("uniform"))) {
        unsigned items = (unsigned)g->items;
        char copy[64];
        snprintf(copy, sizeof copy, "%.*s", (int)(text.size < 63 ? text.size : 63), text.data);
        if (sscanf(copy, "uniform over %7u", &items) == 1 && items < g->items) zh_analyze_fail(job, ZH_RANGE, "'target' is over %u items and the log shows %zu: count again", items, g->items);
        for (size_t at = 0; at < g->items * g->positions; at++) g->target[at] = 1.0 / items;
        return;
    }
    double *seen = ZH_ROOM(job, double, g->positions);
    if (!zh_sv_starts(text, ZH_SV("empirical"))) zh_analyze_fail(job, ZH_RANGE, "'target' cannot be '%.*s': give uniform, empirical (with 'target_log'), or {\"item\": chance}", (int)(text.size > 40 ? 40 : text.size), text.data);
    else if (other == NULL) zh_analyze_fail(job, ZH_RANGE, "an empirical 'target' needs the other policy's log: give 'target_log'");
    else if (seen != NULL) target_of_record(g, other, seen);
}

/* ---- answers ---- */

static void put_log(zh_analyze *job, const char *key, const record *r, const names *n)
{
    double *items = ZH_ROOM(job, double, zh_names_count(&n->items)), positions[POSITIONS_MAX] = { 0 };
    size_t seen = 0;
    if (items == NULL) return;
    for (size_t i = 0; i < r->count; i++) seen += items[r->rows[i].item]++ == 0, positions[r->rows[i].position]++;
    zh_put_key(job->out, key);
    zh_json_out_object(job->out);
    zh_put_key_count(job->out, "rows", r->count);
    zh_put_key_real(job->out, "clicks", r->rewards);
    zh_put_key_real(job->out, "ctr", r->rewards / (double)r->count);
    zh_put_key(job->out, "positions");
    zh_json_out_object(job->out);
    for (uint32_t p = 0; p < zh_names_count(&n->positions); p++) {
        zh_json_out_key(job->out, zh_names_at(&n->positions, p));
        zh_put_real(job->out, positions[p]);
    }
    zh_json_out_end(job->out);
    zh_put_key_count(job->out, "items_seen", seen);
    zh_put_key_real(job->out, "min_propensity", r->least);
    zh_put_key_real(job->out, "max_propensity", r->most);
    zh_json_out_end(job->out);
}

static const char *policy_of(const record *r, const char *fallback)
{
    if (memmem(r->table.path.data, r->table.path.size, "_bts_", 5) != NULL) return "bts";
    return memmem(r->table.path.data, r->table.path.size, "_random_", 8) != NULL ? "random" : fallback;
}

static void put_stats(zh_analyze *job, const record *r, const record *other, const names *n)
{
    zh_put_key_count(job->out, "items", zh_names_count(&n->items));
    put_log(job, policy_of(r, "log"), r, n);
    if (other != NULL) put_log(job, policy_of(other, "other"), other, n);
    zh_put_key(job->out, "columns");
    zh_json_out_array(job->out);
    for (uint32_t c = 0; c < r->table.columns && c < COLUMNS_SHOWN; c++) zh_json_out_text(job->out, r->table.names[c]);
    zh_json_out_end(job->out);
}

static void put_answer(zh_analyze *job, const record *r, const record *other, names *n)
{
    grid g;
    const zh_sv position = zh_spec_text(job, "position", "");
    const double ess_min = zh_spec_real(job, "ess_min", 0, 1e15, ZH_OPE_ESS_MIN);
    zh_ope o = { .clip = zh_spec_real(job, "clip", 1e-9, 1e15, 10) };
    if (job->failed != ZH_OK || !open_grid(job, &g, n)) return;
    read_target(job, &g, n, other);
    learn_rewards(job, &g, r);
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < r->count; i++) {
        const shown *s = &r->rows[i];
        if (position.size > 0 && !zh_sv_equal(position, zh_names_at(&n->positions, s->position))) continue;
        const size_t at = cell(&g, s->item, s->position);
        zh_ope_take(&o, s->reward, s->propensity, g.target[at], g.reward[at], g.average[s->position]);
    }
    if (o.n == 0) zh_analyze_fail(job, ZH_ABSENT, "the log has no row at position '%.*s': give another", ZH_SV_ARG(position));
    if (job->failed != ZH_OK) return;
    const zh_ope_answer a = zh_ope_answer_of(&o, ess_min);
    zh_put_key_real(job->out, "n", o.n);
    zh_put_key_flag(job->out, "reliable", a.reliable);
    if (!a.reliable) zh_put_key_text(job->out, "warning", ZH_SV("the log says too little of this policy: its effective sample is too small, or one row weighs too much; the numbers below are no answer"));
    zh_put_key_real(job->out, "ess", a.ess);
    zh_put_key_real(job->out, "ips", a.ips);
    zh_put_key_real(job->out, "snips", a.snips);
    zh_put_key_real(job->out, "ips_clipped", a.ips_clipped);
    zh_put_key_real(job->out, "clip", o.clip);
    zh_put_key_real(job->out, "mean_w", a.mean_w);
    zh_put_key_real(job->out, "max_w", a.max_w);
    zh_put_key_real(job->out, "dm", a.dm);
    zh_put_key_real(job->out, "dr", a.dr);
    zh_put_key_real(job->out, "sndr", a.sndr);
    if (other != NULL) zh_put_key_real(job->out, "truth", other->rewards / (double)other->count);
}

void zh_analyze_ope(zh_analyze *job)
{
    names n = { zh_names_open(), zh_names_open() };
    record r, other;
    const zh_sv path = zh_spec_file(job, zh_spec_has(job, "log") ? "log" : "file");
    if (read_record(job, path, &n, &r)) {
        const bool named = zh_spec_has(job, "target_log"), empirical = zh_sv_starts(zh_json_text_or_empty(zh_spec_get(job, "target")), ZH_SV("empirical"));
        const zh_sv beside = named ? zh_spec_file(job, "target_log") : job->files_count > 1 ? job->files[1] : other_path(job, path);
        zh_input *probe = NULL; /* a log beside it is welcome, not needed */
        bool there = beside.size > 0 && job->failed == ZH_OK;
        if (there && !named && !empirical && job->files_count < 2) there = zh_input_open(&probe, beside) == ZH_OK;
        zh_input_close(probe);
        there = there && read_record(job, beside, &n, &other);
        if (job->failed == ZH_OK && !zh_spec_has(job, "target")) put_stats(job, &r, there ? &other : NULL, &n);
        else if (job->failed == ZH_OK) put_answer(job, &r, there ? &other : NULL, &n);
    }
    zh_names_close(&n.items);
    zh_names_close(&n.positions);
}
