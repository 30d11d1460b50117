/* Goal: a decision written is the decision read, it is small, and other bytes are an error.
 * Method: random decisions round trip by comparing all bytes again; every truncation fails; an
 * ordinary list of 20 items is measured; ids against fixed texts. */
#include "core/decision.h"
#include "check.h"

static zh_item_id *random_items(uint64_t *seed, zh_arena *arena, uint32_t count)
{
    zh_item_id *items = ZH_TAKE(arena, zh_item_id, count);
    for (uint32_t i = 0; i < count; i++) items[i].number = test_random(seed);
    return items;
}

static zh_decision random_decision(uint64_t *seed, zh_arena *arena)
{
    zh_decision d = {
        .id = { test_random(seed), test_random(seed) }, .customer = { test_random(seed) % 1000000 },
        .placement = ZH_SV("home"), .time_ms = (int64_t)test_random(seed),
        .strategy = (zh_strategy)(test_random(seed) % ZH_STRATEGY_COUNT), .personalized = test_random(seed) % 2 == 0,
        .candidates = (uint32_t)test_random(seed), .asked = (uint32_t)(test_random(seed) % 100),
        .context_item = { test_random(seed) % 2 }, .cart_count = (uint32_t)(test_random(seed) % 5),
        .excluded_count = (uint32_t)(test_random(seed) % 5), .shown_count = (uint32_t)(test_random(seed) % 30),
        .policy_version = (uint32_t)test_random(seed), .model_hash = test_random(seed),
        .positions_count = (uint32_t)(test_random(seed) % 4), .seed = test_random(seed) % 2 * 77,
        .consent = (uint32_t)test_random(seed), .experiment = ZH_SV("home-blend"), .arm = ZH_SV("b"),
    };
    if (test_random(seed) % 2 == 0) { /* drawn by a bandit */
        d.arm_chance_micro = 1 + (uint32_t)(test_random(seed) % ZH_DECISION_MICRO);
        d.allocation = (uint32_t)(test_random(seed) % 5000);
    }
    if (test_random(seed) % 3 == 0) d.placement_hash = test_random(seed) | 1;
    if (test_random(seed) % 3 == 0) d.scene = test_random(seed) | 1;
    if (test_random(seed) % 3 == 0) d.city = ZH_SV("Shenzhen");
    if (test_random(seed) % 3 == 0) d.device = ZH_SV("mobile");
    d.cart = random_items(seed, arena, d.cart_count);
    d.excluded = random_items(seed, arena, d.excluded_count);
    d.positions = ZH_TAKE(arena, uint64_t, d.positions_count);
    for (uint32_t i = 0; i < d.positions_count; i++) d.positions[i] = test_random(seed);
    d.shown = ZH_TAKE(arena, zh_shown, d.shown_count);
    const bool chance = test_random(seed) % 2 == 0;
    for (uint32_t i = 0; i < d.shown_count; i++)
        d.shown[i] = (zh_shown){ .item = { test_random(seed) }, .evidence = { test_random(seed) % 4 },
                                 .score_micro = (int64_t)test_random(seed), .reason = (zh_reason_code)(i % ZH_REASON_COUNT),
                                 .propensity_micro = chance ? 1 + (uint32_t)(test_random(seed) % ZH_DECISION_MICRO)
                                                            : ZH_DECISION_MICRO };
    return d;
}

static void test_a_read_decision_writes_the_same_bytes(uint64_t seed)
{
    zh_arena arena = zh_arena_open(1 << 20), damaged = zh_arena_open(1 << 16);
    zh_buf first = zh_buf_open(1 << 16), second = zh_buf_open(1 << 16);
    for (int i = 0; i < 200; i++) {
        const zh_decision d = random_decision(&seed, &arena);
        zh_decision back;
        zh_buf_reset(&first), zh_buf_reset(&second);
        zh_decision_put(&d, &first);
        CHECK(zh_buf_err(&first) == ZH_OK);
        const int version = d.placement_hash != 0 || d.scene != 0 || d.city.size + d.device.size > 0 ? 3 : d.arm_chance_micro != 0 ? 2 : 1;
        CHECK(zh_buf_view(&first).data[1] == version); /* others are written as they always were */
        CHECK(zh_decision_get(zh_buf_view(&first), &arena, &back) == ZH_OK);
        CHECK(back.shown_count == d.shown_count && back.seed == d.seed && back.time_ms == d.time_ms && back.arm_chance_micro == d.arm_chance_micro && back.allocation == d.allocation);
        CHECK(back.placement_hash == d.placement_hash && back.scene == d.scene && zh_sv_equal(back.city, d.city) && zh_sv_equal(back.device, d.device));
        CHECK(back.personalized == d.personalized && back.context_item.number == d.context_item.number);
        for (uint32_t k = 0; k < d.shown_count; k++) {
            CHECK(back.shown[k].score_micro == d.shown[k].score_micro && back.shown[k].item.number == d.shown[k].item.number);
            CHECK(back.shown[k].evidence.number == d.shown[k].evidence.number && back.shown[k].reason == d.shown[k].reason);
            CHECK(back.shown[k].propensity_micro == d.shown[k].propensity_micro);
        }
        zh_decision_put(&back, &second);
        CHECK(zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second)));
        for (size_t cut = 0; cut < first.size; cut++, zh_arena_reset(&damaged))
            CHECK(zh_decision_get((zh_sv){ first.data, cut }, &damaged, &back) == ZH_FORMAT);
        for (size_t at = 0; at < first.size; at++) { /* any other byte: an error or a decision, never a crash */
            first.data[at] = (char)(first.data[at] ^ (1 << (at % 8)));
            if (zh_decision_get(zh_buf_view(&first), &damaged, &back) == ZH_OK) CHECK(back.shown_count <= ZH_DECISION_ITEMS_MAX);
            zh_arena_reset(&damaged);
            first.data[at] = (char)(first.data[at] ^ (1 << (at % 8)));
        }
        zh_buf_put_u8(&first, 0);
        CHECK(zh_decision_get(zh_buf_view(&first), &arena, &back) == ZH_FORMAT);
        zh_arena_reset(&arena);
    }
    zh_buf_close(&first), zh_buf_close(&second);
    zh_arena_close(&arena), zh_arena_close(&damaged);
}

static void test_twenty_items_fit_in_600_bytes(void)
{
    zh_shown shown[20];
    zh_item_id asked[4] = { { 1 }, { 2 }, { 3 }, { 4 } };
    uint64_t positions[3] = { 1u << 30, 1u << 30, 1u << 30 };
    for (uint32_t i = 0; i < 20; i++)
        shown[i] = (zh_shown){ { UINT64_MAX - i }, { UINT64_MAX / 2 - i }, 90000000 - 4000000 * (int64_t)i,
                               ZH_DECISION_MICRO, ZH_REASON_BECAUSE_YOU_BOUGHT };
    const zh_decision d = { .id = { 1, 2 }, .customer = { 1u << 31 }, .placement = ZH_SV("product_page"), .time_ms = 1u << 31,
        .candidates = 100000, .asked = 20, .context_item = { 5 }, .cart = asked, .cart_count = 4, .shown = shown,
        .shown_count = 20, .policy_version = 3, .model_hash = 9, .positions = positions, .positions_count = 3, .seed = 1,
        .experiment = ZH_SV("home-blend"), .arm = ZH_SV("b"), .personalized = true };
    zh_buf out = zh_buf_open(4096);
    zh_decision_put(&d, &out);
    printf("20 items: %zu bytes\n", out.size);
    CHECK(out.size <= 600);
    zh_buf_close(&out);
}

static void test_an_id_reads_as_it_prints(uint64_t seed)
{
    static const struct { const char *name, *text; zh_decision_id id; } rows[] = {
        { "zero", "00000000000000000000000000", { 0, 0 } },
        { "one", "00000000000000000000000001", { 0, 1 } },
        { "all bits", "7zzzzzzzzzzzzzzzzzzzzzzzzz", { UINT64_MAX, UINT64_MAX } },
        { "the high word's lowest bit", "0000000000000g000000000000", { 1, 0 } },
    };
    char text[ZH_DECISION_ID_TEXT_BYTES];
    zh_decision_id id;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zh_decision_id_print(rows[i].id, text);
        CHECK_ROW(strcmp(text, rows[i].text) == 0, rows[i].name);
        CHECK_ROW(zh_decision_id_parse(zh_sv_of(text), &id) == ZH_OK, rows[i].name);
        CHECK_ROW(id.high == rows[i].id.high && id.low == rows[i].id.low, rows[i].name);
    }
    for (int i = 0; i < 1000; i++) {
        const zh_decision_id want = { test_random(&seed), test_random(&seed) };
        zh_decision_id_print(want, text);
        CHECK(zh_decision_id_parse(zh_sv_of(text), &id) == ZH_OK && id.high == want.high && id.low == want.low);
    }
    CHECK(zh_decision_id_parse(ZH_SV("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), &id) == ZH_OK);
    CHECK(zh_decision_id_parse(ZH_SV("8zzzzzzzzzzzzzzzzzzzzzzzzz"), &id) == ZH_FORMAT); /* 129 bits */
    CHECK(zh_decision_id_parse(ZH_SV("0000000000000000000000000u"), &id) == ZH_FORMAT); /* no such letter */
    CHECK(zh_decision_id_parse(ZH_SV("000"), &id) == ZH_FORMAT);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_a_read_decision_writes_the_same_bytes(seed);
    test_twenty_items_fit_in_600_bytes();
    test_an_id_reads_as_it_prints(seed);
    return 0;
}
