/* Any bytes as a bandit's allocation: refused, or sound, drawing an arm that is there, and the same when written and read again. */
#include "measure/allocation.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    zh_sv name, same;
    zh_bandit_allocation a, back;
    if (zh_allocation_get((zh_sv){ (const char *)data, size }, &name, &a) != ZH_OK) return 0;
    zh_buf out = zh_buf_open(1 << 20);
    zh_allocation_put(name, &a, &out);
    if (!zh_bandit_is_sound(&a) || zh_allocation_get(zh_buf_view(&out), &same, &back) != ZH_OK || !zh_sv_equal(name, same) || memcmp(&a, &back, sizeof a) != 0) abort();
    for (uint32_t place = 0; place < ZH_BANDIT_MICRO; place += 9973) {
        const uint32_t arm = zh_bandit_draw(&a, place);
        if (arm >= a.arms || a.chance[arm] == 0) abort();
    }
    zh_buf_close(&out);
    return 0;
}
