/* consent_fuzz.c -- any bytes as consent records: refused, or read, written again and folded the same. */
#include "guard/consent.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err load_into(void *context, zh_sv key, zh_sv value)
{
    return zh_consents_load(context, key, value);
}

/* Input: records one after the other, each [size u8][bytes]. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_consents *view, *back;
    must(zh_consents_open(&view, 1 << 20) == ZH_OK && zh_consents_open(&back, 1 << 20) == ZH_OK);
    zh_buf again = zh_buf_open(1024);
    for (size_t at = 0; at < size;) {
        size_t part = bytes[at++];
        if (part > size - at) part = size - at;
        const zh_sv record = { (const char *)bytes + at, part };
        at += part;
        zh_consent_change change, same;
        if (zh_consent_get(record, &change) != ZH_OK) {
            must(zh_consents_fold(view, record) == ZH_FORMAT);
            (void)!zh_consents_load(view, zh_sv_part(record, 0, 9), zh_sv_part(record, 9, SIZE_MAX));
            continue;
        }
        zh_buf_reset(&again);
        zh_consent_put(&change, &again);
        must(zh_consent_get(zh_buf_view(&again), &same) == ZH_OK);
        must(same.customer.number == change.customer.number && same.at_ms == change.at_ms);
        must(same.said == change.said && same.yes == change.yes && same.asked == change.asked && zh_sv_equal(same.source, change.source));
        must(zh_consents_fold(view, record) == ZH_OK);
    }
    const char *why;
    must(zh_consents_check(view, &why));
    must(zh_consents_save(view, true, (zh_keep){ back, load_into }) == ZH_OK);
    must(zh_consents_check(back, &why));
    zh_buf_close(&again);
    zh_consents_close(view);
    zh_consents_close(back);
    return 0;
}
