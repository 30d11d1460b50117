/* instance_test.c
 * Goal    a record is read as it was written; what is out of range is refused; the number of an instance is its own.
 * Method  tables; every byte of a record cut off. */
#include "check.h"
#include "reach/instance.h"

static const zh_instance_record enter = { .customer = { 42 }, .word = ZH_INSTANCE_ENTER, .id = { 77 }, .journey = { "cart", 4 }, .key = { "c-1", 3 }, .version = 3, .at_ms = 900,
    .place = { .node = 2, .is_in = true, .due_ms = 5000, .visited = 7 }, .partition = 1, .position = 1234567 };
static const zh_instance_record moved = { .customer = { 42 }, .word = ZH_INSTANCE_MOVE, .id = { 77 }, .version = 4, .at_ms = 6000, .place = { .node = 63, .due_ms = INT64_MAX, .visited = UINT64_MAX } };
static const zh_instance_record left = { .customer = { 42 }, .word = ZH_INSTANCE_MOVE, .id = { 77 }, .version = 4, .at_ms = 6000,
    .place = { .node = ZH_JOURNEY_END, .left = ZH_JOURNEY_LEFT_GOAL, .due_ms = INT64_MAX, .visited = 9 } };
static const zh_instance_record events_read = { .word = ZH_INSTANCE_READ, .at_ms = 7, .partition = 255, .position = UINT64_MAX };

/* The number of an instance, of a workspace whose key has this first byte. */
static uint64_t id_by(uint8_t first, uint64_t customer, const char *journey, const char *key)
{
    zh_sealer sealer;
    const zh_workspace_key of = { .id = 1, .index = { first } };
    CHECK(zh_sealer_open(&sealer, ZH_WORKSPACE_DEFAULT, &of, 1) == ZH_OK);
    const zh_instance_id id = zh_instance_id_of(&sealer, (zh_customer_id){ customer }, zh_sv_of(journey), zh_sv_of(key));
    zh_sealer_close(&sealer);
    return id.number;
}

static bool is_same(const zh_instance_record *a, const zh_instance_record *b)
{
    return a->customer.number == b->customer.number && a->word == b->word && a->id.number == b->id.number && zh_sv_equal(a->journey, b->journey) && zh_sv_equal(a->key, b->key) &&
           a->version == b->version && a->at_ms == b->at_ms && a->place.node == b->place.node && a->place.is_in == b->place.is_in && a->place.left == b->place.left &&
           a->place.due_ms == b->place.due_ms && a->place.visited == b->place.visited && a->partition == b->partition && a->position == b->position;
}

static void words_are_read_as_they_were_written(void)
{
    static const struct { const char *name; const zh_instance_record *record; uint64_t customer; } rows[] = { { "enter", &enter, 42 }, { "move", &moved, 42 }, { "left", &left, 42 }, { "read", &events_read, 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_instance_record back;
        zh_buf bytes = zh_buf_open(4096);
        zh_instance_put(rows[i].record, &bytes);
        const zh_sv whole = zh_buf_view(&bytes);
        CHECK_ROW(zh_record_kind_of(whole) == ZH_RECORD_JOURNEY && zh_instance_get(whole, &back) == ZH_OK, rows[i].name);
        CHECK_ROW(zh_instance_customer(whole).number == rows[i].customer, rows[i].name);
        if (rows[i].record->word == ZH_INSTANCE_READ) back.place = rows[i].record->place; /* it has none */
        CHECK_ROW(is_same(&back, rows[i].record), rows[i].name);
        for (size_t size = 0; size < whole.size; size++) CHECK_ROW(zh_instance_get(zh_sv_part(whole, 0, size), &back) == ZH_FORMAT, rows[i].name);
        zh_buf_put_u8(&bytes, 0);
        CHECK_ROW(zh_instance_get(zh_buf_view(&bytes), &back) == ZH_FORMAT && zh_instance_customer(zh_buf_view(&bytes)).number == 0, rows[i].name);
        zh_buf_close(&bytes);
    }
}

static void who_left_is_at_the_end_whatever_the_writer_says_else(void)
{
    zh_instance_record record = left, back;
    zh_buf bytes = zh_buf_open(4096);
    record.place.node = 3, record.place.is_in = true, record.place.due_ms = 12;
    zh_instance_put(&record, &bytes);
    CHECK(zh_instance_get(zh_buf_view(&bytes), &back) == ZH_OK && is_same(&back, &left));
    zh_buf_close(&bytes);
}

static void what_is_out_of_range_is_no_good_record(void)
{
    zh_instance_record bad;
    CHECK(zh_instance_record_is_good(&enter) && zh_instance_record_is_good(&moved) && zh_instance_record_is_good(&left) && zh_instance_record_is_good(&events_read));
#define BAD(good, change)                          \
    do {                                           \
        bad = good;                                \
        change;                                    \
        CHECK(!zh_instance_record_is_good(&bad));  \
    } while (0)
    char text[ZH_JOURNEY_KEY_BYTES_MAX + 1];
    memset(text, 'x', sizeof text);
    BAD(enter, bad.customer.number = 0);
    BAD(enter, bad.id.number = 0);
    BAD(enter, bad.word = 0);
    BAD(enter, bad.word = 4);
    BAD(enter, bad.at_ms = -1);
    BAD(enter, bad.version = 0);
    BAD(enter, bad.version = ZH_INSTANCE_VERSIONS_MAX + 1);
    BAD(enter, bad.journey.size = 0);
    BAD(enter, bad.key.size = 0);
    BAD(enter, bad.key = ((zh_sv){ text, sizeof text }));
    BAD(enter, bad.journey = ((zh_sv){ text, ZH_MESSAGE_NAME_BYTES_MAX + 1 }));
    BAD(enter, bad.place.node = ZH_JOURNEY_NODES_MAX);
    BAD(enter, bad.place.due_ms = -1);
    BAD(enter, bad.place.left = ZH_JOURNEY_LEFTS);
    BAD(enter, bad.partition = ZH_INSTANCE_PARTITIONS_MAX);
    BAD(moved, bad.place.node = ZH_JOURNEY_END);
    BAD(events_read, bad.customer.number = 1);
    BAD(events_read, bad.partition = ZH_INSTANCE_PARTITIONS_MAX);
}

static void a_moment_past_the_end_of_time_is_refused(void)
{
    zh_instance_record back;
    zh_buf bytes = zh_buf_open(4096);
    zh_record_begin(&bytes, ZH_RECORD_JOURNEY, 1);
    zh_buf_put_u64(&bytes, 42);
    zh_buf_put_u8(&bytes, ZH_INSTANCE_MOVE);
    zh_buf_put_zig(&bytes, 900);
    zh_buf_put_u64(&bytes, 77);
    zh_buf_put_var(&bytes, 1);
    zh_buf_put_u8(&bytes, 0), zh_buf_put_u8(&bytes, 0), zh_buf_put_u8(&bytes, 0);
    zh_buf_put_zig(&bytes, INT64_MAX);
    zh_buf_put_u64(&bytes, 0);
    zh_buf_put_var(&bytes, 0), zh_buf_put_var(&bytes, 0);
    CHECK(zh_instance_get(zh_buf_view(&bytes), &back) == ZH_FORMAT);
    zh_buf_close(&bytes);
}

static void the_number_of_an_instance_is_its_own(void)
{
    const uint64_t id = id_by(1, 42, "cart", "c-1");
    CHECK(id != 0 && id == id_by(1, 42, "cart", "c-1"));
    CHECK(id != id_by(2, 42, "cart", "c-1")); /* nobody without the workspace's key works it out */
    CHECK(id != id_by(1, 43, "cart", "c-1") && id != id_by(1, 42, "car", "tc-1") && id != id_by(1, 42, "cart", "c-2"));
}

int main(void)
{
    words_are_read_as_they_were_written();
    who_left_is_at_the_end_whatever_the_writer_says_else();
    what_is_out_of_range_is_no_good_record();
    a_moment_past_the_end_of_time_is_refused();
    the_number_of_an_instance_is_its_own();
    return 0;
}
