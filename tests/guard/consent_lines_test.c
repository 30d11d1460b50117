/* Goal: a customer's ledger is the newest lines of what was said, the same however the records arrived, through merges and erasures.
 * Method: a slow model that keeps all changes, sorts them and drops doubles; random orders and repetitions; more lines than are kept;
 * damaged entries. What is saved and loaded is compared in consent_test.c, entry by entry. */
#include "guard/consent.h"
#include "check.h"

#include <stdlib.h>

enum { CHANGES = 150 };

static zh_consents *fresh(void)
{
    zh_consents *consents;
    CHECK(zh_consents_open(&consents, 1 << 20) == ZH_OK);
    return consents;
}

static zh_customer_id customer(uint64_t number) { return (zh_customer_id){ number }; }

static zh_consent_change random_change(uint64_t *seed)
{
    static const char *const texts[] = { "", "2026-11", "checkout" };
    zh_consent_change c = { .customer = customer(1 + test_random(seed) % 2), .at_ms = (int64_t)(test_random(seed) % 60) };
    c.said = (uint32_t)test_random(seed) & ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_SMS));
    c.yes = (uint32_t)test_random(seed) & c.said;
    c.asked = (uint32_t)test_random(seed) & ZH_CONSENT_BIT(ZH_CONSENT_SHARING);
    c.version = zh_sv_of(texts[test_random(seed) % 3]);
    c.source = zh_sv_of(texts[test_random(seed) % 3]);
    c.proof[test_random(seed) % ZH_CONSENT_PROOF_BYTES] = (uint8_t)(test_random(seed) % 2);
    return c;
}

/* Newest first; of one moment in the order of every other part. */
static int newest_first(const void *a, const void *b)
{
    const zh_consent_change *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms > y->at_ms ? -1 : 1;
    if (x->said != y->said) return x->said > y->said ? -1 : 1;
    if (x->yes != y->yes) return x->yes < y->yes ? -1 : 1;
    if (x->asked != y->asked) return x->asked > y->asked ? -1 : 1;
    int order = zh_sv_compare(y->version, x->version);
    if (order == 0) order = zh_sv_compare(y->source, x->source);
    return order != 0 ? order : memcmp(y->proof, x->proof, sizeof x->proof);
}

static void check_ledger(const zh_consents *consents, zh_customer_id who, const zh_consent_change *changes, size_t count, bool of_all)
{
    static zh_consent_change want[CHANGES], got[ZH_CONSENT_LINES_MAX];
    size_t wanted = 0, kept = 0;
    for (size_t i = 0; i < count; i++)
        if ((changes[i].said | changes[i].asked) != 0 && (of_all || changes[i].customer.number == who.number)) want[wanted++] = changes[i];
    qsort(want, wanted, sizeof *want, newest_first);
    for (size_t i = 0; i < wanted; i++)
        if (kept == 0 || newest_first(&want[kept - 1], &want[i]) != 0) want[kept++] = want[i];
    if (kept > ZH_CONSENT_LINES_MAX) kept = ZH_CONSENT_LINES_MAX;
    CHECK(zh_consents_ledger(consents, who, got) == kept);
    for (size_t i = 0; i < kept; i++) CHECK(newest_first(&want[i], &got[i]) == 0 && got[i].customer.number == who.number);
}

static void test_the_ledger_is_the_newest_lines_in_any_order(uint64_t seed)
{
    static zh_consent_change changes[CHANGES];
    const char *why;
    for (size_t i = 0; i < CHANGES; i++) changes[i] = random_change(&seed);
    zh_consents *straight = fresh(), *shuffled = fresh();
    for (size_t i = 0; i < CHANGES; i++) CHECK(zh_consents_change(straight, &changes[i]) == ZH_OK);
    for (size_t i = CHANGES; i > 1; i--) {
        const size_t k = test_random(&seed) % i;
        const zh_consent_change old = changes[i - 1];
        changes[i - 1] = changes[k];
        changes[k] = old;
    }
    for (size_t i = 0; i < 2 * CHANGES; i++) CHECK(zh_consents_change(shuffled, &changes[i % CHANGES]) == ZH_OK);
    for (uint64_t who = 1; who <= 2; who++) {
        check_ledger(straight, customer(who), changes, CHANGES, false);
        check_ledger(shuffled, customer(who), changes, CHANGES, false);
    }
    CHECK(zh_consents_merge(shuffled, customer(2), customer(1)) == ZH_OK);
    check_ledger(shuffled, customer(1), changes, CHANGES, true);
    check_ledger(shuffled, customer(2), changes, 0, true);
    CHECK(zh_consents_check(straight, &why) && zh_consents_check(shuffled, &why));
    CHECK(zh_consents_forget(shuffled, customer(1)) == ZH_OK);
    check_ledger(shuffled, customer(1), changes, 0, true);
    CHECK(zh_consents_change(shuffled, &changes[0]) == ZH_OK); /* places that became free are used again */
    CHECK(zh_consents_check(shuffled, &why));
    zh_consents_close(straight);
    zh_consents_close(shuffled);
}

static void test_a_damaged_entry_is_refused(void)
{
    static const struct { const char *name; size_t size; unsigned char bytes[12]; } rows[] = {
        { "nothing",                  0, { 0 } },
        { "a newer version",          2, { 2, 0 } },
        { "more lines than are kept", 2, { 1, 65 } },
        { "a line is missing",        2, { 1, 1 } },
        { "a field of nobody",        11, { 1, 1, 2, 0x80, 0x20, 0, 0, 0, 0, 0, 0 } },
        { "allowed but not said",     9, { 1, 1, 2, 1, 2, 0, 0, 0, 0 } },
        { "a short proof",            10, { 1, 1, 2, 1, 1, 0, 0, 0, 1, 7 } },
        { "something after the end",  10, { 1, 1, 2, 1, 1, 0, 0, 0, 0, 7 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_consents *consents = fresh();
        CHECK_ROW(zh_consents_load(consents, (zh_sv){ "\0\0\0\0\0\0\0\1\377", 9 }, (zh_sv){ (const char *)rows[i].bytes, rows[i].size }) == ZH_FORMAT, rows[i].name);
        zh_consents_close(consents);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 50; i++) test_the_ledger_is_the_newest_lines_in_any_order(seed + i);
    test_a_damaged_entry_is_refused();
    return 0;
}
