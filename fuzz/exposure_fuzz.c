/* exposure_fuzz.c -- any bytes as an entry of the exposure view, its check sum made right: refused, or loaded and sound to count. */
#include "measure/exposure.h"

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

/* Input: the slot, then the body of an entry: a day and its two tables. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_exposure *view;
    if (size == 0) return 0;
    const zh_sv key = { (const char *)bytes, 1 }, body = { (const char *)bytes + 1, size - 1 };
    zh_buf value = zh_buf_open(1 << 24);
    must(zh_exposure_open(&view) == ZH_OK);
    zh_buf_put_u8(&value, 1);
    zh_buf_put_u32(&value, zh_crc32c(0, body));
    zh_buf_put(&value, body);
    if (zh_buf_err(&value) == ZH_OK && zh_exposure_load(view, key, zh_buf_view(&value)) == ZH_OK) {
        zh_line line = { .item = { 9 } };
        const zh_event event = { .act = ZH_ACT_ORDER, .time_ms = 86400000, .lines = &line, .lines_count = 1 };
        must(zh_exposure_fold(view, &event, (zh_customer_id){ 7 }, 86400000) == ZH_OK);
        must(zh_exposure_save(view, true, (zh_keep){ NULL, ignore }) == ZH_OK);
    }
    zh_buf_close(&value);
    zh_exposure_close(view);
    return 0;
}
