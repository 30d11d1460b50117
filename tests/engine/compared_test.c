/* compared_test.c -- Goal: a customer counts once, on his side, from his earliest moment; on both sides he is on neither.
 * Method: a table by hand, and random units against a slow model; the difference itself is proved over HTTP (tests/e2e/campaigns.py). */
#include "base/rng.h"
#include "engine/compared.h"
#include "check.h"

static zh_compared_unit of(const zh_compared_units *u, uint64_t customer)
{
    for (size_t i = 0; i < u->count; i++)
        if (u->all[i].customer == customer) return u->all[i];
    return (zh_compared_unit){ 0 };
}

static void a_customer_counts_once(void)
{
    static const struct { uint64_t customer; int64_t moment_ms; zh_compared_side side; } taken[] = {
        { 1, 50, ZH_COMPARED_TREATED }, { 2, 60, ZH_COMPARED_CONTROL }, { 1, 40, ZH_COMPARED_TREATED }, { 3, 70, ZH_COMPARED_CONTROL }, { 1, 90, ZH_COMPARED_TREATED }, { 3, 65, ZH_COMPARED_TREATED }, { 3, 80, ZH_COMPARED_CONTROL },
    };
    zh_compared_units u = zh_compared_units_open();
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) CHECK(zh_compared_take(&u, (zh_customer_id){ taken[i].customer }, taken[i].moment_ms, taken[i].side) == ZH_OK);
    CHECK(u.count == 3);
    CHECK(of(&u, 1).side == ZH_COMPARED_TREATED && of(&u, 1).moment_ms == 40);
    CHECK(of(&u, 2).side == ZH_COMPARED_CONTROL && of(&u, 2).moment_ms == 60);
    CHECK(of(&u, 3).side == ZH_COMPARED_CROSSED && of(&u, 3).moment_ms == 65);
    zh_compared_units_close(&u);
    CHECK(u.count == 0 && !u.is_part);
}

#define CUSTOMERS 3000u

static void as_a_slow_model(uint64_t seed)
{
    static struct { int64_t moment_ms; unsigned sides; } model[CUSTOMERS];
    zh_rng rng = { .seed = seed };
    zh_compared_units u = zh_compared_units_open();
    size_t count = 0;
    memset(model, 0, sizeof model);
    for (uint32_t i = 0; i < 3 * CUSTOMERS; i++) {
        const uint64_t customer = zh_rng_below(&rng, CUSTOMERS);
        const int64_t moment_ms = 1 + (int64_t)zh_rng_below(&rng, 1000);
        const zh_compared_side side = zh_rng_below(&rng, 5) == 0 ? ZH_COMPARED_CONTROL : ZH_COMPARED_TREATED;
        CHECK(zh_compared_take(&u, (zh_customer_id){ customer }, moment_ms, side) == ZH_OK);
        if (model[customer].sides == 0) count++;
        if (model[customer].sides == 0 || moment_ms < model[customer].moment_ms) model[customer].moment_ms = moment_ms;
        model[customer].sides |= 1u << side;
    }
    CHECK(u.count == count);
    for (size_t i = 0; i < u.count; i++) {
        const unsigned sides = model[u.all[i].customer].sides;
        CHECK(u.all[i].moment_ms == model[u.all[i].customer].moment_ms);
        CHECK(u.all[i].side == (sides == 3 ? ZH_COMPARED_CROSSED : sides == 1u << ZH_COMPARED_CONTROL ? ZH_COMPARED_CONTROL : ZH_COMPARED_TREATED));
    }
    zh_compared_units_close(&u);
}

int main(int argc, char **argv)
{
    const uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 7;
    printf("seed %llu\n", (unsigned long long)seed);
    a_customer_counts_once();
    for (uint64_t s = 0; s < 20; s++) as_a_slow_model(seed + s);
    return 0;
}
