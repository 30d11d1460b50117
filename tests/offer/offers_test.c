/* Goal: the register keeps every version, in force is the last, and it is the same when loaded in any order. Method: by hand; a keeper in memory. */
#include "offer/offers.h"
#include "check.h"
#include "shelf.h"

#define TEN "{\"kind\":\"percent\",\"percent\":10,\"currency\":\"CNY\"}"
#define CODE(percent, code) "{\"kind\":\"percent\",\"percent\":" percent ",\"currency\":\"CNY\",\"give\":\"code\",\"code\":\"" code "\"}"

static zh_err define(zh_offers *s, const char *name, const char *definition, int64_t at_ms)
{
    char setting[512];
    (void)snprintf(setting, sizeof setting, "{\"definition\":%s}", definition);
    return zh_offers_define(s, zh_sv_of(name), definition[0] == '\0' ? (zh_sv){ 0 } : zh_sv_of(setting), at_ms);
}

static void test_versions(zh_offers *s)
{
    uint32_t version = 0, at = 0;
    zh_sv name;
    CHECK(define(s, "b", TEN, 1) == ZH_OK && define(s, "b", TEN, 2) == ZH_OK); /* said twice: one version */
    CHECK(define(s, "a", CODE("20", "half"), 3) == ZH_OK && define(s, "b", CODE("30", "more"), 4) == ZH_OK);
    CHECK(zh_offers_find(s, ZH_SV("b"), &version)->percent == 30 && version == 2 && zh_offers_versions(s, ZH_SV("b")) == 2);
    CHECK(zh_offers_version(s, ZH_SV("b"), 1)->offer.percent == 10 && zh_offers_version(s, ZH_SV("b"), 1)->at_ms == 1 && zh_offers_version(s, ZH_SV("b"), 3) == NULL);
    CHECK(zh_offers_find_code(s, ZH_SV("MORE"), &version)->percent == 30 && zh_offers_find_code(s, ZH_SV("LESS"), &version) == NULL);
    CHECK(define(s, "b", "", 5) == ZH_OK && zh_offers_find(s, ZH_SV("b"), &version) == NULL && zh_offers_find_code(s, ZH_SV("MORE"), &version) == NULL);
    CHECK(zh_offers_version(s, ZH_SV("b"), 2)->offer.percent == 30); /* its history stays */
    CHECK(define(s, "c", "{\"kind\":\"of a newer release\"}", 6) == ZH_OK && zh_offers_find(s, ZH_SV("c"), &version) == NULL && zh_offers_version(s, ZH_SV("c"), 1)->fault.field[0] != '\0');
    CHECK(zh_offers_next(s, &at, &name) && zh_sv_equal(name, ZH_SV("a")) && zh_offers_next(s, &at, &name) && zh_offers_next(s, &at, &name) && !zh_offers_next(s, &at, &name));
}

static void test_too_many_change_nothing(void)
{
    zh_offers *s;
    char text[128], name[16];
    uint32_t version;
    CHECK(zh_offers_open(&s) == ZH_OK);
    for (int i = 1; i <= ZH_OFFER_VERSIONS_MAX; i++) {
        (void)snprintf(text, sizeof text, "{\"kind\":\"fixed\",\"offCents\":%d,\"currency\":\"CNY\"}", i);
        CHECK(zh_offers_has_room(s, ZH_SV("x")) && define(s, "x", text, i) == ZH_OK);
    }
    CHECK(!zh_offers_has_room(s, ZH_SV("x")) && define(s, "x", TEN, 99) == ZH_FULL && zh_offers_find(s, ZH_SV("x"), &version)->off_cents == ZH_OFFER_VERSIONS_MAX);
    for (int i = 1; i < ZH_OFFERS_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        CHECK(define(s, name, TEN, i) == ZH_OK);
    }
    CHECK(!zh_offers_has_room(s, ZH_SV("more")) && define(s, "more", TEN, 1) == ZH_FULL && zh_offers_count(s) == ZH_OFFERS_MAX);
    zh_offers_close(s);
}

int main(void)
{
    zh_offers *s, *back;
    const char *why;
    CHECK(zh_offers_open(&s) == ZH_OK && zh_offers_open(&back) == ZH_OK);
    test_versions(s);
    CHECK(zh_offers_check(s, &why));
    shelf kept = { 0 }, once = { 0 }, again = { 0 };
    CHECK(zh_offers_save(s, false, shelf_keep(&kept)) == ZH_OK && zh_offers_save(s, true, shelf_keep(&once)) == ZH_OK && shelf_equal(&kept, &once));
    for (size_t i = kept.count; i-- > 0;) CHECK(zh_offers_load(back, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_offers_check(back, &why) && zh_offers_save(back, true, shelf_keep(&again)) == ZH_OK && shelf_equal(&once, &again));
    CHECK(zh_offers_load(back, shelf_key(&kept, 0), shelf_value(&kept, 0)) == ZH_CORRUPT); /* twice */
    zh_offers_close(s);
    zh_offers_close(back);
    shelf_close(&kept);
    shelf_close(&once);
    shelf_close(&again);
    test_too_many_change_nothing();
    return 0;
}
