/* Promise: any bytes are events or an error with a note; what was read makes a sound split and
 * problem; reading the same bytes twice gives the same events. First byte: the format. */
#include "model/problem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err read(zh_dataset *data, zh_dataset_format format, zh_sv train, zh_sv test)
{
    zh_note why = { "" };
    zh_err e = zh_dataset_read(data, ZH_PART_TRAIN, format, train, &why);
    if (e == ZH_OK) e = zh_dataset_read(data, ZH_PART_TEST, format, test, &why);
    must(e == ZH_OK || e == ZH_FORMAT);
    must((e == ZH_OK) == (why.text[0] == '\0'));
    return e;
}

static void check_problem(const zh_problem *p)
{
    const char *why;
    must(zh_rows_check(&p->train.seq, false, &why) && zh_rows_check(&p->train.x, true, &why) && zh_rows_check(&p->train.xt, true, &why));
    must(zh_rows_check(&p->target, true, &why) && p->queries >= 1 && p->target.count == p->queries);
    must(p->train.x.count == p->train.seq.count && p->train.xt.count == p->train.items && p->train.x.width == p->train.items);
    for (uint32_t q = 0; q < p->queries; q++) {
        must(p->wanted[q] >= 1 && zh_rows_size(&p->target, q) <= p->wanted[q]);
        for (uint32_t i = 0; i < p->query[q].count; i++) must(p->query[q].known[i] < p->train.items);
    }
}

static void make(const zh_dataset *data, uint8_t how)
{
    zh_arena arena = zh_arena_open((size_t)1 << 30);
    zh_split all, split;
    zh_problem problem;
    zh_note why;
    must(zh_split_make(&all, &arena, data) == ZH_OK);
    split = all;
    if ((how & 4) != 0 && !data->sessions) must(zh_split_leave_one_out(&split, &arena, &all) == ZH_OK);
    if ((how & 8) != 0) must(zh_split_hold_out(&split, &arena, &all, how) == ZH_OK);
    const zh_err e = zh_problem_make(&problem, &arena, &split, (how & 16) != 0, &why);
    must(e == ZH_OK || e == ZH_ABSENT);
    if (e == ZH_OK) {
        check_problem(&problem);
        must(zh_problem_sample(&problem, &arena, 2, how) == ZH_OK);
        check_problem(&problem);
    }
    zh_arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    const zh_dataset_format format = (zh_dataset_format)(bytes[0] % 3);
    const zh_sv all = { (const char *)bytes + 1, size - 1 };
    const char *mark = all.size == 0 ? NULL : memchr(all.data, '|', all.size); /* train | test */
    const zh_sv train = zh_sv_part(all, 0, mark == NULL ? all.size : (size_t)(mark - all.data));
    const zh_sv test = mark == NULL ? train : zh_sv_part(all, train.size + 1, SIZE_MAX);
    zh_dataset one = zh_dataset_open(), two = zh_dataset_open();
    const zh_err e = read(&one, format, train, test);
    must(read(&two, format, train, test) == e);
    for (int part = 0; part < ZH_PARTS; part++) {
        const size_t count = zh_dataset_count(&one, (zh_dataset_part)part);
        must(count == zh_dataset_count(&two, (zh_dataset_part)part));
        for (size_t i = 0; i < count; i++) {
            const zh_dataset_event a = zh_dataset_at(&one, (zh_dataset_part)part, i), b = zh_dataset_at(&two, (zh_dataset_part)part, i);
            must(a.row == b.row && a.item == b.item);
            must(a.row < zh_names_count(&one.rows) && a.item < zh_names_count(&one.items));
        }
    }
    if (e == ZH_OK) make(&one, bytes[0]);
    zh_dataset_close(&two);
    zh_dataset_close(&one);
    return 0;
}
