#include "model/league.h"
#include "shop.h"

#include <math.h>
#include <string.h>

#define DAY INT64_C(86400000)

/* ---- the split ---- */

static void check_row(const zh_split *s, zh_dataset_part part, uint32_t row, const char *want)
{
    char got[64] = "";
    for (uint32_t i = 0; i < zh_rows_size(&s->part[part], row); i++) (void)snprintf(got + strlen(got), sizeof got - strlen(got), " %u", zh_rows_of(&s->part[part], row)[i]);
    CHECK_ROW(strcmp(got, want) == 0, want);
}

static void the_split(void)
{
    /* shuffled; customer 1 buys nothing */
    zh_purchase list[] = { { 2, 4, 35 }, { 0, 2, 20 }, { 0, 1, 30 }, { 0, 3, 31 }, { 0, 1, 10 }, { 2, 3, 29 }, { 0, 3, 32 }, { 2, 0, 19 }, { 0, 2, 30 }, { 0, 5, 20 }, { 0, 1, 25 } };
    zh_arena arena = zh_arena_open(1 << 20);
    zh_split s;
    CHECK(zh_league_split(&s, &arena, list, sizeof list / sizeof *list, 3, 6, 20, 30) == ZH_OK);
    check_row(&s, ZH_PART_TRAIN, 0, " 1");
    check_row(&s, ZH_PART_VALID, 0, " 2 5 1"); /* by time, then by item; what is bought again stays: it is learnt from */
    check_row(&s, ZH_PART_TEST, 0, " 3");      /* 1 and 2 were known, 3 once */
    for (int part = 0; part < ZH_PARTS; part++) {
        const char *why = NULL;
        check_row(&s, (zh_dataset_part)part, 1, "");
        CHECK(zh_rows_check(&s.part[part], false, &why));
    }
    check_row(&s, ZH_PART_TRAIN, 2, " 0");
    check_row(&s, ZH_PART_VALID, 2, " 3");
    check_row(&s, ZH_PART_TEST, 2, " 4");
    zh_arena_close(&arena);
    arena = zh_arena_open(64);
    CHECK(zh_league_split(&s, &arena, list, sizeof list / sizeof *list, 3, 6, 20, 30) == ZH_NOMEM);
    zh_arena_close(&arena);
}

/* ---- the league ---- */

typedef struct marks { uint32_t count, most; } marks;

static bool mark(void *context, const zh_model_kind *kind)
{
    marks *m = context;
    CHECK(kind == zh_model_kind_at(m->count));
    return ++m->count <= m->most;
}

/* `customers` whose items come in groups of ten: who bought of a group buys of it again. */
static zh_err league_of(zh_league *out, uint32_t customers, uint32_t most, zh_note *why)
{
    uint64_t seed = 5;
    const size_t count = (size_t)customers * 9;
    zh_purchase *list = malloc((count + 1) * sizeof *list);
    zh_arena arena = zh_arena_open((size_t)256 << 20);
    zh_split split;
    marks m = { 0, most };
    for (size_t i = 0; i < count; i++) {
        const uint32_t customer = (uint32_t)(i / 9), group = customer % 12;
        const bool other = test_random(&seed) % 5 == 0;
        list[i] = (zh_purchase){ customer, (uint32_t)(other ? test_random(&seed) % 120 : group * 10 + test_random(&seed) % 10), (int64_t)(test_random(&seed) % 120) * DAY };
    }
    CHECK(zh_league_split(&split, &arena, list, count, customers, 120, 60 * DAY, 90 * DAY) == ZH_OK);
    const zh_crew alone = ZH_CREW_ALONE;
    const zh_err e = zh_league_run(out, &(zh_league_ask){ .split = &split, .crew = &alone, .seed = 1, .bytes_max = (size_t)256 << 20, .mark = mark, .context = &m }, why);
    zh_arena_close(&arena);
    free(list);
    return e;
}

static const zh_league_place *place_of(const zh_league *l, const char *name)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (strcmp(l->place[i].kind->name, name) == 0) return &l->place[i];
    CHECK(false);
    return NULL;
}

static void the_places(void)
{
    static zh_league l, again;
    zh_note why = { "" };
    CHECK(league_of(&l, 600, 1000, &why) == ZH_OK);
    CHECK(l.count == zh_model_kinds() && l.queries > 300 && l.items == 120);
    const zh_league_place *popular = place_of(&l, "popular"), *knn = place_of(&l, "itemknn");
    const zh_league_place *bar = popular->metrics.ndcg > knn->metrics.ndcg ? popular : knn;
    CHECK(popular->verdict == ZH_LEAGUE_BAR && knn->verdict == ZH_LEAGUE_BAR);
    CHECK(knn->metrics.ndcg > 2 * popular->metrics.ndcg && bar->ahead == 0); /* there is a taste to find */
    for (uint32_t i = 0; i < l.count; i++) {
        const zh_league_place *p = &l.place[i];
        if (p->verdict == ZH_LEAGUE_ABSENT) {
            CHECK(p->why.text[0] != '\0' && p->kind->dense); /* nobody brought dense algebra */
            continue;
        }
        CHECK(i == 0 || l.place[i - 1].metrics.ndcg >= p->metrics.ndcg);
        CHECK(fabs(p->ahead - (p->metrics.ndcg - bar->metrics.ndcg)) < 1e-9);
        CHECK(p->ahead_low <= p->ahead);
        if (p != popular && p != knn) CHECK(p->verdict == (p->ahead_low > 0 ? ZH_LEAGUE_AHEAD : ZH_LEAGUE_NOT_AHEAD));
    }
    CHECK(league_of(&again, 600, 1000, &why) == ZH_OK);
    for (uint32_t i = 0; i < l.count; i++) CHECK(again.place[i].kind == l.place[i].kind && again.place[i].metrics.ndcg == l.place[i].metrics.ndcg && again.place[i].ahead_low == l.place[i].ahead_low);
}

static void small_and_stopped(void)
{
    static zh_league l;
    zh_note why = { "" };
    CHECK(league_of(&l, 60, 1000, &why) == ZH_OK && l.queries < ZH_LEAGUE_QUERIES_MIN);
    for (uint32_t i = 0; i < l.count; i++) CHECK(l.place[i].verdict == ZH_LEAGUE_BAR || l.place[i].verdict == ZH_LEAGUE_OPEN || l.place[i].verdict == ZH_LEAGUE_ABSENT);
    CHECK(league_of(&l, 0, 1000, &why) == ZH_ABSENT && why.text[0] != '\0');
    CHECK(league_of(&l, 60, 1, &why) == ZH_STOPPED);
}

int main(void)
{
    the_split();
    the_places();
    small_and_stopped();
    CHECK(strcmp(zh_league_verdict_text(ZH_LEAGUE_NOT_AHEAD), "not_ahead") == 0);
    return 0;
}
