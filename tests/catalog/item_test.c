/* Goal: an item stands as its newest records and, where they are silent, its newest events say,
 * in whatever order both came.
 * Method: a story worked by hand; random records and events, shuffled, repeated, kept and loaded,
 * compared by entries and against a model that looks at all of them for each field. */
#include "catalog/item.h"
#include "check.h"
#include "shelf.h"

#define GBP ((zh_currency){ 0x474250 })

static zh_catalog *opened(void)
{
    zh_catalog *c = NULL;
    CHECK(zh_catalog_open(&c, &(zh_catalog_desc){ 0 }) == ZH_OK);
    return c;
}

static zh_err apply(zh_catalog *c, const zh_item_change *change)
{
    zh_buf record = zh_buf_open(1 << 16);
    zh_item_change_put(change, &record);
    const zh_err e = zh_catalog_apply(c, zh_buf_view(&record));
    zh_buf_close(&record);
    return e;
}

static zh_line line_of(const char *text, const char *name, int64_t price_minor)
{
    return (zh_line){ .item = zh_item_id_of(zh_sv_of(text)), .item_text = zh_sv_of(text), .name = zh_sv_of(name),
                      .price_minor = price_minor, .quantity = 1 };
}

static zh_err learn(zh_catalog *c, zh_line line, zh_act act, int64_t ms, uint32_t marks)
{
    const zh_event e = { .type = ZH_EVENT_TRACK, .act = act, .time_ms = ms, .marks = marks, .currency = GBP,
                         .lines = &line, .lines_count = 1 };
    return zh_catalog_learn(c, &e);
}

static void test_the_story_of_an_item(void)
{
    zh_catalog *c = opened();
    CHECK(learn(c, line_of("a", "Lamp", 100), ZH_ACT_VIEW, 10, 0) == ZH_OK);
    const zh_item *a = zh_catalog_find(c, ZH_SV("a"));
    CHECK(a != NULL && !a->listed && zh_sv_equal(a->title, ZH_SV("Lamp")) && a->price_minor == 100 && a->first_ms == 10);
    CHECK(zh_item_sellable(a) && a->stock == -1 && a->at_ms == 0);
    CHECK(learn(c, line_of("a", "Old lamp", 90), ZH_ACT_VIEW, 5, 0) == ZH_OK); /* older: only the first time moves */
    a = zh_catalog_find(c, ZH_SV("a"));
    CHECK(zh_sv_equal(a->title, ZH_SV("Lamp")) && a->price_minor == 100 && a->first_ms == 5);
    CHECK(learn(c, line_of("a", "damaged", 0), ZH_ACT_STOCK, 20, 0) == ZH_OK); /* a ledger's word is no title */
    CHECK(learn(c, line_of("a", "found", 0), ZH_ACT_ORDER, 20, 0) == ZH_OK);
    CHECK(zh_sv_equal(zh_catalog_find(c, ZH_SV("a"))->title, ZH_SV("Lamp")));
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("a"), .set = ZH_ITEM_TITLE | ZH_ITEM_STOCK, .title = ZH_SV("White lamp"),
                                      .stock = 0, .at_ms = 7, .source = { 2 } }) == ZH_OK);
    a = zh_catalog_find(c, ZH_SV("a"));
    CHECK(a->listed && zh_sv_equal(a->title, ZH_SV("White lamp")) && a->price_minor == 100 && !zh_item_sellable(a));
    CHECK(a->at_ms == 7 && a->source.number == 2);
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("a"), .set = ZH_ITEM_STOCK, .stock = 3, .at_ms = 9 }) == ZH_OK);
    CHECK(zh_item_sellable(zh_catalog_find(c, ZH_SV("a"))));
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("a"), .deleted = true, .at_ms = 8 }) == ZH_OK); /* older than the stock */
    a = zh_catalog_find(c, ZH_SV("a"));
    CHECK(a->listed && !a->deleted && a->stock == 3 && zh_sv_equal(a->title, ZH_SV("Lamp"))); /* the title was older */
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("a"), .deleted = true, .at_ms = 11 }) == ZH_OK);
    a = zh_catalog_find(c, ZH_SV("a"));
    CHECK(a->deleted && !zh_item_sellable(a));
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("a"), .set = ZH_ITEM_TITLE, .title = ZH_SV("late"), .at_ms = 10 }) == ZH_OK);
    CHECK(zh_catalog_find(c, ZH_SV("a"))->deleted);
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("a"), .set = ZH_ITEM_AVAILABLE, .at_ms = 12 }) == ZH_OK);
    a = zh_catalog_find(c, ZH_SV("a"));
    CHECK(!a->deleted && !a->available && !zh_item_sellable(a));
    CHECK(learn(c, line_of("post", "POSTAGE", 1800), ZH_ACT_ORDER, 1, ZH_MARK_NON_PRODUCT) == ZH_OK);
    CHECK(!zh_item_sellable(zh_catalog_find(c, ZH_SV("post"))));
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("post"), .set = ZH_ITEM_KIND, .non_product = false, .at_ms = 2 }) == ZH_OK);
    CHECK(zh_item_sellable(zh_catalog_find(c, ZH_SV("post")))); /* the shop knows better */
    CHECK(zh_catalog_find(c, ZH_SV("nothing")) == NULL && zh_catalog_get(c, (zh_item_id){ 1 }) == NULL);
    zh_catalog_close(c);
    zh_catalog_close(NULL);
}

static void test_a_second_text_with_the_same_number_is_refused(void)
{
    zh_catalog *c = opened();
    zh_line one = line_of("a", "Lamp", 100), other = line_of("b", "Chair", 200);
    other.item = one.item;
    CHECK(learn(c, one, ZH_ACT_VIEW, 1, 0) == ZH_OK && learn(c, other, ZH_ACT_VIEW, 2, 0) == ZH_EXISTS);
    CHECK(zh_sv_equal(zh_catalog_get(c, one.item)->title, ZH_SV("Lamp")) && zh_catalog_count(c) == 1);
    zh_catalog_close(c);
    CHECK(zh_catalog_open(&c, &(zh_catalog_desc){ .items_max = 1 }) == ZH_OK);
    CHECK(learn(c, one, ZH_ACT_VIEW, 1, 0) == ZH_OK && learn(c, line_of("c", "", 1), ZH_ACT_VIEW, 1, 0) == ZH_FULL);
    zh_catalog_close(c);
}

static void test_a_long_name_is_cut_at_a_character(void)
{
    zh_catalog *c = opened();
    char name[ZH_ITEM_TITLE_BYTES_MAX + 10];
    for (size_t i = 0; i < sizeof name; i++) name[i] = "灯"[i % 3];
    zh_line line = line_of("a", "", 1);
    line.name = (zh_sv){ name, 504 };
    CHECK(learn(c, line, ZH_ACT_VIEW, 1, 0) == ZH_OK);
    CHECK(zh_catalog_find(c, ZH_SV("a"))->title.size == 498); /* 166 characters of 3 bytes */
    zh_catalog_close(c);
}

static void test_search_pages_in_the_order_of_texts(void)
{
    zh_catalog *c = opened();
    char text[8];
    for (int i = 0; i < 50; i++) {
        snprintf(text, sizeof text, "i%02d", i * 7 % 50);
        CHECK(learn(c, line_of(text, i * 7 % 50 % 2 ? "Red Chair" : "Green lamp", 5), ZH_ACT_VIEW, 1, 0) == ZH_OK);
    }
    CHECK(apply(c, &(zh_item_change){ .text = ZH_SV("i04"), .deleted = true, .at_ms = 9 }) == ZH_OK);
    const zh_item *page[10];
    zh_sv after = { 0 };
    bool more = true;
    int seen = 0;
    char last[8] = "";
    while (more) {
        const size_t n = zh_catalog_search(c, ZH_SV("green LAMP"), (zh_sv){ 0 }, after, page, 10, &more);
        CHECK(n > 0);
        for (size_t i = 0; i < n; i++, seen++) {
            CHECK(zh_sv_compare(page[i]->text, zh_sv_of(last)) > 0);
            snprintf(last, sizeof last, "%.*s", ZH_SV_ARG(page[i]->text));
        }
        after = page[n - 1]->text;
    }
    CHECK(seen == 24); /* 25 lamps, one deleted */
    CHECK(zh_catalog_search(c, ZH_SV("i3"), (zh_sv){ 0 }, (zh_sv){ 0 }, page, 10, &more) == 10 && !more);
    CHECK(zh_catalog_search(c, (zh_sv){ 0 }, (zh_sv){ 0 }, ZH_SV("i48"), page, 10, &more) == 1 && !more);
    CHECK(zh_catalog_search(c, (zh_sv){ 0 }, ZH_SV("no such category"), (zh_sv){ 0 }, page, 10, &more) == 0 && !more);
    CHECK(zh_catalog_search(c, ZH_SV("sofa"), (zh_sv){ 0 }, (zh_sv){ 0 }, page, 10, &more) == 0 && !more);
    CHECK(zh_catalog_search(c, (zh_sv){ 0 }, (zh_sv){ 0 }, (zh_sv){ 0 }, page, 1, &more) == 1 && more && zh_sv_equal(page[0]->text, ZH_SV("i00")));
    zh_catalog_close(c);
}

/* ---- any order ---- */

typedef struct happening { bool record; zh_item_change change; zh_line line; zh_act act; int64_t ms; uint32_t marks; } happening;

static const char *const names[] = { "", "Lamp", "Chair", "Table", "灯" };

static happening random_happening(uint64_t *seed)
{
    static const char *const ids[] = { "a", "b", "c", "d", "e" };
    const char *text = ids[test_random(seed) % 5];
    happening h = { .record = test_random(seed) % 2 == 0, .ms = (int64_t)(test_random(seed) % 12) };
    if (h.record) {
        h.change = (zh_item_change){ .text = zh_sv_of(text), .at_ms = h.ms, .source = { (uint32_t)(test_random(seed) % 3) },
            .title = zh_sv_of(names[test_random(seed) % 5]), .category = zh_sv_of(names[test_random(seed) % 5]),
            .price_minor = (int64_t)(test_random(seed) % 4) - 1, .stock = (int64_t)(test_random(seed) % 3) - 1,
            .available = test_random(seed) % 2 == 0, .non_product = test_random(seed) % 2 == 0 };
        h.change.set = (uint32_t)(test_random(seed) & ZH_ITEM_FIELDS);
        if (h.change.set == 0 || test_random(seed) % 6 == 0) h.change.set = 0, h.change.deleted = true;
    } else {
        static const zh_act acts[] = { ZH_ACT_VIEW, ZH_ACT_ORDER, ZH_ACT_STOCK, ZH_ACT_REFUND };
        h.line = line_of(text, names[test_random(seed) % 5], (int64_t)(test_random(seed) % 4) - 1);
        h.line.category = zh_sv_of(names[test_random(seed) % 5]);
        h.act = acts[test_random(seed) % 4];
        h.marks = test_random(seed) % 20 == 0 ? ZH_MARK_NON_PRODUCT : 0;
    }
    return h;
}

static void happen(zh_catalog *c, const happening *h)
{
    CHECK((h->record ? apply(c, &h->change) : learn(c, h->line, h->act, h->ms, h->marks)) == ZH_OK);
}

/* The title by looking at everything: the newest record that set it after the newest delete, else
 * the newest event's name. */
static void check_title(const zh_catalog *c, const happening *all, size_t count, const char *text)
{
    int64_t gone = INT64_MIN, best = INT64_MIN;
    uint64_t gone_hash = 0, best_hash = 0;
    zh_sv want = { 0 };
    zh_buf record = zh_buf_open(1 << 16);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            if (!all[i].record || !zh_sv_equal(all[i].change.text, zh_sv_of(text))) continue;
            zh_buf_reset(&record);
            zh_item_change_put(&all[i].change, &record);
            const uint64_t hash = zh_fast64(zh_buf_view(&record));
            const int64_t ms = all[i].ms;
            if (pass == 0 && all[i].change.deleted && (ms > gone || (ms == gone && hash > gone_hash))) gone = ms, gone_hash = hash;
            if (pass == 1 && (all[i].change.set & ZH_ITEM_TITLE) && (ms > gone || (ms == gone && hash > gone_hash)) &&
                (ms > best || (ms == best && hash > best_hash)))
                best = ms, best_hash = hash, want = all[i].change.title;
        }
    if (best == INT64_MIN) {
        for (size_t i = 0; i < count; i++) {
            const happening *h = &all[i];
            if (h->record || !zh_sv_equal(h->line.item_text, zh_sv_of(text)) || h->line.name.size == 0) continue;
            if (h->act == ZH_ACT_STOCK || (h->act == ZH_ACT_ORDER && h->line.price_minor == 0)) continue;
            if (h->ms > best || (h->ms == best && zh_fast64(h->line.name) > zh_fast64(want))) best = h->ms, want = h->line.name;
        }
    }
    const zh_item *item = zh_catalog_find(c, zh_sv_of(text));
    if (item != NULL) CHECK(zh_sv_equal(item->title, want));
    zh_buf_close(&record);
}

static void test_any_order_gives_the_same_items(uint64_t seed)
{
    happening all[60];
    shelf first = { 0 }, second = { 0 }, grown = { 0 }, back = { 0 };
    zh_catalog *a = opened(), *b = opened(), *loaded = opened();
    const size_t count = test_random(&seed) % 60;
    const char *why = NULL;
    for (size_t i = 0; i < count; i++) all[i] = random_happening(&seed), happen(a, &all[i]);
    for (size_t i = count; i > 1; i--) {
        const size_t j = test_random(&seed) % i;
        const happening one = all[i - 1];
        all[i - 1] = all[j], all[j] = one;
    }
    for (size_t i = 0; i < count; i++) {
        happen(b, &all[i]);
        if (i % 3 == 0) happen(b, &all[test_random(&seed) % (i + 1)]); /* again */
        if (i % 7 == 0) CHECK(zh_catalog_save(b, false, shelf_keep(&grown)) == ZH_OK);
    }
    CHECK(zh_catalog_check(a, &why) && zh_catalog_check(b, &why));
    CHECK(zh_catalog_save(b, false, shelf_keep(&grown)) == ZH_OK);
    CHECK(zh_catalog_save(a, true, shelf_keep(&first)) == ZH_OK && zh_catalog_save(b, true, shelf_keep(&second)) == ZH_OK);
    CHECK(shelf_equal(&first, &second) && shelf_equal(&first, &grown));
    for (size_t i = first.count; i-- > 0;)
        CHECK(zh_catalog_load(loaded, shelf_key(&first, i), shelf_value(&first, i)) == ZH_OK);
    CHECK(zh_catalog_check(loaded, &why) && zh_catalog_save(loaded, true, shelf_keep(&back)) == ZH_OK && shelf_equal(&first, &back));
    size_t at = 0;
    for (const zh_item *item; (item = zh_catalog_next(a, &at)) != NULL;) {
        const zh_item *other = zh_catalog_get(loaded, item->id);
        CHECK(other != NULL && other->price_minor == item->price_minor && other->stock == item->stock);
        CHECK(zh_item_sellable(item) == zh_item_sellable(other) && zh_sv_equal(item->category, other->category));
        CHECK(other->source.number == item->source.number && other->first_ms == item->first_ms);
    }
    static const char *const ids[] = { "a", "b", "c", "d", "e" };
    for (int i = 0; i < 5; i++) check_title(a, all, count, ids[i]);
    if (first.count > 0) { /* damage is an error */
        const zh_sv value = shelf_value(&first, 0);
        for (size_t cut = 0; cut < value.size; cut++) {
            zh_catalog *c = opened();
            CHECK(zh_catalog_load(c, shelf_key(&first, 0), (zh_sv){ value.data, cut }) == ZH_FORMAT);
            zh_catalog_close(c);
        }
        CHECK(zh_catalog_load(loaded, shelf_key(&first, 0), value) == ZH_FORMAT); /* twice */
    }
    shelf_close(&first), shelf_close(&second), shelf_close(&grown), shelf_close(&back);
    zh_catalog_close(a), zh_catalog_close(b), zh_catalog_close(loaded);
}

static void test_a_change_that_says_nothing_new_is_known(void)
{
    zh_catalog *c = opened();
    zh_buf record = zh_buf_open(1 << 16);
    const zh_item_change first = { .text = ZH_SV("a"), .set = ZH_ITEM_TITLE | ZH_ITEM_PRICE | ZH_ITEM_STOCK | ZH_ITEM_AVAILABLE | ZH_ITEM_ATTRIBUTES,
        .title = ZH_SV("Tea"), .price_minor = 150, .currency = zh_currency_of(ZH_SV("CNY")), .stock = 3, .available = true, .attributes = ZH_SV("{\"a\":1}"), .at_ms = 5 };
    CHECK(!zh_catalog_holds(c, &first));
    zh_item_change_put(&first, &record);
    CHECK(zh_catalog_apply(c, zh_buf_view(&record)) == ZH_OK);
    zh_item_change next = first;
    next.at_ms = 9;
    CHECK(zh_catalog_holds(c, &next));
    next.set = ZH_ITEM_STOCK;
    CHECK(zh_catalog_holds(c, &next));
    next.stock = ZH_ITEM_STOCK_UNKNOWN;
    CHECK(!zh_catalog_holds(c, &next));
    const struct { const char *name; zh_item_change change; } others[] = {
        { "another title", { .text = ZH_SV("a"), .set = ZH_ITEM_TITLE, .title = ZH_SV("Cake") } },
        { "no title", { .text = ZH_SV("a"), .set = ZH_ITEM_TITLE } },
        { "another price", { .text = ZH_SV("a"), .set = ZH_ITEM_PRICE, .price_minor = 151, .currency = first.currency } },
        { "another currency", { .text = ZH_SV("a"), .set = ZH_ITEM_PRICE, .price_minor = 150, .currency = zh_currency_of(ZH_SV("EUR")) } },
        { "withdrawn", { .text = ZH_SV("a"), .set = ZH_ITEM_AVAILABLE, .available = false } },
        { "other attributes", { .text = ZH_SV("a"), .set = ZH_ITEM_ATTRIBUTES, .attributes = ZH_SV("{}") } },
        { "a field no record set", { .text = ZH_SV("a"), .set = ZH_ITEM_BRAND } },
        { "a delete", { .text = ZH_SV("a"), .deleted = true } },
        { "another item", { .text = ZH_SV("b"), .set = ZH_ITEM_TITLE, .title = ZH_SV("Tea") } },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) CHECK_ROW(!zh_catalog_holds(c, &others[i].change), others[i].name);
    zh_buf_reset(&record);
    zh_item_change_put(&(zh_item_change){ .text = ZH_SV("a"), .deleted = true, .at_ms = 7, .price_minor = -1, .stock = -1 }, &record);
    CHECK(zh_catalog_apply(c, zh_buf_view(&record)) == ZH_OK && !zh_catalog_holds(c, &first));
    zh_buf_close(&record);
    zh_catalog_close(c);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_the_story_of_an_item();
    test_a_change_that_says_nothing_new_is_known();
    test_a_second_text_with_the_same_number_is_refused();
    test_a_long_name_is_cut_at_a_character();
    test_search_pages_in_the_order_of_texts();
    for (uint64_t i = 0; i < 300; i++) test_any_order_gives_the_same_items(seed + i);
    return 0;
}
