/* Goal: a link opens as it was made, until its end, in its workspace, for its purpose; any other bytes do not.
 * Method: links of every channel and length there and back; every character of a token turned into every other one, cut, lengthened;
 * another workspace, another purpose, the moment before the end and the end; forms of two tokens and two acts. */
#include "guard/link.h"
#include "check.h"

#include <string.h>

#define NOW INT64_C(1763900000000)

static zh_sealer sealer_of(uint32_t seal_seed, uint32_t index_seed)
{
    zh_workspace_key key = { .id = 1 };
    zh_sealer sealer;
    for (int i = 0; i < 32; i++) key.seal[i] = (uint8_t)(i + (int)seal_seed), key.index[i] = (uint8_t)(i * 3 + (int)index_seed);
    CHECK(zh_sealer_open(&sealer, ZH_WORKSPACE_DEFAULT, &key, 1) == ZH_OK);
    return sealer;
}

static zh_link link_of(zh_link_purpose purpose, zh_channel channel, zh_sv campaign)
{
    return (zh_link){ .purpose = purpose, .channel = channel, .customer = { 4711 }, .until_ms = NOW + 1000, .campaign = campaign };
}

static void test_it_opens_as_it_was_made(void)
{
    zh_sealer mine = sealer_of(1, 1), rotated = sealer_of(2, 1);
    char token[ZH_LINK_TEXT_BYTES], again[ZH_LINK_TEXT_BYTES], room[ZH_LINK_CAMPAIGN_BYTES_MAX], name[ZH_LINK_CAMPAIGN_BYTES_MAX];
    memset(name, 'n', sizeof name);
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++) {
        for (size_t size = 0; size <= sizeof name; size++) {
            const zh_link link = link_of(ZH_LINK_UNSUBSCRIBE, (zh_channel)channel, (zh_sv){ name, size });
            zh_link back;
            const size_t count = zh_link_print(&mine, &link, token);
            CHECK(count == strlen(token) && count < ZH_LINK_TEXT_BYTES);
            CHECK(zh_link_print(&mine, &link, again) == count && strcmp(token, again) == 0);
            CHECK(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == count); /* fit for an address */
            CHECK(zh_link_read(&mine, zh_sv_of(token), ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_OK);
            CHECK(back.purpose == link.purpose && back.channel == link.channel && back.customer.number == 4711 && back.until_ms == link.until_ms);
            CHECK(zh_sv_equal(back.campaign, link.campaign));
            CHECK(zh_link_read(&rotated, zh_sv_of(token), ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_OK); /* keys that seal rotate, links stay */
        }
    }
    zh_sealer_close(&mine);
    zh_sealer_close(&rotated);
}

static void test_what_was_changed_does_not_open(void)
{
    zh_sealer mine = sealer_of(1, 1), other = sealer_of(1, 2);
    const zh_link link = link_of(ZH_LINK_UNSUBSCRIBE, ZH_CHANNEL_EMAIL, ZH_SV("autumn"));
    char token[ZH_LINK_TEXT_BYTES + 1], room[ZH_LINK_CAMPAIGN_BYTES_MAX];
    zh_link back;
    const size_t size = zh_link_print(&mine, &link, token);
    for (size_t at = 0; at < size; at++) {
        const char was = token[at];
        for (int byte = 0; byte < 256; byte++) {
            token[at] = (char)byte;
            CHECK((zh_link_read(&mine, (zh_sv){ token, size }, ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_OK) == ((char)byte == was));
        }
        token[at] = was;
        CHECK(zh_link_read(&mine, (zh_sv){ token, at }, ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_CORRUPT);
    }
    for (int byte = 0; byte < 256; byte++) {
        token[size] = (char)byte;
        CHECK(zh_link_read(&mine, (zh_sv){ token, size + 1 }, ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_CORRUPT);
    }
    CHECK(zh_link_read(&other, (zh_sv){ token, size }, ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_CORRUPT);
    CHECK(zh_link_read(&mine, (zh_sv){ 0 }, ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_CORRUPT);
    CHECK(zh_link_read(&mine, (zh_sv){ token, size }, ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_OK);
    zh_sealer_close(&mine);
    zh_sealer_close(&other);
}

static void test_one_purpose_is_not_the_other(void)
{
    zh_sealer mine = sealer_of(1, 1);
    char letter[ZH_LINK_TEXT_BYTES], page[ZH_LINK_TEXT_BYTES], room[ZH_LINK_CAMPAIGN_BYTES_MAX];
    zh_link back, of_page = link_of(ZH_LINK_PREFERENCES, (zh_channel)0, (zh_sv){ 0 }), of_letter = link_of(ZH_LINK_UNSUBSCRIBE, (zh_channel)0, (zh_sv){ 0 });
    zh_link_print(&mine, &of_page, page);
    zh_link_print(&mine, &of_letter, letter);
    CHECK(zh_link_read(&mine, zh_sv_of(page), ZH_LINK_PREFERENCES, NOW, room, &back) == ZH_OK);
    CHECK(zh_link_read(&mine, zh_sv_of(page), ZH_LINK_UNSUBSCRIBE, NOW, room, &back) == ZH_CORRUPT);
    CHECK(zh_link_read(&mine, zh_sv_of(letter), ZH_LINK_PREFERENCES, NOW, room, &back) == ZH_CORRUPT);
    zh_sealer_close(&mine);
}

static void test_it_ends(void)
{
    zh_sealer mine = sealer_of(1, 1);
    const zh_link link = link_of(ZH_LINK_UNSUBSCRIBE, ZH_CHANNEL_SMS, ZH_SV("spring"));
    char token[ZH_LINK_TEXT_BYTES], room[ZH_LINK_CAMPAIGN_BYTES_MAX];
    zh_link back = { 0 };
    zh_link_print(&mine, &link, token);
    CHECK(zh_link_read(&mine, zh_sv_of(token), ZH_LINK_UNSUBSCRIBE, link.until_ms - 1, room, &back) == ZH_OK);
    back = (zh_link){ 0 };
    CHECK(zh_link_read(&mine, zh_sv_of(token), ZH_LINK_UNSUBSCRIBE, link.until_ms, room, &back) == ZH_TIMEOUT);
    CHECK(back.customer.number == 4711 && back.channel == ZH_CHANNEL_SMS); /* a page can say of what it was */
    zh_sealer_close(&mine);
}

/* Two customers one apart: their tokens share no run of characters, so nothing of the number, the channel or the name can be read. */
static void test_nothing_can_be_read(void)
{
    zh_sealer mine = sealer_of(1, 1);
    zh_link a = link_of(ZH_LINK_UNSUBSCRIBE, ZH_CHANNEL_EMAIL, ZH_SV("autumn-collection")), b = a;
    char one[ZH_LINK_TEXT_BYTES], two[ZH_LINK_TEXT_BYTES];
    b.customer.number++;
    const size_t size = zh_link_print(&mine, &a, one);
    CHECK(zh_link_print(&mine, &b, two) == size);
    CHECK(one[0] == 'A' && two[0] == 'A'); /* the version */
    for (size_t at = 2; at + 4 <= size; at++) CHECK(memcmp(one + at, two + at, 4) != 0);
    zh_sealer_close(&mine);
}

static void test_a_form_is_of_one_token_and_one_act(void)
{
    zh_sealer mine = sealer_of(1, 1), other = sealer_of(1, 2);
    char value[ZH_LINK_FORM_BYTES];
    zh_link_form(&mine, ZH_SV("token"), ZH_SV("erase"), value);
    CHECK(strlen(value) == ZH_LINK_FORM_BYTES - 1);
    CHECK(zh_link_form_fits(&mine, ZH_SV("token"), ZH_SV("erase"), zh_sv_of(value)));
    CHECK(!zh_link_form_fits(&mine, ZH_SV("token"), ZH_SV("tag"), zh_sv_of(value)));
    CHECK(!zh_link_form_fits(&mine, ZH_SV("tokene"), ZH_SV("rase"), zh_sv_of(value)));
    CHECK(!zh_link_form_fits(&other, ZH_SV("token"), ZH_SV("erase"), zh_sv_of(value)));
    CHECK(!zh_link_form_fits(&mine, ZH_SV("token"), ZH_SV("erase"), (zh_sv){ 0 }));
    CHECK(!zh_link_form_fits(&mine, ZH_SV("token"), ZH_SV("erase"), zh_sv_part(zh_sv_of(value), 0, 42)));
    for (size_t at = 0; value[at] != '\0'; at++) {
        value[at] = (char)(value[at] ^ 1);
        CHECK(!zh_link_form_fits(&mine, ZH_SV("token"), ZH_SV("erase"), zh_sv_of(value)));
        value[at] = (char)(value[at] ^ 1);
    }
    zh_sealer_close(&mine);
    zh_sealer_close(&other);
}

int main(void)
{
    test_it_opens_as_it_was_made();
    test_what_was_changed_does_not_open();
    test_one_purpose_is_not_the_other();
    test_it_ends();
    test_nothing_can_be_read();
    test_a_form_is_of_one_token_and_one_act();
    return 0;
}
