/* Goal: an RSS or Atom feed gives its products, however its bytes are cut; what is no feed, or would make
 * the parser work without end, is refused with a reason.
 * Method: feeds written here, whole and byte by byte; bombs. */
#include "collect/google_xml.h"

#include "check.h"

#define RSS "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>Shop</title>"
#define ATOM "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:g=\"http://base.google.com/ns/1.0\"><title>Shop</title>"

typedef struct heard { zh_buf text; uint32_t most; } heard; /* most: products until it wants no more; 0: all */

static zh_err hear(void *context, const zh_google_item *item, uint64_t line, zh_err fault)
{
    static const struct { zh_google_field field; const char *name; } shown[] = {
        { ZH_GOOGLE_ID, "id" }, { ZH_GOOGLE_TITLE, "title" }, { ZH_GOOGLE_LINK, "link" }, { ZH_GOOGLE_PRICE, "price" }, { ZH_GOOGLE_GROUP, "group" } };
    heard *h = context;
    zh_buf_printf(&h->text, "%llu%s:", (unsigned long long)line, fault != ZH_OK ? "!" : "");
    for (size_t i = 0; fault == ZH_OK && i < sizeof shown / sizeof *shown; i++)
        if (item->field[shown[i].field].size > 0) zh_buf_printf(&h->text, " %s=%.*s", shown[i].name, ZH_SV_ARG(item->field[shown[i].field]));
    zh_buf_put(&h->text, ZH_SV("\n"));
    return h->most > 0 && --h->most == 0 ? ZH_FULL : ZH_OK;
}

static zh_err read_feed(zh_sv text, size_t step, heard *h, zh_note *why)
{
    zh_google_xml *xml;
    zh_buf_reset(&h->text);
    CHECK(zh_google_xml_open(&xml, &(zh_google_xml_desc){ .item = hear, .context = h }) == ZH_OK);
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && at < text.size; at += step) e = zh_google_xml_put(xml, zh_sv_part(text, at, step), at + step >= text.size, why);
    if (e != ZH_OK) CHECK(zh_google_xml_put(xml, ZH_SV("<more/>"), true, why) == e);
    zh_google_xml_close(xml);
    return e;
}

static const struct { const char *name, *text, *want; } feeds[] = { /* ! in front: refused with this reason */
    { "rss", RSS "<item>\n<g:id>a</g:id><title>Tea &amp; cake</title><link>https://shop.example/a?x=1&amp;y=2</link><g:price>15.00 CNY</g:price>"
             "<g:shipping><g:price>1.00 CNY</g:price></g:shipping><g:item_group_id> g-1 </g:item_group_id></item>\n"
             "<item><g:id>b</g:id><g:title><![CDATA[<b>]]></g:title><title>plain</title></item></channel></rss>",
      "1: id=a title=Tea & cake link=https://shop.example/a?x=1&y=2 price=15.00 CNY group= g-1 \n3: id=b title=<b>\n" },
    { "atom", ATOM "<entry><g:id>a</g:id><title>plain</title><link rel=\"alternate\" href=\"https://shop.example/a\"/><link href=\"https://other.example/\"/><g:title>own</g:title></entry></feed>",
      "1: id=a title=own link=https://shop.example/a\n" },
    { "words of another namespace", RSS "<item><c:id xmlns:c=\"urn:c\">x</c:id><g:id>a</g:id></item></channel></rss>", "1: id=x\n" },
    { "the first of equal names", RSS "<item><g:id>a</g:id><g:id>b</g:id></item></channel></rss>", "1: id=a\n" },
    { "an item without anything", RSS "<item/></channel></rss>", "1:\n" },
    { "no product", RSS "</channel></rss>", "" },
    { "cut off", RSS "<item><g:id>a</g:id></item><item><g:id>b", "!no element found" },
    { "not closed", RSS "<item></channel></rss>", "!mismatched tag" },
    { "no XML", "<nonsense", "!unclosed token" },
    { "g: of nobody", "<rss><item><g:id>a</g:id></item></rss>", "!unbound prefix" },
    { "an entity of nobody", RSS "<item><title>&nbsp;</title></item></channel></rss>", "!undefined entity" },
    { "not UTF-8", RSS "<item><title>\xFF</title></item></channel></rss>", "!not well-formed" },
    { "a thousand million laughs", "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><rss><item><title>&c;</title></item></rss>",
      "!it has a DOCTYPE" },
    { "somebody else's file", "<!DOCTYPE rss [<!ENTITY f SYSTEM \"file:///etc/hostname\">]><rss><item><title>&f;</title></item></rss>", "!it has a DOCTYPE" },
};

static void feeds_are_read_however_they_are_cut(heard *h)
{
    for (size_t i = 0; i < sizeof feeds / sizeof *feeds; i++)
        for (size_t step = 1; step <= 1 << 20; step *= 7) {
            zh_note why = { "" };
            const zh_err e = read_feed(zh_sv_of(feeds[i].text), step, h, &why);
            const bool good = *feeds[i].want == '!' ? e == ZH_FORMAT && strstr(why.text, feeds[i].want + 1) != NULL
                                                    : e == ZH_OK && zh_sv_equal(zh_buf_view(&h->text), zh_sv_of(feeds[i].want));
            if (!good) fprintf(stderr, "cut at %zu: %d %s\n%.*s\n", step, (int)e, why.text, ZH_SV_ARG(zh_buf_view(&h->text)));
            CHECK_ROW(good, feeds[i].name);
        }
}

static void what_has_no_end_is_refused(heard *h)
{
    zh_note why = { "" };
    zh_buf text = zh_buf_open(64 << 20);
    for (int i = 0; i < 100000; i++) zh_buf_put(&text, ZH_SV("<a>"));
    CHECK(read_feed(zh_buf_view(&text), 4096, h, &why) == ZH_FORMAT && strstr(why.text, "nested too deep") != NULL);
    zh_buf_reset(&text);
    zh_buf_put(&text, ZH_SV("<rss><!-- "));
    for (int i = 0; i < 8 << 20; i++) zh_buf_put_u8(&text, 'x');
    CHECK(read_feed(zh_buf_view(&text), 4096, h, &why) == ZH_FORMAT && strstr(why.text, "longer than 1 MB") != NULL);
    zh_buf_reset(&text);
    zh_buf_put(&text, ZH_SV("<rss><item><title>"));
    for (uint32_t i = 0; i <= ZH_GOOGLE_XML_FIELD_BYTES_MAX; i++) zh_buf_put_u8(&text, 'x');
    zh_buf_put(&text, ZH_SV("</title></item><item><description>"));
    for (uint32_t i = 0; i <= 4 << 20; i++) zh_buf_put_u8(&text, 'x'); /* nobody keeps it, so it may be long */
    zh_buf_put(&text, ZH_SV("</description><id>b</id></item></rss>"));
    CHECK(read_feed(zh_buf_view(&text), 4096, h, &why) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&h->text), ZH_SV("1!:\n1: id=b\n")));
    zh_buf_close(&text);
}

int main(void)
{
    heard h = { .text = zh_buf_open(1 << 20) };
    zh_note why = { "" };
    feeds_are_read_however_they_are_cut(&h);
    what_has_no_end_is_refused(&h);
    h.most = 1; /* the taker stops it */
    CHECK(read_feed(ZH_SV("<rss><item/><item/></rss>"), 100, &h, &why) == ZH_FULL);
    CHECK(zh_sv_equal(zh_buf_view(&h.text), ZH_SV("1:\n")));
    zh_buf_close(&h.text);
    return 0;
}
