/* Goal: a quote is read back as it was told and replays to the cent; a changed one is another or unreadable. Method: a quote by hand; cut and changed
 * at every byte. */
#include "offer/quote.h"
#include "check.h"

static zh_offers *register_of(void)
{
    zh_offers *s;
    CHECK(zh_offers_open(&s) == ZH_OK);
    CHECK(zh_offers_define(s, ZH_SV("ten"), ZH_SV("{\"definition\":{\"kind\":\"percent\",\"percent\":10,\"currency\":\"CNY\"}}"), 1) == ZH_OK);
    CHECK(zh_offers_define(s, ZH_SV("big"), ZH_SV("{\"definition\":{\"kind\":\"fixed\",\"offCents\":700,\"currency\":\"CNY\",\"layer\":\"extra\",\"conditions\":{\"minimumCents\":9000}}}"), 1) == ZH_OK);
    CHECK(zh_offers_define(s, ZH_SV("ten"), ZH_SV("{\"definition\":{\"kind\":\"percent\",\"percent\":20,\"currency\":\"CNY\"}}"), 2) == ZH_OK);
    return s;
}

static void test_a_quote_replays(const zh_offers *s)
{
    zh_price_line lines[] = { { ZH_SV("a"), ZH_SV("shoes"), ZH_SV("x"), 999, 3 }, { ZH_SV("b"), ZH_SV("hats"), ZH_SV(""), 5000, 1 } };
    zh_quote_offer offers[] = { { ZH_SV("big"), 1, 0, ZH_REFUSAL_NONE, -1, -1 }, { ZH_SV("ten"), 1, 4, ZH_REFUSAL_NONE, 100000, -1 } };
    zh_quote q = { .high = 1, .low = 2, .at_ms = 3, .channel = ZH_OFFER_CHANNEL_APP, .currency = zh_currency_of(ZH_SV("CNY")), .day = 4, .lines = lines, .lines_count = 2, .offers = offers, .offers_count = 2 };
    static zh_price told, back;
    zh_arena arena = zh_arena_open(1 << 22);
    zh_buf out = zh_buf_open(1 << 20);
    zh_quote read;
    for (int each = 0; each < 2; each++) {
        q.each = each == 1;
        CHECK(zh_quote_price(&q, s, &told) == ZH_OK && told.total_cents == 7997 - 800); /* by version 1 of ten: 300 + 500 either way */
        zh_buf_reset(&out);
        zh_quote_put(&q, &told, &out);
        const zh_sv record = zh_buf_view(&out);
        CHECK(zh_quote_replay(record, s, &arena) == ZH_OK);
        CHECK(zh_quote_get(record, &arena, &read, &back) == ZH_OK && back.total_cents == told.total_cents && back.line_total[0] == told.line_total[0] && back.offers[0].missing_cents == told.offers[0].missing_cents);
        CHECK(read.lines_count == 2 && zh_sv_equal(read.offers[1].name, ZH_SV("ten")) && read.offers[1].coupon == 4 && read.each == q.each);
        for (size_t size = 0; size < record.size; size++) CHECK(zh_quote_replay(zh_sv_part(record, 0, size), s, &arena) != ZH_OK);
        const size_t head = 2 + 16 + 1; /* its id and time are said, not worked out */
        for (size_t at = head; at < record.size; at++) {
            out.data[at] = (char)(out.data[at] ^ 1);
            const zh_err e = zh_quote_replay(record, s, &arena);
            CHECK(e == ZH_OK || e == ZH_STALE || e == ZH_FORMAT || e == ZH_ABSENT);
            out.data[at] = (char)(out.data[at] ^ 1);
            zh_arena_reset(&arena);
        }
    }
    zh_buf_reset(&out);
    told.cuts[1][ZH_OFFER_LAYER_ORDER].cents--; /* one cent less off than the rules say */
    zh_quote_put(&q, &told, &out);
    CHECK(zh_quote_replay(zh_buf_view(&out), s, &arena) == ZH_STALE);
    offers[1].version = 9;
    zh_buf_reset(&out);
    zh_quote_put(&q, &told, &out);
    CHECK(zh_quote_replay(zh_buf_view(&out), s, &arena) == ZH_ABSENT);
    zh_buf_close(&out);
    zh_arena_close(&arena);
}

int main(void)
{
    zh_offers *s = register_of();
    char text[ZH_QUOTE_ID_TEXT_BYTES];
    uint64_t high, low;
    test_a_quote_replays(s);
    zh_quote_id_print(0x12, UINT64_MAX - 1, text);
    CHECK(zh_quote_id_parse(zh_sv_of(text), &high, &low) == ZH_OK && high == 0x12 && low == UINT64_MAX - 1);
    CHECK(zh_quote_id_parse(ZH_SV("0"), &high, &low) == ZH_FORMAT && zh_quote_id_parse(ZH_SV("0000000000000000000000000000000G"), &high, &low) == ZH_FORMAT);
    zh_offers_close(s);
    return 0;
}
