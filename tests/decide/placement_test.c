/* Goal: every workspace starts with these placements, and each ends with a stage that always fills. */
#include "decide/placement.h"
#include "check.h"

int main(void)
{
    static const char *const names[] = { "home", "product_page", "cart", "search_empty", "order_done", "substitutes", "recently_seen", "complements", "accessories", "buy_again" };
    const size_t count = sizeof names / sizeof *names;
    CHECK(zh_placement_count() == count);
    for (size_t i = 0; i < count; i++) {
        const zh_placement *p = zh_placement_find(zh_sv_of(names[i]));
        CHECK_ROW(p != NULL && zh_sv_equal(p->name, zh_sv_of(names[i])), names[i]);
        int last = 0;
        while (last + 1 < ZH_PLACEMENT_STAGES_MAX && p->stages[last + 1] != ZH_STAGE_END) last++;
        CHECK_ROW(p->stages[last] == ZH_STAGE_NEW, names[i]);
        CHECK_ROW(p->title_en != NULL && p->title_zh != NULL, names[i]);
    }
    CHECK(zh_placement_find(ZH_SV("homes")) == NULL && zh_placement_find((zh_sv){ 0 }) == NULL);
    CHECK(zh_placement_at(0) != NULL && zh_placement_at(count) == NULL);
    return 0;
}
