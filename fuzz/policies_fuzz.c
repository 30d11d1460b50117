/* policies_fuzz.c -- any bytes as policy reports: refused, or read, written again and folded the same. */
#include "measure/policies.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err load_into(void *context, zh_sv key, zh_sv value)
{
    return zh_policies_load(context, key, value);
}

/* Input: records one after the other, each [size u16][bytes]. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_policies *view, *back;
    must(zh_policies_open(&view) == ZH_OK && zh_policies_open(&back) == ZH_OK);
    zh_buf again = zh_buf_open(8192);
    for (size_t at = 0; at + 2 <= size;) {
        size_t part = (size_t)bytes[at] | (size_t)bytes[at + 1] << 8;
        at += 2;
        if (part > size - at) part = size - at;
        const zh_sv record = { (const char *)bytes + at, part };
        at += part;
        zh_policy_report report, same;
        if (zh_policy_report_get(record, &report) != ZH_OK) {
            must(zh_policies_fold(view, record) == ZH_FORMAT);
            (void)!zh_policies_load(view, zh_sv_part(record, 0, 8), zh_sv_part(record, 8, SIZE_MAX));
            continue;
        }
        zh_buf_reset(&again);
        zh_policy_report_put(&report, &again);
        must(zh_policy_report_get(zh_buf_view(&again), &same) == ZH_OK);
        must(same.at_ms == report.at_ms && same.count == report.count && same.to_day == report.to_day && zh_sv_equal(same.name, report.name));
        must(zh_policies_fold(view, record) == ZH_OK);
    }
    const char *why;
    zh_sv names[ZH_POLICIES_NAMES_MAX];
    must(zh_policies_check(view, &why) && zh_policies_names(view, names) <= ZH_POLICIES_NAMES_MAX);
    must(zh_policies_save(view, true, (zh_keep){ back, load_into }) == ZH_OK && zh_policies_check(back, &why));
    zh_buf_close(&again);
    zh_policies_close(view);
    zh_policies_close(back);
    return 0;
}
