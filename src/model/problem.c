#include "model/problem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ABSENT UINT32_MAX

/* Rows under construction: first count into from[row + 1], then close(), then put(). */
typedef struct maker {
    uint32_t count, width, *from, *end, *at;
} maker;

static zh_err maker_open(maker *out, zh_arena *arena, uint32_t count, uint32_t width)
{
    *out = (maker){ .count = count, .width = width };
    out->from = ZH_TAKE(arena, uint32_t, (size_t)count + 1);
    out->end = ZH_TAKE(arena, uint32_t, count);
    return out->from == NULL || out->end == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err maker_close(maker *m, zh_arena *arena)
{
    for (uint32_t r = 0; r < m->count; r++) {
        m->end[r] = m->from[r];
        m->from[r + 1] += m->from[r];
    }
    m->at = ZH_TAKE(arena, uint32_t, m->from[m->count]);
    return m->at == NULL ? ZH_NOMEM : ZH_OK;
}

static void put(maker *m, uint32_t row, uint32_t entry)
{
    assert(m->end[row] < m->from[row + 1]);
    m->at[m->end[row]++] = entry;
}

static zh_rows rows_of(const maker *m)
{
    return (zh_rows){ .count = m->count, .width = m->width, .from = m->from, .at = m->at };
}

/* ---- from events to sequences ---- */

typedef struct moment {
    double time_s;
    uint32_t item, place; /* in the file: equal times stay in file order */
} moment;

static int earlier(const void *left, const void *right)
{
    const moment *a = left, *b = right;
    if (a->time_s != b->time_s) return a->time_s < b->time_s ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Rows of one part in the order of `rank`; where the part has times each row is sorted by them, and
 * first and last get the times of its ends. */
static zh_err group(zh_rows *out, zh_arena *arena, const zh_dataset *data, zh_dataset_part part,
                    const uint32_t *rank, double *first, double *last)
{
    const size_t events = zh_dataset_count(data, part);
    maker m;
    zh_err e = maker_open(&m, arena, zh_names_count(&data->rows), zh_names_count(&data->items));
    if (e != ZH_OK) return e;
    for (size_t i = 0; i < events; i++) m.from[rank[zh_dataset_at(data, part, i).row] + 1]++;
    if ((e = maker_close(&m, arena)) != ZH_OK) return e;
    *out = rows_of(&m);
    if (!zh_dataset_timed(data, part)) {
        for (size_t i = 0; i < events; i++) {
            const zh_dataset_event event = zh_dataset_at(data, part, i);
            put(&m, rank[event.row], event.item);
        }
        return ZH_OK;
    }
    moment *moments = ZH_TAKE(arena, moment, events);
    if (moments == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < events; i++) {
        const zh_dataset_event event = zh_dataset_at(data, part, i);
        const uint32_t row = rank[event.row];
        moments[m.end[row]++] = (moment){ zh_dataset_time(data, part, i), event.item, (uint32_t)i };
    }
    for (uint32_t r = 0; r < m.count; r++) {
        const uint32_t size = m.from[r + 1] - m.from[r];
        if (size == 0) continue;
        qsort(moments + m.from[r], size, sizeof *moments, earlier);
        first[r] = moments[m.from[r]].time_s;
        last[r] = moments[m.from[r + 1] - 1].time_s;
    }
    for (size_t i = 0; i < events; i++) m.at[i] = moments[i].item;
    return ZH_OK;
}

typedef struct ending {
    double last_s;
    uint32_t row;
} ending;

static int ends_earlier(const void *left, const void *right)
{
    const ending *a = left, *b = right;
    if (a->last_s != b->last_s) return a->last_s < b->last_s ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Drop empty rows and put the others in order of their last click. */
static zh_err order_sessions(zh_split *split, zh_arena *arena, int part, const double *first, const double *last)
{
    const zh_rows in = split->part[part];
    ending *ends = ZH_TAKE(arena, ending, in.count);
    if (ends == NULL) return ZH_NOMEM;
    uint32_t kept = 0;
    for (uint32_t r = 0; r < in.count; r++)
        if (zh_rows_size(&in, r) > 0) ends[kept++] = (ending){ last[r], r };
    qsort(ends, kept, sizeof *ends, ends_earlier);
    maker m;
    zh_err e = maker_open(&m, arena, kept, in.width);
    if (e != ZH_OK) return e;
    double *firsts = ZH_TAKE(arena, double, kept), *lasts = ZH_TAKE(arena, double, kept);
    if (firsts == NULL || lasts == NULL) return ZH_NOMEM;
    for (uint32_t k = 0; k < kept; k++) {
        m.from[k + 1] = zh_rows_size(&in, ends[k].row);
        firsts[k] = first[ends[k].row];
        lasts[k] = ends[k].last_s;
    }
    if ((e = maker_close(&m, arena)) != ZH_OK) return e;
    for (uint32_t k = 0; k < kept; k++)
        memcpy(m.at + m.from[k], zh_rows_of(&in, ends[k].row), (m.from[k + 1] - m.from[k]) * sizeof *m.at);
    split->part[part] = rows_of(&m);
    split->first_s[part] = firsts;
    split->last_s[part] = lasts;
    return ZH_OK;
}

zh_err zh_split_make(zh_split *out, zh_arena *arena, const zh_dataset *data)
{
    uint32_t *order, *items;
    zh_err e = zh_names_order(&data->rows, arena, &order);
    if (e == ZH_OK) e = zh_names_order(&data->items, arena, &items);
    if (e != ZH_OK) return e;
    const uint32_t rows = zh_names_count(&data->rows);
    uint32_t *rank = ZH_TAKE(arena, uint32_t, rows);
    double *first = ZH_TAKE(arena, double, rows), *last = ZH_TAKE(arena, double, rows);
    if (rank == NULL || first == NULL || last == NULL) return ZH_NOMEM;
    for (uint32_t r = 0; r < rows; r++) rank[order[r]] = r;
    *out = (zh_split){ .sessions = data->sessions, .item_order = items, .items_named = zh_names_count(&data->items) };
    for (int part = 0; part < ZH_PARTS; part++) {
        e = group(&out->part[part], arena, data, (zh_dataset_part)part, rank, first, last);
        if (e == ZH_OK && data->sessions) e = order_sessions(out, arena, part, first, last);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

/* ---- from split to split ---- */

typedef struct makers {
    maker part[ZH_PARTS];
} makers;

static zh_err makers_open(makers *out, zh_arena *arena, uint32_t count, uint32_t width)
{
    for (int part = 0; part < ZH_PARTS; part++) {
        const zh_err e = maker_open(&out->part[part], arena, count, width);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

/* Deal the entries of each train row to the parts by where(); called twice, so it must be pure. */
typedef zh_dataset_part where(const zh_rows *train, uint32_t row, uint32_t place, const void *context);

static zh_err deal(zh_split *out, zh_arena *arena, const zh_split *from, where *part_of, const void *context)
{
    const zh_rows *train = &from->part[ZH_PART_TRAIN];
    makers m;
    zh_err e = makers_open(&m, arena, train->count, train->width);
    if (e != ZH_OK) return e;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t r = 0; r < train->count; r++)
            for (uint32_t i = 0; i < zh_rows_size(train, r); i++) {
                const zh_dataset_part part = part_of(train, r, i, context);
                if (part == ZH_PARTS) continue; /* dropped */
                if (pass == 0) m.part[part].from[r + 1]++;
                else put(&m.part[part], r, zh_rows_of(train, r)[i]);
            }
        for (int part = 0; pass == 0 && part < ZH_PARTS; part++)
            if ((e = maker_close(&m.part[part], arena)) != ZH_OK) return e;
    }
    *out = *from;
    for (int part = 0; part < ZH_PARTS; part++) out->part[part] = rows_of(&m.part[part]);
    return ZH_OK;
}

static zh_dataset_part by_place(const zh_rows *train, uint32_t row, uint32_t place, const void *context)
{
    (void)context;
    const uint32_t size = zh_rows_size(train, row);
    if (size < 3) return ZH_PARTS;
    if (place == size - 1) return ZH_PART_TEST;
    return place == size - 2 ? ZH_PART_VALID : ZH_PART_TRAIN;
}

zh_err zh_split_leave_one_out(zh_split *out, zh_arena *arena, const zh_split *all)
{
    assert(!all->sessions);
    return deal(out, arena, all, by_place, NULL);
}

static zh_dataset_part by_draw(const zh_rows *train, uint32_t row, uint32_t place, const void *context)
{
    const bool *held = context;
    return held[train->from[row] + place] ? ZH_PART_TEST : ZH_PART_TRAIN;
}

/* Selection sampling (Knuth, TAOCP 2, 3.4.2 S): exactly `want` of `size` places, each set equally likely. */
static void draw(bool *held, uint32_t size, uint32_t want, zh_rng rng)
{
    for (uint32_t i = 0; i < size && want > 0; i++) {
        held[i] = zh_rng_below(&rng, size - i) < want;
        want -= held[i];
    }
}

/* Give the last tenth of the sessions to the test part. */
static zh_err hold_out_sessions(zh_split *out, zh_arena *arena, const zh_split *from)
{
    const zh_rows all = from->part[ZH_PART_TRAIN];
    const uint32_t held = all.count / 10 > 0 ? all.count / 10 : all.count > 1, kept = all.count - held;
    uint32_t *offsets = ZH_TAKE(arena, uint32_t, (size_t)held + 1);
    if (offsets == NULL) return ZH_NOMEM;
    for (uint32_t r = 0; r <= held; r++) offsets[r] = all.from[kept + r] - all.from[kept];
    *out = *from;
    out->part[ZH_PART_TRAIN].count = kept;
    out->part[ZH_PART_TEST] = (zh_rows){ .count = held, .width = all.width, .from = offsets, .at = all.at + all.from[kept] };
    out->first_s[ZH_PART_TEST] = from->first_s[ZH_PART_TRAIN] + kept;
    out->last_s[ZH_PART_TEST] = from->last_s[ZH_PART_TRAIN] + kept;
    return ZH_OK;
}

zh_err zh_split_hold_out(zh_split *out, zh_arena *arena, const zh_split *from, uint64_t seed)
{
    const zh_rows *train = &from->part[ZH_PART_TRAIN], *valid = &from->part[ZH_PART_VALID];
    if (from->sessions) return hold_out_sessions(out, arena, from);
    if (zh_rows_entries(valid) > 0) {
        *out = *from;
        out->part[ZH_PART_TEST] = *valid;
        maker none;
        zh_err e = maker_open(&none, arena, valid->count, valid->width);
        if (e == ZH_OK) e = maker_close(&none, arena);
        out->part[ZH_PART_VALID] = rows_of(&none);
        return e;
    }
    bool *held = ZH_TAKE(arena, bool, zh_rows_entries(train));
    if (held == NULL) return ZH_NOMEM;
    for (uint32_t r = 0; r < train->count; r++) {
        const uint32_t size = zh_rows_size(train, r);
        const uint32_t want = size < 2 ? 0 : size < 20 ? 1 : size / 10;
        draw(held + train->from[r], size, want, (zh_rng){ .seed = seed, .stream = r });
    }
    return deal(out, arena, from, by_draw, held);
}

/* ---- from split to problem ---- */

/* The catalogue: name number -> item number, ABSENT outside train and valid. */
static zh_err catalogue(zh_problem *out, zh_arena *arena, const zh_split *split, uint32_t **number)
{
    uint32_t *numbers = ZH_TAKE(arena, uint32_t, split->items_named);
    uint32_t *name_of = ZH_TAKE(arena, uint32_t, split->items_named);
    if (numbers == NULL || name_of == NULL) return ZH_NOMEM;
    for (int part = ZH_PART_TRAIN; part <= ZH_PART_VALID; part++) {
        const zh_rows *rows = &split->part[part];
        for (uint32_t i = 0; i < zh_rows_entries(rows); i++) numbers[rows->at[i]] = 1;
    }
    uint32_t items = 0;
    for (uint32_t i = 0; i < split->items_named; i++) {
        const uint32_t name = split->item_order[i];
        if (numbers[name] == 0) {
            numbers[name] = ABSENT;
        } else {
            name_of[items] = name;
            numbers[name] = items++;
        }
    }
    out->train.items = items;
    out->item_name = name_of;
    *number = numbers;
    return ZH_OK;
}

static zh_err join(zh_rows *out, zh_arena *arena, const zh_split *split, const uint32_t *number, uint32_t items, bool both)
{
    const zh_rows *parts[2] = { &split->part[ZH_PART_TRAIN], &split->part[ZH_PART_VALID] };
    maker m;
    zh_err e = maker_open(&m, arena, parts[0]->count, items);
    if (e != ZH_OK) return e;
    for (uint32_t r = 0; r < m.count; r++)
        m.from[r + 1] = zh_rows_size(parts[0], r) + (both ? zh_rows_size(parts[1], r) : 0);
    if ((e = maker_close(&m, arena)) != ZH_OK) return e;
    for (uint32_t r = 0; r < m.count; r++)
        for (int p = 0; p <= both; p++)
            for (uint32_t i = 0; i < zh_rows_size(parts[p], r); i++) put(&m, r, number[zh_rows_of(parts[p], r)[i]]);
    *out = rows_of(&m);
    return ZH_OK;
}

static zh_err make_train(zh_problem *out, zh_arena *arena, const zh_split *split, const uint32_t *number, bool refit)
{
    zh_train *t = &out->train;
    zh_err e = join(&t->seq, arena, split, number, t->items, refit && !split->sessions);
    if (e == ZH_OK) e = zh_rows_turn(&t->xt, arena, &t->seq);
    if (e == ZH_OK) e = zh_rows_turn(&t->x, arena, &t->xt);
    if (e != ZH_OK) return e;
    uint32_t *count = ZH_TAKE(arena, uint32_t, t->items);
    if (count == NULL) return ZH_NOMEM;
    if (split->sessions)
        for (uint32_t i = 0; i < zh_rows_entries(&t->seq); i++) count[t->seq.at[i]]++;
    else
        for (uint32_t i = 0; i < t->items; i++) count[i] = zh_rows_size(&t->xt, i);
    t->count = count;
    t->time_s = split->last_s[ZH_PART_TRAIN];
    return ZH_OK;
}

static int by_number(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Sort and drop repeats in place; what is left. */
static uint32_t as_set(uint32_t *at, uint32_t size)
{
    qsort(at, size, sizeof *at, by_number);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < size; i++)
        if (kept == 0 || at[kept - 1] != at[i]) at[kept++] = at[i];
    return kept;
}

/* One question a user with test items. */
static zh_err ask_users(zh_problem *out, zh_arena *arena, const zh_split *split, const uint32_t *number)
{
    const zh_rows *test = &split->part[ZH_PART_TEST];
    zh_rows known;
    zh_err e = join(&known, arena, split, number, out->train.items, true);
    if (e != ZH_OK) return e;
    zh_query *query = ZH_TAKE(arena, zh_query, test->count);
    uint32_t *wanted = ZH_TAKE(arena, uint32_t, test->count);
    uint32_t *from = ZH_TAKE(arena, uint32_t, (size_t)test->count + 1);
    uint32_t *right = ZH_TAKE(arena, uint32_t, zh_rows_entries(test));
    if (query == NULL || wanted == NULL || from == NULL || right == NULL) return ZH_NOMEM;
    uint32_t asked = 0;
    for (uint32_t r = 0; r < test->count; r++) {
        const uint32_t size = zh_rows_size(test, r);
        if (size == 0) continue;
        uint32_t *set = right + from[asked]; /* first the names, which also says how many are wanted */
        memcpy(set, zh_rows_of(test, r), size * sizeof *set);
        wanted[asked] = as_set(set, size);
        uint32_t inside = 0;
        for (uint32_t i = 0; i < wanted[asked]; i++)
            if (number[set[i]] != ABSENT) set[inside++] = number[set[i]];
        qsort(set, inside, sizeof *set, by_number);
        query[asked] = (zh_query){ .known = zh_rows_of(&known, r), .count = zh_rows_size(&known, r),
                                   .masked = zh_rows_of(&known, r), .masked_count = zh_rows_size(&known, r) };
        asked++;
        from[asked] = from[asked - 1] + inside;
    }
    out->queries = asked;
    out->query = query;
    out->wanted = wanted;
    out->target = (zh_rows){ .count = asked, .width = out->train.items, .from = from, .at = right };
    return ZH_OK;
}

/* One question a click from the second on; all questions of a session share one array of known items. */
static zh_err ask_sessions(zh_problem *out, zh_arena *arena, const zh_split *split, const uint32_t *number)
{
    const zh_rows *test = &split->part[ZH_PART_TEST];
    const uint32_t clicks = zh_rows_entries(test);
    uint32_t *known = ZH_TAKE(arena, uint32_t, clicks);
    uint32_t *right = ZH_TAKE(arena, uint32_t, clicks);
    uint32_t *wanted = ZH_TAKE(arena, uint32_t, clicks);
    uint32_t *from = ZH_TAKE(arena, uint32_t, (size_t)clicks + 1);
    zh_query *query = ZH_TAKE(arena, zh_query, clicks);
    if (known == NULL || right == NULL || wanted == NULL || from == NULL || query == NULL) return ZH_NOMEM;
    uint32_t asked = 0, filled = 0;
    for (uint32_t r = 0; r < test->count; r++) {
        const uint32_t begin = filled;
        for (uint32_t i = 0; i < zh_rows_size(test, r); i++) {
            const uint32_t item = number[zh_rows_of(test, r)[i]];
            if (i > 0) {
                query[asked] = (zh_query){ .known = known + begin, .count = filled - begin, .time_s = split->first_s[ZH_PART_TEST][r] };
                wanted[asked] = 1;
                from[asked + 1] = from[asked] + (item != ABSENT);
                if (item != ABSENT) right[from[asked]] = item;
                asked++;
            }
            if (item != ABSENT) known[filled++] = item;
        }
    }
    out->queries = asked;
    out->query = query;
    out->wanted = wanted;
    out->target = (zh_rows){ .count = asked, .width = out->train.items, .from = from, .at = right };
    return ZH_OK;
}

static zh_err make_learnt(zh_problem *out, zh_arena *arena, const zh_split *split, bool refit, uint32_t **number, zh_note *why)
{
    *out = (zh_problem){ .sessions = split->sessions };
    zh_err e = catalogue(out, arena, split, number);
    if (e == ZH_OK) e = make_train(out, arena, split, *number, refit);
    if (e != ZH_OK || zh_rows_entries(&out->train.seq) > 0) return e;
    zh_note_set(why, "there is nothing to learn from: the training part is empty");
    return ZH_ABSENT;
}

zh_err zh_problem_learn(zh_problem *out, zh_arena *arena, const zh_split *split, zh_note *why)
{
    uint32_t *number;
    return make_learnt(out, arena, split, true, &number, why);
}

zh_err zh_problem_make(zh_problem *out, zh_arena *arena, const zh_split *split, bool refit, zh_note *why)
{
    uint32_t *number;
    zh_err e = make_learnt(out, arena, split, refit, &number, why);
    if (e == ZH_OK) e = split->sessions ? ask_sessions(out, arena, split, number) : ask_users(out, arena, split, number);
    if (e != ZH_OK) return e;
    if (out->queries == 0) {
        zh_note_set(why, "there is nothing to ask: no %s", split->sessions ? "test session has two clicks" : "user has a test item");
        return ZH_ABSENT;
    }
    return ZH_OK;
}

zh_err zh_problem_sample(zh_problem *problem, zh_arena *arena, uint32_t queries_max, uint64_t seed)
{
    const uint32_t all = problem->queries;
    if (all <= queries_max) return ZH_OK;
    bool *held = ZH_TAKE(arena, bool, all);
    zh_query *query = ZH_TAKE(arena, zh_query, queries_max);
    uint32_t *wanted = ZH_TAKE(arena, uint32_t, queries_max);
    double *weight = ZH_TAKE(arena, double, queries_max);
    maker m;
    zh_err e = maker_open(&m, arena, queries_max, problem->train.items);
    if (held == NULL || query == NULL || wanted == NULL || weight == NULL || e != ZH_OK) return ZH_NOMEM;
    draw(held, all, queries_max, (zh_rng){ .seed = seed, .stream = UINT64_MAX });
    uint32_t kept = 0;
    for (uint32_t q = 0; q < all; q++)
        if (held[q]) m.from[++kept] = zh_rows_size(&problem->target, q);
    if ((e = maker_close(&m, arena)) != ZH_OK) return e;
    kept = 0;
    for (uint32_t q = 0; q < all; q++) {
        if (!held[q]) continue;
        query[kept] = problem->query[q];
        wanted[kept] = problem->wanted[q];
        weight[kept] = problem->weight == NULL ? 1 : problem->weight[q];
        for (uint32_t i = 0; i < zh_rows_size(&problem->target, q); i++) put(&m, kept, zh_rows_of(&problem->target, q)[i]);
        kept++;
    }
    problem->queries = kept;
    problem->query = query;
    problem->wanted = wanted;
    problem->weight = weight;
    problem->target = rows_of(&m);
    return ZH_OK;
}
