/* ledger_test.c
 * Goal    one row a key; a row goes to the right only; receipts in any order end alike; what is due is what a sort says; kept and loaded it is the same.
 * Method  stories; random records shuffled; a sort as the slow model of what is due.
 */
#include "base/hash.h"
#include "check.h"
#include "reach/ledger.h"

#define BYTES_MAX ((size_t)64 << 20)

static zh_ledger *fresh(void)
{
    zh_ledger *l;
    CHECK(zh_ledger_open(&l, BYTES_MAX) == ZH_OK);
    return l;
}

static void fold(zh_ledger *l, const zh_message_record *record)
{
    zh_buf bytes = zh_buf_open(65536);
    zh_message_put(record, &bytes);
    CHECK(zh_ledger_fold(l, zh_buf_view(&bytes), record->customer) == ZH_OK);
    zh_buf_close(&bytes);
}

/* A number for each key, as the real one: but this one needs no workspace. */
static zh_message_id id_of(zh_customer_id customer, const zh_message_plan *plan) { return (zh_message_id){ zh_mix64(customer.number ^ zh_fast64(plan->entry)) | 1 }; }

static zh_message_id plan_at(zh_ledger *l, uint64_t customer, const char *entry, int64_t due_ms, uint8_t priority)
{
    zh_message_record r = { .customer = { customer }, .word = ZH_MESSAGE_SAYS_PLAN, .at_ms = 10, .plan = { .campaign = ZH_SV("c"), .step = ZH_SV("s"), .entry = zh_sv_of(entry), .channel = ZH_SV("mail"),
        .template = ZH_SV("t"), .data = ZH_SV("sealed"), .due_ms = due_ms, .priority = priority, .best_hour = ZH_MESSAGE_BEST_NONE, .via = ZH_CHANNEL_EMAIL, .is_marketing = true } };
    r.id = id_of(r.customer, &r.plan);
    fold(l, &r);
    return r.id;
}

static void say_why(zh_ledger *l, uint64_t customer, zh_message_id id, zh_message_state state, int64_t at_ms, zh_message_why why, const char *provider)
{
    const zh_message_record r = { .customer = { customer }, .id = id, .word = (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + state), .at_ms = at_ms, .why = why, .provider = zh_sv_of(provider) };
    fold(l, &r);
}
static void say(zh_ledger *l, uint64_t customer, zh_message_id id, zh_message_state state, int64_t at_ms) { say_why(l, customer, id, state, at_ms, ZH_WHY_NONE, ""); }

static void wait_until(zh_ledger *l, uint64_t customer, zh_message_id id, int64_t due_ms, zh_message_word word)
{
    const zh_message_record r = { .customer = { customer }, .id = id, .word = word, .at_ms = 20, .why = ZH_WHY_QUIET, .due_ms = due_ms };
    fold(l, &r);
}

static zh_message get(const zh_ledger *l, zh_message_id id)
{
    zh_message m;
    const char *why = "";
    CHECK(zh_ledger_find(l, id, &m));
    CHECK_ROW(zh_ledger_check(l, &why), why);
    return m;
}

static void planned_twice_it_is_one_message(void)
{
    zh_ledger *l = fresh();
    const zh_message_id id = plan_at(l, 1, "e", 100, 0);
    say(l, 1, id, ZH_MESSAGE_SENDING, 100);
    say(l, 1, id, ZH_MESSAGE_SENT, 110);
    CHECK(plan_at(l, 1, "e", 5000, 3).number == id.number);
    const zh_message m = get(l, id);
    CHECK(zh_ledger_messages(l) == 1 && m.state == ZH_MESSAGE_SENT && m.plan.priority == 0 && m.tries == 1 && m.sent_ms == 100);
    CHECK(m.plan.data.size == 0); /* what came with it goes when it went */
    CHECK(zh_ledger_next_due_ms(l) == INT64_MAX);
    zh_ledger_close(l);
}

static void a_message_goes_to_the_right_only(void)
{
    zh_ledger *l = fresh();
    const zh_message_id id = plan_at(l, 1, "e", 100, 0);
    say(l, 1, id, ZH_MESSAGE_SENT, 50); /* nobody sent it yet: whatever says so speaks of another */
    CHECK(get(l, id).state == ZH_MESSAGE_PLANNED);
    wait_until(l, 1, id, 900, ZH_MESSAGE_SAYS_WAIT);
    CHECK(get(l, id).due_ms == 900 && get(l, id).why == ZH_WHY_QUIET && zh_ledger_next_due_ms(l) == 900);
    wait_until(l, 1, id, 800, ZH_MESSAGE_SAYS_WAKE);
    CHECK(get(l, id).due_ms == 800); /* its campaign runs again */
    say(l, 1, id, ZH_MESSAGE_SENDING, 900);
    wait_until(l, 1, id, 910, ZH_MESSAGE_SAYS_WAKE);
    CHECK(get(l, id).state == ZH_MESSAGE_SENDING); /* one under way is not sent again because somebody woke it */
    say(l, 1, id, ZH_MESSAGE_DOUBT, 950);
    wait_until(l, 1, id, 990, ZH_MESSAGE_SAYS_WAIT); /* in doubt it is not sent again */
    CHECK(get(l, id).state == ZH_MESSAGE_DOUBT && zh_ledger_next_due_ms(l) == INT64_MAX);
    wait_until(l, 1, id, 990, ZH_MESSAGE_SAYS_RESEND); /* but where the channel knows keys */
    CHECK(get(l, id).state == ZH_MESSAGE_PLANNED && get(l, id).tries == 1 && get(l, id).plan.data.size == 6);
    say(l, 1, id, ZH_MESSAGE_DELIVERED, 980); /* the first try is told of meanwhile */
    CHECK(get(l, id).state == ZH_MESSAGE_DELIVERED && zh_ledger_next_due_ms(l) == INT64_MAX);
    say(l, 1, id, ZH_MESSAGE_SENDING, 999);
    say(l, 1, id, ZH_MESSAGE_SKIPPED, 999);
    wait_until(l, 1, id, 999, ZH_MESSAGE_SAYS_RESEND);
    CHECK(get(l, id).state == ZH_MESSAGE_DELIVERED && get(l, id).tries == 1);
    say(l, 1, id, ZH_MESSAGE_COMPLAINED, 2000);
    CHECK(get(l, id).state == ZH_MESSAGE_COMPLAINED && zh_ledger_is_suppressed(l, (zh_customer_id){ 1 }, ZH_CHANNEL_EMAIL) && !zh_ledger_is_suppressed(l, (zh_customer_id){ 1 }, ZH_CHANNEL_SMS));
    zh_ledger_close(l);
}

typedef struct kept { zh_buf bytes; } kept; /* entries one after another */
static zh_err keep_one(void *context, zh_sv key, zh_sv value)
{
    kept *k = context;
    zh_buf_put_text(&k->bytes, key);
    zh_buf_put_text(&k->bytes, value);
    return zh_buf_err(&k->bytes);
}

/* Order of entries is the map's, so a sum that does not depend on it. */
static uint64_t digest(zh_ledger *l)
{
    kept k = { zh_buf_open(BYTES_MAX) };
    CHECK(zh_ledger_save(l, true, (zh_keep){ &k, keep_one }) == ZH_OK);
    uint64_t sum = 0;
    zh_reader r = zh_reader_on(zh_buf_view(&k.bytes));
    while (zh_reader_left(&r) > 0) {
        const uint64_t key = zh_fast64(zh_read_text(&r));
        sum += zh_mix64(key ^ zh_mix64(zh_fast64(zh_read_text(&r))));
    }
    zh_buf_close(&k.bytes);
    return sum;
}

static void receipts_in_any_order_and_twice_end_alike(uint64_t seed)
{
    uint64_t first = 0;
    for (int n = 0; n < 200; n++) {
        struct { zh_message_state state; int64_t at; const char *provider; zh_message_word word; } said[] = {
            { ZH_MESSAGE_SENT, 120, "p-1", 0 }, { ZH_MESSAGE_DELIVERED, 130, "", 0 }, { ZH_MESSAGE_DELIVERED, 125, "", 0 }, { ZH_MESSAGE_BOUNCED, 140, "", 0 }, { ZH_MESSAGE_BOUNCED, 139, "", 0 },
            { 0, 150, "", ZH_MESSAGE_SAYS_SEEN }, { 0, 145, "", ZH_MESSAGE_SAYS_SEEN }, { 0, 160, "", ZH_MESSAGE_SAYS_CLICKED }, { ZH_MESSAGE_SENT, 121, "p-1", 0 },
        };
        const size_t count = sizeof said / sizeof *said;
        zh_ledger *l = fresh();
        const zh_message_id id = plan_at(l, 1, "e", 100, 0);
        say(l, 1, id, ZH_MESSAGE_SENDING, 110);
        for (size_t i = count; i > 1; i--) {
            const size_t j = test_random(&seed) % i;
            const __typeof__(said[0]) swap = said[i - 1];
            said[i - 1] = said[j], said[j] = swap;
        }
        for (size_t i = 0; i < count * 2; i++) {
            const __typeof__(said[0]) *s = &said[i % count];
            const zh_message_record r = { .customer = { 1 }, .id = id, .word = s->word != 0 ? s->word : (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + s->state), .at_ms = s->at, .provider = zh_sv_of(s->provider) };
            fold(l, &r);
        }
        const zh_message m = get(l, id);
        zh_message by;
        CHECK(m.state == ZH_MESSAGE_BOUNCED && m.changed_ms == 139 && m.delivered_ms == 125 && m.seen_ms == 145 && m.clicked_ms == 160 && zh_sv_equal(m.provider, ZH_SV("p-1")));
        CHECK(zh_ledger_of_provider(l, ZH_SV("mail"), ZH_SV("p-1"), &by) && by.id.number == id.number && !zh_ledger_of_provider(l, ZH_SV("sms"), ZH_SV("p-1"), &by));
        if (n == 0) first = digest(l);
        CHECK(digest(l) == first);
        zh_ledger_close(l);
    }
}

static void what_is_due_is_what_a_sort_says(uint64_t seed)
{
    enum { MESSAGES = 500 };
    zh_ledger *l = fresh();
    static zh_message_id ids[MESSAGES], due[MESSAGES];
    char entry[16];
    for (int i = 0; i < MESSAGES; i++) {
        snprintf(entry, sizeof entry, "%d", i);
        ids[i] = plan_at(l, (uint64_t)(1 + i % 7), entry, (int64_t)(test_random(&seed) % 50), (uint8_t)(test_random(&seed) % 3));
    }
    for (int i = 0; i < MESSAGES; i += 3) wait_until(l, (uint64_t)(1 + i % 7), ids[i], (int64_t)(test_random(&seed) % 90), ZH_MESSAGE_SAYS_WAIT);
    for (int i = 0; i < MESSAGES; i += 5) say(l, (uint64_t)(1 + i % 7), ids[i], ZH_MESSAGE_SKIPPED, 30);
    for (int64_t now = 0; now < 100; now += 7) {
        size_t want = 0;
        int64_t next = INT64_MAX;
        for (int i = 0; i < MESSAGES; i++) {
            const zh_message m = get(l, ids[i]);
            want += m.state == ZH_MESSAGE_PLANNED && m.due_ms <= now;
            if (m.state == ZH_MESSAGE_PLANNED && m.due_ms < next) next = m.due_ms;
        }
        CHECK(zh_ledger_next_due_ms(l) == next && zh_ledger_due(l, ZH_SV("mail"), now, due, MESSAGES) == want && zh_ledger_due(l, ZH_SV("sms"), now, due, MESSAGES) == 0);
        CHECK(zh_ledger_due(l, ZH_SV("mail"), now, due, MESSAGES) == want);
        for (size_t i = 1; i < want; i++) {
            const zh_message a = get(l, due[i - 1]), b = get(l, due[i]);
            CHECK(a.due_ms < b.due_ms || (a.due_ms == b.due_ms && a.plan.priority >= b.plan.priority));
        }
        static zh_message_id few[10];
        if (want >= 10) CHECK(zh_ledger_due(l, ZH_SV("mail"), now, few, 10) == 10 && memcmp(few, due, sizeof few) == 0);
    }
    zh_ledger_close(l);
}

static void loaded_it_is_the_same(uint64_t seed)
{
    zh_ledger *l = fresh(), *back = fresh();
    char entry[16];
    for (int i = 0; i < 300; i++) {
        snprintf(entry, sizeof entry, "%d", i);
        const uint64_t customer = 1 + test_random(&seed) % 9;
        const zh_message_id id = plan_at(l, customer, entry, i, 1);
        if (i % 2 == 0) say(l, customer, id, ZH_MESSAGE_SENDING, 500 + i);
        if (i % 4 == 0) say_why(l, customer, id, ZH_MESSAGE_FAILED, 600 + i, ZH_WHY_REFUSED, "n-9");
    }
    CHECK(zh_ledger_merge(l, (zh_customer_id){ 3 }, (zh_customer_id){ 4 }) == ZH_OK && zh_ledger_forget(l, (zh_customer_id){ 5 }) == ZH_OK);
    kept k = { zh_buf_open(BYTES_MAX) };
    CHECK(zh_ledger_save(l, true, (zh_keep){ &k, keep_one }) == ZH_OK);
    zh_reader r = zh_reader_on(zh_buf_view(&k.bytes));
    while (zh_reader_left(&r) > 0) {
        const zh_sv key = zh_read_text(&r), value = zh_read_text(&r);
        CHECK(zh_ledger_load(back, key, value) == ZH_OK);
        CHECK(zh_ledger_load(back, key, value) == ZH_CORRUPT); /* twice */
        for (size_t size = 0; size < value.size && key.data[0] == 1; size++) CHECK(zh_ledger_load(back, key, zh_sv_part(value, 0, size)) != ZH_OK);
    }
    const char *why = "";
    CHECK_ROW(zh_ledger_check(l, &why) && zh_ledger_check(back, &why), why);
    CHECK(digest(l) == digest(back) && zh_ledger_messages(l) == zh_ledger_messages(back) && zh_ledger_next_due_ms(l) == zh_ledger_next_due_ms(back));
    const void *at = NULL;
    zh_message m;
    CHECK(!zh_ledger_next(l, (zh_customer_id){ 3 }, &at, &m) && !zh_ledger_next(l, (zh_customer_id){ 5 }, &at, &m));
    int of_four = 0;
    int64_t before_ms = INT64_MAX;
    for (at = NULL; zh_ledger_next(l, (zh_customer_id){ 4 }, &at, &m); of_four++) {
        CHECK(m.customer.number == 4 && (m.planned_for.number == 4 || m.planned_for.number == 3) && m.planned_ms <= before_ms);
        before_ms = m.planned_ms;
    }
    CHECK(of_four > 30);
    zh_buf_close(&k.bytes);
    zh_ledger_close(l);
    zh_ledger_close(back);
}

static void two_that_became_one_are_not_told_twice(void)
{
    zh_ledger *l = fresh();
    zh_message_id twin;
    const zh_message_id a = plan_at(l, 1, "e", 100, 0), b = plan_at(l, 2, "e", 100, 0);
    zh_message m = get(l, b);
    CHECK(!zh_ledger_twin(l, &m, &twin));
    CHECK(zh_ledger_merge(l, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK);
    say(l, 1, a, ZH_MESSAGE_SENDING, 110);
    m = get(l, b);
    CHECK(zh_ledger_twin(l, &m, &twin) && twin.number == a.number);
    m = get(l, a);
    CHECK(!zh_ledger_twin(l, &m, &twin) || b.number < a.number); /* of two that wait the lower number goes */
    zh_ledger_close(l);
}

static void contacts_and_rivals_are_those_of_the_customer(void)
{
    zh_ledger *l = fresh();
    zh_delivery_contact found[8];
    char entry[16];
    for (int i = 0; i < 6; i++) {
        snprintf(entry, sizeof entry, "%d", i);
        const zh_message_id id = plan_at(l, 1, entry, 100, (uint8_t)i);
        say(l, 1, id, ZH_MESSAGE_SENDING, 200 + i);
        if (i == 1) say_why(l, 1, id, ZH_MESSAGE_FAILED, 300, ZH_WHY_REFUSED, ""); /* it did not go */
    }
    CHECK(zh_ledger_contacts(l, (zh_customer_id){ 1 }, found, 8) == 5 && zh_ledger_contacts(l, (zh_customer_id){ 2 }, found, 8) == 0);
    CHECK(zh_ledger_contacts(l, (zh_customer_id){ 1 }, found, 2) == 2 && found[0].at_ms + found[1].at_ms == 204 + 205);
    const zh_message_id low = plan_at(l, 1, "low", 100, 1), high = plan_at(l, 1, "high", 100, 9);
    (void)plan_at(l, 1, "later", 5000, 9);
    zh_message m = get(l, low);
    CHECK(zh_ledger_rivals(l, &m, 1000, found, 8) == 1 && found[0].priority == 9);
    m = get(l, high);
    CHECK(zh_ledger_rivals(l, &m, 1000, found, 8) == 0);
    zh_ledger_close(l);
}

static void a_page_shows_the_newest_first(void)
{
    zh_ledger *l = fresh();
    char entry[16];
    for (int i = 0; i < 9; i++) {
        snprintf(entry, sizeof entry, "%d", i);
        const zh_message_id id = plan_at(l, 1, entry, 100, 0);
        if (i % 3 == 0) say_why(l, 1, id, ZH_MESSAGE_SKIPPED, 10, ZH_WHY_QUIET, "");
    }
    zh_message m;
    uint64_t before = 0;
    int seen = 0;
    while (zh_ledger_page(l, &(zh_ledger_filter){ .states = 1u << ZH_MESSAGE_SKIPPED, .why = ZH_WHY_QUIET }, &before, &m)) CHECK(m.plan.entry.data[0] == "630"[seen++]);
    CHECK(seen == 3);
    unsigned his = 0;
    before = 0;
    plan_at(l, 2, "3", 100, 0);
    while (zh_ledger_page(l, &(zh_ledger_filter){ .customer = { 1 }, .states = 1u << ZH_MESSAGE_PLANNED }, &before, &m)) his += 1u << (m.plan.entry.data[0] - '0');
    CHECK(his == (1u << 1) + (1u << 2) + (1u << 4) + (1u << 5) + (1u << 7) + (1u << 8)); /* each once: those planned in the same moment come in the order of their numbers */
    before = 0;
    CHECK(!zh_ledger_page(l, &(zh_ledger_filter){ .customer = { 3 } }, &before, &m));
    CHECK(!zh_ledger_page(l, &(zh_ledger_filter){ .channel = ZH_SV("sms") }, &before, &m) && zh_ledger_page(l, &(zh_ledger_filter){ .channel = ZH_SV("mail"), .campaign = ZH_SV("c"), .template = ZH_SV("t") }, &before, &m));
    zh_ledger_close(l);
}

static zh_err load_one(void *context, zh_sv key, zh_sv value) { return zh_ledger_load(context, key, value); }

static void sent_to(zh_ledger *l, uint64_t customer, const char *entry, uint64_t address)
{
    const zh_message_id id = plan_at(l, customer, entry, 100, 0);
    const zh_message_record r = { .customer = { customer }, .id = id, .word = (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_SENDING), .state = ZH_MESSAGE_SENDING, .at_ms = 200, .address = address };
    fold(l, &r);
}

/* Who was reached at an address: a family's phone, two that became one, one who is forgotten, one whose number is another's now. */
static void who_was_reached_at_an_address_is_known(void)
{
    zh_customer_id at[ZH_LEDGER_SHARED_MAX];
    zh_ledger *l = fresh(), *again = fresh();
    sent_to(l, 1, "a", 77), sent_to(l, 1, "b", 77), sent_to(l, 2, "a", 77), sent_to(l, 3, "a", 78);
    CHECK(zh_ledger_at_address(l, ZH_CHANNEL_EMAIL, 77, at) == 2 && at[0].number == 1 && at[1].number == 2);
    CHECK(zh_ledger_at_address(l, ZH_CHANNEL_SMS, 77, at) == 0 && zh_ledger_at_address(l, ZH_CHANNEL_EMAIL, 79, at) == 0 && zh_ledger_at_address(l, ZH_CHANNEL_EMAIL, 0, at) == 0);
    CHECK(zh_ledger_merge(l, (zh_customer_id){ 2 }, (zh_customer_id){ 3 }) == ZH_OK);
    CHECK(zh_ledger_at_address(l, ZH_CHANNEL_EMAIL, 77, at) == 2 && at[0].number == 1 && at[1].number == 3);
    CHECK(zh_ledger_save(l, true, (zh_keep){ again, load_one }) == ZH_OK);
    CHECK(zh_ledger_at_address(again, ZH_CHANNEL_EMAIL, 77, at) == 2 && at[0].number + at[1].number == 4);
    CHECK(zh_ledger_forget(l, (zh_customer_id){ 1 }) == ZH_OK && zh_ledger_at_address(l, ZH_CHANNEL_EMAIL, 77, at) == 1 && at[0].number == 3);
    for (uint64_t c = 10; c < 30; c++) sent_to(l, c, "a", 80);
    CHECK(zh_ledger_at_address(l, ZH_CHANNEL_EMAIL, 80, at) == ZH_LEDGER_SHARED_MAX && at[ZH_LEDGER_SHARED_MAX - 1].number == 29); /* the newest is among them */
    zh_ledger_close(l);
    zh_ledger_close(again);
}

int main(int argc, char **argv)
{
    who_was_reached_at_an_address_is_known();
    const uint64_t seed = test_seed(argc, argv);
    planned_twice_it_is_one_message();
    a_message_goes_to_the_right_only();
    receipts_in_any_order_and_twice_end_alike(seed);
    what_is_due_is_what_a_sort_says(seed);
    loaded_it_is_the_same(seed);
    two_that_became_one_are_not_told_twice();
    contacts_and_rivals_are_those_of_the_customer();
    a_page_shows_the_newest_first();
    return 0;
}
