/* feedback_fuzz.c -- any bytes as records of feedback: refused, or read, written again and folded the same. */
#include "profile/feedback.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err load_into(void *context, zh_sv key, zh_sv value) { return zh_feedbacks_load(context, key, value); }

static zh_err count(void *context, zh_sv key, zh_sv value)
{
    (void)key;
    *(size_t *)context += 1 + value.size;
    return ZH_OK;
}

/* A word that was read is written as the same bytes: there is one form. */
static void one_word(zh_feedbacks *view, const zh_feedback *said, zh_sv record, zh_buf *again)
{
    uint32_t number;
    zh_buf_reset(again);
    zh_feedback_put(said, again);
    must(again->size <= record.size); /* a number may have been longer than it need be */
    must(zh_feedbacks_change(view, said) == ZH_OK);
    const zh_feedback_word *words = zh_feedbacks_of(view, said->customer, &number);
    must(number <= ZH_FEEDBACK_DISLIKES_MAX || said->kind != ZH_FEEDBACK_NOT_INTERESTED || words != NULL);
    if (said->kind == ZH_FEEDBACK_BLOCK) must(zh_feedback_find(words, number, said->kind, said->scope, zh_feedback_target(said->scope, said->text)) != NULL);
}

/* Input: records one after the other, each [size u8][bytes]; what is no record is an entry: a key and its value. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_feedbacks *view, *back;
    must(zh_feedbacks_open(&view, 1 << 24) == ZH_OK && zh_feedbacks_open(&back, 1 << 24) == ZH_OK);
    zh_buf again = zh_buf_open(4096);
    zh_customer_id last = { 0 };
    for (size_t at = 0; at < size;) {
        size_t part = bytes[at++];
        if (part > size - at) part = size - at;
        const zh_sv record = { (const char *)bytes + at, part };
        at += part;
        zh_feedback said;
        if (zh_feedback_get(record, &said) == ZH_OK) {
            one_word(view, &said, record, &again);
            if (last.number != 0 && last.number != said.customer.number && said.actor_kind == 9) must(zh_feedbacks_merge(view, last, said.customer) == ZH_OK);
            last = said.customer;
        } else {
            zh_feedbacks *other; /* an entry that is refused half way leaves a view nobody uses */
            must(zh_feedbacks_open(&other, 1 << 24) == ZH_OK);
            const char *why;
            if (zh_feedbacks_load(other, zh_sv_part(record, 0, 8), zh_sv_part(record, 8, SIZE_MAX)) == ZH_OK) must(zh_feedbacks_check(other, &why));
            zh_feedbacks_close(other);
        }
    }
    const char *why;
    size_t first = 0, second = 0;
    must(zh_feedbacks_check(view, &why));
    must(zh_feedbacks_save(view, true, (zh_keep){ back, load_into }) == ZH_OK);
    must(zh_feedbacks_check(back, &why));
    must(zh_feedbacks_save(view, true, (zh_keep){ &first, count }) == ZH_OK && zh_feedbacks_save(back, true, (zh_keep){ &second, count }) == ZH_OK);
    must(first == second);
    zh_buf_close(&again);
    zh_feedbacks_close(view);
    zh_feedbacks_close(back);
    return 0;
}
