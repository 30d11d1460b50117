/* Promise: any bytes, cut anywhere, are the same rows; rows written again are read as the same rows; every
 * byte belongs to a row or is a blank line. The first byte chooses the cuts, the second the maxima. */
#include "base/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Rows as one text, with sizes, so that different rows are different texts; *again gets them as CSV. */
static void read_all(zh_sv text, const zh_csv_desc *desc, size_t step, zh_buf *out, zh_buf *again)
{
    zh_csv *csv;
    if (zh_csv_open(&csv, desc) != ZH_OK) abort();
    size_t from = 0, to = 0, used;
    for (;;) {
        zh_csv_row row;
        zh_note why = { "" };
        const bool last = to == text.size;
        const zh_err e = zh_csv_next(csv, zh_sv_part(text, from, to - from), last, &used, &row, &why);
        from += used;
        if (from > to) abort();
        if (e == ZH_ABSENT && last) break;
        if (e == ZH_ABSENT) {
            to = to + step > text.size ? text.size : to + step;
            continue;
        }
        if (used == 0 || (e != ZH_OK && row.count != 0)) abort();
        zh_buf_put_var(out, row.line);
        zh_buf_put_text(out, row.raw);
        zh_buf_put_text(out, zh_sv_of(why.text));
        for (uint32_t i = 0; i < row.count; i++) zh_buf_put_text(out, row.fields[i]);
        if (e == ZH_OK && again != NULL) zh_csv_put_row(again, row.fields, row.count, ',');
    }
    if (from != text.size) abort();
    zh_csv_close(csv);
}

/* Fields alone. */
static void read_fields(zh_sv text, const zh_csv_desc *desc, zh_buf *out)
{
    zh_csv *csv;
    size_t used;
    zh_csv_row row;
    if (zh_csv_open(&csv, desc) != ZH_OK) abort();
    for (zh_err e; (e = zh_csv_next(csv, text, true, &used, &row, NULL)) != ZH_ABSENT; text = zh_sv_part(text, used, SIZE_MAX)) {
        if (e != ZH_OK) continue;
        zh_buf_put_var(out, row.count);
        for (uint32_t i = 0; i < row.count; i++) zh_buf_put_text(out, row.fields[i]);
    }
    zh_csv_close(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2 || size > 20000) return 0;
    const zh_sv text = { (const char *)bytes + 2, size - 2 };
    const zh_csv_desc desc = { .row_bytes_max = 1 + (bytes[1] & 0x7F), .fields_max = bytes[1] & 0x80 ? 4 : 0 };
    const zh_csv_desc wide = { .row_bytes_max = 1 << 20, .fields_max = (uint32_t)size };
    zh_buf whole = zh_buf_open(1 << 26), pieces = zh_buf_open(1 << 26), again = zh_buf_open(1 << 26);
    read_all(text, &desc, text.size + 1, &whole, NULL);
    read_all(text, &desc, 1u + bytes[0], &pieces, NULL);
    if (!zh_sv_equal(zh_buf_view(&whole), zh_buf_view(&pieces))) abort();
    zh_buf_reset(&whole);
    zh_buf_reset(&pieces);
    read_all(text, &wide, text.size + 1, &pieces, &again);
    zh_buf_reset(&pieces);
    read_fields(text, &wide, &whole);
    read_fields(zh_buf_view(&again), &wide, &pieces);
    if (!zh_sv_equal(zh_buf_view(&whole), zh_buf_view(&pieces))) abort();
    zh_buf_close(&whole);
    zh_buf_close(&pieces);
    zh_buf_close(&again);
    return 0;
}
