#include "model/names.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>

zh_names zh_names_open(void)
{
    return (zh_names){ .text_ = zh_arena_open(SIZE_MAX / 4),
                       .views_ = zh_buf_open(ZH_NAMES_COUNT_MAX * sizeof(zh_sv)),
                       .numbers_ = zh_map_open() };
}

void zh_names_close(zh_names *names)
{
    if (names == NULL) return;
    zh_arena_close(&names->text_);
    zh_buf_close(&names->views_);
    zh_map_close(&names->numbers_);
}

uint32_t zh_names_count(const zh_names *names)
{
    return (uint32_t)(names->views_.size / sizeof(zh_sv));
}

zh_sv zh_names_at(const zh_names *names, uint32_t number)
{
    assert(number < zh_names_count(names));
    zh_sv view;
    memcpy(&view, names->views_.data + number * sizeof view, sizeof view);
    return view;
}

zh_err zh_names_add(zh_names *names, zh_sv name, uint32_t *number)
{
    if (name.size == 0 || name.size > ZH_NAMES_BYTES_MAX) return ZH_RANGE;
    /* Two texts with one hash are possible, so the text decides and the next key is tried. */
    uint64_t key = zh_fast64(name);
    for (uint64_t *at; (at = zh_map_get(&names->numbers_, key)) != NULL; key++) {
        if (!zh_sv_equal(zh_names_at(names, (uint32_t)*at), name)) continue;
        *number = (uint32_t)*at;
        return ZH_OK;
    }
    const uint32_t made = zh_names_count(names);
    if (made == ZH_NAMES_COUNT_MAX) return ZH_FULL;
    const zh_sv copy = zh_arena_copy(&names->text_, name);
    if (copy.data == NULL) return ZH_NOMEM;
    const zh_err e = zh_map_put(&names->numbers_, key, made);
    if (e != ZH_OK) return e;
    zh_buf_put(&names->views_, (zh_sv){ (const char *)&copy, sizeof copy });
    if (zh_buf_err(&names->views_) != ZH_OK) {
        zh_map_drop(&names->numbers_, key);
        return zh_buf_err(&names->views_);
    }
    *number = made;
    return ZH_OK;
}

static bool is_digits(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] < '0' || name.data[i] > '9') return false;
    return true;
}

typedef struct by_name {
    const zh_names *names;
    bool digits;
} by_name;

static zh_sv without_zeros(zh_sv digits)
{
    while (digits.size > 1 && *digits.data == '0') digits.data++, digits.size--;
    return digits;
}

static int compare(const void *left, const void *right, void *context)
{
    const by_name *by = context;
    const zh_sv a = zh_names_at(by->names, *(const uint32_t *)left);
    const zh_sv b = zh_names_at(by->names, *(const uint32_t *)right);
    if (by->digits) {
        /* Without leading zeros the longer number is the larger one: no width limit is needed. */
        const zh_sv x = without_zeros(a), y = without_zeros(b);
        if (x.size != y.size) return x.size < y.size ? -1 : 1;
        const int order = zh_sv_compare(x, y);
        if (order != 0) return order;
    }
    return zh_sv_compare(a, b);
}

zh_err zh_names_order(const zh_names *names, zh_arena *arena, uint32_t **order)
{
    const uint32_t count = zh_names_count(names);
    uint32_t *numbers = ZH_TAKE(arena, uint32_t, count);
    if (numbers == NULL) return ZH_NOMEM;
    by_name by = { names, true };
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = i;
        if (by.digits && !is_digits(zh_names_at(names, i))) by.digits = false;
    }
    qsort_r(numbers, count, sizeof *numbers, compare, &by);
    *order = numbers;
    return ZH_OK;
}
