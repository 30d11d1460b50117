/* Promise: any bytes are refused or read as a decision that, once written, reads and writes the same. */
#include "core/decision.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_decision decision, again;
    if (zh_decision_get((zh_sv){ (const char *)bytes, size }, &arena, &decision) == ZH_OK) {
        zh_buf first = zh_buf_open(1 << 24), second = zh_buf_open(1 << 24);
        zh_decision_put(&decision, &first);
        if (zh_decision_get(zh_buf_view(&first), &arena, &again) != ZH_OK) abort();
        zh_decision_put(&again, &second);
        if (!zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second))) abort();
        zh_buf_close(&first);
        zh_buf_close(&second);
    }
    zh_arena_close(&arena);
    return 0;
}
