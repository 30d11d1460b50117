/* Goal: buckets are those that others compute from the same words, evenly used, and independent between salts. */
#include "core/bucket.h"
#include "check.h"

int main(void)
{
    static const struct { uint32_t workspace; const char *salt; uint64_t customer; uint32_t n, bucket; } known[] = {
        { 1, "spring-test", 1, 100, 7 }, { 1, "spring-test", 2, 100, 71 }, { 1, "", 1, 2, 1 }, { 2, "spring-test", 1, 100, 5 }, { 1, "\xE6\x98\xA5", 1234567890123, 1000000, 184011 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const uint32_t bucket = zh_bucket_of((zh_workspace_id){ known[i].workspace }, zh_sv_of(known[i].salt), (zh_customer_id){ known[i].customer }, known[i].n);
        if (bucket != known[i].bucket) fprintf(stderr, "vector %zu: %u\n", i, bucket);
        CHECK(bucket == known[i].bucket);
    }
    uint32_t used[10] = { 0 }, both[2][2] = { { 0 } };
    for (uint64_t c = 1; c <= 100000; c++) {
        used[zh_bucket_of(ZH_WORKSPACE_DEFAULT, ZH_SV("a"), (zh_customer_id){ c }, 10)]++;
        both[zh_bucket_of(ZH_WORKSPACE_DEFAULT, ZH_SV("a"), (zh_customer_id){ c }, 2)][zh_bucket_of(ZH_WORKSPACE_DEFAULT, ZH_SV("b"), (zh_customer_id){ c }, 2)]++;
    }
    for (int i = 0; i < 10; i++) CHECK(used[i] > 9600 && used[i] < 10400); /* four deviations of 95 */
    for (int i = 0; i < 4; i++) CHECK(both[i / 2][i % 2] > 24450 && both[i / 2][i % 2] < 25550);
    return 0;
}
