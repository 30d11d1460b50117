/* visits_fuzz.c -- any bytes as an entry of the visits view, its check sum made right: refused, or loaded and sound to count. */
#include "measure/visits.h"

#include "base/buf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err ignore(void *context, zh_sv key, zh_sv value)
{
    (void)context, (void)key, (void)value;
    return ZH_OK;
}

/* Input: the body of an entry: sizes and the two sets. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_visits *view;
    zh_visits_count count;
    const zh_sv body = { (const char *)bytes, size };
    zh_buf value = zh_buf_open(1 << 24);
    must(zh_visits_open(&view, &(zh_visits_desc){ 0 }) == ZH_OK);
    zh_buf_put_u8(&value, 1);
    zh_buf_put_u32(&value, zh_crc32c(0, body));
    zh_buf_put(&value, body);
    if (zh_buf_err(&value) == ZH_OK && zh_visits_load(view, ZH_SV("d\0\0\0\1"), zh_buf_view(&value)) == ZH_OK) {
        const zh_event event = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .time_ms = 86400000 };
        must(zh_visits_between(view, 0, 100, &count) == ZH_OK);
        must(zh_visits_fold(view, &event, (zh_customer_id){ 7 }) == ZH_OK);
        must(zh_visits_merge(view, (zh_customer_id){ 7 }, (zh_customer_id){ 9 }, 0) == ZH_OK);
        must(zh_visits_save(view, true, (zh_keep){ NULL, ignore }) == ZH_OK);
    }
    zh_buf_close(&value);
    zh_visits_close(view);
    return 0;
}
