/* Goal: letters are listed by what they are and what became of them, the newest first, within the bound, and come back.
 * Method: stories, every cut and flip of a record, a slow model over random filters, kept and loaded. */
#include "quality/letters.h"
#include "check.h"
#include "shelf.h"

static zh_letters *opened(void)
{
    zh_letters *l = NULL;
    CHECK(zh_letters_open(&l) == ZH_OK);
    return l;
}

static void add(zh_letters *l, uint64_t number, zh_reject why, uint32_t source)
{
    const zh_deadletter letter = { .id = number, .why = why, .source = { source }, .received_ms = (int64_t)number * 10 };
    CHECK(zh_letters_fold(l, &letter, 0, number + 100) == ZH_OK);
}

static zh_err say(zh_letters *l, uint64_t number, zh_letter_outcome outcome, int64_t at_ms)
{
    zh_buf record = zh_buf_open(256);
    zh_letter_word_put(&(zh_letter_word){ .letter = number, .outcome = outcome, .at_ms = at_ms, .actor_kind = 3, .actor_number = 1, .message_id = ZH_SV("m") }, &record);
    const zh_err e = zh_letters_say(l, zh_buf_view(&record));
    zh_buf_close(&record);
    return e;
}

static void check_sound(const zh_letters *l)
{
    const char *why = NULL;
    const bool sound = zh_letters_check(l, &why);
    if (!sound) fprintf(stderr, "%s\n", why);
    CHECK(sound);
}

static void test_a_word_comes_back(void)
{
    zh_buf record = zh_buf_open(256);
    zh_letter_word got;
    zh_letter_word_put(&(zh_letter_word){ .letter = 300, .outcome = ZH_LETTER_REPLAYED, .at_ms = -5, .actor_kind = 2, .actor_number = 9, .message_id = ZH_SV("m-1") }, &record);
    CHECK(zh_letter_word_get(zh_buf_view(&record), &got) == ZH_OK);
    CHECK(got.letter == 300 && got.outcome == ZH_LETTER_REPLAYED && got.at_ms == -5 && got.actor_kind == 2 && got.actor_number == 9 && zh_sv_equal(got.message_id, ZH_SV("m-1")));
    for (size_t size = 0; size < record.size; size++) CHECK(zh_letter_word_get((zh_sv){ record.data, size }, &got) == ZH_FORMAT);
    for (size_t i = 0; i < record.size * 8; i++) {
        record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
        if (zh_letter_word_get(zh_buf_view(&record), &got) == ZH_OK) CHECK((unsigned)got.outcome < ZH_LETTER_OUTCOMES && got.letter > 0);
        record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
    }
    zh_buf_close(&record);
}

static void test_filters_find_what_a_slow_walk_finds(void)
{
    enum { MANY = 3000 };
    zh_letters *l = opened();
    for (uint64_t n = 1; n <= MANY; n++) add(l, n, (zh_reject)(1 + n % 7), (uint32_t)(1 + n % 3));
    for (uint64_t n = 1; n <= MANY; n += 5) CHECK(say(l, n, n % 2 ? ZH_LETTER_REPLAYED : ZH_LETTER_DISCARDED, 50) == ZH_OK);
    static zh_letter found[MANY];
    for (unsigned why = 0; why < 8; why++)
        for (unsigned outcome = 0; outcome <= ZH_LETTER_OUTCOMES; outcome++) {
            const zh_letters_filter filter = { .why = (zh_reject)why, .source = { why % 4 }, .outcome = (zh_letter_outcome)outcome, .before = 2000 };
            size_t want = 0;
            uint64_t newest = 0;
            for (uint64_t n = 1; n < 2000; n++) {
                const unsigned is = n % 5 != 1 ? ZH_LETTER_OPEN : n % 2 ? ZH_LETTER_REPLAYED : ZH_LETTER_DISCARDED;
                const bool hit = (why == 0 || 1 + n % 7 == why) && (why % 4 == 0 || 1 + n % 3 == why % 4) && (outcome == ZH_LETTER_OUTCOMES || is == outcome);
                want += hit;
                if (hit) newest = n;
            }
            const size_t count = zh_letters_find(l, &filter, found, MANY);
            CHECK(count == want && (count == 0 || found[0].number == newest));
            for (size_t i = 1; i < count; i++) CHECK(found[i].number < found[i - 1].number);
        }
    uint32_t counts[ZH_REJECT_COUNT];
    zh_letters_count(l, &(zh_letters_filter){ .source = { 2 }, .outcome = ZH_LETTER_OUTCOMES }, counts);
    uint32_t all = 0;
    for (unsigned i = 0; i < ZH_REJECT_COUNT; i++) all += counts[i];
    CHECK(all == MANY / 3);
    check_sound(l);
    zh_letters_close(l);
}

static void test_the_newest_outcome_counts_in_any_order(void)
{
    for (int turn = 0; turn < 2; turn++) {
        zh_letters *l = opened();
        add(l, 1, ZH_REJECT_NO_EVENT, 1);
        CHECK(say(l, 1, turn ? ZH_LETTER_DISCARDED : ZH_LETTER_REPLAYED, turn ? 20 : 30) == ZH_OK);
        CHECK(say(l, 1, turn ? ZH_LETTER_REPLAYED : ZH_LETTER_DISCARDED, turn ? 30 : 20) == ZH_OK);
        CHECK(say(l, 77, ZH_LETTER_REPLAYED, 30) == ZH_OK); /* of nobody */
        CHECK(zh_letters_get(l, 1)->outcome == ZH_LETTER_REPLAYED && zh_letters_get(l, 77) == NULL && zh_letters_get(l, 0) == NULL);
        zh_letters_close(l);
    }
}

static void test_the_oldest_go_and_the_rest_comes_back(void)
{
    zh_letters *l = opened();
    shelf kept = { 0 }, all = { 0 };
    for (uint64_t n = 1; n <= 1500; n++) add(l, n, ZH_REJECT_BAD_FIELD, 1);
    CHECK(say(l, 1400, ZH_LETTER_DISCARDED, 9) == ZH_OK && zh_letters_save(l, false, shelf_keep(&kept)) == ZH_OK && kept.count == 1500);
    CHECK(zh_letters_save(l, false, shelf_keep(&kept)) == ZH_OK && kept.count == 1500);
    add(l, ZH_LETTERS_MAX + 7, ZH_REJECT_BAD_TYPE, 1); /* takes the place of 7 */
    CHECK(zh_letters_get(l, 7) == NULL && zh_letters_get(l, 8) != NULL && zh_letters_get(l, ZH_LETTERS_MAX + 7) != NULL);
    add(l, 7, ZH_REJECT_BAD_TYPE, 1);
    CHECK(zh_letters_get(l, 7) == NULL);
    CHECK(zh_letters_save(l, false, shelf_keep(&kept)) == ZH_OK && kept.count == 1500);
    zh_letters *again = opened();
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_letters_load(again, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_letters_load(again, shelf_key(&kept, 3), shelf_value(&kept, 3)) == ZH_FORMAT);
    CHECK(zh_letters_save(again, true, shelf_keep(&all)) == ZH_OK && shelf_equal(&all, &kept) && zh_letters_get(again, 1400)->outcome == ZH_LETTER_DISCARDED);
    check_sound(again);
    CHECK(zh_letters_bytes(again) > 0);
    zh_letters_close(l);
    zh_letters_close(again);
    shelf_close(&kept);
    shelf_close(&all);
}

int main(void)
{
    test_a_word_comes_back();
    test_filters_find_what_a_slow_walk_finds();
    test_the_newest_outcome_counts_in_any_order();
    test_the_oldest_go_and_the_rest_comes_back();
    return 0;
}
