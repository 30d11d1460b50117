/* Goal: an allocation reads back as it was written, and nothing else is taken for one. */
#include "measure/allocation.h"
#include "check.h"

#include <string.h>

int main(void)
{
    const zh_bandit_allocation a = { .number = 300, .since = 20, .cause = ZH_BANDIT_DRIFT, .arms = 3, .drifted = 2, .chance = { 900000, 50000, 50000 } };
    zh_buf out = zh_buf_open(1024);
    zh_sv name;
    zh_bandit_allocation back;
    zh_allocation_put(ZH_SV("home"), &a, &out);
    const zh_sv record = zh_buf_view(&out);
    CHECK(zh_allocation_get(record, &name, &back) == ZH_OK && zh_sv_equal(name, ZH_SV("home")) && memcmp(&a, &back, sizeof a) == 0);
    for (size_t cut = 0; cut < record.size; cut++) CHECK(zh_allocation_get(zh_sv_part(record, 0, cut), &name, &back) == ZH_FORMAT);
    static const zh_bandit_allocation bad[] = {
        { .number = 1, .since = 2, .arms = 2, .chance = { 500000, 500000 } },
        { .arms = 2, .chance = { 500000, 400000 } },
        { .arms = 1, .chance = { 1000000 } },
        { .arms = 2, .winner = 3, .chance = { 500000, 500000 } },
        { .arms = 2, .drifted = 2, .chance = { 500000, 500000 } },
        { .arms = 2, .cause = ZH_BANDIT_CAUSES, .chance = { 500000, 500000 } },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        zh_buf_reset(&out);
        zh_allocation_put(ZH_SV("home"), &bad[i], &out);
        CHECK(zh_allocation_get(zh_buf_view(&out), &name, &back) == ZH_FORMAT);
    }
    zh_buf_close(&out);
    return 0;
}
