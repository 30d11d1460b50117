#include "model/spectrum.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define MORE 32            /* columns of the block beyond the rank */
#define TURNS 4            /* multiplications by R'R before the block is solved exactly */
#define ROWS_A_PART 256    /* rows multiplied in one go: their shape never depends on the hands */
#define FAINT 1e-6f        /* share of the largest below which an axis of B'B is rounding of floats, not data */
#define START_STREAM 0x5350 /* of random numbers, apart from those of splits */

/* `width` floats a row. */
typedef struct block {
    float *at;
    uint32_t rows, width;
} block;

typedef struct job {
    const zh_blas *blas;
    const zh_rows *table;               /* out = diag(out_scale) table diag(in_scale) in */
    const float *out_scale, *in_scale;
    const float *turn;                  /* [in.width][out.width]: out = in turn */
    block in, out;
} job;

static uint32_t parts_of(const block *b)
{
    return (b->rows + ROWS_A_PART - 1) / ROWS_A_PART;
}

static uint32_t end_of(const block *b, uint32_t part)
{
    return part + 1 == parts_of(b) ? b->rows : (part + 1) * ROWS_A_PART;
}

static void gather_part(void *context, uint32_t part, uint32_t hand)
{
    (void)hand;
    const job *j = context;
    const uint32_t width = j->out.width;
    for (uint32_t r = part * ROWS_A_PART; r < end_of(&j->out, part); r++) {
        float *restrict sum = j->out.at + (size_t)r * width;
        memset(sum, 0, width * sizeof *sum);
        for (uint32_t e = j->table->from[r]; e < j->table->from[r + 1]; e++) {
            const float *restrict add = j->in.at + (size_t)j->table->at[e] * width;
            const float scale = j->out_scale[r] * j->in_scale[j->table->at[e]];
            for (uint32_t c = 0; c < width; c++) sum[c] += scale * add[c];
        }
    }
}

static void turn_part(void *context, uint32_t part, uint32_t hand)
{
    (void)hand;
    const job *j = context;
    const uint32_t from = part * ROWS_A_PART;
    zh_blas_multiply(j->blas, &(zh_blas_product){
        .rows = end_of(&j->out, part) - from, .columns = j->out.width, .inner = j->in.width, .alpha = 1,
        .a = j->in.at + (size_t)from * j->in.width, .a_step = j->in.width, .b = j->turn, .b_step = j->out.width,
        .c = j->out.at + (size_t)from * j->out.width, .c_step = j->out.width });
}

/* The eigenvectors of B'B as columns of turn[width][kept], largest value first, and the values. With
 * `whiten` each is divided by its square root, so that B turn is orthonormal. */
typedef struct axes {
    float *gram, *value, *turn; /* [width][width], [width] ascending, [width][width] */
    zh_arena scratch;
} axes;

static zh_err axes_find(axes *a, const zh_blas *blas, const block *b, uint32_t kept, bool whiten)
{
    const uint32_t width = b->width;
    zh_blas_square(blas, a->gram, width, width, b->at, width, b->rows, true);
    const zh_err e = zh_blas_eigen(blas, a->gram, width, width, a->value, &a->scratch);
    zh_arena_reset(&a->scratch);
    if (e != ZH_OK) return e;
    for (uint32_t c = 0; c < kept; c++) {
        const uint32_t from = width - 1 - c;
        const float value = a->value[from], most = a->value[width - 1];
        const float scale = !(value > FAINT * most) ? 0 : whiten ? 1 / sqrtf(value) : 1;
        for (uint32_t r = 0; r < width; r++) a->turn[(size_t)r * kept + c] = scale * a->gram[(size_t)from * width + r];
    }
    return ZH_OK;
}

static zh_err axes_open(axes *a, zh_arena *arena, uint32_t width)
{
    a->gram = ZH_TAKE(arena, float, (size_t)width * width);
    a->turn = ZH_TAKE(arena, float, (size_t)width * width);
    a->value = ZH_TAKE(arena, float, width);
    a->scratch = zh_arena_open(SIZE_MAX / 8); /* bounded by the rank */
    return a->gram == NULL || a->turn == NULL || a->value == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err block_open(block *b, zh_arena *arena, uint32_t rows, uint32_t width)
{
    *b = (block){ zh_arena_take_raw(arena, (size_t)rows * width, sizeof(float)), rows, width };
    return b->at == NULL ? ZH_NOMEM : ZH_OK;
}

static void start(block *b, uint64_t seed)
{
    zh_rng rng = { .seed = seed, .stream = START_STREAM };
    for (size_t i = 0; i < (size_t)b->rows * b->width; i++) b->at[i] = (float)(2 * zh_rng_unit(&rng) - 1);
}

typedef struct iteration {
    const zh_spectrum_desc *desc;
    const zh_crew *crew;
    axes axes;
    block column[2], row[2]; /* [0] is the block, [1] where its next form is written */
} iteration;

static void multiply(iteration *it) /* row := R column */
{
    const zh_spectrum_desc *d = it->desc;
    job j = { .table = d->x, .out_scale = d->row_scale, .in_scale = d->column_scale, .in = it->column[0], .out = it->row[0] };
    zh_crew_run(it->crew, parts_of(&j.out), gather_part, &j);
}

static void multiply_back(iteration *it) /* column := R' row */
{
    const zh_spectrum_desc *d = it->desc;
    job j = { .table = d->xt, .out_scale = d->column_scale, .in_scale = d->row_scale, .in = it->row[0], .out = it->column[0] };
    zh_crew_run(it->crew, parts_of(&j.out), gather_part, &j);
}

/* out := in turned onto the axes of `of`. */
static zh_err turn_onto(iteration *it, const block *of, const block *in, const block *out, bool whiten)
{
    const zh_err e = axes_find(&it->axes, it->crew->blas, of, out->width, whiten);
    if (e != ZH_OK) return e;
    job j = { .blas = it->crew->blas, .turn = it->axes.turn, .in = *in, .out = *out };
    zh_crew_run(it->crew, parts_of(out), turn_part, &j);
    return ZH_OK;
}

static zh_err whiten(iteration *it, block pair[2])
{
    const zh_err e = turn_onto(it, &pair[0], &pair[0], &pair[1], true);
    const block made = pair[1];
    pair[1] = pair[0];
    pair[0] = made;
    return e;
}

/* Made orthonormal after each half of a turn: squares of floats reach only half as deep as floats. */
static zh_err iterate(iteration *it, zh_spectrum *out)
{
    zh_err e = ZH_OK;
    start(&it->column[0], it->desc->seed);
    for (int turn = 0; e == ZH_OK && turn < TURNS; turn++) {
        multiply(it);
        e = whiten(it, it->row);
        if (e != ZH_OK) break;
        multiply_back(it);
        e = whiten(it, it->column);
    }
    if (e == ZH_OK) e = whiten(it, it->column); /* once more, for the last bits */
    if (e != ZH_OK) return e;
    /* Within an orthonormal block Q the patterns of R are the axes of (R Q)'(R Q). */
    multiply(it);
    const block vectors = { out->vector, it->column[0].rows, out->rank };
    e = turn_onto(it, &it->row[0], &it->column[0], &vectors, false);
    for (uint32_t c = 0; e == ZH_OK && c < out->rank; c++) out->value[c] = fmaxf(0, it->axes.value[it->row[0].width - 1 - c]);
    return e;
}

zh_err zh_spectrum_find(zh_spectrum *out, const zh_spectrum_desc *desc, const zh_crew *crew, zh_arena *keep, zh_arena *scratch)
{
    assert(crew->blas != NULL && keep != scratch);
    assert(desc->rank >= 1 && desc->rank <= ZH_SPECTRUM_RANK_MAX);
    const uint32_t rows = desc->x->count, columns = desc->x->width, side = rows < columns ? rows : columns;
    const uint32_t width = desc->rank + MORE < side ? desc->rank + MORE : side;
    out->rank = desc->rank < width ? desc->rank : width;
    out->vector = ZH_TAKE(keep, float, (size_t)columns * out->rank);
    out->value = ZH_TAKE(keep, float, out->rank);
    if (out->vector == NULL || out->value == NULL) return ZH_NOMEM;
    iteration it = { .desc = desc, .crew = crew };
    zh_err e = axes_open(&it.axes, scratch, width);
    for (int i = 0; e == ZH_OK && i < 2; i++) {
        e = block_open(&it.column[i], scratch, columns, width);
        if (e == ZH_OK) e = block_open(&it.row[i], scratch, rows, width);
    }
    if (e == ZH_OK) e = iterate(&it, out);
    zh_arena_close(&it.axes.scratch);
    return e;
}
