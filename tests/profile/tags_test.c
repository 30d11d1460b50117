/* Goal: tags end in the same state however their records arrive; what the customer deleted does not grow back; an end is exact.
 * Method: rows worked by hand; random records and merges against a slow model that keeps every word and looks for the winners; shuffled,
 * repeated, merged, saved and loaded views compared entry by entry. */
#include "profile/tags.h"
#include "check.h"

#include <string.h>

enum { CUSTOMERS = 5, NAMES = 4, WORDS = 120 };
#define T0 1700000000000

static const char *const names[NAMES] = { "vip", "category:女装", "a b", "茶" };

static zh_tags *fresh(void)
{
    zh_tags *tags;
    CHECK(zh_tags_open(&tags, (size_t)1 << 24) == ZH_OK);
    return tags;
}

static zh_tag_change word(uint64_t customer, const char *name, zh_tag_source source, zh_tag_said said, int64_t at_ms)
{
    return (zh_tag_change){ .customer = { customer }, .name = zh_sv_of(name), .source = source, .said = said, .at_ms = T0 + at_ms, .expires_ms = ZH_TAG_NO_END,
                            .confidence = ZH_TAG_NO_CONFIDENCE };
}

static void says(zh_tags *tags, zh_tag_change change)
{
    /* as the log brings it */
    zh_buf record = zh_buf_open(1024);
    zh_tag_change read;
    zh_tag_put(&change, &record);
    CHECK(zh_tag_get(zh_buf_view(&record), &read) == ZH_OK && zh_tags_change(tags, &read) == ZH_OK);
    zh_buf_close(&record);
}

static bool has(const zh_tags *tags, uint64_t customer, const char *name, int64_t now_ms)
{
    int64_t until_ms;
    return zh_tags_has(tags, (zh_customer_id){ customer }, zh_sv_of(name), T0 + now_ms, &until_ms);
}

static zh_tag_state state_of(const zh_tags *tags, uint64_t customer, const char *name, int64_t now_ms)
{
    zh_tag tag;
    CHECK(zh_tags_find(tags, (zh_customer_id){ customer }, zh_sv_of(name), T0 + now_ms, &tag));
    return tag.state;
}

/* ---- by hand ---- */

static void what_the_customer_deleted_does_not_grow_back(void)
{
    zh_tags *tags = fresh();
    says(tags, word(1, "vip", ZH_TAG_BY_STAFF, ZH_TAG_SET, 1));
    CHECK(has(tags, 1, "vip", 2));
    says(tags, word(1, "vip", ZH_TAG_BY_CUSTOMER, ZH_TAG_DELETE, 3));
    CHECK(!has(tags, 1, "vip", 4));
    says(tags, word(1, "vip", ZH_TAG_BY_STAFF, ZH_TAG_SET, 5));
    says(tags, word(1, "vip", ZH_TAG_BY_IMPORT, ZH_TAG_SET, 6));
    CHECK(!has(tags, 1, "vip", 9) && state_of(tags, 1, "vip", 9) == ZH_TAG_DELETED);
    says(tags, word(1, "vip", ZH_TAG_BY_CUSTOMER, ZH_TAG_SET, 7));
    CHECK(has(tags, 1, "vip", 9));
    zh_tag tag;
    CHECK(zh_tags_find(tags, (zh_customer_id){ 1 }, ZH_SV("vip"), T0 + 9, &tag) && tag.source == ZH_TAG_BY_CUSTOMER && tag.since_ms == T0 + 7);
    says(tags, word(1, "vip", ZH_TAG_BY_CUSTOMER, ZH_TAG_DELETE, 7)); /* of one millisecond, no is no */
    CHECK(!has(tags, 1, "vip", 9));
    zh_tags_close(tags);
}

static void an_end_is_exact(void)
{
    zh_tags *tags = fresh();
    zh_tag_change change = word(1, "gift", ZH_TAG_BY_STAFF, ZH_TAG_SET, 10);
    change.expires_ms = T0 + 1000;
    change.confidence = 700;
    says(tags, change);
    int64_t until_ms = 0;
    CHECK(zh_tags_has(tags, change.customer, change.name, T0 + 999, &until_ms) && until_ms == T0 + 1000);
    CHECK(!has(tags, 1, "gift", 1000) && state_of(tags, 1, "gift", 1000) == ZH_TAG_EXPIRED);
    says(tags, word(1, "gift", ZH_TAG_BY_STAFF, ZH_TAG_SET, 2000));
    CHECK(has(tags, 1, "gift", 1 << 20));
    says(tags, word(1, "gift", ZH_TAG_BY_STAFF, ZH_TAG_REMOVE, 3000));
    CHECK(state_of(tags, 1, "gift", 1 << 20) == ZH_TAG_REMOVED);
    says(tags, word(1, "gift", ZH_TAG_BY_IMPORT, ZH_TAG_SET, 3500)); /* what staff took away may come again */
    CHECK(has(tags, 1, "gift", 1 << 20) && !has(tags, 2, "gift", 1 << 20) && !has(tags, 1, "other", 1 << 20));
    zh_tags_close(tags);
}

static void names_are_looked_at(void)
{
    static const struct { const char *name; size_t size; bool good; } rows[] = {
        { "vip", 3, true }, { "category:女装", 15, true }, { "a b", 3, true }, { "", 0, false }, { " a", 2, false }, { "a ", 2, false }, { "a\nb", 3, false },
        { "a\0b", 3, false }, { "\xff", 1, false }, { "\xe5\xa5", 2, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK_ROW(zh_tag_name_is_good((zh_sv){ rows[i].name, rows[i].size }) == rows[i].good, rows[i].name);
    char many[ZH_TAG_BYTES_MAX + 1];
    memset(many, 'x', sizeof many);
    CHECK(zh_tag_name_is_good((zh_sv){ many, ZH_TAG_BYTES_MAX }) && !zh_tag_name_is_good((zh_sv){ many, ZH_TAG_BYTES_MAX + 1 }));
}

static void totals_are_counted(void)
{
    zh_tags *tags = fresh();
    zh_arena arena = zh_arena_open(1 << 20);
    for (uint64_t c = 1; c <= 5; c++) says(tags, word(c, "vip", c < 4 ? ZH_TAG_BY_STAFF : ZH_TAG_BY_IMPORT, ZH_TAG_SET, 1));
    says(tags, word(2, "vip", ZH_TAG_BY_CUSTOMER, ZH_TAG_DELETE, 2));
    says(tags, word(3, "vip", ZH_TAG_BY_STAFF, ZH_TAG_REMOVE, 2));
    says(tags, word(1, "a", ZH_TAG_BY_CUSTOMER, ZH_TAG_SET, 2));
    zh_tag_total *totals;
    uint32_t count;
    CHECK(zh_tags_totals(tags, T0 + 9, &arena, &totals, &count) == ZH_OK && count == 2 && zh_tags_names(tags) == 2);
    CHECK(zh_sv_equal(totals[0].name, ZH_SV("a")) && totals[0].customers == 1 && totals[0].by_source[ZH_TAG_BY_CUSTOMER] == 1);
    CHECK(totals[1].customers == 3 && totals[1].by_source[ZH_TAG_BY_STAFF] == 1 && totals[1].by_source[ZH_TAG_BY_IMPORT] == 2 && totals[1].deleted == 1);
    zh_arena_close(&arena);
    zh_tags_close(tags);
}

static void lists_are_read_as_written(void)
{
    zh_list_change list = { .name = ZH_SV("gala"), .adds = true, .at_ms = T0, .actor_kind = 2, .actor_number = 9, .count = ZH_LIST_CHUNK_MAX }, read;
    for (uint32_t i = 0; i < list.count; i++) list.customers[i] = 1 + i * 1000003ull;
    zh_buf record = zh_buf_open(1 << 16);
    zh_list_put(&list, &record);
    CHECK(zh_list_get(zh_buf_view(&record), &read) == ZH_OK && read.count == list.count && read.adds && read.at_ms == T0 && zh_sv_equal(read.name, list.name));
    CHECK(memcmp(read.customers, list.customers, sizeof list.customers) == 0 && read.actor_number == 9);
    for (size_t size = 0; size < record.size; size++) CHECK(zh_list_get((zh_sv){ record.data, size }, &read) == ZH_FORMAT);
    zh_buf_close(&record);
}

/* ---- against a slow model ---- */

typedef struct entry { char key[8], value[4096]; size_t size; bool gone; } entry;
typedef struct shelf { entry rows[CUSTOMERS + 1]; } shelf;

static zh_err put_entry(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    CHECK(key.size == 8 && value.size <= sizeof s->rows[0].value);
    entry *e = &s->rows[(unsigned char)key.data[7]];
    memcpy(e->key, key.data, 8);
    if (value.size > 0) memcpy(e->value, value.data, value.size);
    e->size = value.size;
    return ZH_OK;
}

static bool same(const shelf *a, const shelf *b)
{
    for (int i = 0; i <= CUSTOMERS; i++)
        if (a->rows[i].size != b->rows[i].size || memcmp(a->rows[i].value, b->rows[i].value, a->rows[i].size) != 0) return false;
    return true;
}

typedef struct said { zh_tag_change words[WORDS]; uint64_t roots[CUSTOMERS + 1]; } said;

static uint64_t root_of(const said *s, uint64_t customer) { return s->roots[customer] == customer ? customer : root_of(s, s->roots[customer]); }

/* The newest word of one side, or NULL. */
static const zh_tag_change *newest(const said *s, uint64_t customer, const char *name, bool own)
{
    const zh_tag_change *found = NULL;
    for (int i = 0; i < WORDS; i++) {
        const zh_tag_change *w = &s->words[i];
        if (root_of(s, w->customer.number) != customer || !zh_sv_equal(w->name, zh_sv_of(name)) || (w->source == ZH_TAG_BY_CUSTOMER) != own) continue;
        if (found == NULL || w->at_ms > found->at_ms || (w->at_ms == found->at_ms && (w->said > found->said || (w->said == found->said && w->expires_ms < found->expires_ms)))) found = w;
    }
    return found;
}

static bool model_has(const said *s, uint64_t customer, const char *name, int64_t now_ms)
{
    const zh_tag_change *own = newest(s, customer, name, true), *shop = newest(s, customer, name, false);
    if (own != NULL && own->said == ZH_TAG_DELETE) return false;
    const zh_tag_change *w = own == NULL ? shop : shop == NULL || own->at_ms >= shop->at_ms ? own : shop;
    return w != NULL && w->said == ZH_TAG_SET && now_ms < w->expires_ms;
}

static zh_tag_change any_word(uint64_t *seed)
{
    const zh_tag_source source = (zh_tag_source)(1 + test_random(seed) % 3);
    const bool set = test_random(seed) % 3 != 0;
    zh_tag_change w = word(1 + test_random(seed) % CUSTOMERS, names[test_random(seed) % NAMES], source, set ? ZH_TAG_SET : source == ZH_TAG_BY_CUSTOMER ? ZH_TAG_DELETE : ZH_TAG_REMOVE,
                           (int64_t)(test_random(seed) % 30));
    if (set && test_random(seed) % 2 == 0) w.expires_ms = w.at_ms + 1 + (int64_t)(test_random(seed) % 20);
    if (set && test_random(seed) % 2 == 0) w.confidence = (uint16_t)(test_random(seed) % 1001);
    return w;
}

static void in_any_order(uint64_t seed)
{
    static said s;
    static shelf first, second, loaded, kept;
    memset(&first, 0, sizeof first), memset(&second, 0, sizeof second), memset(&loaded, 0, sizeof loaded), memset(&kept, 0, sizeof kept);
    for (int i = 0; i < WORDS; i++) s.words[i] = any_word(&seed);
    for (uint64_t c = 1; c <= CUSTOMERS; c++) s.roots[c] = c;
    const uint64_t gone = 1 + test_random(&seed) % CUSTOMERS, into = 1 + test_random(&seed) % CUSTOMERS;
    zh_tags *a = fresh(), *b = fresh(), *c = fresh();
    for (int i = 0; i < WORDS; i++) {
        says(a, s.words[i]);
        if (i == WORDS / 2) CHECK(zh_tags_save(a, false, (zh_keep){ &kept, put_entry }) == ZH_OK);
    }
    /* the other way round, some twice, the two customers one from the middle on */
    for (int i = WORDS; i-- > 0;) {
        zh_tag_change w = s.words[i];
        if (i < WORDS / 2 && gone != into && w.customer.number == gone) w.customer.number = into;
        if (gone != into && i == WORDS / 2) CHECK(zh_tags_merge(b, (zh_customer_id){ gone }, (zh_customer_id){ into }) == ZH_OK);
        if (gone != into && i == WORDS / 2 && w.customer.number == gone) w.customer.number = into;
        says(b, w);
        if (i % 3 == 0) says(b, w);
    }
    if (gone != into) {
        CHECK(zh_tags_merge(a, (zh_customer_id){ gone }, (zh_customer_id){ into }) == ZH_OK);
        s.roots[gone] = into;
    }
    const char *why;
    CHECK(zh_tags_check(a, &why) && zh_tags_check(b, &why));
    CHECK(zh_tags_save(a, true, (zh_keep){ &first, put_entry }) == ZH_OK && zh_tags_save(b, true, (zh_keep){ &second, put_entry }) == ZH_OK);
    CHECK(same(&first, &second));
    CHECK(zh_tags_save(a, false, (zh_keep){ &kept, put_entry }) == ZH_OK);
    CHECK(same(&first, &kept)); /* what changed, save by save, is all there is */
    for (int i = 1; i <= CUSTOMERS; i++)
        if (first.rows[i].size > 0) CHECK(zh_tags_load(c, (zh_sv){ first.rows[i].key, 8 }, (zh_sv){ first.rows[i].value, first.rows[i].size }) == ZH_OK);
    CHECK(zh_tags_check(c, &why) && zh_tags_save(c, true, (zh_keep){ &loaded, put_entry }) == ZH_OK && same(&first, &loaded) && zh_tags_words(c) == zh_tags_words(a));
    for (uint64_t customer = 1; customer <= CUSTOMERS; customer++)
        for (int n = 0; n < NAMES; n++)
            for (int64_t now = 0; now < 60; now += 7)
                CHECK(has(a, customer, names[n], now) == (root_of(&s, customer) == customer && model_has(&s, customer, names[n], T0 + now)));
    zh_tags_close(a);
    zh_tags_close(b);
    zh_tags_close(c);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv) * 1000;
    what_the_customer_deleted_does_not_grow_back();
    an_end_is_exact();
    names_are_looked_at();
    totals_are_counted();
    lists_are_read_as_written();
    for (uint64_t i = 0; i < 200; i++) in_any_order(seed + i);
    return 0;
}
