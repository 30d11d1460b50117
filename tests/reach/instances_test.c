/* instances_test.c
 * Goal    a row a number; what is due, counted, listed and kept is what a list of rows says that is searched from end to end; a failed allocation changes nothing.
 * Method  stories; 20,000 random words, merges and forgettings beside the slow model, saved piece by piece meanwhile; every allocation fails once.
 */
#include "base/map.h"
#include "check.h"
#include "reach/instances.h"

#define BYTES_MAX ((size_t)64 << 20)

/* ---- every allocation may fail: of the library too, where no sanitizer has its own ---- */

static size_t takes_left = SIZE_MAX; /* so many succeed, then one fails */
static bool has_failed;

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define FAILS_ALLOCATIONS 1
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *there, size_t size);
static bool take_fails(void)
{
    if (takes_left == SIZE_MAX || takes_left-- > 0) return false;
    takes_left = SIZE_MAX;
    return has_failed = true;
}
void *malloc(size_t size) { return take_fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return take_fails() ? NULL : __libc_calloc(count, size); }
void *realloc(void *there, size_t size) { return take_fails() ? NULL : __libc_realloc(there, size); }
#else
#define FAILS_ALLOCATIONS 0
#endif

/* ---- words ---- */

static zh_instances *fresh(void)
{
    zh_instances *v;
    CHECK(zh_instances_open(&v, BYTES_MAX) == ZH_OK);
    return v;
}

static void is_sound(const zh_instances *v)
{
    const char *why = "";
    CHECK_ROW(zh_instances_check(v, &why), why);
}

static zh_err say(zh_instances *v, const zh_instance_record *record, uint64_t root)
{
    char room[512];
    zh_buf bytes = zh_buf_open(sizeof room);
    const size_t left = takes_left;
    takes_left = SIZE_MAX; /* the record is the caller's */
    zh_instance_put(record, &bytes);
    CHECK(zh_buf_err(&bytes) == ZH_OK);
    memcpy(room, bytes.data, bytes.size);
    const zh_sv view = { room, bytes.size };
    zh_buf_close(&bytes);
    takes_left = left;
    return zh_instances_fold(v, view, (zh_customer_id){ root });
}

static zh_instance_id id_of(uint64_t customer, zh_sv journey, zh_sv key) { return (zh_instance_id){ zh_mix64(customer ^ zh_fast64(journey) ^ zh_mix64(zh_fast64(key))) | 1 }; }

static zh_journey_place at_node(uint8_t node, int64_t due_ms) { return (zh_journey_place){ .node = node, .is_in = true, .due_ms = due_ms, .visited = (UINT64_C(2) << node) - 1 }; }
static zh_journey_place out_by(zh_journey_left left) { return (zh_journey_place){ .node = ZH_JOURNEY_END, .left = left, .due_ms = INT64_MAX, .visited = 3 }; }

static zh_instance_record entering(uint64_t customer, const char *journey, const char *key, int64_t at_ms, zh_journey_place place)
{
    zh_instance_record r = { .customer = { customer }, .word = ZH_INSTANCE_ENTER, .journey = zh_sv_of(journey), .key = zh_sv_of(key), .version = 1, .at_ms = at_ms, .place = place, .partition = 1, .position = 10 };
    r.id = id_of(customer, r.journey, r.key);
    return r;
}

static zh_instance_id enters(zh_instances *v, uint64_t customer, const char *journey, const char *key, int64_t at_ms, zh_journey_place place)
{
    const zh_instance_record r = entering(customer, journey, key, at_ms, place);
    CHECK(say(v, &r, customer) == ZH_OK);
    return r.id;
}

static void moves(zh_instances *v, uint64_t customer, zh_instance_id id, uint32_t version, int64_t at_ms, zh_journey_place place)
{
    const zh_instance_record r = { .customer = { customer }, .word = ZH_INSTANCE_MOVE, .id = id, .version = version, .at_ms = at_ms, .place = place, .partition = 2, .position = 20 };
    CHECK(say(v, &r, customer) == ZH_OK);
}

static zh_instance get(const zh_instances *v, zh_instance_id id)
{
    zh_instance i;
    CHECK(zh_instances_find(v, id, &i));
    is_sound(v);
    return i;
}

static zh_instance_counts counts_of(const zh_instances *v, const char *journey, uint32_t version)
{
    zh_instance_counts c;
    for (size_t at = 0; zh_instances_counts(v, zh_sv_of(journey), &at, &c);)
        if (c.version == version) return c;
    return (zh_instance_counts){ 0 };
}

/* ---- stories ---- */

static void one_enters_goes_on_and_leaves(void)
{
    zh_instances *v = fresh();
    zh_instance found;
    CHECK(!zh_instances_find(v, (zh_instance_id){ 5 }, &found) && zh_instances_next_due_ms(v) == INT64_MAX && zh_instances_bytes(v) < 1 << 16);
    const zh_instance_id id = enters(v, 7, "cart", "c-1", 100, at_node(0, 3700));
    zh_instance i = get(v, id);
    CHECK(i.customer.number == 7 && i.entered_as.number == 7 && zh_sv_equal(i.journey, ZH_SV("cart")) && zh_sv_equal(i.key, ZH_SV("c-1")) && i.version == 1 && i.entries == 1);
    CHECK(i.place.node == 0 && i.place.is_in && i.place.due_ms == 3700 && i.place.visited == 1 && i.entered_ms == 100 && i.first_ms == 100 && i.moved_ms == 100 && i.partition == 1 && i.position == 10);
    enters(v, 7, "cart", "c-1", 200, at_node(5, 9000)); /* he is in: nothing */
    CHECK(get(v, id).place.node == 0 && zh_instances_count(v) == 1 && zh_instances_waiting(v) == 1 && zh_instances_next_due_ms(v) == 3700);
    moves(v, 7, id, 1, 3700, at_node(2, INT64_MAX)); /* waits for an event alone */
    i = get(v, id);
    CHECK(i.place.node == 2 && i.place.due_ms == INT64_MAX && i.place.visited == 7 && i.moved_ms == 3700 && i.partition == 2 && i.position == 20 && i.entered_ms == 100);
    CHECK(zh_instances_next_due_ms(v) == INT64_MAX && zh_instances_waiting(v) == 1);
    moves(v, 7, id, 1, 4000, out_by(ZH_JOURNEY_LEFT_GOAL));
    moves(v, 7, id, 1, 5000, at_node(2, 6000)); /* of one that left: nothing */
    i = get(v, id);
    CHECK(i.place.left == ZH_JOURNEY_LEFT_GOAL && i.place.node == ZH_JOURNEY_END && i.moved_ms == 4000 && !i.is_control && zh_instances_waiting(v) == 0 && zh_instances_count(v) == 1);
    moves(v, 7, (zh_instance_id){ 99 }, 1, 5000, at_node(2, 6000)); /* of one nobody knows: nothing */
    CHECK(zh_instances_count(v) == 1);
    zh_instances_close(v);
}

static void who_enters_again_begins_anew_in_the_same_row(void)
{
    zh_instances *v = fresh();
    const zh_instance_id first = enters(v, 7, "cart", "c-1", 100, out_by(ZH_JOURNEY_LEFT_CONTROL)), other = enters(v, 7, "cart", "c-2", 200, at_node(1, 900));
    const void *at = NULL;
    zh_instance i;
    CHECK(get(v, first).is_control && zh_instances_next(v, (zh_customer_id){ 7 }, &at, &i) && i.id.number == other.number);
    zh_instance_record again = entering(7, "cart", "c-1", 300, at_node(4, 800));
    again.version = 2;
    CHECK(say(v, &again, 7) == ZH_OK);
    i = get(v, first);
    CHECK(i.entries == 2 && i.entered_ms == 300 && i.first_ms == 100 && i.version == 2 && i.is_control && i.place.left == ZH_JOURNEY_LEFT_IN && i.place.node == 4);
    at = NULL;
    CHECK(zh_instances_next(v, (zh_customer_id){ 7 }, &at, &i) && i.id.number == first.number && zh_instances_next(v, (zh_customer_id){ 7 }, &at, &i) && i.id.number == other.number);
    CHECK(!zh_instances_next(v, (zh_customer_id){ 7 }, &at, &i));
    again.journey = ZH_SV("another"), again.id = other; /* a number of another's, as two in 10^19 would have */
    moves(v, 7, other, 1, 400, out_by(ZH_JOURNEY_LEFT_END));
    CHECK(say(v, &again, 7) == ZH_OK && get(v, other).place.left == ZH_JOURNEY_LEFT_END && get(v, other).entries == 1);
    zh_instances_close(v);
}

static void counts_are_of_the_version_one_is_in(void)
{
    zh_instances *v = fresh();
    const zh_instance_id a = enters(v, 1, "cart", "k", 100, at_node(1, 900));
    enters(v, 2, "cart", "k", 100, at_node(2, 900));
    enters(v, 3, "cart", "k", 100, out_by(ZH_JOURNEY_LEFT_CONTROL));
    enters(v, 4, "other", "k", 100, at_node(0, 900));
    zh_instance_counts c = counts_of(v, "cart", 1);
    CHECK(c.entered == 3 && c.left[ZH_JOURNEY_LEFT_IN] == 2 && c.left[ZH_JOURNEY_LEFT_CONTROL] == 1 && c.at[1] == 1 && c.at[2] == 1 && c.visited[0] == 3 && c.visited[1] == 3 && c.visited[2] == 1);
    moves(v, 1, a, 3, 200, at_node(5, 900));
    moves(v, 1, a, 2, 200, at_node(6, 900));
    c = counts_of(v, "cart", 2);
    CHECK(c.entered == 1 && c.at[6] == 1 && c.visited[6] == 1 && counts_of(v, "cart", 1).entered == 2 && counts_of(v, "cart", 3).entered == 0);
    size_t at = 0;
    CHECK(zh_instances_counts(v, ZH_SV("cart"), &at, &c) && c.version == 1 && zh_instances_counts(v, ZH_SV("cart"), &at, &c) && c.version == 2 && !zh_instances_counts(v, ZH_SV("cart"), &at, &c));
    moves(v, 2, id_of(2, ZH_SV("cart"), ZH_SV("k")), 3, 200, at_node(5, 900));
    at = 0;
    for (uint32_t version = 1; version <= 3; version++) CHECK(zh_instances_counts(v, ZH_SV("cart"), &at, &c) && c.version == version && c.entered == 1); /* upwards, whichever came first */
    at = 0;
    CHECK(!zh_instances_counts(v, ZH_SV("nobody's"), &at, &c));
    is_sound(v);
    zh_instances_close(v);
}

static void of_two_that_become_one_the_later_one_leaves(void)
{
    zh_instances *v = fresh();
    const zh_instance_id early = enters(v, 1, "cart", "k", 100, at_node(1, 900)), late = enters(v, 2, "cart", "k", 200, at_node(1, 800));
    const zh_instance_id other = enters(v, 1, "cart", "l", 300, at_node(1, 700)), was = enters(v, 2, "cart", "l", 50, out_by(ZH_JOURNEY_LEFT_END));
    CHECK(zh_instances_merge(v, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK);
    CHECK(get(v, late).place.left == ZH_JOURNEY_LEFT_MERGED && get(v, early).place.left == ZH_JOURNEY_LEFT_IN && get(v, other).place.left == ZH_JOURNEY_LEFT_IN && get(v, was).place.left == ZH_JOURNEY_LEFT_END);
    const uint64_t order[] = { other.number, late.number, early.number, was.number };
    const void *at = NULL;
    zh_instance i;
    for (size_t n = 0; n < 4; n++) CHECK(zh_instances_next(v, (zh_customer_id){ 2 }, &at, &i) && i.id.number == order[n] && i.customer.number == 2);
    CHECK(!zh_instances_next(v, (zh_customer_id){ 2 }, &at, &i) && !zh_instances_next(v, (zh_customer_id){ 1 }, &at, &i));
    CHECK(get(v, early).entered_as.number == 1 && counts_of(v, "cart", 1).left[ZH_JOURNEY_LEFT_MERGED] == 1 && zh_instances_next_due_ms(v) == 700);
    CHECK(zh_instances_merge(v, (zh_customer_id){ 2 }, (zh_customer_id){ 2 }) == ZH_OK && zh_instances_merge(v, (zh_customer_id){ 8 }, (zh_customer_id){ 2 }) == ZH_OK && get(v, early).customer.number == 2);
    zh_instances_close(v);
}

/* Nobody lets one in who is in; where two of one customer are, for whatever reason, it is the first one that stays. */
static void of_three_that_become_one_the_first_stays(void)
{
    zh_instances *v = fresh();
    const zh_instance_id first = enters(v, 1, "cart", "k", 100, at_node(1, 900)), kept = enters(v, 2, "cart", "k", 300, at_node(1, 900));
    const zh_instance_record also = entering(3, "cart", "k", 200, at_node(1, 900));
    CHECK(say(v, &also, 1) == ZH_OK && zh_instances_merge(v, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK);
    CHECK(get(v, first).place.left == ZH_JOURNEY_LEFT_IN && get(v, kept).place.left == ZH_JOURNEY_LEFT_MERGED && get(v, also.id).place.left == ZH_JOURNEY_LEFT_MERGED && zh_instances_waiting(v) == 1);
    zh_instances_close(v);
}

/* Customers are found by 31 bits of a hash (instances_inside.h): two of the same are two all the same. */
static void two_customers_of_one_hash_are_two(void)
{
    zh_instances *v = fresh();
    zh_map seen = zh_map_open();
    uint64_t a = 0, b = 0;
    bool made = true;
    while (made) {
        uint64_t *there = zh_map_at(&seen, zh_mix64(++b) >> 33, &made);
        CHECK(there != NULL);
        a = *there, *there = b;
    }
    zh_map_close(&seen);
    const void *at = NULL;
    zh_instance i;
    for (int64_t n = 0; n < 6; n++) enters(v, n % 2 == 0 ? a : b, "cart", (const char *[]){ "k", "l", "m" }[n / 2], 100 + n, at_node(1, 900));
    for (int64_t n = 4; n >= 0; n -= 2) CHECK(zh_instances_next(v, (zh_customer_id){ a }, &at, &i) && i.customer.number == a && i.entered_ms == 100 + n);
    CHECK(!zh_instances_next(v, (zh_customer_id){ a }, &at, &i));
    CHECK(zh_instances_merge(v, (zh_customer_id){ a }, (zh_customer_id){ 1 }) == ZH_OK && zh_instances_waiting(v) == 6);
    is_sound(v);
    CHECK(zh_instances_next(v, (zh_customer_id){ b }, &at, &i) && i.entered_ms == 105 && get(v, id_of(a, ZH_SV("cart"), ZH_SV("k"))).customer.number == 1);
    enters(v, b, "cart", "p", 150, at_node(1, 900));
    const zh_instance_id others = enters(v, 2, "cart", "p", 160, at_node(1, 900)); /* he becomes the one who has none of this key */
    CHECK(zh_instances_merge(v, (zh_customer_id){ 2 }, (zh_customer_id){ a }) == ZH_OK && get(v, others).place.left == ZH_JOURNEY_LEFT_IN);
    CHECK(zh_instances_merge(v, (zh_customer_id){ a }, (zh_customer_id){ 1 }) == ZH_OK);
    enters(v, a, "cart", "n", 200, at_node(1, 900));
    CHECK(zh_instances_merge(v, (zh_customer_id){ a }, (zh_customer_id){ b }) == ZH_OK && get(v, id_of(a, ZH_SV("cart"), ZH_SV("n"))).customer.number == b);
    enters(v, a, "cart", "o", 300, at_node(1, 900));
    CHECK(zh_instances_forget(v, (zh_customer_id){ b }) == ZH_OK && zh_instances_count(v) == 5 && get(v, id_of(a, ZH_SV("cart"), ZH_SV("o"))).customer.number == a);
    CHECK(zh_instances_forget(v, (zh_customer_id){ a }) == ZH_OK && zh_instances_forget(v, (zh_customer_id){ 1 }) == ZH_OK && zh_instances_count(v) == 0);
    is_sound(v);
    zh_instances_close(v);
}

static void who_is_forgotten_was_never_there(void)
{
    zh_instances *v = fresh(), *without = fresh();
    zh_instance i;
    uint64_t before = 0;
    uint32_t most = 10;
    const zh_instance_id his = enters(v, 1, "cart", "k", 100, at_node(1, 900));
    enters(v, 1, "gone", "k", 100, at_node(1, 900));
    enters(v, 2, "cart", "k", 100, at_node(3, 950)), enters(without, 2, "cart", "k", 100, at_node(3, 950));
    CHECK(zh_instances_forget(v, (zh_customer_id){ 1 }) == ZH_OK && zh_instances_forget(v, (zh_customer_id){ 1 }) == ZH_OK);
    CHECK(!zh_instances_find(v, his, &i) && zh_instances_count(v) == 1 && zh_instances_waiting(v) == 1 && zh_instances_next_due_ms(v) == 950);
    const zh_instance_counts a = counts_of(v, "cart", 1), b = counts_of(without, "cart", 1);
    CHECK(memcmp(&a, &b, sizeof a) == 0 && counts_of(v, "gone", 1).entered == 0 && !zh_instances_page(v, ZH_SV("gone"), &before, &most, &i) && most > 0);
    moves(v, 1, his, 1, 300, at_node(2, 400)); /* what is told of him later is nothing */
    CHECK(zh_instances_count(v) == 1);
    is_sound(v);
    zh_instances_close(v);
    zh_instances_close(without);
}

static void a_page_shows_the_newest_first_in_few_steps(void)
{
    zh_instances *v = fresh();
    zh_instance i;
    for (uint64_t c = 1; c <= 30; c++) enters(v, c, c % 3 == 0 ? "cart" : "other", "k", (int64_t)c, at_node(1, 900));
    CHECK(zh_instances_forget(v, (zh_customer_id){ 27 }) == ZH_OK);
    uint64_t before = 0;
    uint32_t most = 1000;
    for (uint64_t c = 30; c >= 3; c -= 3)
        if (c != 27) CHECK(zh_instances_page(v, ZH_SV("cart"), &before, &most, &i) && i.customer.number == c);
    CHECK(!zh_instances_page(v, ZH_SV("cart"), &before, &most, &i) && most == 1000 - 30);
    before = 0, most = 5; /* 30, 29, 28, 27, 26 are looked at */
    CHECK(zh_instances_page(v, ZH_SV("cart"), &before, &most, &i) && i.customer.number == 30 && most == 4);
    CHECK(!zh_instances_page(v, ZH_SV("cart"), &before, &most, &i) && most == 0);
    most = 5;
    CHECK(zh_instances_page(v, ZH_SV("cart"), &before, &most, &i) && i.customer.number == 24 && most == 3);
    before = 0, most = 5;
    CHECK(!zh_instances_page(v, ZH_SV("nobody's"), &before, &most, &i) && most == 5);
    zh_instances_close(v);
}

static void reading_goes_forward_only(void)
{
    zh_instances *v = fresh();
    const zh_instance_record to = { .word = ZH_INSTANCE_READ, .at_ms = 1, .partition = 3, .position = 500 }, back = { .word = ZH_INSTANCE_READ, .at_ms = 2, .partition = 3, .position = 400 };
    CHECK(zh_instances_position(v, 3) == 0 && say(v, &to, 0) == ZH_OK && say(v, &back, 0) == ZH_OK);
    CHECK(zh_instances_position(v, 3) == 500 && zh_instances_position(v, 2) == 0 && zh_instances_position(v, ZH_INSTANCE_PARTITIONS_MAX) == 0 && zh_instances_count(v) == 0);
    zh_instances_close(v);
}

static void what_is_no_record_is_refused(void)
{
    zh_instances *v = fresh();
    CHECK(zh_instances_fold(v, ZH_SV("\x22\x01 no record"), (zh_customer_id){ 1 }) == ZH_FORMAT && zh_instances_fold(v, (zh_sv){ 0 }, (zh_customer_id){ 1 }) == ZH_FORMAT && zh_instances_count(v) == 0);
    zh_instances_close(v);
}

/* ---- keeping ---- */

typedef struct entry { zh_sv key, value; } entry;
typedef struct store { entry *entries; size_t count; } store; /* as the state keeps it */

static zh_sv copy_of(zh_sv bytes)
{
    char *copy = malloc(bytes.size + 1);
    CHECK(copy != NULL);
    if (bytes.size > 0) memcpy(copy, bytes.data, bytes.size);
    return (zh_sv){ copy, bytes.size };
}

static zh_err store_put(void *context, zh_sv key, zh_sv value)
{
    store *s = context;
    size_t i = 0;
    while (i < s->count && !zh_sv_equal(s->entries[i].key, key)) i++;
    if (i < s->count) {
        free((void *)(uintptr_t)s->entries[i].value.data);
        if (value.data == NULL) {
            free((void *)(uintptr_t)s->entries[i].key.data);
            s->entries[i] = s->entries[--s->count];
        } else s->entries[i].value = copy_of(value);
    } else if (value.data != NULL) {
        s->entries = realloc(s->entries, (s->count + 1) * sizeof *s->entries);
        CHECK(s->entries != NULL);
        s->entries[s->count++] = (entry){ copy_of(key), copy_of(value) };
    }
    return ZH_OK;
}

static void store_close(store *s)
{
    for (size_t i = 0; i < s->count; i++) free((void *)(uintptr_t)s->entries[i].key.data), free((void *)(uintptr_t)s->entries[i].value.data);
    free(s->entries);
}

static zh_err add_up(void *context, zh_sv key, zh_sv value)
{
    uint64_t *sum = context;
    *sum += zh_mix64(zh_fast64(key) ^ zh_mix64(zh_fast64(value)));
    return ZH_OK;
}

static uint64_t digest(zh_instances *v) /* of what it holds, whatever the order */
{
    uint64_t sum = 0;
    const size_t left = takes_left;
    takes_left = SIZE_MAX;
    CHECK(zh_instances_save(v, true, (zh_keep){ &sum, add_up }) == ZH_OK);
    takes_left = left;
    return sum;
}

/* What was saved piece by piece is what the view holds, and what a view that loads it holds. */
static void kept_is_the_same(zh_instances *v, const store *s)
{
    zh_instances *back = fresh();
    uint64_t sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        CHECK(zh_instances_load(back, s->entries[i].key, s->entries[i].value) == ZH_OK);
        CHECK(add_up(&sum, s->entries[i].key, s->entries[i].value) == ZH_OK);
    }
    is_sound(back);
    CHECK(sum == digest(v) && sum == digest(back) && zh_instances_count(v) == zh_instances_count(back) && zh_instances_waiting(v) == zh_instances_waiting(back));
    zh_instances_close(back);
}

static zh_err refuse(void *context, zh_sv key, zh_sv value)
{
    (void)key, (void)value;
    unsigned *left = context;
    return (*left)-- > 0 ? ZH_OK : ZH_IO;
}

static void a_save_that_fails_is_made_again_whole(void)
{
    zh_instances *v = fresh();
    store s = { 0 };
    unsigned left = 2;
    for (uint64_t c = 1; c <= 5; c++) enters(v, c, "cart", "k", 1, at_node(1, 900));
    CHECK(zh_instances_forget(v, (zh_customer_id){ 3 }) == ZH_OK);
    CHECK(zh_instances_save(v, false, (zh_keep){ &left, refuse }) == ZH_IO);
    CHECK(zh_instances_save(v, false, (zh_keep){ &s, store_put }) == ZH_OK && s.count == 4);
    kept_is_the_same(v, &s);
    left = 0;
    CHECK(zh_instances_save(v, false, (zh_keep){ &left, refuse }) == ZH_OK); /* nothing changed since */
    CHECK(zh_instances_forget(v, (zh_customer_id){ 2 }) == ZH_OK);
    enters(v, 2, "cart", "k", 1, at_node(1, 950)); /* the same number, at the same moment: it is there, and not gone */
    CHECK(zh_instances_save(v, false, (zh_keep){ &s, store_put }) == ZH_OK && s.count == 4);
    kept_is_the_same(v, &s);
    store_close(&s);
    zh_instances_close(v);
}

static void what_is_loaded_is_checked(void)
{
    zh_instances *v = fresh(), *back = fresh();
    store s = { 0 };
    const zh_instance_record read = { .word = ZH_INSTANCE_READ, .at_ms = 1, .partition = 3, .position = 500 };
    enters(v, 1, "cart", "k", 5, at_node(1, 900)), enters(v, 2, "cart", "k", 6, out_by(ZH_JOURNEY_LEFT_CONTROL));
    CHECK(say(v, &read, 0) == ZH_OK && zh_instances_save(v, true, (zh_keep){ &s, store_put }) == ZH_OK && s.count == 3);
    for (size_t i = 0; i < s.count; i++) {
        const entry *e = &s.entries[i];
        for (size_t size = 0; size < e->value.size; size++) CHECK(zh_instances_load(back, e->key, zh_sv_part(e->value, 0, size)) != ZH_OK);
        for (size_t size = 0; size < e->key.size; size++) CHECK(zh_instances_load(back, zh_sv_part(e->key, 0, size), e->value) != ZH_OK);
        CHECK(zh_instances_load(back, e->key, e->value) == ZH_OK && zh_instances_load(back, e->key, e->value) == ZH_CORRUPT); /* twice */
    }
    CHECK(zh_instances_load(back, ZH_SV("x"), ZH_SV("\x01")) == ZH_CORRUPT);
    char other[64]; /* version, node, left, flags … */
    static const struct { const char *name; size_t entry, at; char byte; zh_err want; } bad[] = {
        { "a later version", 0, 0, 2, ZH_FORMAT }, { "no such node", 0, 1, 64, ZH_CORRUPT }, { "left, but has a moment", 0, 2, 1, ZH_CORRUPT }, { "no such flag", 0, 3, 8, ZH_CORRUPT },
        { "nobody's", 0, 4, 0, ZH_CORRUPT }, { "entered as nobody", 0, 5, 0, ZH_CORRUPT }, { "never entered", 0, 6, 0, ZH_CORRUPT }, { "left, but at a node", 1, 1, 1, ZH_CORRUPT },
        { "left, but in its wait", 1, 3, 7, ZH_CORRUPT }, { "left as control, and was never", 1, 3, 4, ZH_CORRUPT }, { "left in no way there is", 1, 2, ZH_JOURNEY_LEFTS, ZH_CORRUPT } };
    zh_instances *third = fresh();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const entry *e = &s.entries[bad[i].entry];
        CHECK(e->value.size <= sizeof other);
        memcpy(other, e->value.data, e->value.size);
        other[bad[i].at] = bad[i].byte;
        CHECK_ROW(zh_instances_load(third, e->key, (zh_sv){ other, e->value.size }) == bad[i].want, bad[i].name);
    }
    CHECK(zh_instances_count(third) == 0 && zh_instances_position(back, 3) == 500 && digest(v) == digest(back));
    store_close(&s);
    zh_instances_close(v), zh_instances_close(back), zh_instances_close(third);
}

static void loaded_in_the_order_of_the_keys_a_page_is_as_before(void)
{
    zh_instances *v = fresh(), *back = fresh();
    store s = { 0 };
    zh_instance i;
    uint64_t before = 0;
    uint32_t most = 100;
    for (uint64_t c = 1; c <= 40; c++) enters(v, c, "cart", "k", (int64_t)(1000 * c), at_node(1, 900));
    CHECK(zh_instances_save(v, true, (zh_keep){ &s, store_put }) == ZH_OK);
    for (size_t done = 0; done < s.count; done++) {
        for (size_t k = done + 1; k < s.count; k++)
            if (zh_sv_compare(s.entries[k].key, s.entries[done].key) < 0) {
                const entry swap = s.entries[k];
                s.entries[k] = s.entries[done], s.entries[done] = swap;
            }
        CHECK(zh_instances_load(back, s.entries[done].key, s.entries[done].value) == ZH_OK);
    }
    for (uint64_t c = 40; c > 0; c--) CHECK(zh_instances_page(back, ZH_SV("cart"), &before, &most, &i) && i.customer.number == c);
    store_close(&s);
    zh_instances_close(v), zh_instances_close(back);
}

/* ---- the slow model ---- */

enum { CUSTOMERS = 400, JOURNEYS = 3, KEYS = 3, ROWS = CUSTOMERS * JOURNEYS * KEYS, OPERATIONS = 20000 };

static const char *const journeys[JOURNEYS] = { "cart", "birthday", "won back" }, *const keys[KEYS] = { "a", "b", "c" };

typedef struct fact { bool is; uint64_t id, customer; unsigned journey, key; uint32_t version, entries; zh_journey_place place; int64_t first_ms, entered_ms; } fact;

typedef struct model {
    zh_instances *v;
    uint64_t seed;
    int64_t now_ms;
    uint64_t root[CUSTOMERS + 1]; /* 0: forgotten */
    fact rows[ROWS];              /* [customer as he entered][journey][key] */
    store kept;
} model;

static uint64_t below(model *m, uint64_t count) { return test_random(&m->seed) % count; }

static zh_journey_place some_place(model *m)
{
    if (below(m, 5) == 0) return out_by((zh_journey_left)(1 + below(m, ZH_JOURNEY_LEFTS - 1)));
    zh_journey_place p = at_node((uint8_t)below(m, 20), below(m, 6) == 0 ? INT64_MAX : m->now_ms + (int64_t)below(m, 200));
    p.is_in = below(m, 2) == 0;
    p.visited |= test_random(&m->seed);
    return p;
}

static bool is_in(const fact *f) { return f->is && f->place.left == ZH_JOURNEY_LEFT_IN; }

static void model_enter(model *m)
{
    const uint64_t c = 1 + below(m, CUSTOMERS), journey = below(m, JOURNEYS), key = below(m, KEYS);
    if (m->root[c] != c) return; /* he is called otherwise now, or by nobody */
    fact *f = &m->rows[((c - 1) * JOURNEYS + journey) * KEYS + key];
    for (int i = 0; i < ROWS; i++) /* who lets somebody in looks first whether he is */
        if (&m->rows[i] != f && is_in(&m->rows[i]) && m->rows[i].customer == c && m->rows[i].journey == journey && m->rows[i].key == key) return;
    zh_instance_record r = entering(c, journeys[journey], keys[key], m->now_ms, some_place(m));
    r.version = 1 + (uint32_t)below(m, 3);
    CHECK(say(m->v, &r, c) == ZH_OK);
    if (is_in(f)) return;
    if (!f->is) *f = (fact){ .is = true, .id = r.id.number, .customer = c, .journey = (unsigned)journey, .key = (unsigned)key, .first_ms = m->now_ms };
    f->entries++, f->entered_ms = m->now_ms, f->version = r.version, f->place = r.place;
}

static void model_move(model *m)
{
    fact *f = &m->rows[below(m, ROWS)];
    if (!f->is) return;
    const zh_instance_record r = { .customer = { 1 + (uint64_t)(f - m->rows) / (JOURNEYS * KEYS) }, .word = ZH_INSTANCE_MOVE, .id = { f->id }, .version = 1 + (uint32_t)below(m, 3), .at_ms = m->now_ms, .place = some_place(m) };
    CHECK(say(m->v, &r, f->customer) == ZH_OK);
    if (is_in(f)) f->version = r.version, f->place = r.place;
}

static bool is_later(const fact *a, const fact *b) { return a->entered_ms != b->entered_ms ? a->entered_ms > b->entered_ms : a->id > b->id; }

static void model_merge(model *m)
{
    const uint64_t gone = 1 + below(m, CUSTOMERS), kept = 1 + below(m, CUSTOMERS);
    if (m->root[gone] != gone || m->root[kept] != kept || gone == kept) return;
    CHECK(zh_instances_merge(m->v, (zh_customer_id){ gone }, (zh_customer_id){ kept }) == ZH_OK);
    for (int a = 0; a < ROWS; a++)
        for (int b = 0; b < ROWS; b++) {
            fact *f = &m->rows[a], *other = &m->rows[b];
            if (is_in(f) && is_in(other) && f->customer == gone && other->customer == kept && f->journey == other->journey && f->key == other->key)
                (is_later(f, other) ? f : other)->place = (zh_journey_place){ .node = ZH_JOURNEY_END, .left = ZH_JOURNEY_LEFT_MERGED, .due_ms = INT64_MAX, .visited = (is_later(f, other) ? f : other)->place.visited };
        }
    for (int i = 0; i < ROWS; i++)
        if (m->rows[i].customer == gone) m->rows[i].customer = kept;
    for (uint64_t c = 1; c <= CUSTOMERS; c++)
        if (m->root[c] == gone) m->root[c] = kept;
}

static void model_forget(model *m)
{
    const uint64_t customer = 1 + below(m, CUSTOMERS);
    if (m->root[customer] != customer) return;
    CHECK(zh_instances_forget(m->v, (zh_customer_id){ customer }) == ZH_OK);
    for (int i = 0; i < ROWS; i++)
        if (m->rows[i].customer == customer) m->rows[i].is = false;
    for (uint64_t c = 1; c <= CUSTOMERS; c++)
        if (m->root[c] == customer) m->root[c] = 0;
}

static int by_due(const void *a, const void *b)
{
    const fact *x = *(const fact *const *)a, *y = *(const fact *const *)b;
    if (x->place.due_ms != y->place.due_ms) return x->place.due_ms < y->place.due_ms ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static bool is_let(void *context, zh_sv journey)
{
    const uint64_t *mask = context;
    for (int i = 0; i < JOURNEYS; i++)
        if (zh_sv_equal(zh_sv_of(journeys[i]), journey)) return (*mask >> i & 1) != 0;
    return false;
}

static void compare_due(model *m)
{
    static const fact *due[ROWS];
    static zh_instance_id found[ZH_INSTANCES_DUE_MAX];
    const uint64_t mask = below(m, 8);
    const int64_t now_ms = m->now_ms + (int64_t)below(m, 250) - 50;
    const size_t most = 1 + below(m, ZH_INSTANCES_DUE_MAX);
    size_t count = 0;
    int64_t next_ms = INT64_MAX;
    for (int i = 0; i < ROWS; i++) {
        const fact *f = &m->rows[i];
        if (is_in(f) && f->place.due_ms < next_ms) next_ms = f->place.due_ms;
        if (is_in(f) && f->place.due_ms <= now_ms && (mask >> f->journey & 1) != 0) due[count++] = f;
    }
    qsort(due, count, sizeof *due, by_due);
    uint64_t let = mask;
    const size_t want = count < most ? count : most;
    CHECK(zh_instances_due(m->v, now_ms, is_let, &let, found, most) == want && zh_instances_next_due_ms(m->v) == next_ms);
    for (size_t i = 0; i < want; i++) CHECK(found[i].number == due[i]->id);
    if (mask == 7) CHECK(zh_instances_due(m->v, now_ms, NULL, NULL, found, most) == want);
}

static void compare_counts(const model *m)
{
    for (unsigned journey = 0; journey < JOURNEYS; journey++)
        for (uint32_t version = 1; version <= 3; version++) {
            zh_instance_counts want = { .version = version };
            for (int i = 0; i < ROWS; i++) {
                const fact *f = &m->rows[i];
                if (!f->is || f->journey != journey || f->version != version) continue;
                want.entered++, want.left[f->place.left]++;
                if (is_in(f)) want.at[f->place.node]++;
                for (unsigned n = 0; n < ZH_JOURNEY_NODES_MAX; n++) want.visited[n] += f->place.visited >> n & 1;
            }
            if (want.entered == 0) want.version = 0;
            const zh_instance_counts got = counts_of(m->v, journeys[journey], version);
            CHECK(memcmp(&got, &want, sizeof got) == 0);
        }
}

static void compare_rows(const model *m)
{
    uint64_t all = 0, in = 0, listed = 0;
    zh_instance i;
    for (int n = 0; n < ROWS; n++) {
        const fact *f = &m->rows[n];
        if (!f->is) {
            if (f->id != 0) CHECK(!zh_instances_find(m->v, (zh_instance_id){ f->id }, &i));
            continue;
        }
        all++, in += is_in(f);
        CHECK(zh_instances_find(m->v, (zh_instance_id){ f->id }, &i) && i.customer.number == f->customer && i.version == f->version && i.entries == f->entries);
        CHECK(i.place.node == f->place.node && i.place.left == f->place.left && i.place.due_ms == f->place.due_ms && i.place.visited == f->place.visited && i.place.is_in == f->place.is_in);
        CHECK(i.first_ms == f->first_ms && i.entered_ms == f->entered_ms && zh_sv_equal(i.journey, zh_sv_of(journeys[f->journey])) && zh_sv_equal(i.key, zh_sv_of(keys[f->key])));
    }
    for (uint64_t c = 1; c <= CUSTOMERS; c++) {
        int64_t last_ms = INT64_MAX;
        for (const void *at = NULL; zh_instances_next(m->v, (zh_customer_id){ c }, &at, &i); listed++, last_ms = i.entered_ms) CHECK(i.customer.number == c && i.entered_ms <= last_ms);
    }
    CHECK(zh_instances_count(m->v) == all && zh_instances_waiting(m->v) == in && listed == all);
}

static void as_a_list_says_that_is_searched(uint64_t seed)
{
    model *m = calloc(1, sizeof *m);
    CHECK(m != NULL);
    m->v = fresh(), m->seed = seed, m->now_ms = 1000;
    for (uint64_t c = 1; c <= CUSTOMERS; c++) m->root[c] = c;
    for (int n = 0; n < OPERATIONS; n++) {
        m->now_ms += (int64_t)below(m, 3);
        const uint64_t what = below(m, 1000);
        if (what < 550) model_enter(m);
        else if (what < 985) model_move(m);
        else if (what < 997) model_merge(m);
        else model_forget(m);
        if (n % 8 == 0) compare_due(m);
        if (n % 400 != 0) continue;
        is_sound(m->v);
        compare_counts(m);
        compare_rows(m);
        CHECK(zh_instances_save(m->v, false, (zh_keep){ &m->kept, store_put }) == ZH_OK);
        kept_is_the_same(m->v, &m->kept);
    }
    CHECK(zh_instances_count(m->v) > 300);
    store_close(&m->kept);
    zh_instances_close(m->v);
    free(m);
}

/* ---- memory ---- */

enum { STEPS = 180 };

/* The nth of a fixed row of deeds: some enter, some go on to other versions, one is absorbed, one is forgotten. */
static zh_err deed(zh_instances *v, uint64_t n)
{
    char journey[16], key[16];
    snprintf(journey, sizeof journey, "j%u", (unsigned)(n % 20));
    snprintf(key, sizeof key, "k%u", (unsigned)(n % 3));
    zh_instance_record r = entering(1 + n % 40, journey, key, (int64_t)n, at_node((uint8_t)(n % 9), (int64_t)(n * 7 % 50)));
    if (n % 10 == 9) return zh_instances_merge(v, (zh_customer_id){ 1 + n % 40 }, (zh_customer_id){ 1 + n % 7 });
    if (n % 23 == 22) return zh_instances_forget(v, (zh_customer_id){ 1 + n % 13 });
    if (n % 4 == 3) r.word = ZH_INSTANCE_MOVE, r.id = id_of(1 + (n - 1) % 40, zh_sv_of("j2"), zh_sv_of("k2")), r.version = 1 + (uint32_t)(n % 17);
    return say(v, &r, r.customer.number);
}

static uint64_t deeds(size_t takes, bool *failed)
{
    zh_instances *v = fresh();
    has_failed = false;
    takes_left = takes;
    for (uint64_t n = 0; n < STEPS; n++) {
        const uint64_t before = takes_left == SIZE_MAX ? 0 : digest(v);
        zh_err e = deed(v, n);
        if (e != ZH_OK) {
            CHECK(e == ZH_NOMEM && has_failed && digest(v) == before);
            is_sound(v);
            e = deed(v, n); /* there is memory again */
        }
        CHECK(e == ZH_OK);
    }
    takes_left = SIZE_MAX;
    *failed = has_failed;
    is_sound(v);
    const uint64_t sum = digest(v);
    zh_instances_close(v);
    return sum;
}

static void a_failed_allocation_changes_nothing(void)
{
    bool failed = true;
    const uint64_t want = deeds(SIZE_MAX, &failed);
    size_t takes = 0;
    CHECK(!failed);
    if (!FAILS_ALLOCATIONS) return;
    for (failed = true; failed; takes++) CHECK(deeds(takes, &failed) == want);
    CHECK(takes > 30);
    takes_left = 0;
    zh_instances *v;
    CHECK(zh_instances_open(&v, BYTES_MAX) == ZH_NOMEM);
    takes_left = SIZE_MAX;
}

static void past_its_bound_nobody_enters(void)
{
    zh_instances *v;
    zh_err e = ZH_OK;
    CHECK(zh_instances_open(&v, 1 << 17) == ZH_OK);
    uint64_t c = 0;
    while (e == ZH_OK && c < 10000) {
        const zh_instance_record r = entering(++c, "cart", "a key of some length", 1, at_node(1, 900));
        e = say(v, &r, c);
    }
    CHECK(e == ZH_NOMEM && zh_instances_count(v) == c - 1 && c > 100);
    is_sound(v);
    zh_instances_close(v);
    v = fresh();
    char journey[16];
    for (unsigned n = 0; n < ZH_INSTANCES_JOURNEYS_MAX; n++) {
        snprintf(journey, sizeof journey, "j%u", n);
        enters(v, 1 + n, journey, "k", 1, at_node(1, 900));
    }
    const zh_instance_record r = entering(1, "one more", "k", 1, at_node(1, 900));
    CHECK(say(v, &r, 1) == ZH_FULL && zh_instances_count(v) == ZH_INSTANCES_JOURNEYS_MAX);
    static zh_instance_id due[ZH_INSTANCES_DUE_MAX];
    CHECK(zh_instances_due(v, 900, NULL, NULL, due, SIZE_MAX) == ZH_INSTANCES_DUE_MAX); /* each journey has one that may come next */
    is_sound(v);
    zh_instances_close(v);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    one_enters_goes_on_and_leaves();
    who_enters_again_begins_anew_in_the_same_row();
    counts_are_of_the_version_one_is_in();
    of_two_that_become_one_the_later_one_leaves();
    of_three_that_become_one_the_first_stays();
    two_customers_of_one_hash_are_two();
    who_is_forgotten_was_never_there();
    a_page_shows_the_newest_first_in_few_steps();
    reading_goes_forward_only();
    what_is_no_record_is_refused();
    a_save_that_fails_is_made_again_whole();
    what_is_loaded_is_checked();
    loaded_in_the_order_of_the_keys_a_page_is_as_before();
    as_a_list_says_that_is_searched(seed);
    a_failed_allocation_changes_nothing();
    past_its_bound_nobody_enters();
    return 0;
}
