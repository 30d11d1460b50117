/* Goal: an event written is the event read; other bytes are an error.
 * Method: random events round trip by comparing all bytes again; every truncation and every
 * single changed byte either fails or reads back to something that writes the same bytes. */
#include "core/event.h"
#include "core/record.h"
#include "check.h"

static zh_sv random_text(uint64_t *seed, zh_arena *arena, size_t bytes_max)
{
    char *text = zh_arena_take(arena, bytes_max + 1, 1);
    const size_t size = test_random(seed) % (bytes_max + 1);
    for (size_t i = 0; i < size; i++) text[i] = (char)test_random(seed);
    return (zh_sv){ text, size };
}

static zh_event random_event(uint64_t *seed, zh_arena *arena)
{
    zh_event e = {
        .customer = { test_random(seed) }, .source = { (uint32_t)test_random(seed) },
        .key = { test_random(seed), test_random(seed) }, .body_hash = test_random(seed),
        .type = (zh_event_type)(ZH_EVENT_TRACK + test_random(seed) % 6),
        .act = (zh_act)(test_random(seed) % ZH_ACT_COUNT), .marks = (uint32_t)test_random(seed),
        .time_ms = (int64_t)test_random(seed), .original_ms = (int64_t)test_random(seed),
        .sent_ms = (int64_t)(test_random(seed) % 3), .received_ms = (int64_t)test_random(seed),
        .message_id = random_text(seed, arena, 40), .name = random_text(seed, arena, 20),
        .category = random_text(seed, arena, 9), .order_id = random_text(seed, arena, 9),
        .currency = { (uint32_t)test_random(seed) }, .revenue_minor = (int64_t)test_random(seed),
        .properties = random_text(seed, arena, 200), .traits = random_text(seed, arena, 50),
        .context = random_text(seed, arena, 50), .integrations = random_text(seed, arena, 9),
        .consent = random_text(seed, arena, 9), .personal = random_text(seed, arena, 90),
    };
    e.lines_count = (uint32_t)(test_random(seed) % 4);
    e.lines = e.lines_count == 0 ? NULL : ZH_TAKE(arena, zh_line, e.lines_count);
    for (uint32_t i = 0; i < e.lines_count; i++) {
        zh_line *line = &e.lines[i];
        line->item.number = test_random(seed);
        line->item_text = random_text(seed, arena, 12);
        line->sku = test_random(seed) % 2 ? line->item_text : random_text(seed, arena, 12);
        line->name = random_text(seed, arena, 30);
        line->category = random_text(seed, arena, 12);
        line->brand = random_text(seed, arena, 12);
        line->price_minor = (int64_t)test_random(seed);
        line->quantity = (int64_t)test_random(seed);
        line->total_minor = (int64_t)(test_random(seed) % 1000);
        line->has_cost = test_random(seed) % 4 == 0;
        line->cost_minor = line->has_cost ? (int64_t)(test_random(seed) >> 2) : 0;
    }
    return e;
}

static void test_a_cost_is_of_all_pieces_or_not_known(void)
{
    static const struct { int64_t quantity[2], cost[2]; uint32_t lines, marks; int64_t sum; bool known; const char *why; } rows[] = {
        { { 3, 1 }, { 200, 50 }, 2, 0, 650, true, "all pieces" },
        { { 3, 1 }, { 0, 50 }, 2, 0, 50, true, "a gift" },
        { { 3, 1 }, { 200, -1 }, 2, 0, 0, false, "one line without" },
        { { 0, 0 }, { 0, 0 }, 0, 0, 0, false, "no lines" },
        { { 3, 1 }, { -1, -1 }, 2, ZH_MARK_NON_PRODUCT, 0, true, "postage" },
        { { INT64_MAX, 1 }, { 2, 1 }, 2, 0, 0, false, "more than there is" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_line lines[2];
        int64_t sum;
        for (int l = 0; l < 2; l++) lines[l] = (zh_line){ .quantity = rows[i].quantity[l], .has_cost = rows[i].cost[l] >= 0, .cost_minor = rows[i].cost[l] };
        const zh_event e = { .lines = lines, .lines_count = rows[i].lines, .marks = rows[i].marks };
        CHECK_ROW(zh_event_cost(&e, &sum) == rows[i].known && (!rows[i].known || sum == rows[i].sum), rows[i].why);
    }
}

static void test_a_read_event_writes_the_same_bytes(uint64_t seed)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_buf first = zh_buf_open(1 << 16), second = zh_buf_open(1 << 16);
    for (int i = 0; i < 200; i++) {
        zh_event e = random_event(&seed, &arena), back;
        e.import_number = i % 3 == 0 ? (uint32_t)i : 0;
        zh_buf_reset(&first);
        zh_event_put(&e, &first);
        CHECK(zh_buf_err(&first) == ZH_OK);
        CHECK(zh_record_import_of(zh_buf_view(&first)) == e.import_number);
        CHECK(zh_event_get(zh_buf_view(&first), &arena, &back) == ZH_OK);
        CHECK(zh_event_order(&e, &back) == 0 && zh_event_lines_minor(&e) == zh_event_lines_minor(&back));
        CHECK(back.time_ms == e.time_ms && back.original_ms == e.original_ms && back.sent_ms == e.sent_ms);
        CHECK(back.revenue_minor == e.revenue_minor && back.customer.number == e.customer.number);
        CHECK(back.import_number == e.import_number);
        CHECK(zh_event_customer(zh_buf_view(&first)).number == e.customer.number);
        CHECK(zh_event_customer(zh_sv_part(zh_buf_view(&first), 0, 9)).number == 0);
        CHECK(zh_sv_equal(back.personal, e.personal) && back.lines_count == e.lines_count);
        for (uint32_t l = 0; l < e.lines_count; l++) CHECK(back.lines[l].has_cost == e.lines[l].has_cost && back.lines[l].cost_minor == e.lines[l].cost_minor);
        zh_buf_reset(&second);
        zh_event_put(&back, &second);
        CHECK(zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second)));
        zh_arena_reset(&arena);
    }
    zh_buf_close(&first);
    zh_buf_close(&second);
    zh_arena_close(&arena);
}

static void test_no_truncation_is_read(uint64_t seed)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_buf buf = zh_buf_open(1 << 16);
    zh_event e = random_event(&seed, &arena), back;
    zh_event_put(&e, &buf);
    for (size_t cut = 0; cut < buf.size; cut++)
        CHECK(zh_event_get((zh_sv){ buf.data, cut }, &arena, &back) != ZH_OK);
    zh_buf_put_u8(&buf, 0); /* nor is one byte too many */
    CHECK(zh_event_get(zh_buf_view(&buf), &arena, &back) == ZH_FORMAT);
    zh_buf_close(&buf);
    zh_arena_close(&arena);
}

static void test_order_is_time_then_message_then_body(void)
{
    const zh_event a = { .time_ms = 1, .message_id = ZH_SV("b"), .body_hash = 9 };
    const zh_event later = { .time_ms = 2, .message_id = ZH_SV("a") };
    const zh_event same_time = { .time_ms = 1, .message_id = ZH_SV("c") };
    const zh_event other_body = { .time_ms = 1, .message_id = ZH_SV("b"), .body_hash = 10 };
    CHECK(zh_event_order(&a, &later) < 0 && zh_event_order(&later, &a) > 0);
    CHECK(zh_event_order(&a, &same_time) < 0);
    CHECK(zh_event_order(&a, &other_body) < 0 && zh_event_order(&a, &a) == 0);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_a_cost_is_of_all_pieces_or_not_known();
    test_a_read_event_writes_the_same_bytes(seed);
    for (uint64_t i = 0; i < 20; i++) test_no_truncation_is_read(seed + i);
    test_order_is_time_then_message_then_body();
    return 0;
}
