/* Goal: an item is the one right line of a feed.
 * Method: a table of items; that a line is read back as the same item is proved by tests/e2e/feeds.py. */
#include "catalog/google_feed.h"

#include "base/csv.h"

#include "check.h"

static const struct { const char *name; zh_item item; const char *want; } rows[] = {
    { "everything",
      { .text = { "a", 1 }, .title = { "Tea", 3 }, .category = { "Drinks", 6 }, .brand = { "Leaf", 4 }, .url = { "https://shop.example/a", 22 }, .available = true,
        .stock = 4, .price_minor = 1500, .attributes = ZH_SV("{\"group\":\"g-1\",\"color\":\"green\",\"weight\":5}") },
      "a|Tea|Tea|https://shop.example/a||Leaf|Drinks|g-1|15.00 CNY||in_stock|4|||||green|||||||||||" },
    { "reduced", { .text = { "a", 1 }, .available = true, .stock = -1, .price_minor = 1200, .attributes = ZH_SV("{\"regular_price\":\"15.00\"}") },
      "a||||||||15.00 CNY|12.00 CNY|in_stock|||||||||||||||||" },
    { "not reduced", { .text = { "a", 1 }, .available = true, .stock = -1, .price_minor = 1500, .attributes = ZH_SV("{\"regular_price\":\"15.00\"}") },
      "a||||||||15.00 CNY||in_stock|||||||||||||||||" },
    { "nothing left", { .text = { "a", 1 }, .available = true, .stock = 0, .price_minor = -1 }, "a||||||||||out_of_stock|0||||||||||||||||" },
    { "withdrawn", { .text = { "a", 1 }, .available = false, .stock = 3, .price_minor = -1, .attributes = ZH_SV("{\"availability\":\"preorder\"}") },
      "a||||||||||out_of_stock|3||||||||||||||||" },
    { "preorder", { .text = { "a", 1 }, .available = true, .stock = -1, .price_minor = -1, .attributes = ZH_SV("{\"availability\":\"preorder\"}") },
      "a||||||||||preorder|||||||||||||||||" },
    { "Google's own category", { .text = { "a", 1 }, .category = { "166", 3 }, .available = true, .stock = -1, .price_minor = -1, .attributes = ZH_SV("{\"google_product_category\":\"166\"}") },
      "a||||||||||in_stock||166|||||||||||||||" },
    { "breaks are quoted", { .text = { "a", 1 }, .title = ZH_SV("one\t\"two\"\n3"), .available = true, .stock = -1, .price_minor = -1, .attributes = ZH_SV("{\"description\":\"d\"}") },
      "a|\"one\t\"\"two\"\"\n3\"|d||||||||in_stock|||||||||||||||||" },
    { "attributes that are none", { .text = { "a", 1 }, .available = true, .stock = -1, .price_minor = -1, .attributes = ZH_SV("{\"group\":") }, "a||||||||||in_stock|||||||||||||||||" },
};

int main(void)
{
    zh_json *json;
    zh_buf out = zh_buf_open(1 << 16), want = zh_buf_open(1 << 16);
    CHECK(zh_json_open(&json, ZH_ITEM_ATTRIBUTES_BYTES_MAX) == ZH_OK);
    zh_google_feed_header(&out);
    CHECK(zh_sv_starts(zh_buf_view(&out), ZH_SV("id\ttitle\tdescription\tlink\timage_link\tbrand\tproduct_type\titem_group_id\tprice\tsale_price\tavailability\t")));
    size_t tabs = 0;
    for (size_t i = 0; i < out.size; i++) tabs += out.data[i] == '\t';
    CHECK(tabs == 27 && out.data[out.size - 1] == '\n');
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_item item = rows[i].item;
        if (item.price_minor >= 0) item.currency = zh_currency_of(ZH_SV("CNY"));
        zh_buf_reset(&out);
        zh_buf_reset(&want);
        zh_google_feed_row(&item, json, &out);
        for (const char *c = rows[i].want; *c != '\0'; c++) zh_buf_put_u8(&want, (uint8_t)(*c == '|' ? '\t' : *c));
        zh_buf_put_u8(&want, '\n');
        const bool good = zh_sv_equal(zh_buf_view(&out), zh_buf_view(&want));
        if (!good) fprintf(stderr, "got  %.*swant %.*s", ZH_SV_ARG(zh_buf_view(&out)), ZH_SV_ARG(zh_buf_view(&want)));
        CHECK_ROW(good, rows[i].name);
    }
    zh_json_close(json);
    zh_buf_close(&out);
    zh_buf_close(&want);
    return 0;
}
