/* Goal: words of customers end in the same state however their records arrive; no block is lost; of dislikes the newest stay.
 * Method: rows worked by hand; random words and merges against a slow model that keeps every word and looks for the winners; shuffled,
 * repeated, merged, saved and loaded views compared entry by entry. */
#include "profile/feedback.h"
#include "check.h"

#include <string.h>

enum { CUSTOMERS = 4, THINGS = 6, WORDS = 90 };
#define T0 1700000000000

static zh_feedbacks *fresh(void)
{
    zh_feedbacks *f;
    CHECK(zh_feedbacks_open(&f, (size_t)1 << 26) == ZH_OK);
    return f;
}

static zh_feedback word(uint64_t customer, zh_feedback_kind kind, zh_feedback_scope scope, const char *text, int64_t at_ms)
{
    return (zh_feedback){ .customer = { customer }, .kind = kind, .scope = scope, .text = zh_sv_of(text), .at_ms = T0 + at_ms };
}

static zh_feedback back(zh_feedback said, int64_t at_ms)
{
    said.is_undo = true;
    said.at_ms = T0 + at_ms;
    return said;
}

static void says(zh_feedbacks *f, zh_feedback said)
{
    /* as the log brings it */
    zh_buf record = zh_buf_open(1024);
    zh_feedback read;
    zh_feedback_put(&said, &record);
    CHECK(zh_feedback_get(zh_buf_view(&record), &read) == ZH_OK && zh_feedbacks_change(f, &read) == ZH_OK);
    zh_buf_close(&record);
}

static bool stands(const zh_feedbacks *f, uint64_t customer, zh_feedback_kind kind, zh_feedback_scope scope, const char *text)
{
    uint32_t count;
    const zh_feedback_word *words = zh_feedbacks_of(f, (zh_customer_id){ customer }, &count);
    const zh_feedback_word *w = zh_feedback_find(words, count, kind, scope, zh_feedback_target(scope, zh_sv_of(text)));
    return w != NULL && !w->is_undone;
}

/* ---- by hand ---- */

static void the_newest_word_of_a_kind_about_a_thing_counts(void)
{
    zh_feedbacks *f = fresh();
    const zh_feedback block = word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔", 5);
    says(f, block);
    CHECK(stands(f, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔") && !stands(f, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_CATEGORY, "海尔"));
    CHECK(!stands(f, 2, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔") && !stands(f, 1, ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_BRAND, "海尔"));
    says(f, back(block, 4)); /* taken back before it was said: another time */
    CHECK(stands(f, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔"));
    says(f, back(block, 5)); /* of one millisecond the one that protects */
    CHECK(stands(f, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔"));
    says(f, back(block, 6));
    CHECK(!stands(f, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔") && zh_feedbacks_knows(f, (zh_customer_id){ 1 }));
    says(f, word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔", 7));
    CHECK(stands(f, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "海尔") && zh_feedbacks_words(f) == 1);
    zh_feedbacks_close(f);
}

static void a_weaker_word_does_not_lift_a_block(void)
{
    zh_feedbacks *f = fresh();
    says(f, word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "p1", 1));
    says(f, word(1, ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "p1", 2));
    says(f, back(word(1, ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "p1", 2), 3));
    CHECK(stands(f, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "p1") && !stands(f, 1, ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "p1"));
    zh_feedbacks_close(f);
}

static void useful_and_why_are_counted_and_add_up_in_a_merge(void)
{
    zh_feedbacks *f = fresh();
    for (int i = 0; i < 3; i++) says(f, word(1, ZH_FEEDBACK_USEFUL, ZH_FEEDBACK_ITEM, "p1", i));
    for (int i = 0; i < 2; i++) says(f, word(2, ZH_FEEDBACK_WHY, ZH_FEEDBACK_ITEM, "p1", i));
    says(f, word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "p9", 1));
    CHECK(zh_feedbacks_merge(f, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK && zh_feedbacks_customers(f) == 1);
    const zh_feedback_counts counts = zh_feedbacks_counts(f, (zh_customer_id){ 2 });
    CHECK(counts.useful == 3 && counts.why == 2 && stands(f, 2, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "p9") && !zh_feedbacks_knows(f, (zh_customer_id){ 1 }));
    CHECK(zh_feedbacks_forget(f, (zh_customer_id){ 2 }) == ZH_OK && zh_feedbacks_customers(f) == 0 && zh_feedbacks_words(f) == 0);
    zh_feedbacks_close(f);
}

static void records_are_looked_at(void)
{
    char many[ZH_FEEDBACK_TEXT_BYTES_MAX + 1];
    memset(many, 'x', sizeof many);
    const zh_feedback good = word(7, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_CATEGORY, "女装", 1);
    zh_feedback rows[8] = { good, good, good, good, good, good, good, good };
    rows[0].customer.number = 0, rows[1].at_ms = -1, rows[2].text = (zh_sv){ 0 }, rows[3].text = (zh_sv){ many, sizeof many };
    rows[4].text = ZH_SV("a\nb"), rows[5].text = ZH_SV("\xff"), rows[6].kind = ZH_FEEDBACK_USEFUL, rows[7].scope = (zh_feedback_scope)4;
    CHECK(zh_feedback_is_good(&good));
    for (int i = 0; i < 8; i++) CHECK(!zh_feedback_is_good(&rows[i]));
    zh_feedback full = good, read;
    full.text = (zh_sv){ many, ZH_FEEDBACK_TEXT_BYTES_MAX }, full.decision = (zh_decision_id){ 1, 2 }, full.is_undo = true, full.actor_kind = 2, full.actor_number = 9;
    zh_buf record = zh_buf_open(1024);
    zh_feedback_put(&full, &record);
    CHECK(zh_feedback_get(zh_buf_view(&record), &read) == ZH_OK && read.is_undo && read.decision.high == 1 && read.decision.low == 2);
    CHECK(read.kind == full.kind && read.scope == full.scope && read.actor_number == 9 && zh_sv_equal(read.text, full.text) && read.at_ms == full.at_ms);
    for (size_t size = 0; size < record.size; size++) CHECK(zh_feedback_get((zh_sv){ record.data, size }, &read) == ZH_FORMAT);
    zh_buf_close(&record);
    for (int kind = ZH_FEEDBACK_BLOCK; kind <= ZH_FEEDBACK_USEFUL; kind++) {
        zh_feedback_kind same;
        CHECK(zh_feedback_kind_of(zh_sv_of(zh_feedback_kind_text((zh_feedback_kind)kind)), &same) && (int)same == kind);
    }
    zh_feedback_scope scope;
    CHECK(zh_feedback_scope_of(ZH_SV("brand"), &scope) && scope == ZH_FEEDBACK_BRAND && !zh_feedback_scope_of(ZH_SV("?"), &scope));
}

/* ---- against a slow model ---- */

typedef struct entry { char value[1 << 16]; size_t size; } entry;
typedef struct shelf { entry rows[CUSTOMERS + 1]; } shelf;

static zh_err put_entry(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    CHECK(key.size == 8 && value.size <= sizeof s->rows[0].value);
    entry *e = &s->rows[(unsigned char)key.data[7]];
    if (value.size > 0) memcpy(e->value, value.data, value.size);
    e->size = value.size;
    return ZH_OK;
}

static shelf first, second;

static bool same_entries(zh_feedbacks *a, zh_feedbacks *b)
{
    memset(&first, 0, sizeof first), memset(&second, 0, sizeof second);
    CHECK(zh_feedbacks_save(a, true, (zh_keep){ &first, put_entry }) == ZH_OK && zh_feedbacks_save(b, true, (zh_keep){ &second, put_entry }) == ZH_OK);
    return memcmp(&first, &second, sizeof first) == 0;
}

static zh_err load_entry(void *context, zh_sv key, zh_sv value) { return zh_feedbacks_load(context, key, value); }

static const char *const things[THINGS] = { "a", "b", "c", "茶", "海尔", "f" };

static zh_feedback random_word(uint64_t *seed)
{
    zh_feedback f = word(1 + test_random(seed) % CUSTOMERS, (zh_feedback_kind)(1 + test_random(seed) % 4), (zh_feedback_scope)(1 + test_random(seed) % 3),
                         things[test_random(seed) % THINGS], (int64_t)(test_random(seed) % 40));
    if (f.kind >= ZH_FEEDBACK_WHY) f.scope = ZH_FEEDBACK_ITEM;
    else f.is_undo = test_random(seed) % 3 == 0;
    return f;
}

/* The model: the winner among all words of one customer, looked for one by one. */
static bool model_stands(const zh_feedback *all, uint32_t count, uint64_t customer, zh_feedback_kind kind, zh_feedback_scope scope, const char *thing)
{
    const zh_feedback *best = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const zh_feedback *f = &all[i];
        if (f->customer.number != customer || f->kind != kind || f->scope != scope || !zh_sv_equal(f->text, zh_sv_of(thing))) continue;
        if (best == NULL || f->at_ms > best->at_ms || (f->at_ms == best->at_ms && best->is_undo && !f->is_undo)) best = f;
    }
    return best != NULL && !best->is_undo;
}

static void any_order_gives_the_same(uint64_t seed)
{
    zh_feedback all[WORDS];
    zh_feedbacks *forward = fresh(), *backward = fresh(), *merged = fresh(), *loaded = fresh();
    for (int i = 0; i < WORDS; i++) all[i] = random_word(&seed);
    for (int i = 0; i < WORDS; i++) says(forward, all[i]);
    for (int i = WORDS; i-- > 0;) says(backward, all[i]);
    const char *why;
    CHECK(same_entries(forward, backward) && zh_feedbacks_check(forward, &why) && zh_feedbacks_check(backward, &why));
    for (uint64_t c = 1; c <= CUSTOMERS; c++)
        for (int t = 0; t < THINGS; t++)
            for (int kind = ZH_FEEDBACK_BLOCK; kind <= ZH_FEEDBACK_NOT_INTERESTED; kind++)
                for (int scope = ZH_FEEDBACK_ITEM; scope <= ZH_FEEDBACK_CATEGORY; scope++)
                    CHECK(stands(forward, c, (zh_feedback_kind)kind, (zh_feedback_scope)scope, things[t]) ==
                          model_stands(all, WORDS, c, (zh_feedback_kind)kind, (zh_feedback_scope)scope, things[t]));
    /* 1 becomes 2 after its words, or before them: the words are then said by 2 */
    for (int i = 0; i < WORDS; i++)
        if (all[i].customer.number == 1) all[i].customer.number = 2;
    for (int i = 0; i < WORDS; i++) says(merged, all[i]);
    CHECK(zh_feedbacks_merge(forward, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK && same_entries(forward, merged));
    CHECK(zh_feedbacks_save(merged, true, (zh_keep){ loaded, load_entry }) == ZH_OK && same_entries(loaded, merged) && zh_feedbacks_check(loaded, &why));
    zh_feedbacks_close(forward), zh_feedbacks_close(backward), zh_feedbacks_close(merged), zh_feedbacks_close(loaded);
}

/* ---- bounds ---- */

static void of_dislikes_the_newest_stay_in_any_order_and_blocks_all(uint64_t seed)
{
    enum { MANY = 2 * ZH_FEEDBACK_DISLIKES_MAX };
    static zh_feedback all[MANY];
    static char names[MANY][8];
    zh_feedbacks *forward = fresh(), *shuffled = fresh();
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "n%d", (int)(test_random(&seed) % 400)); /* some twice */
        all[i] = word(1, ZH_FEEDBACK_NOT_INTERESTED, (zh_feedback_scope)(1 + i % 2), names[i], (int64_t)(test_random(&seed) % 300));
        all[i].is_undo = i % 7 == 0;
        says(forward, all[i]);
        says(forward, word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, names[i], i));
    }
    for (int i = MANY; i-- > 1;) {
        const int j = (int)(test_random(&seed) % (uint64_t)(i + 1));
        const zh_feedback swap = all[i];
        all[i] = all[j], all[j] = swap;
    }
    for (int i = 0; i < MANY; i++) says(shuffled, all[i]);
    for (int i = MANY; i-- > 0;) says(shuffled, word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, names[i], i));
    const char *why;
    uint32_t count, dislikes = 0;
    const zh_feedback_word *words = zh_feedbacks_of(forward, (zh_customer_id){ 1 }, &count);
    int64_t oldest_kept = INT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (words[i].kind != ZH_FEEDBACK_NOT_INTERESTED) continue;
        dislikes++;
        if (words[i].at_ms < oldest_kept) oldest_kept = words[i].at_ms;
    }
    CHECK(dislikes == ZH_FEEDBACK_DISLIKES_MAX && zh_feedbacks_check(forward, &why) && same_entries(forward, shuffled));
    for (int i = 0; i < MANY; i++) {
        CHECK(stands(forward, 1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, names[i]));
        const bool is_kept = zh_feedback_find(words, count, ZH_FEEDBACK_NOT_INTERESTED, all[i].scope, zh_feedback_target(all[i].scope, all[i].text)) != NULL;
        CHECK(is_kept || all[i].at_ms <= oldest_kept);
    }
    zh_feedbacks_close(forward), zh_feedbacks_close(shuffled);
}

static void a_bad_entry_is_refused(void)
{
    zh_feedbacks *f = fresh(), *back_again = fresh();
    says(f, word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "x", 1));
    memset(&first, 0, sizeof first);
    CHECK(zh_feedbacks_save(f, true, (zh_keep){ &first, put_entry }) == ZH_OK);
    const zh_sv key = { "\0\0\0\0\0\0\0\1", 8 };
    for (size_t size = 0; size < first.rows[1].size; size++) {
        CHECK(zh_feedbacks_load(back_again, key, (zh_sv){ first.rows[1].value, size }) != ZH_OK);
        CHECK(zh_feedbacks_forget(back_again, (zh_customer_id){ 1 }) == ZH_OK);
    }
    CHECK(zh_feedbacks_load(back_again, key, (zh_sv){ first.rows[1].value, first.rows[1].size }) == ZH_OK && same_entries(f, back_again));
    CHECK(zh_feedbacks_load(back_again, key, (zh_sv){ first.rows[1].value, first.rows[1].size }) == ZH_CORRUPT); /* twice */
    CHECK(zh_feedbacks_load(back_again, (zh_sv){ key.data, 7 }, (zh_sv){ first.rows[1].value, first.rows[1].size }) == ZH_CORRUPT);
    zh_feedbacks_close(f), zh_feedbacks_close(back_again);
}

static void without_memory_it_says_so(void)
{
    zh_feedbacks *f;
    CHECK(zh_feedbacks_open(&f, 1) == ZH_OK); /* not even a slab */
    const zh_feedback said = word(1, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "p", 1);
    CHECK(zh_feedbacks_change(f, &said) == ZH_NOMEM && !zh_feedbacks_knows(f, (zh_customer_id){ 1 }));
    zh_feedbacks_close(f);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    the_newest_word_of_a_kind_about_a_thing_counts();
    a_weaker_word_does_not_lift_a_block();
    useful_and_why_are_counted_and_add_up_in_a_merge();
    records_are_looked_at();
    for (uint64_t i = 0; i < 40; i++) any_order_gives_the_same(seed + i);
    for (uint64_t i = 0; i < 5; i++) of_dislikes_the_newest_stay_in_any_order_and_blocks_all(seed + i);
    a_bad_entry_is_refused();
    without_memory_it_says_so();
    return 0;
}
