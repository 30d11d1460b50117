/* tags_fuzz.c -- any bytes as records of tags and lists: refused, or read, written again and folded the same. */
#include "profile/tags.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err load_into(void *context, zh_sv key, zh_sv value) { return zh_tags_load(context, key, value); }

static zh_err count(void *context, zh_sv key, zh_sv value)
{
    (void)key;
    *(size_t *)context += 1 + value.size;
    return ZH_OK;
}

/* A word that was read is written as the same bytes: there is one form. */
static void one_tag(zh_tags *view, const zh_tag_change *change, zh_buf *again)
{
    zh_tag_change same;
    zh_buf_reset(again);
    zh_tag_put(change, again);
    must(zh_tag_get(zh_buf_view(again), &same) == ZH_OK);
    must(same.customer.number == change->customer.number && same.at_ms == change->at_ms && same.expires_ms == change->expires_ms);
    must(same.said == change->said && same.source == change->source && zh_sv_equal(same.name, change->name));
    must(zh_tags_change(view, change) == ZH_OK);
    zh_tag tag;
    must(zh_tags_find(view, change->customer, change->name, change->at_ms, &tag));
}

static void one_list(zh_tags *view, const zh_list_change *list, zh_buf *again)
{
    zh_list_change same;
    zh_buf_reset(again);
    zh_list_put(list, again);
    must(zh_list_get(zh_buf_view(again), &same) == ZH_OK);
    must(same.count == list->count && same.at_ms == list->at_ms && same.adds == list->adds && zh_sv_equal(same.name, list->name));
    for (uint32_t i = 0; i < list->count; i++) {
        const zh_tag_change change = { .customer = { list->customers[i] }, .name = list->name, .said = list->adds ? ZH_TAG_SET : ZH_TAG_REMOVE, .source = ZH_TAG_BY_LIST,
                                       .at_ms = list->at_ms, .expires_ms = ZH_TAG_NO_END, .confidence = ZH_TAG_NO_CONFIDENCE };
        must(zh_tags_change(view, &change) == ZH_OK);
    }
}

/* Input: records one after the other, each [size u8][bytes]. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_tags *view, *back;
    must(zh_tags_open(&view, 1 << 24) == ZH_OK && zh_tags_open(&back, 1 << 24) == ZH_OK);
    zh_buf again = zh_buf_open(4096);
    zh_customer_id last = { 0 };
    for (size_t at = 0; at < size;) {
        size_t part = bytes[at++];
        if (part > size - at) part = size - at;
        const zh_sv record = { (const char *)bytes + at, part };
        at += part;
        zh_tag_change change;
        zh_list_change list;
        if (zh_tag_get(record, &change) == ZH_OK) {
            one_tag(view, &change, &again);
            if (last.number != 0 && last.number != change.customer.number && change.actor_kind == 9) must(zh_tags_merge(view, last, change.customer) == ZH_OK);
            last = change.customer;
        } else if (zh_list_get(record, &list) == ZH_OK) {
            one_list(view, &list, &again);
        } else {
            (void)!zh_tags_load(view, zh_sv_part(record, 0, 8), zh_sv_part(record, 8, SIZE_MAX));
        }
    }
    const char *why;
    size_t first = 0, second = 0;
    must(zh_tags_check(view, &why));
    must(zh_tags_save(view, true, (zh_keep){ back, load_into }) == ZH_OK);
    must(zh_tags_check(back, &why));
    must(zh_tags_save(view, true, (zh_keep){ &first, count }) == ZH_OK && zh_tags_save(back, true, (zh_keep){ &second, count }) == ZH_OK);
    must(first == second);
    zh_buf_close(&again);
    zh_tags_close(view);
    zh_tags_close(back);
    return 0;
}
