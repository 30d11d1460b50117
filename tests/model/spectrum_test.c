/* Goal: the vectors are those of R'R, the largest first, whatever the hands.
 * Method: random shops and falling scales (power iteration needs a spectrum that falls; without, only a block as
 * wide as the table is exact), against Jacobi rotations of the full matrix. Without OpenBLAS: skipped. */
#include "model/spectrum.h"
#include "sys/openblas.h"
#include "jacobi.h"
#include "shop.h"

enum { SKIPPED = 77 };

static zh_blas blas;

static void backwards(void *context, uint32_t parts, zh_crew_work *work, void *job)
{
    (void)context;
    for (uint32_t part = parts; part-- > 0;) work(job, part, part % 3);
}

typedef struct table {
    shop shop;
    float row_scale[400], column_scale[JACOBI_MAX];
    jacobi full; /* of R'R */
} table;

static void open_table(table *t, uint64_t seed, uint32_t users, uint32_t items)
{
    t->shop = shop_open(seed, users, items, 14, 3);
    const zh_train *d = &t->shop.problem.train;
    for (uint32_t u = 0; u < d->x.count; u++) t->row_scale[u] = (float)(1 + test_random(&seed) % 100) / 50;
    for (uint32_t i = 0; i < d->items; i++) t->column_scale[i] = (float)(1 + (double)(test_random(&seed) % 100) / 100) / (1 + (float)i / 2);
    memset(&t->full, 0, sizeof t->full);
    for (uint32_t u = 0; u < d->x.count; u++)
        for (uint32_t a = 0; a < zh_rows_size(&d->x, u); a++)
            for (uint32_t b = 0; b < zh_rows_size(&d->x, u); b++) {
                const uint32_t i = zh_rows_of(&d->x, u)[a], k = zh_rows_of(&d->x, u)[b];
                t->full.a[i][k] += (double)t->row_scale[u] * t->row_scale[u] * t->column_scale[i] * t->column_scale[k];
            }
    jacobi_solve(&t->full, (int)d->items);
}

static zh_spectrum find(const table *t, zh_arena *keep, uint32_t rank, zh_crew crew)
{
    const zh_train *d = &t->shop.problem.train;
    zh_arena scratch = zh_arena_open(1 << 26);
    zh_spectrum s;
    crew.blas = &blas;
    CHECK(zh_spectrum_find(&s, &(zh_spectrum_desc){ .x = &d->x, .xt = &d->xt, .row_scale = t->row_scale, .column_scale = t->column_scale,
                                                    .rank = rank, .seed = 7 }, &crew, keep, &scratch) == ZH_OK);
    zh_arena_close(&scratch);
    return s;
}

/* Vectors that belong to nearly the same value may be any turn of each other, so what is compared is
 * how far R'R moves a vector from its own line, and that they are orthonormal. */
static void test_vectors_are_those_of_the_full_matrix(uint64_t seed, uint32_t users, uint32_t rank)
{
    static table t;
    open_table(&t, seed, users, JACOBI_MAX);
    const uint32_t items = t.shop.problem.train.items;
    zh_arena keep = zh_arena_open(1 << 24);
    const zh_spectrum s = find(&t, &keep, rank, ZH_CREW_ALONE);
    const double most = t.full.value[0];
    CHECK(s.rank <= rank && s.rank >= (rank < users ? rank < items ? rank : items : users));
    for (uint32_t c = 0; c < s.rank; c++) {
        if (t.full.value[c] < 5e-4 * most) { /* may have been told to be nothing */
            CHECK(s.value[c] >= 0 && s.value[c] < 6e-4 * most);
            continue;
        }
        CHECK(fabs(s.value[c] - t.full.value[c]) < 1e-4 * most);
        for (uint32_t e = 0; e <= c; e++) {
            double dot = 0;
            for (uint32_t i = 0; i < items; i++) dot += (double)s.vector[i * s.rank + c] * s.vector[i * s.rank + e];
            CHECK(fabs(dot - (c == e)) < 1e-3);
        }
        for (uint32_t k = 0; k < items; k++) {
            double moved = 0, line = s.value[c] * (double)s.vector[k * s.rank + c];
            for (uint32_t f = 0; f < items; f++) {
                double along = 0;
                for (uint32_t i = 0; i < items; i++) along += t.full.vector[i][f] * s.vector[i * s.rank + c];
                moved += t.full.value[f] * along * t.full.vector[k][f];
            }
            CHECK(fabs(moved - line) < 1e-3 * most);
        }
    }
    zh_arena_close(&keep);
    shop_close(&t.shop);
}

static void test_hands_do_not_show(uint64_t seed)
{
    static table t;
    open_table(&t, seed, 380, JACOBI_MAX);
    zh_arena keep = zh_arena_open(1 << 24);
    const zh_spectrum one = find(&t, &keep, 9, ZH_CREW_ALONE), three = find(&t, &keep, 9, (zh_crew){ .hands = 3, .run = backwards });
    CHECK(memcmp(one.vector, three.vector, sizeof(float) * 9 * t.shop.problem.train.items) == 0);
    CHECK(memcmp(one.value, three.value, sizeof(float) * 9) == 0);
    zh_arena_close(&keep);
    shop_close(&t.shop);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_note why = { "" };
    if (zh_openblas_open(&blas, &why) != ZH_OK) {
        printf("skipped: %s\n", why.text);
        return SKIPPED;
    }
    for (uint64_t i = 0; i < 10; i++) {
        test_vectors_are_those_of_the_full_matrix(seed + i, 380, 8);
        test_vectors_are_those_of_the_full_matrix(seed + i, 120, JACOBI_MAX); /* all there are */
        test_vectors_are_those_of_the_full_matrix(seed + i, 20, 50);          /* fewer rows than columns */
    }
    test_hands_do_not_show(seed);
    return 0;
}
