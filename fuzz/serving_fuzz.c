/* Promise: any bytes are a serving table that answers, or an error with a reason; reading asks no byte beyond. The checksum of the input
 * is put right first, or nothing else would be reached; where the first byte is odd it is left. */
#include "base/hash.h"
#include "model/serving.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static void use(const zh_serving *s)
{
    uint32_t place, pairs = 0;
    for (uint32_t i = 0; i < zh_serving_items(s); i++) {
        const zh_serving_row row = zh_serving_row_of(s, i);
        must(zh_serving_find(s, zh_serving_item(s, i), &place) && place == i && row.count <= ZH_SERVING_NEIGHBOURS_MAX);
        for (uint32_t p = 0; p < row.count; p++) must(zh_serving_pair(s, i, row.place[p]) == row.weight[p] && row.weight[p] > 0 && zh_serving_item(s, row.place[p]).number != 0);
        must(zh_serving_pair(s, i, i) == 0);
        pairs += row.count;
    }
    must(pairs == zh_serving_pairs(s) && zh_serving_name(s).size > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 5) return 0;
    const bool sign = bytes[0] % 2 == 0;
    char *file = malloc(size - 1);
    must(file != NULL);
    memcpy(file, bytes + 1, size - 1);
    if (sign) {
        const uint32_t crc = zh_crc32c(0, (zh_sv){ file, size - 5 });
        memcpy(file + size - 5, &crc, 4);
    }
    zh_serving *s;
    const char *why = NULL;
    const zh_err e = zh_serving_read(&s, (zh_sv){ file, size - 1 }, &why);
    must(e == ZH_OK || ((e == ZH_CORRUPT || e == ZH_FORMAT) && why != NULL));
    if (e == ZH_OK) {
        use(s);
        zh_serving_close(s);
    }
    free(file);
    return 0;
}
