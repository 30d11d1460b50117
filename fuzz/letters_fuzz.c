/* letters_fuzz.c -- any bytes as dead letters, their outcomes and kept entries: refused, or read, written again and kept the same. */
#include "quality/letters.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err load_into(void *context, zh_sv key, zh_sv value)
{
    return zh_letters_load(context, key, value);
}

/* Input: records one after the other, each [size u8][bytes]. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_letters *view, *back;
    must(zh_letters_open(&view) == ZH_OK && zh_letters_open(&back) == ZH_OK);
    zh_buf again = zh_buf_open(8192);
    for (size_t at = 0; at < size;) {
        size_t part = bytes[at++];
        if (part > size - at) part = size - at;
        const zh_sv record = { (const char *)bytes + at, part };
        at += part;
        zh_letter_word word, same;
        zh_deadletter letter;
        if (zh_letter_word_get(record, &word) == ZH_OK) {
            zh_buf_reset(&again);
            zh_letter_word_put(&word, &again);
            must(zh_letter_word_get(zh_buf_view(&again), &same) == ZH_OK && same.letter == word.letter && same.at_ms == word.at_ms && same.outcome == word.outcome);
            must(zh_letters_say(view, record) == ZH_OK);
        } else if (zh_deadletter_get(record, &letter) == ZH_OK) {
            must(zh_letters_fold(view, &letter, 1, at) == ZH_OK);
        } else {
            must(zh_letters_say(view, record) == ZH_FORMAT);
            (void)!zh_letters_load(view, zh_sv_part(record, 0, 8), zh_sv_part(record, 8, SIZE_MAX));
        }
    }
    const char *why;
    must(zh_letters_check(view, &why));
    must(zh_letters_save(view, true, (zh_keep){ back, load_into }) == ZH_OK && zh_letters_check(back, &why));
    zh_buf_close(&again);
    zh_letters_close(view);
    zh_letters_close(back);
    return 0;
}
