/* message_test.c
 * Goal    a record is read as it was written; what is out of range is refused; the number of a key is its own.
 * Method  tables; every byte of a record cut off. */
#include "check.h"
#include "reach/message.h"

static const zh_message_plan plain = { .campaign = { "spring", 6 }, .step = { "first", 5 }, .entry = { "2026-11", 7 }, .channel = { "sms", 3 }, .template = { "hello", 5 },
                                       .language = { "zh", 2 }, .data = { "\x01sealed", 7 }, .due_ms = 1000, .expires_ms = 2000, .control = 50000, .via = ZH_CHANNEL_SMS,
                                       .priority = 7, .best_hour = 20, .is_marketing = true };

/* The number of a key, of a workspace whose key has this first byte. */
static zh_message_id id_by(uint8_t first, uint64_t customer, const zh_message_plan *plan)
{
    zh_sealer sealer;
    const zh_workspace_key key = { .id = 1, .index = { first } };
    CHECK(zh_sealer_open(&sealer, ZH_WORKSPACE_DEFAULT, &key, 1) == ZH_OK);
    const zh_message_id id = zh_message_id_of(&sealer, (zh_customer_id){ customer }, plan);
    zh_sealer_close(&sealer);
    return id;
}

static void a_plan_is_read_as_it_was_written(void)
{
    zh_message_record in = { .customer = { 42 }, .word = ZH_MESSAGE_SAYS_PLAN, .at_ms = 900, .plan = plain }, out;
    in.id = id_by(1, in.customer.number, &plain);
    zh_buf bytes = zh_buf_open(4096);
    zh_message_put(&in, &bytes);
    const zh_sv whole = zh_buf_view(&bytes);
    CHECK(zh_message_get(whole, &out) == ZH_OK && zh_record_kind_of(whole) == ZH_RECORD_MESSAGE);
    CHECK(out.customer.number == 42 && out.id.number == in.id.number && out.at_ms == 900 && zh_message_customer(whole).number == 42);
    CHECK(zh_sv_equal(out.plan.campaign, plain.campaign) && zh_sv_equal(out.plan.step, plain.step) && zh_sv_equal(out.plan.entry, plain.entry));
    CHECK(zh_sv_equal(out.plan.channel, plain.channel) && zh_sv_equal(out.plan.template, plain.template) && zh_sv_equal(out.plan.language, plain.language) && zh_sv_equal(out.plan.data, plain.data));
    CHECK(out.plan.due_ms == 1000 && out.plan.expires_ms == 2000 && out.plan.control == 50000 && out.plan.via == ZH_CHANNEL_SMS && out.plan.priority == 7 && out.plan.best_hour == 20);
    CHECK(out.plan.is_marketing && !out.plan.keeps_data);
    for (size_t size = 0; size < whole.size; size++) CHECK(zh_message_get(zh_sv_part(whole, 0, size), &out) == ZH_FORMAT);
    zh_buf_put_u8(&bytes, 0);
    CHECK(zh_message_get(zh_buf_view(&bytes), &out) == ZH_FORMAT);
    zh_buf_close(&bytes);
}

static void words_are_read_as_they_were_written(void)
{
    for (unsigned word = 0; word < 64; word++) {
        zh_message_record in = { .customer = { 1 }, .id = { 2 }, .word = (zh_message_word)word, .at_ms = 3, .why = ZH_WHY_QUIET, .due_ms = 4, .address = 77, .provider = ZH_SV("p-1"), .detail = ZH_SV("status 503") }, out;
        if (word == ZH_MESSAGE_SAYS_PLAN || !zh_message_record_is_good(&in)) continue;
        zh_buf bytes = zh_buf_open(4096);
        zh_message_put(&in, &bytes);
        CHECK(zh_message_get(zh_buf_view(&bytes), &out) == ZH_OK && out.word == in.word && out.why == in.why && out.due_ms == 4 && out.address == 77 && zh_sv_equal(out.provider, in.provider) && zh_sv_equal(out.detail, in.detail));
        if (word >= ZH_MESSAGE_SAYS_STATE_FIRST && word < ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_STATES) CHECK(out.state == (zh_message_state)(word - ZH_MESSAGE_SAYS_STATE_FIRST));
        zh_buf_close(&bytes);
    }
}

static void what_is_out_of_range_is_no_good_record(void)
{
    zh_message_record good = { .customer = { 1 }, .id = { 2 }, .word = ZH_MESSAGE_SAYS_PLAN, .at_ms = 3, .plan = plain }, bad;
    CHECK(zh_message_record_is_good(&good));
#define BAD(change)                                \
    do {                                           \
        bad = good;                                \
        bad.change;                                \
        CHECK(!zh_message_record_is_good(&bad));   \
    } while (0)
    BAD(customer.number = 0);
    BAD(id.number = 0);
    BAD(at_ms = -1);
    BAD(plan.entry.size = 0);
    BAD(plan.entry.size = ZH_MESSAGE_ENTRY_BYTES_MAX + 1);
    BAD(plan.channel.size = 0);
    BAD(plan.template.size = ZH_MESSAGE_NAME_BYTES_MAX + 1);
    BAD(plan.via = ZH_CHANNEL_COUNT);
    BAD(plan.best_hour = 24);
    BAD(plan.control = ZH_MESSAGE_CONTROL_OF + 1);
    BAD(plan.data.size = ZH_MESSAGE_DATA_BYTES_MAX + 1);
    BAD(word = (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_PLANNED)); /* only a plan plans */
    BAD(word = (zh_message_word)99);
}

static void each_key_has_a_number_of_its_own(void)
{
    zh_message_plan same = plain, other = plain;
    const zh_message_id id = id_by(1, 1, &plain);
    same.channel = ZH_SV("mail"), same.priority = 0, same.data = (zh_sv){ 0 }, same.due_ms = 5; /* no part of the key */
    CHECK(id_by(1, 1, &same).number == id.number && id.number != 0);
    CHECK(id_by(1, 2, &plain).number != id.number);
    other.campaign = ZH_SV("springf"), other.step = ZH_SV("irst"); /* the same letters, cut elsewhere */
    CHECK(id_by(1, 1, &other).number != id.number);
    CHECK(id_by(2, 1, &plain).number != id.number); /* nobody without the key works it out */
    char text[ZH_MESSAGE_ID_TEXT_BYTES];
    zh_message_id back;
    zh_message_id_print(id, text);
    CHECK(zh_message_id_parse(zh_sv_of(text), &back) == ZH_OK && back.number == id.number);
    CHECK(zh_message_id_parse(ZH_SV("0000000000000000"), &back) == ZH_FORMAT && zh_message_id_parse(ZH_SV("00000000000000g1"), &back) == ZH_FORMAT && zh_message_id_parse(ZH_SV("1"), &back) == ZH_FORMAT);
}

int main(void)
{
    zh_message_state state;
    a_plan_is_read_as_it_was_written();
    words_are_read_as_they_were_written();
    what_is_out_of_range_is_no_good_record();
    each_key_has_a_number_of_its_own();
    CHECK(zh_message_state_of(ZH_SV("in_doubt"), &state) && state == ZH_MESSAGE_DOUBT && !zh_message_state_of(ZH_SV("lost"), &state));
    return 0;
}
