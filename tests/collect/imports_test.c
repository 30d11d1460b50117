/* Goal: the fold of imports knows what was brought in, what was taken back, and what views may not know any more.
 * Method: records there and back; a life of an import with and without its number left out; entries saved and loaded. */
#include "collect/imports.h"

#include "check.h"

#include <stdlib.h>

static zh_import_change change(uint32_t number, zh_import_phase phase)
{
    return (zh_import_change){ .number = number, .phase = phase, .at_ms = 1000 + number, .actor_kind = 3, .actor_number = 7, .source = { 2 },
        .name = ZH_SV("订单.csv"), .format = ZH_SV("orders-csv"), .fingerprint = 0xABCDEF0123456789u + number, .bytes = 1u << 30, .begun_ms = 999,
        .lines = 10, .accepted = 7, .duplicate = 2, .rejected = 1, .rejects_bytes = 123 };
}

static void tell(zh_imports *im, const zh_import_change *c)
{
    zh_buf record = zh_buf_open(1024);
    zh_import_change_put(c, &record);
    CHECK(zh_imports_fold(im, zh_buf_view(&record)) == ZH_OK);
    zh_buf_close(&record);
}

static void test_record(void)
{
    zh_buf record = zh_buf_open(1024), again = zh_buf_open(1024);
    for (int phase = ZH_IMPORT_RUNNING; phase <= ZH_IMPORT_UNDONE; phase++) {
        zh_import_change c = change(5, (zh_import_phase)phase), back;
        if (phase == ZH_IMPORT_UNDONE) c.events = 3, c.items = 4;
        zh_buf_reset(&record);
        zh_buf_reset(&again);
        zh_import_change_put(&c, &record);
        CHECK(zh_import_change_get(zh_buf_view(&record), &back) == ZH_OK);
        zh_import_change_put(&back, &again);
        CHECK(zh_sv_equal(zh_buf_view(&record), zh_buf_view(&again)));
        CHECK(back.events == c.events && (phase == ZH_IMPORT_UNDONE || zh_sv_equal(back.name, c.name)));
        for (size_t size = 0; size < record.size; size++) CHECK(zh_import_change_get(zh_sv_part(zh_buf_view(&record), 0, size), &back) == ZH_FORMAT);
    }
    zh_buf_close(&record);
    zh_buf_close(&again);
    const char *why;
    zh_import_change bad = change(0, ZH_IMPORT_RUNNING);
    CHECK(!zh_import_change_check(&bad, &why) && why != NULL);
    bad = change(ZH_IMPORTS_MAX + 1, ZH_IMPORT_RUNNING);
    CHECK(!zh_import_change_check(&bad, &why));
}

static void test_life(bool left_out)
{
    const uint32_t skip[] = { 3 };
    zh_imports *im;
    uint32_t numbers[8];
    CHECK(zh_imports_open(&im, skip, left_out ? 1 : 0) == ZH_OK);
    CHECK(zh_imports_last(im) == 0 && zh_imports_get(im, 3) == NULL && zh_imports_is_undone(im, 3) == left_out);
    zh_import_change c = change(3, ZH_IMPORT_RUNNING);
    tell(im, &c);
    CHECK(zh_imports_last(im) == 3 && zh_imports_get(im, 1) == NULL && zh_imports_get(im, 3)->last.accepted == 7);
    for (int i = 0; i < 7 && !zh_imports_is_undone(im, 3); i++) zh_imports_count(im, 3, i == 6);
    CHECK(zh_imports_get(im, 3)->events == (left_out ? 0u : 6u) && zh_imports_get(im, 3)->items == (left_out ? 0u : 1u));
    CHECK(zh_imports_same(im, (zh_source_id){ 2 }, c.fingerprint) == zh_imports_get(im, 3));
    CHECK(zh_imports_same(im, (zh_source_id){ 1 }, c.fingerprint) == NULL && zh_imports_same(im, (zh_source_id){ 2 }, 0) == NULL);
    c.phase = ZH_IMPORT_UNDONE;
    c.events = 6;
    c.items = 1;
    tell(im, &c);
    CHECK(zh_imports_is_undone(im, 3) && zh_imports_is_pending(im) == !left_out);
    CHECK(zh_imports_get(im, 3)->applied == left_out && zh_imports_get(im, 3)->events == 6 && zh_imports_get(im, 3)->undone_ms == c.at_ms);
    CHECK(zh_imports_same(im, (zh_source_id){ 2 }, c.fingerprint) == NULL);
    CHECK(zh_imports_undone(im, false, numbers, 8) == 1 && numbers[0] == 3 && zh_imports_undone(im, true, numbers, 8) == (left_out ? 1u : 0u));
    c.phase = ZH_IMPORT_RUNNING; /* too late */
    c.accepted = 99;
    tell(im, &c);
    CHECK(zh_imports_get(im, 3)->last.accepted == 7 && zh_imports_is_undone(im, 3));
    zh_imports_close(im);
}

typedef struct kept { zh_imports *to; int count; } kept;

static zh_err load(void *context, zh_sv key, zh_sv value)
{
    kept *k = context;
    k->count++;
    return zh_imports_load(k->to, key, value);
}

static void test_keeping(void)
{
    zh_imports *im, *again;
    const char *why;
    CHECK(zh_imports_open(&im, NULL, 0) == ZH_OK && zh_imports_open(&again, NULL, 0) == ZH_OK);
    for (uint32_t n = 1; n <= 200; n += 3) {
        zh_import_change c = change(n, ZH_IMPORT_DONE);
        tell(im, &c);
        zh_imports_count(im, n, false);
    }
    zh_import_change undo = change(4, ZH_IMPORT_UNDONE);
    tell(im, &undo);
    kept k = { again, 0 };
    CHECK(zh_imports_save(im, false, (zh_keep){ &k, load }) == ZH_OK && k.count == 67);
    CHECK(zh_imports_last(again) == 199 && zh_imports_is_undone(again, 4) && zh_imports_is_pending(again) && zh_imports_get(again, 1)->events == 1);
    CHECK(zh_imports_check(again, &why));
    kept none = { NULL, 0 };
    CHECK(zh_imports_save(im, false, (zh_keep){ &none, NULL }) == ZH_OK); /* nothing changed: nobody is called */
    zh_imports_close(im);
    zh_imports_close(again);
}

int main(void)
{
    test_record();
    test_life(false);
    test_life(true);
    test_keeping();
    return 0;
}
