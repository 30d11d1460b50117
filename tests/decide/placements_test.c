/* Goal: definitions take the place of what is built in, and leave it again. Method: by hand. */
#include "decide/placements.h"
#include "check.h"

static void define(zh_placements *s, const char *name, const char *setting) { CHECK(zh_placements_define(s, zh_sv_of(name), zh_sv_of(setting)) == ZH_OK); }

static size_t count(const zh_placements *s)
{
    size_t all = 0;
    for (size_t at = 0; zh_placements_next(s, &at) != NULL;) all++;
    return all;
}

static void test_a_definition_is_in_force_until_it_is_deleted(void)
{
    zh_placements *s;
    const size_t built_in = zh_placement_count();
    CHECK(zh_placements_open(&s) == ZH_OK);
    CHECK(zh_placements_find(s, ZH_SV("home")) == zh_placement_find(ZH_SV("home")) && zh_placements_find(s, ZH_SV("side")) == NULL && count(s) == built_in);
    define(s, "side", "{\"definition\":{\"strategy\":\"popular\"}}");
    define(s, "banner", "{\"definition\":{\"strategy\":\"trending\"}}");
    define(s, "home", "{\"definition\":{\"strategy\":\"popular\"}}");
    CHECK(count(s) == built_in + 2 && zh_placements_count(s) == 3);
    size_t at = 0;
    CHECK(zh_placements_next(s, &at)->hash != 0); /* home in its own place */
    at = built_in;
    const zh_placement *first = zh_placements_next(s, &at), *second = NULL;
    while (zh_sv_equal(first->name, ZH_SV("banner")) == false) first = zh_placements_next(s, &at);
    second = zh_placements_next(s, &at);
    CHECK(zh_sv_equal(second->name, ZH_SV("side")) && zh_placements_next(s, &at) == NULL);
    CHECK(zh_placements_find(s, ZH_SV("home"))->strategy == ZH_STRATEGY_POPULAR);
    define(s, "home", "{\"definition\":{\"strategy\":\"a newer one\"}}");
    CHECK(zh_placements_find(s, ZH_SV("home")) == zh_placement_find(ZH_SV("home")) && zh_placements_fault(s, ZH_SV("home")) != NULL);
    define(s, "side", "{\"definition\":5}");
    CHECK(zh_placements_find(s, ZH_SV("side")) == NULL && zh_placements_fault(s, ZH_SV("side")) != NULL && count(s) == built_in + 1);
    define(s, "home", "");
    define(s, "side", "");
    define(s, "banner", "");
    define(s, "never", "");
    CHECK(zh_placements_count(s) == 0 && count(s) == built_in && zh_placements_fault(s, ZH_SV("home")) == NULL);
    zh_placements_close(s);
}

static void test_one_too_many_is_refused(void)
{
    zh_placements *s;
    CHECK(zh_placements_open(&s) == ZH_OK);
    char name[16];
    for (int i = 0; i < ZH_PLACEMENTS_MAX; i++) {
        (void)snprintf(name, sizeof name, "p%03d", (i * 37) % ZH_PLACEMENTS_MAX);
        define(s, name, "{\"definition\":{\"strategy\":\"popular\"}}");
    }
    CHECK(zh_placements_define(s, ZH_SV("more"), ZH_SV("{\"definition\":{\"strategy\":\"popular\"}}")) == ZH_FULL);
    define(s, "p007", "{\"definition\":{\"strategy\":\"trending\"}}");
    CHECK(zh_placements_count(s) == ZH_PLACEMENTS_MAX && zh_placements_find(s, ZH_SV("p007"))->strategy == ZH_STRATEGY_TRENDING);
    zh_placements_close(s);
}

int main(void)
{
    test_a_definition_is_in_force_until_it_is_deleted();
    test_one_too_many_is_refused();
    return 0;
}
