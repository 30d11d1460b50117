/* Goal: a catalog change written is the change read; what breaks a size or a rule is refused with a reason.
 * Method: every single field and all of them round trip; truncations; a table of refused changes. */
#include "catalog/item.h"
#include "core/record.h"
#include "check.h"

static zh_item_change full(void)
{
    return (zh_item_change){ .text = ZH_SV("85123A"), .set = ZH_ITEM_FIELDS, .title = ZH_SV("白色心形挂灯"),
        .category = ZH_SV("家居"), .brand = ZH_SV("B"), .url = ZH_SV("https://shop.example/85123A"),
        .image_url = ZH_SV("https://shop.example/85123A.jpg"), .attributes = ZH_SV("{\"color\":\"white\"}"),
        .price_minor = 255, .currency = zh_currency_of(ZH_SV("GBP")), .stock = 7, .available = true,
        .non_product = true, .at_ms = 1322726400000, .source = { 3 } };
}

static void test_what_is_written_is_read(void)
{
    zh_buf first = zh_buf_open(1 << 16), second = zh_buf_open(1 << 16);
    for (uint32_t f = 0; f <= 11; f++) { /* each field alone, all, a delete */
        zh_item_change change = full(), back;
        if (f < 10) change.set = 1u << f;
        if (f == 11) change = (zh_item_change){ .text = ZH_SV("x"), .deleted = true, .at_ms = 5 };
        change.import_number = f % 2 == 0 ? 0 : 70000 + f;
        zh_buf_reset(&first), zh_buf_reset(&second);
        zh_item_change_put(&change, &first);
        CHECK(zh_record_import_of(zh_buf_view(&first)) == change.import_number);
        CHECK(zh_item_change_get(zh_buf_view(&first), &back) == ZH_OK);
        CHECK(back.import_number == change.import_number);
        CHECK(back.set == change.set && back.at_ms == change.at_ms && zh_sv_equal(back.text, change.text));
        zh_item_change_put(&back, &second);
        CHECK(zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second)));
        for (size_t cut = 0; cut < first.size; cut++)
            CHECK(zh_item_change_get((zh_sv){ first.data, cut }, &back) == ZH_FORMAT);
    }
    zh_buf_close(&first), zh_buf_close(&second);
}

static void test_a_bad_change_is_refused_with_a_reason(void)
{
    static char long_text[ZH_ITEM_ATTRIBUTES_BYTES_MAX + 1];
    memset(long_text, 'a', sizeof long_text);
    const zh_sv id = { long_text, ZH_ITEM_TEXT_BYTES_MAX + 1 }, title = { long_text, ZH_ITEM_TITLE_BYTES_MAX + 1 };
    const zh_sv url = { long_text, ZH_ITEM_URL_BYTES_MAX + 1 }, attributes = { long_text, sizeof long_text };
    const struct { const char *name; zh_item_change change; } rows[] = {
        { "no id", { .set = ZH_ITEM_TITLE } },
        { "long id", { .text = id, .set = ZH_ITEM_TITLE } },
        { "long title", { .text = ZH_SV("a"), .set = ZH_ITEM_TITLE, .title = title } },
        { "long url", { .text = ZH_SV("a"), .set = ZH_ITEM_URL, .url = url } },
        { "long attributes", { .text = ZH_SV("a"), .set = ZH_ITEM_ATTRIBUTES, .attributes = attributes } },
        { "nothing set", { .text = ZH_SV("a") } },
        { "a delete that sets", { .text = ZH_SV("a"), .set = ZH_ITEM_STOCK, .deleted = true } },
        { "unknown field", { .text = ZH_SV("a"), .set = 1u << 20 } },
        { "negative stock", { .text = ZH_SV("a"), .set = ZH_ITEM_STOCK, .stock = -2 } },
        { "negative price", { .text = ZH_SV("a"), .set = ZH_ITEM_PRICE, .price_minor = -2 } },
    };
    const char *why = NULL;
    const zh_item_change good = full();
    CHECK(zh_item_change_check(&good, &why) && why == NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_ROW(!zh_item_change_check(&rows[i].change, &why) && why != NULL, rows[i].name);
}

int main(void)
{
    test_what_is_written_is_read();
    test_a_bad_change_is_refused_with_a_reason();
    return 0;
}
