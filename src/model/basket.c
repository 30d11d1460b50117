#include "model/basket.h"

#include <stdlib.h>
#include <string.h>

#define ABSENT UINT32_MAX

typedef struct asker {
    const zh_goods *goods;
    const uint32_t *number; /* [names] item, ABSENT outside the catalogue */
    zh_rows kin;            /* [kinds] items of the catalogue */
    zh_basket_way way;
    zh_query *query;
    double *weight;
    uint32_t *wanted, *from, *right, *known;
    uint32_t asked;
} asker;

/* The distinct items of a row in their order. */
static uint32_t distinct(uint32_t *out, uint32_t *seen, uint32_t mark, const uint32_t *row, uint32_t size)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < size && kept < ZH_BASKET_ITEMS_MAX; i++) {
        if (seen[row[i]] != mark) out[kept++] = row[i];
        seen[row[i]] = mark;
    }
    return kept;
}

static int by_number(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* One question: items[at] of a basket. Where nothing is right it is not asked. */
static void ask(asker *a, const uint32_t *items, uint32_t size, uint32_t at)
{
    const uint32_t q = a->asked, kind = a->goods->kind[items[at]], number = a->number[items[at]];
    const bool instead = a->way == ZH_BASKET_INSTEAD;
    uint32_t wanted = 0, inside = a->from[q];
    for (uint32_t i = 0; i < size; i++) {
        if (i == at || (a->goods->kind[items[i]] == kind) != instead) continue;
        wanted++;
        if (a->number[items[i]] != ABSENT) a->right[inside++] = a->number[items[i]];
    }
    if (wanted == 0) return;
    qsort(a->right + a->from[q], inside - a->from[q], sizeof *a->right, by_number);
    a->known[q] = number;
    const uint32_t known = number != ABSENT;
    a->query[q] = (zh_query){ .known = &a->known[q], .count = known, .masked = instead ? &a->known[q] : zh_rows_of(&a->kin, kind),
                              .masked_count = instead ? known : zh_rows_size(&a->kin, kind) };
    a->wanted[q] = wanted;
    a->from[q + 1] = inside;
    a->asked++;
}

/* The tables of an asker: as many questions and answers as the baskets can ask at most. */
static zh_err asker_open(asker *a, zh_arena *arena, const zh_rows *test)
{
    size_t questions = 0, answers = 0;
    for (uint32_t r = 0; r < test->count; r++) {
        const size_t size = zh_rows_size(test, r) < ZH_BASKET_ITEMS_MAX ? zh_rows_size(test, r) : ZH_BASKET_ITEMS_MAX;
        questions += a->way != ZH_BASKET_TOGETHER ? size > 0 : size;
        answers += a->way != ZH_BASKET_TOGETHER ? size : size * size;
    }
    if (answers > ZH_ROWS_ENTRIES_MAX) return ZH_FULL;
    a->query = ZH_TAKE(arena, zh_query, questions);
    a->weight = ZH_TAKE(arena, double, questions);
    a->wanted = ZH_TAKE(arena, uint32_t, questions);
    a->known = ZH_TAKE(arena, uint32_t, questions);
    a->from = ZH_TAKE(arena, uint32_t, questions + 1);
    a->right = ZH_TAKE(arena, uint32_t, answers);
    const bool all = a->query != NULL && a->weight != NULL && a->wanted != NULL && a->known != NULL && a->from != NULL && a->right != NULL;
    return all ? ZH_OK : ZH_NOMEM;
}

static zh_err ask_all(asker *a, zh_arena *arena, const zh_split *split)
{
    const zh_rows *test = &split->part[ZH_PART_TEST];
    uint32_t *items = ZH_TAKE(arena, uint32_t, ZH_BASKET_ITEMS_MAX), *seen = ZH_TAKE(arena, uint32_t, split->items_named);
    if (items == NULL || seen == NULL) return ZH_NOMEM;
    for (uint32_t r = 0; r < test->count; r++) {
        const uint32_t size = distinct(items, seen, r + 1, zh_rows_of(test, r), zh_rows_size(test, r)), first = a->asked;
        for (uint32_t at = 0; at < (a->way != ZH_BASKET_TOGETHER && size > 0 ? 1 : size); at++) ask(a, items, size, at);
        for (uint32_t q = first; q < a->asked; q++) a->weight[q] = 1.0 / (a->asked - first);
    }
    return ZH_OK;
}

/* Kinds and words by item number, and the items of each kind. */
static zh_err tell(zh_train *train, zh_rows *kin, zh_arena *arena, const uint32_t *name, const zh_goods *goods)
{
    uint32_t *kind = ZH_TAKE(arena, uint32_t, train->items), *each = ZH_TAKE(arena, uint32_t, (size_t)train->items + 1);
    uint32_t *from = ZH_TAKE(arena, uint32_t, (size_t)train->items + 1);
    if (kind == NULL || each == NULL || from == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < train->items; i++) {
        kind[i] = goods->kind[name[i]];
        each[i + 1] = i + 1;
        from[i + 1] = from[i] + zh_rows_size(&goods->words, name[i]);
    }
    uint32_t *at = ZH_TAKE(arena, uint32_t, from[train->items]);
    if (at == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < train->items; i++)
        for (uint32_t w = 0; w < from[i + 1] - from[i]; w++) at[from[i] + w] = zh_rows_of(&goods->words, name[i])[w];
    const zh_rows words = { .count = train->items, .width = goods->words.width, .from = from, .at = at };
    zh_err e = zh_rows_turn(&train->word_items, arena, &words);
    if (e == ZH_OK) e = zh_rows_turn(&train->words, arena, &train->word_items);
    if (e == ZH_OK) e = zh_rows_turn(kin, arena, &(zh_rows){ .count = train->items, .width = goods->kinds, .from = each, .at = kind });
    train->kind = kind;
    train->kinds = goods->kinds;
    return e;
}

zh_err zh_basket_ask(zh_problem *problem, zh_arena *arena, const zh_split *split, const zh_goods *goods, zh_basket_way way, zh_note *why)
{
    asker a = { .goods = goods, .way = way };
    uint32_t *number = ZH_TAKE(arena, uint32_t, split->items_named);
    if (number == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < split->items_named; i++) number[i] = ABSENT;
    for (uint32_t i = 0; i < problem->train.items; i++) number[problem->item_name[i]] = i;
    a.number = number;
    zh_err e = tell(&problem->train, &a.kin, arena, problem->item_name, goods);
    if (e == ZH_OK) e = asker_open(&a, arena, &split->part[ZH_PART_TEST]);
    if (e == ZH_OK) e = ask_all(&a, arena, split);
    if (e != ZH_OK) return e;
    if (a.asked == 0) {
        zh_note_set(why, "there is nothing to ask: no test basket has items of %s", way == ZH_BASKET_INSTEAD ? "one kind" : "two kinds");
        return ZH_ABSENT;
    }
    problem->queries = a.asked;
    problem->query = a.query;
    problem->weight = a.weight;
    problem->wanted = a.wanted;
    problem->target = (zh_rows){ .count = a.asked, .width = problem->train.items, .from = a.from, .at = a.right };
    return ZH_OK;
}
