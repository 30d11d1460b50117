/* Goal: consents end in the same state however their records arrive; silence, refusal and time mean
 * what the header says.
 * Method: hand-worked rows; random records, merges and erasures against a slow model that keeps every
 * record and looks for the winner; shuffles, repetitions, save and load compared entry by entry. */
#include "guard/consent.h"
#include "check.h"

#include <stdlib.h>

#define BYTES_MAX (1u << 20)

static zh_consents *fresh(void)
{
    zh_consents *consents;
    CHECK(zh_consents_open(&consents, BYTES_MAX) == ZH_OK);
    return consents;
}

static zh_customer_id customer(uint64_t number)
{
    return (zh_customer_id){ number };
}

#define EMAIL ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_EMAIL))
#define SMS ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_SMS))
#define PERSONAL ZH_CONSENT_BIT(ZH_CONSENT_PERSONALIZATION)

/* --- a keeper that sorts: two views are equal when these texts are ---------------------------- */

typedef struct kept { char key[16]; size_t key_size; char value[8192]; size_t value_size; bool gone; } kept;
typedef struct shelf { kept rows[512]; size_t count; } shelf;

static zh_err shelf_put(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    CHECK(key.size <= sizeof s->rows[0].key && value.size <= sizeof s->rows[0].value);
    kept *row = NULL;
    for (size_t i = 0; i < s->count; i++)
        if (zh_sv_equal((zh_sv){ s->rows[i].key, s->rows[i].key_size }, key)) row = &s->rows[i];
    if (row == NULL) {
        CHECK(s->count < sizeof s->rows / sizeof *s->rows);
        row = &s->rows[s->count++];
    }
    *row = (kept){ .key_size = key.size, .value_size = value.size, .gone = value.data == NULL };
    memcpy(row->key, key.data, key.size);
    if (value.size > 0) memcpy(row->value, value.data, value.size);
    return ZH_OK;
}

static int row_order(const void *a, const void *b)
{
    const kept *x = a, *y = b;
    return zh_sv_compare((zh_sv){ x->key, x->key_size }, (zh_sv){ y->key, y->key_size });
}

static void tidy(shelf *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        if (!s->rows[i].gone) s->rows[count++] = s->rows[i];
    s->count = count;
    qsort(s->rows, s->count, sizeof *s->rows, row_order);
}

static shelf *shelf_of(zh_consents *consents)
{
    shelf *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    CHECK(zh_consents_save(consents, true, (zh_keep){ s, shelf_put }) == ZH_OK);
    tidy(s);
    return s;
}

static bool same(const shelf *a, const shelf *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        const kept *x = &a->rows[i], *y = &b->rows[i];
        if (row_order(x, y) != 0) return false;
        if (!zh_sv_equal((zh_sv){ x->value, x->value_size }, (zh_sv){ y->value, y->value_size })) return false;
    }
    return true;
}

static bool equal(zh_consents *a, zh_consents *b)
{
    shelf *x = shelf_of(a), *y = shelf_of(b);
    const bool is = same(x, y);
    free(x);
    free(y);
    return is;
}

/* --- rows -------------------------------------------------------------------------------------- */

static void test_silence_lets_personalise_and_forbids_marketing(void)
{
    zh_consents *consents = fresh();
    const zh_consent c = zh_consents_get(consents, customer(9));
    CHECK(c.personalization && c.analytics && c.at_ms == 0);
    for (int i = 0; i < ZH_CHANNEL_COUNT; i++) CHECK(c.marketing[i] == ZH_CHOICE_UNKNOWN);
    CHECK(c.version.size == 0 && c.source.size == 0);
    zh_consents_close(consents);
}

static void test_the_newest_word_counts_for_each_field(void)
{
    static const struct { const char *name; int64_t at_ms; uint32_t said, yes; zh_choice email, sms; bool personal; }
    rows[] = {
        { "e-mail allowed",                       100, EMAIL, EMAIL,         ZH_CHOICE_YES, ZH_CHOICE_UNKNOWN, true },
        { "an older refusal changes nothing",      99, EMAIL, 0,             ZH_CHOICE_YES, ZH_CHOICE_UNKNOWN, true },
        { "the same moment: the refusal wins",    100, EMAIL, 0,             ZH_CHOICE_NO,  ZH_CHOICE_UNKNOWN, true },
        { "the same moment: a yes does not win",  100, EMAIL, EMAIL,         ZH_CHOICE_NO,  ZH_CHOICE_UNKNOWN, true },
        { "other fields are left alone",          200, SMS | PERSONAL, SMS,  ZH_CHOICE_NO,  ZH_CHOICE_YES,     false },
        { "a newer yes",                          201, EMAIL | PERSONAL, EMAIL | PERSONAL, ZH_CHOICE_YES, ZH_CHOICE_YES, true },
        { "nothing said",                         999, 0, 0,                 ZH_CHOICE_YES, ZH_CHOICE_YES,     true },
    };
    zh_consents *consents = fresh();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_consent_change change = { .customer = customer(7), .at_ms = rows[i].at_ms, .said = rows[i].said,
            .yes = rows[i].yes, .version = ZH_SV("2026-11"), .source = ZH_SV("settings page") };
        zh_buf record = zh_buf_open(1024);
        zh_consent_put(&change, &record);
        CHECK(zh_consents_fold(consents, zh_buf_view(&record)) == ZH_OK);
        zh_buf_close(&record);
        const zh_consent c = zh_consents_get(consents, customer(7));
        CHECK_ROW(c.marketing[ZH_CHANNEL_EMAIL] == rows[i].email, rows[i].name);
        CHECK_ROW(c.marketing[ZH_CHANNEL_SMS] == rows[i].sms, rows[i].name);
        CHECK_ROW(c.personalization == rows[i].personal, rows[i].name);
        CHECK_ROW(zh_sv_equal(c.version, ZH_SV("2026-11")), rows[i].name);
        CHECK_ROW(zh_sv_equal(c.words[ZH_CONSENT_OF(ZH_CHANNEL_EMAIL)].source, ZH_SV("settings page")), rows[i].name);
    }
    const zh_consent c = zh_consents_get(consents, customer(7));
    CHECK(c.at_ms == 201 && c.words[ZH_CONSENT_OF(ZH_CHANNEL_SMS)].at_ms == 200);
    CHECK(zh_consents_get(consents, customer(8)).at_ms == 0);
    zh_consents_close(consents);
}

static void test_merge_takes_the_newer_and_on_a_tie_the_stricter(void)
{
    zh_consents *consents = fresh();
    const zh_consent_change changes[] = {
        { .customer = customer(1), .at_ms = 100, .said = EMAIL | SMS, .yes = EMAIL | SMS, .version = ZH_SV("a") },
        { .customer = customer(2), .at_ms = 100, .said = EMAIL, .version = ZH_SV("a") },            /* a tie: no */
        { .customer = customer(2), .at_ms = 101, .said = SMS | PERSONAL, .version = ZH_SV("b") },   /* newer: no */
    };
    for (size_t i = 0; i < 3; i++) CHECK(zh_consents_change(consents, &changes[i]) == ZH_OK);
    CHECK(zh_consents_merge(consents, customer(2), customer(1)) == ZH_OK);
    const zh_consent c = zh_consents_get(consents, customer(1));
    CHECK(c.marketing[ZH_CHANNEL_EMAIL] == ZH_CHOICE_NO);
    CHECK(c.marketing[ZH_CHANNEL_SMS] == ZH_CHOICE_NO && !c.personalization);
    CHECK(zh_consents_get(consents, customer(2)).at_ms == 0);
    CHECK(zh_consents_merge(consents, customer(2), customer(1)) == ZH_OK); /* again: nothing */
    const char *why;
    CHECK(zh_consents_check(consents, &why));
    zh_consents_close(consents);
}

static void test_segment_categories(void)
{
    const uint32_t shown = ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_ADS)) | ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_ONSITE));
    const uint32_t analytics = ZH_CONSENT_BIT(ZH_CONSENT_ANALYTICS);
    static const zh_consent_map own[] = { { { "Werbung", 7 }, EMAIL | SMS }, { { "werbung", 7 }, PERSONAL } };
    static const struct { const char *name; bool present; size_t count; zh_consent_category c[2]; int want; bool mapped; }
    rows[] = {
        { "absent: nothing said",            false, 0, { { { 0 }, false } }, 0, false },
        { "empty: everything refused",       true,  0, { { { 0 }, false } }, 1, false },
        { "advertising yes",                 true,  1, { { { "Advertising", 11 }, true } }, 2, false },
        { "advertising no, upper case",      true,  1, { { { "ADVERTISING", 11 }, false } }, 3, false },
        { "two of one field, one refused",   true,  2, { { { "Analytics", 9 }, true }, { { "C0002", 5 }, false } }, 4, false },
        { "unknown category",                true,  1, { { { "Xyz", 3 }, false } }, 0, false },
        { "a channel by name",               true,  1, { { { "email", 5 }, true } }, 5, false },
        { "the workspace's own mapping",     true,  2, { { { "WERBUNG", 7 }, false }, { { "Analytics", 9 }, false } }, 6, true },
    };
    const struct { uint32_t said, yes; } wants[] = {
        { 0, 0 }, { ZH_CONSENT_ALL, 0 }, { shown, shown }, { shown, 0 }, { analytics, 0 }, { EMAIL, EMAIL },
        { EMAIL | SMS | PERSONAL, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_consent_change out = { .said = 77, .yes = 77 };
        zh_consent_categories(rows[i].present, rows[i].c, rows[i].count, rows[i].mapped ? own : NULL,
            rows[i].mapped ? 2 : 0, &out);
        CHECK_ROW(out.said == wants[rows[i].want].said && out.yes == wants[rows[i].want].yes, rows[i].name);
    }
}

static void test_channels_by_name(void)
{
    for (int i = 0; i < ZH_CHANNEL_COUNT; i++) {
        zh_channel got;
        CHECK(zh_channel_of(zh_sv_of(zh_channel_text((zh_channel)i)), &got) && (int)got == i);
    }
    zh_channel got;
    CHECK(!zh_channel_of(ZH_SV("fax"), &got));
}

static void test_a_damaged_record_is_refused(void)
{
    const zh_consent_change change = { .customer = customer(300), .at_ms = -5, .said = EMAIL | SMS, .yes = SMS, .version = ZH_SV("v"),
                                       .source = ZH_SV("source"), .asked = EMAIL, .proof = { 9, 8, 7 } };
    zh_buf record = zh_buf_open(1024);
    zh_consent_put(&change, &record);
    zh_consent_change got;
    CHECK(zh_consent_get(zh_buf_view(&record), &got) == ZH_OK);
    CHECK(got.customer.number == 300 && got.at_ms == -5 && got.said == change.said && got.yes == SMS);
    CHECK(got.asked == EMAIL && memcmp(got.proof, change.proof, sizeof got.proof) == 0);
    for (size_t size = 0; size < record.size; size++)
        CHECK(zh_consent_get((zh_sv){ record.data, size }, &got) == ZH_FORMAT);
    zh_buf_put_u8(&record, 0);
    CHECK(zh_consent_get(zh_buf_view(&record), &got) == ZH_FORMAT); /* something after the end */
    static const struct { const char *name; unsigned char bytes[8]; } rows[] = {
        { "another kind",            { 1, 1, 9, 0, 0, 0, 0, 0 } },
        { "a newer version",         { 5, 3, 9, 0, 0, 0, 0, 0 } },
        { "nobody",                  { 5, 1, 0, 0, 0, 0, 0, 0 } },
        { "allowed but not said",    { 5, 1, 9, 0, 1, 2, 0, 0 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_consent_get((zh_sv){ (const char *)rows[i].bytes, 8 }, &got) == ZH_FORMAT, rows[i].name);
    zh_buf_close(&record);
}

static void test_a_record_of_the_first_version_is_read(void)
{
    static const char bytes[] = { 5, 1, 9, 2, 3, 1, 1, 'v', 0 };
    zh_consent_change got;
    CHECK(zh_consent_get((zh_sv){ bytes, sizeof bytes }, &got) == ZH_OK);
    CHECK(got.customer.number == 9 && got.at_ms == 1 && got.said == 3 && got.yes == 1 && zh_sv_equal(got.version, ZH_SV("v")) && got.asked == 0);
}

static void test_fields_by_name(void)
{
    zh_consent_field got;
    for (int i = 0; i < ZH_CONSENT_FIELDS; i++) {
        const bool can = (ZH_CONSENT_BIT(i) & ZH_CONSENT_SAYABLE) != 0;
        CHECK(zh_consent_field_of(zh_sv_of(zh_consent_field_text((zh_consent_field)i)), &got) == can);
        CHECK(!can || (int)got == i);
    }
    CHECK(zh_consent_field_of(ZH_SV("marketing.email"), &got) && got == ZH_CONSENT_OF(ZH_CHANNEL_EMAIL));
    CHECK(!zh_consent_field_of(ZH_SV("email"), &got) && !zh_consent_field_of(ZH_SV("?"), &got));
}

static void test_a_minor_is_not_marketed_to(void)
{
    zh_consents *consents = fresh();
    const uint32_t minor = ZH_CONSENT_BIT(ZH_CONSENT_MINOR);
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(1), .at_ms = 5, .said = EMAIL, .yes = EMAIL }) == ZH_OK);
    CHECK(zh_consents_marketing(consents, customer(1), ZH_CHANNEL_EMAIL) == ZH_CHOICE_YES);
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(1), .at_ms = 7, .said = minor, .yes = minor }) == ZH_OK);
    for (int i = 0; i < ZH_CHANNEL_COUNT; i++) CHECK(zh_consents_marketing(consents, customer(1), (zh_channel)i) == ZH_CHOICE_NO);
    CHECK(zh_consents_get(consents, customer(1)).minor && zh_consents_get(consents, customer(1)).personalization);
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(1), .at_ms = 7, .said = minor }) == ZH_OK);
    CHECK(zh_consents_get(consents, customer(1)).minor); /* of one moment the stricter */
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(1), .at_ms = 8, .said = minor }) == ZH_OK);
    CHECK(zh_consents_marketing(consents, customer(1), ZH_CHANNEL_EMAIL) == ZH_CHOICE_YES); /* grown up */
    zh_consents_close(consents);
}

static void test_who_said_no_is_not_asked_again_while_cooling(void)
{
    const int64_t day = ZH_CONSENT_COOLING_MS / 90, said_ms = 1000 * day;
    static const struct { const char *name; uint32_t said, yes, asked; const char *version; int day; zh_ask_answer want; int until_day; } rows[] = {
        { "nothing was said",                  0, 0, 0, "", 0, ZH_ASK_MAY, 0 },
        { "another field was refused",         SMS, 0, 0, "", 1, ZH_ASK_MAY, 1 },
        { "refused today",                     EMAIL, 0, 0, "", 0, ZH_ASK_REFUSED, 90 },
        { "refused, the last day",             EMAIL, 0, 0, "", 89, ZH_ASK_REFUSED, 90 },
        { "refused, under a new text",         EMAIL, 0, 0, "new", 89, ZH_ASK_REFUSED, 90 },
        { "refused long ago",                  EMAIL, 0, 0, "", 90, ZH_ASK_MAY, 90 },
        { "asked, no answer",                  0, 0, EMAIL, "", 89, ZH_ASK_ASKED, 90 },
        { "asked long ago",                    0, 0, EMAIL, "", 90, ZH_ASK_MAY, 90 },
        { "allowed",                           EMAIL, EMAIL, EMAIL, "", 1, ZH_ASK_GIVEN, -1 },
        { "allowed this text",                 EMAIL, EMAIL, EMAIL, "v", 100, ZH_ASK_GIVEN, -1 },
        { "allowed another text, just asked",  EMAIL, EMAIL, EMAIL, "new", 1, ZH_ASK_ASKED, 90 },
        { "allowed another text long ago",     EMAIL, EMAIL, EMAIL, "new", 90, ZH_ASK_MAY, 90 },
        { "a minor",                           ZH_CONSENT_BIT(ZH_CONSENT_MINOR), ZH_CONSENT_BIT(ZH_CONSENT_MINOR), 0, "", 400, ZH_ASK_MINOR, -1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_consents *consents = fresh();
        int64_t until_ms;
        CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(1), .at_ms = said_ms, .said = rows[i].said, .yes = rows[i].yes,
                                                                 .asked = rows[i].asked, .version = ZH_SV("v") }) == ZH_OK);
        const zh_ask_answer got = zh_consents_may_ask(consents, customer(1), ZH_CONSENT_OF(ZH_CHANNEL_EMAIL), zh_sv_of(rows[i].version), said_ms + rows[i].day * day, &until_ms);
        CHECK_ROW(got == rows[i].want, rows[i].name);
        CHECK_ROW(until_ms == (rows[i].until_day < 0 ? INT64_MAX : said_ms + rows[i].until_day * day), rows[i].name);
        zh_consents_close(consents);
    }
}

static void test_words_are_counted(void)
{
    zh_consents *consents = fresh();
    const zh_consent_field email = ZH_CONSENT_OF(ZH_CHANNEL_EMAIL);
    for (uint64_t who = 1; who <= 3; who++)
        CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(who), .at_ms = 1, .said = EMAIL, .yes = EMAIL, .asked = EMAIL }) == ZH_OK);
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(2), .at_ms = 2, .said = EMAIL }) == ZH_OK);
    CHECK(zh_consents_count(consents, email, ZH_CHOICE_YES) == 2 && zh_consents_count(consents, email, ZH_CHOICE_NO) == 1);
    CHECK(zh_consents_merge(consents, customer(2), customer(1)) == ZH_OK);
    CHECK(zh_consents_count(consents, email, ZH_CHOICE_YES) == 1 && zh_consents_count(consents, email, ZH_CHOICE_NO) == 1);
    CHECK(zh_consents_forget(consents, customer(1)) == ZH_OK);
    CHECK(zh_consents_count(consents, email, ZH_CHOICE_YES) == 1 && zh_consents_count(consents, email, ZH_CHOICE_NO) == 0);
    zh_consents_close(consents);
}

/* --- random ------------------------------------------------------------------------------------ */

enum { CUSTOMERS = 6, CHANGES = 60 };

static zh_consent_change random_change(uint64_t *seed)
{
    static const char *const texts[] = { "", "a", "b", "2026-11" };
    zh_consent_change c = { .customer = customer(1 + test_random(seed) % CUSTOMERS) };
    c.at_ms = (int64_t)(test_random(seed) % 5); /* few moments: many ties */
    c.said = (uint32_t)test_random(seed) & ZH_CONSENT_SAYABLE;
    c.yes = (uint32_t)test_random(seed) & c.said;
    if (test_random(seed) % 3 == 0) c.asked = (uint32_t)test_random(seed) & ZH_CONSENT_ALL;
    if (test_random(seed) % 3 == 0) c.proof[31] = (uint8_t)test_random(seed);
    c.version = zh_sv_of(texts[test_random(seed) % 4]);
    c.source = zh_sv_of(texts[test_random(seed) % 4]);
    return c;
}

/* Does change a's word about a field win over b's? Written from the header's words. */
static bool wins(const zh_consent_change *a, const zh_consent_change *b, uint32_t bit)
{
    if (a->at_ms != b->at_ms) return a->at_ms > b->at_ms;
    if ((a->yes & bit) != (b->yes & bit)) return ((a->yes & bit) == 0) != (bit == ZH_CONSENT_BIT(ZH_CONSENT_MINOR));
    if (!zh_sv_equal(a->version, b->version)) return zh_sv_compare(a->version, b->version) > 0;
    return zh_sv_compare(a->source, b->source) > 0;
}

static void check_against_all(const zh_consents *consents, const zh_consent_change *changes, size_t count)
{
    for (uint64_t who = 1; who <= CUSTOMERS; who++) {
        const zh_consent got = zh_consents_get(consents, customer(who));
        for (int field = 0; field < ZH_CONSENT_FIELDS; field++) {
            const uint32_t bit = ZH_CONSENT_BIT(field);
            const zh_consent_change *best = NULL;
            int64_t asked_ms = 0;
            for (size_t i = 0; i < count; i++)
                if (changes[i].customer.number == who && (changes[i].asked & bit) != 0 && changes[i].at_ms > asked_ms) asked_ms = changes[i].at_ms;
            CHECK(zh_consents_asked_ms(consents, customer(who), (zh_consent_field)field) == asked_ms);
            for (size_t i = 0; i < count; i++)
                if (changes[i].customer.number == who && (changes[i].said & bit) != 0 &&
                    (best == NULL || wins(&changes[i], best, bit))) best = &changes[i];
            const zh_consent_word *w = &got.words[field];
            const zh_choice want = best == NULL ? ZH_CHOICE_UNKNOWN : (best->yes & bit) != 0 ? ZH_CHOICE_YES : ZH_CHOICE_NO;
            CHECK(w->choice == want);
            CHECK(zh_consents_said(consents, customer(who), (zh_consent_field)field) == want);
            if (best == NULL) continue;
            CHECK(w->at_ms == best->at_ms && zh_sv_equal(w->version, best->version));
            CHECK(zh_sv_equal(w->source, best->source));
        }
    }
}

static void fold_in_order(zh_consents *consents, const zh_consent_change *changes, const size_t *order, size_t count)
{
    zh_buf record = zh_buf_open(1024);
    for (size_t i = 0; i < count; i++) {
        zh_buf_reset(&record);
        zh_consent_put(&changes[order[i]], &record);
        CHECK(zh_consents_fold(consents, zh_buf_view(&record)) == ZH_OK);
    }
    zh_buf_close(&record);
}

static void test_order_and_repetition_do_not_matter(uint64_t seed)
{
    zh_consent_change changes[CHANGES];
    size_t order[2 * CHANGES];
    for (size_t i = 0; i < CHANGES; i++) changes[i] = random_change(&seed);
    for (size_t i = 0; i < 2 * CHANGES; i++) order[i] = i % CHANGES;
    zh_consents *straight = fresh(), *shuffled = fresh();
    fold_in_order(straight, changes, order, CHANGES);
    for (size_t i = 2 * CHANGES; i > 1; i--) {
        const size_t k = test_random(&seed) % i, old = order[i - 1];
        order[i - 1] = order[k];
        order[k] = old;
    }
    fold_in_order(shuffled, changes, order, 2 * CHANGES);
    check_against_all(straight, changes, CHANGES);
    CHECK(equal(straight, shuffled));

    /* A merge before or after the other's records: the same. */
    CHECK(zh_consents_merge(straight, customer(2), customer(1)) == ZH_OK);
    zh_consents *renamed = fresh();
    for (size_t i = 0; i < CHANGES; i++)
        if (changes[i].customer.number == 2) changes[i].customer = customer(1);
    fold_in_order(renamed, changes, order, 2 * CHANGES);
    CHECK(equal(straight, renamed));
    const char *why;
    CHECK(zh_consents_check(straight, &why) && zh_consents_check(shuffled, &why));
    zh_consents_close(straight);
    zh_consents_close(shuffled);
    zh_consents_close(renamed);
}

static void test_checkpoints_build_the_same_view(uint64_t seed)
{
    zh_consents *view = fresh();
    shelf *disk = calloc(1, sizeof *disk);
    CHECK(disk != NULL);
    for (int i = 0; i < CHANGES; i++) {
        const zh_consent_change c = random_change(&seed);
        CHECK(zh_consents_change(view, &c) == ZH_OK);
        const uint64_t who = 1 + test_random(&seed) % CUSTOMERS;
        if (test_random(&seed) % 10 == 0) CHECK(zh_consents_forget(view, customer(who)) == ZH_OK);
        if (test_random(&seed) % 10 == 0)
            CHECK(zh_consents_merge(view, customer(who), customer(1 + who % CUSTOMERS)) == ZH_OK);
        if (test_random(&seed) % 7 == 0)
            CHECK(zh_consents_save(view, false, (zh_keep){ disk, shelf_put }) == ZH_OK);
    }
    CHECK(zh_consents_save(view, false, (zh_keep){ disk, shelf_put }) == ZH_OK);
    tidy(disk);
    shelf *now = shelf_of(view);
    CHECK(same(disk, now));

    zh_consents *loaded = fresh();
    for (size_t i = disk->count; i-- > 0;)
        CHECK(zh_consents_load(loaded, (zh_sv){ disk->rows[i].key, disk->rows[i].key_size },
            (zh_sv){ disk->rows[i].value, disk->rows[i].value_size }) == ZH_OK);
    CHECK(equal(view, loaded));
    shelf *nothing = calloc(1, sizeof *nothing);
    CHECK(nothing != NULL);
    CHECK(zh_consents_save(loaded, false, (zh_keep){ nothing, shelf_put }) == ZH_OK);
    CHECK(nothing->count == 0); /* what was loaded is saved already */
    const char *why;
    CHECK(zh_consents_check(view, &why) && zh_consents_check(loaded, &why));
    CHECK(zh_consents_load(loaded, ZH_SV("short"), ZH_SV("")) == ZH_FORMAT);
    CHECK(zh_consents_load(loaded, ZH_SV("\0\0\0\0\0\0\0\1\77"), ZH_SV("")) == ZH_FORMAT);
    free(disk);
    free(now);
    free(nothing);
    zh_consents_close(view);
    zh_consents_close(loaded);
}

static void test_a_full_view_says_so(void)
{
    zh_consents *consents;
    CHECK(zh_consents_open(&consents, 3 * 32) == ZH_OK);
    for (uint64_t who = 1; who <= 3; who++)
        CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(who), .said = EMAIL }) == ZH_OK);
    CHECK(zh_consents_change(consents, &(zh_consent_change){ .customer = customer(4), .said = EMAIL }) == ZH_FULL);
    CHECK(zh_consents_said(consents, customer(3), ZH_CONSENT_OF(ZH_CHANNEL_EMAIL)) == ZH_CHOICE_NO);
    zh_consents_close(consents);
    zh_consents_close(NULL);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_silence_lets_personalise_and_forbids_marketing();
    test_the_newest_word_counts_for_each_field();
    test_merge_takes_the_newer_and_on_a_tie_the_stricter();
    test_segment_categories();
    test_channels_by_name();
    test_a_damaged_record_is_refused();
    test_a_full_view_says_so();
    test_a_record_of_the_first_version_is_read();
    test_fields_by_name();
    test_a_minor_is_not_marketed_to();
    test_who_said_no_is_not_asked_again_while_cooling();
    test_words_are_counted();
    for (uint64_t i = 0; i < 50; i++) {
        test_order_and_repetition_do_not_matter(seed + i);
        test_checkpoints_build_the_same_view(seed + i);
    }
    return 0;
}
