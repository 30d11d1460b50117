/* registry_fuzz.c -- any bytes as definition records: refused, or read, written again and folded the same. */
#include "guard/registry.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err load_into(void *context, zh_sv key, zh_sv value)
{
    return zh_registry_load(context, key, value);
}

/* Input: records one after the other, each [size u8][bytes]. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_registry *view, *back;
    must(zh_registry_open(&view, 1 << 20) == ZH_OK && zh_registry_open(&back, 1 << 20) == ZH_OK);
    zh_buf again = zh_buf_open(4096);
    for (size_t at = 0; at < size;) {
        size_t part = bytes[at++];
        if (part > size - at) part = size - at;
        const zh_sv record = { (const char *)bytes + at, part };
        at += part;
        zh_definition d, same;
        zh_key key;
        (void)!zh_registry_key_find(view, NULL, record, 5, &key);
        if (zh_definition_get(record, &d) != ZH_OK) {
            must(zh_registry_fold(view, record) == ZH_FORMAT);
            continue;
        }
        zh_buf_reset(&again);
        zh_definition_put(&d, &again);
        must(zh_definition_get(zh_buf_view(&again), &same) == ZH_OK);
        must(same.thing == d.thing && same.deleted == d.deleted && same.at_ms == d.at_ms);
        must(zh_registry_fold(view, record) == ZH_OK);
    }
    const char *why;
    must(zh_registry_check(view, &why));
    must(zh_registry_save(view, true, (zh_keep){ back, load_into }) == ZH_OK);
    must(zh_registry_check(back, &why));
    must(zh_registry_next_number(view, ZH_THING_KEY) >= 1);
    zh_buf_close(&again);
    zh_registry_close(view);
    zh_registry_close(back);
    return 0;
}
