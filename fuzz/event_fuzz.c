/* Promise: any bytes are refused or read as an event that writes the very same bytes again. */
#include "core/event.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_event event;
    const zh_sv record = { (const char *)bytes, size };
    if (zh_event_get(record, &arena, &event) == ZH_OK) {
        /* Longer forms of the same number are read too, so compare what is written twice. */
        zh_buf first = zh_buf_open(1 << 24), second = zh_buf_open(1 << 24);
        zh_event again;
        zh_event_put(&event, &first);
        if (zh_event_get(zh_buf_view(&first), &arena, &again) != ZH_OK) abort();
        zh_event_put(&again, &second);
        if (!zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second))) abort();
        zh_buf_close(&first);
        zh_buf_close(&second);
    }
    zh_arena_close(&arena);
    return 0;
}
