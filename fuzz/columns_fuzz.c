/* Promise: any columns are refused or joined to records that, split again, join to the same records; any record split is
 * the record joined.
 * Input: pairs of a byte that names a column and a byte that is its next one; the same bytes as one record. */
#include "core/columns.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { BYTES_MAX = 1 << 20, RECORDS_MAX = 64 };

static void read_from(zh_columns *to, const zh_columns *columns)
{
    zh_columns_reset(to);
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++) to->from[i] = zh_reader_on(zh_buf_view(&columns->columns[i]));
}

/* Split one record and join it: the very bytes. */
static void there_and_back(zh_sv record)
{
    zh_columns there = zh_columns_open(BYTES_MAX), back = zh_columns_open(BYTES_MAX);
    zh_buf out = zh_buf_open(2 * BYTES_MAX);
    if (zh_columns_split(&there, record) == ZH_OK) {
        read_from(&back, &there);
        if (zh_columns_join(&back, &out) != ZH_OK) abort();
        if (!zh_sv_equal(zh_sv_part(zh_buf_view(&out), 4, SIZE_MAX), record)) abort();
    }
    zh_columns_close(&there);
    zh_columns_close(&back);
    zh_buf_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_columns given = zh_columns_open(BYTES_MAX), joining = zh_columns_open(BYTES_MAX);
    zh_buf out = zh_buf_open(BYTES_MAX);
    for (size_t i = 0; i + 1 < size; i += 2) zh_buf_put_u8(&given.columns[bytes[i] % ZH_COLUMNS_COUNT], bytes[i + 1]);
    read_from(&joining, &given);
    for (int i = 0; i < RECORDS_MAX; i++) {
        const size_t start = out.size;
        if (zh_columns_join(&joining, &out) != ZH_OK) break;
        there_and_back(zh_sv_part(zh_buf_view(&out), start + 4, SIZE_MAX));
    }
    there_and_back((zh_sv){ (const char *)bytes, size });
    zh_columns_close(&given);
    zh_columns_close(&joining);
    zh_buf_close(&out);
    return 0;
}
