/* Definitions: compiled, ranked, and indexed by what wakes them. */
#include "base/time.h"
#include "lang/cel_parse.h"
#include "lang/cel_print.h"
#include "segment/segments_inside.h"

#include <stdio.h>
#include <stdlib.h>

#define PROGRAM_BYTES_MAX ((size_t)32 << 20) /* of one expression, compiled */

/* ---- names ---- */

bool zh_segment_name_is_good(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
    }
    return name.size > 0 && name.size <= ZH_SEGMENT_NAME_BYTES_MAX;
}

zh_segment_inner *zh_segments_inner_of(const zh_segments *s, uint32_t number)
{
    return number > 0 && number <= s->count && s->all[number - 1] != NULL && s->all[number - 1]->is_living ? s->all[number - 1] : NULL;
}

zh_segment_inner *zh_segments_inner_named(const zh_segments *s, zh_sv name)
{
    const uint64_t *number = zh_map_get(&s->by_name, zh_fast64(name));
    zh_segment_inner *g = number == NULL || *number > s->count ? NULL : s->all[*number - 1];
    return g != NULL && zh_sv_equal(g->face.name, name) ? g : NULL;
}

void zh_segments_inner_free(zh_segment_inner *g)
{
    if (g == NULL) return;
    zh_arena_close(&g->arena);
    free(g->text);
    free(g->days);
    free(g);
}

zh_err zh_segments_inner_add(zh_segments *s, zh_sv name, uint32_t number, zh_segment_inner **out)
{
    if (number > s->room) {
        const uint32_t room = number < 16 ? 16 : number * 2;
        zh_segment_inner **all = realloc(s->all, room * sizeof *all);
        if (all == NULL) return ZH_NOMEM;
        s->all = all;
        zh_segment_hot *hot = realloc(s->hot, room * sizeof *hot);
        if (hot == NULL) return ZH_NOMEM;
        s->hot = hot;
        for (uint32_t i = s->room; i < room; i++) all[i] = NULL, hot[i] = (zh_segment_hot){ 0 };
        s->room = room;
    }
    zh_segment_inner *g = calloc(1, sizeof *g);
    if (g == NULL || zh_map_put(&s->by_name, zh_fast64(name), number) != ZH_OK) {
        free(g);
        return ZH_NOMEM;
    }
    memcpy(g->name, name.data, name.size);
    g->face.name = (zh_sv){ g->name, name.size };
    g->face.number = number;
    g->arena = zh_arena_open(PROGRAM_BYTES_MAX);
    s->all[number - 1] = g;
    if (number > s->count) s->count = number;
    *out = g;
    return ZH_OK;
}

/* ---- compiling ---- */

/* The parts of an && or || at the top, each a condition of its own. */
static zh_err split(zh_segments *s, zh_segment_inner *g)
{
    const zh_cel_macros macros = { zh_cel_env_is_macro, s->env };
    zh_cel_node *root;
    zh_err e = zh_cel_parse(&g->arena, g->face.expression, &macros, &root, NULL);
    if (e != ZH_OK) return e;
    const bool splits = root->kind == ZH_CEL_OPERATOR && (root->op == ZH_CEL_OP_AND || root->op == ZH_CEL_OP_OR) && root->count <= ZH_SEGMENT_CLAUSES_MAX;
    const uint32_t count = splits ? root->count : 1;
    zh_segment_clause *clauses = ZH_TAKE(&g->arena, zh_segment_clause, count);
    if (clauses == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        zh_buf text = zh_buf_open(ZH_EXPRESSION_BYTES_MAX * 2);
        zh_cel_print(splits ? root->args[i] : root, &text);
        clauses[i].text = zh_arena_copy(&g->arena, zh_buf_view(&text));
        e = zh_buf_err(&text) != ZH_OK || clauses[i].text.data == NULL ? ZH_NOMEM : ZH_OK;
        zh_buf_close(&text);
        if (e == ZH_OK) e = zh_vocabulary_compile(&clauses[i].condition, &g->arena, s->env, clauses[i].text, NULL);
        if (e == ZH_OK) e = zh_condition_wakes(&clauses[i].condition, s->env, &g->arena, &clauses[i].wakes, &clauses[i].wakes_count);
    }
    g->face.clauses = clauses;
    g->face.clauses_count = count;
    g->face.is_any = splits && root->op == ZH_CEL_OP_OR;
    return e;
}

/* Does it ask, through others, about the segment of this name? */
bool zh_segments_inner_leads_to(const zh_segments *s, const zh_wake *wakes, uint32_t count, zh_sv name, int depth)
{
    for (uint32_t i = 0; i < count; i++) {
        if (wakes[i].kind != ZH_WAKE_SEGMENT) continue;
        if (zh_sv_equal(wakes[i].name, name)) return true;
        const zh_segment_inner *next = zh_segments_inner_named(s, wakes[i].name);
        if (next != NULL && next->is_living && depth < ZH_SEGMENTS_MAX && zh_segments_inner_leads_to(s, next->wakes, next->wakes_count, name, depth + 1)) return true;
    }
    return false;
}

/* Names of segments must stand there, be known, and not lead back. */
static zh_err judge(const zh_segments *s, zh_sv name, zh_sv expression, const zh_wake *wakes, uint32_t count, zh_cel_fault *why)
{
    for (uint32_t i = 0; i < count; i++) {
        if (wakes[i].kind != ZH_WAKE_SEGMENT) continue;
        const zh_segment_inner *g = zh_segments_inner_named(s, wakes[i].name);
        if (wakes[i].name.size == 0) zh_cel_fault_set(why, expression, 0, "in_segment() of a kept segment needs a name that stands there, as in in_segment(\"vip\")");
        else if (zh_sv_equal(wakes[i].name, name)) zh_cel_fault_set(why, expression, 0, "the segment asks about itself");
        else if (wakes[i].follows && (g == NULL || !g->is_living)) continue; /* nobody has the tag */
        else if (g == NULL || !g->is_living) zh_cel_fault_set(why, expression, 0, "there is no segment \"%.*s\"", ZH_SV_ARG(wakes[i].name));
        else if (zh_segments_inner_leads_to(s, g->wakes, g->wakes_count, name, 0)) zh_cel_fault_set(why, expression, 0, "the segment \"%.*s\" asks about this one", ZH_SV_ARG(wakes[i].name));
        else continue;
        return ZH_FORMAT;
    }
    return ZH_OK;
}

zh_err zh_segments_examine(const zh_segments *s, zh_sv name, zh_sv expression, zh_arena *arena, zh_cel_fault *why)
{
    zh_condition condition;
    const zh_wake *wakes;
    uint32_t count;
    zh_err e = zh_vocabulary_compile(&condition, arena, s->env, expression, why);
    if (e == ZH_OK) e = zh_segments_inner_wakes(s, &condition, arena, &wakes, &count);
    return e != ZH_OK ? e : judge(s, name, expression, wakes, count, why);
}

zh_err zh_segments_inner_compile(zh_segments *s, zh_segment_inner *g, zh_sv expression)
{
    char *text = malloc(expression.size + 1);
    if (text == NULL) return ZH_NOMEM;
    memcpy(text, expression.data, expression.size);
    free(g->text);
    g->text = text;
    g->face.expression = (zh_sv){ text, expression.size };
    zh_arena_reset(&g->arena);
    g->condition = (zh_condition){ 0 };
    g->plan = NULL;
    g->wakes = NULL;
    g->wakes_count = g->face.clauses_count = 0;
    g->face.fault = NULL;
    g->empty_known = false;
    zh_cel_fault why = { .text = "" };
    zh_condition condition;
    zh_err e = zh_vocabulary_compile(&condition, &g->arena, s->env, g->face.expression, &why);
    if (e == ZH_OK && g->is_circle) {
        zh_cel_fault_set(&why, g->face.expression, 0, "it asks about itself through another segment");
        e = ZH_FORMAT;
    }
    if (e == ZH_OK) e = zh_segments_inner_wakes(s, &condition, &g->arena, &g->wakes, &g->wakes_count);
    if (e == ZH_OK) e = split(s, g);
    if (e == ZH_OK) e = zh_plan_make(&g->plan, &g->arena, s->env, &condition);
    if (e == ZH_NOMEM) return e;
    if (e == ZH_OK) {
        g->condition = condition;
        return ZH_OK;
    }
    memcpy(g->fault, why.text, sizeof g->fault);
    g->face.fault = g->fault;
    g->wakes_count = 0;
    return ZH_OK;
}

/* ---- ranks and the index ---- */

static int by_rank(const void *left, const void *right, void *context)
{
    const zh_segments *s = context;
    const zh_segment_inner *a = s->all[*(const uint32_t *)left - 1], *b = s->all[*(const uint32_t *)right - 1];
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    return a->face.number < b->face.number ? -1 : 1;
}

/* One that asks about others comes after them; there are no circles (judge). */
static zh_err rank_all(zh_segments *s)
{
    uint32_t *order = realloc(s->by_rank, (s->count + 1) * sizeof *order);
    if (order == NULL) return ZH_NOMEM;
    s->by_rank = order;
    s->by_rank_count = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->all[i] == NULL || !s->all[i]->is_living) continue;
        s->all[i]->rank = 0;
        order[s->by_rank_count++] = i + 1;
    }
    bool moved = true;
    for (uint32_t round = 0; moved && round <= s->by_rank_count; round++) {
        moved = false;
        for (uint32_t i = 0; i < s->by_rank_count; i++) {
            zh_segment_inner *g = s->all[order[i] - 1];
            for (uint32_t w = 0; w < g->wakes_count; w++) {
                const zh_segment_inner *below = g->wakes[w].kind == ZH_WAKE_SEGMENT ? zh_segments_inner_named(s, g->wakes[w].name) : NULL;
                if (below == NULL || below->rank < g->rank) continue;
                g->rank = below->rank + 1;
                moved = true;
            }
        }
    }
    qsort_r(order, s->by_rank_count, sizeof *order, by_rank, s);
    return ZH_OK;
}

uint64_t zh_segments_key(zh_wake_kind kind, uint32_t name, zh_wake_field field, uint32_t text)
{
    return zh_mix64(((uint64_t)kind << 56 | (uint64_t)field << 48) ^ zh_mix64((uint64_t)name << 32 | text));
}

uint64_t zh_segments_key_falling(uint64_t key) { return zh_mix64(key ^ UINT64_C(0xFA11)); }

static zh_err put_key(zh_segments *s, uint64_t hash, uint32_t number)
{
    if (s->keys_count == s->keys_room) {
        const uint32_t room = s->keys_room == 0 ? 256 : s->keys_room * 2;
        zh_segment_key *keys = realloc(s->keys, room * sizeof *keys);
        if (keys == NULL) return ZH_NOMEM;
        s->keys = keys;
        s->keys_room = room;
    }
    s->keys[s->keys_count++] = (zh_segment_key){ hash, number };
    return ZH_OK;
}

/* A text that has no number cannot be told apart: then any will do. */
static zh_err put_wake(zh_segments *s, const zh_segment_inner *g, const zh_wake *wake)
{
    zh_terms *terms = zh_customers_terms(s->customers);
    uint32_t name = 0, text = 0;
    zh_err e = ZH_OK;
    if (wake->kind == ZH_WAKE_SEGMENT) {
        const zh_segment_inner *about = zh_segments_inner_named(s, wake->name);
        return about == NULL ? ZH_OK : put_key(s, zh_segments_key(ZH_WAKE_SEGMENT, about->face.number, ZH_WAKE_ANY_LINE, 0), g->face.number);
    }
    if (wake->name.size > 0) e = zh_terms_take(terms, wake->name, &name);
    if (e == ZH_OK && wake->field != ZH_WAKE_ANY_LINE) e = zh_terms_take(terms, wake->text, &text);
    if (e != ZH_OK) return e;
    const zh_wake_field field = text == 0 ? ZH_WAKE_ANY_LINE : wake->field;
    const bool falls = wake->falls && name != 0;
    s->has_field[field] = true;
    s->has_falling |= falls;
    s->has_nameless |= name == 0 && field != ZH_WAKE_ANY_LINE;
    s->has_kind[wake->kind] |= name == 0 && field == ZH_WAKE_ANY_LINE;
    const uint64_t key = zh_segments_key(wake->kind, name, field, text);
    return put_key(s, falls ? zh_segments_key_falling(key) : key, g->face.number);
}

static int by_hash(const void *left, const void *right)
{
    const zh_segment_key *a = left, *b = right;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

zh_err zh_segments_inner_index(zh_segments *s)
{
    s->keys_count = 0;
    s->fresh_until_ms = 0;
    memset(s->has_field, 0, sizeof s->has_field);
    memset(s->has_kind, 0, sizeof s->has_kind);
    s->has_falling = s->has_nameless = false;
    zh_map_clear(&s->first_key);
    zh_err e = rank_all(s);
    for (uint32_t i = 0; e == ZH_OK && i < s->by_rank_count; i++) {
        const zh_segment_inner *g = s->all[s->by_rank[i] - 1];
        for (uint32_t w = 0; e == ZH_OK && w < g->wakes_count; w++) e = put_wake(s, g, &g->wakes[w]);
    }
    for (uint32_t i = 0; i < s->count; i++) s->hot[i] = (zh_segment_hot){ 0 };
    for (uint32_t i = 0; i < s->by_rank_count; i++) {
        const zh_segment_inner *g = s->all[s->by_rank[i] - 1];
        s->hot[s->by_rank[i] - 1] = (zh_segment_hot){ .plan = g->condition.program == NULL ? NULL : g->plan, .rank = g->rank };
    }
    if (s->keys_count > 1) qsort(s->keys, s->keys_count, sizeof *s->keys, by_hash);
    for (uint32_t i = 0; e == ZH_OK && i < s->keys_count; i++)
        if (i == 0 || s->keys[i].hash != s->keys[i - 1].hash) e = zh_map_put(&s->first_key, s->keys[i].hash, i);
    return e;
}

/* ---- history ---- */

zh_err zh_segments_inner_day(zh_segment_inner *g, int64_t now_ms, zh_segment_day **out)
{
    const int32_t day = (int32_t)(now_ms / ZH_DAY_MS);
    if (g->face.days_count > 0 && g->days[g->face.days_count - 1].day >= day) {
        *out = &g->days[g->face.days_count - 1];
        return ZH_OK;
    }
    if (g->face.days_count == ZH_SEGMENT_DAYS_MAX) {
        memmove(g->days, g->days + 1, (ZH_SEGMENT_DAYS_MAX - 1) * sizeof *g->days);
        g->face.days_count--;
    } else if (g->face.days_count == g->days_room) {
        const uint32_t room = g->days_room == 0 ? 8 : g->days_room * 2;
        zh_segment_day *days = realloc(g->days, room * sizeof *days);
        if (days == NULL) return ZH_NOMEM;
        g->days = days;
        g->days_room = room;
        g->face.days = days;
    }
    *out = &g->days[g->face.days_count++];
    **out = (zh_segment_day){ .day = day, .size = (uint32_t)g->face.size };
    return ZH_OK;
}

/* ---- the face ---- */

void zh_segments_inner_settle(zh_segments *s, int64_t at_ms)
{
    s->is_settling = true;
    s->settle_at = 0;
    s->settle_ms = at_ms > s->now_ms ? at_ms : s->now_ms;
}

zh_err zh_segments_define(zh_segments *s, zh_sv name, zh_sv expression, int64_t at_ms)
{
    zh_segment_inner *g = zh_segments_inner_named(s, name);
    const bool drops = expression.size == 0;
    if (g == NULL && drops) return ZH_OK;
    if (g != NULL && g->is_living && !drops && zh_sv_equal(g->face.expression, expression)) return ZH_OK;
    if (g == NULL || !g->is_living) {
        if (s->living == ZH_SEGMENTS_MAX || (g == NULL && s->count == UINT16_MAX)) return ZH_FULL;
        const zh_err e = g != NULL ? ZH_OK : zh_segments_inner_add(s, name, s->count + 1, &g);
        if (e != ZH_OK) return e;
        if (drops) return ZH_OK;
        s->living++;
        g->is_living = true;
    }
    if (drops) s->living--;
    g->face.defined_ms = at_ms;
    g->dirty = g->settles = true;
    zh_err e = ZH_OK;
    g->is_circle = false;
    if (drops) g->is_living = false, g->condition.program = NULL, g->wakes_count = 0;
    else e = zh_segments_inner_compile(s, g, expression);
    if (e == ZH_OK && zh_segments_inner_leads_to(s, g->wakes, g->wakes_count, name, 0)) { /* who defines examines; two at once may still make one */
        g->is_circle = true;
        e = zh_segments_inner_compile(s, g, expression);
    }
    zh_segments_inner_settle(s, at_ms);
    return e != ZH_OK ? e : zh_segments_inner_index(s);
}

void zh_segments_wake_all(zh_segments *s, zh_wake_kind what, int64_t at_ms)
{
    for (uint32_t i = 0; i < s->by_rank_count; i++) {
        zh_segment_inner *g = s->all[s->by_rank[i] - 1];
        for (uint32_t w = 0; w < g->wakes_count; w++) {
            if (g->wakes[w].kind != what && (what != ZH_WAKE_SHARED || g->wakes[w].kind != ZH_WAKE_OTHER)) continue;
            g->settles = true;
            zh_segments_inner_settle(s, at_ms);
        }
    }
}
