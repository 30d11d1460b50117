/* link_fuzz.c -- any bytes as a token: refused. Any link: opens as it was made, and no longer once one character is another. */
#include "guard/link.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define NOW INT64_C(1763900000000)

static void must(bool promise)
{
    if (!promise) abort();
}

static uint64_t number_of(const uint8_t *bytes)
{
    uint64_t number;
    memcpy(&number, bytes, sizeof number);
    return number;
}

/* Input: [purpose u8][channel u8][until u64][customer u64][place of the change u8][change u8][campaign]. */
static void there_and_back(const zh_sealer *sealer, const uint8_t *bytes, size_t size)
{
    char token[ZH_LINK_TEXT_BYTES], room[ZH_LINK_CAMPAIGN_BYTES_MAX];
    zh_link back, link = { .purpose = (bytes[0] & 1) != 0 ? ZH_LINK_PREFERENCES : ZH_LINK_UNSUBSCRIBE, .channel = (zh_channel)(bytes[1] % ZH_CHANNEL_COUNT) };
    link.until_ms = (int64_t)(number_of(bytes + 2) >> 1) | 1;
    link.customer.number = number_of(bytes + 10) | 1;
    link.campaign = (zh_sv){ (const char *)bytes + 20, size - 20 > ZH_LINK_CAMPAIGN_BYTES_MAX ? ZH_LINK_CAMPAIGN_BYTES_MAX : size - 20 };
    const size_t count = zh_link_print(sealer, &link, token);
    must(zh_link_read(sealer, (zh_sv){ token, count }, link.purpose, NOW, room, &back) == (NOW < link.until_ms ? ZH_OK : ZH_TIMEOUT));
    must(back.channel == link.channel && back.customer.number == link.customer.number && back.until_ms == link.until_ms && zh_sv_equal(back.campaign, link.campaign));
    const char was = token[bytes[18] % count];
    token[bytes[18] % count] = (char)bytes[19];
    must((zh_link_read(sealer, (zh_sv){ token, count }, link.purpose, NOW, room, &back) == ZH_CORRUPT) == (was != (char)bytes[19]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_workspace_key key = { .id = 1, .seal = { 1 }, .index = { 2 } };
    zh_sealer sealer;
    zh_link link;
    char room[ZH_LINK_CAMPAIGN_BYTES_MAX];
    must(zh_sealer_open(&sealer, ZH_WORKSPACE_DEFAULT, &key, 1) == ZH_OK);
    must(zh_link_read(&sealer, (zh_sv){ (const char *)bytes, size }, ZH_LINK_UNSUBSCRIBE, NOW, room, &link) == ZH_CORRUPT);
    must(!zh_link_form_fits(&sealer, ZH_SV("token"), ZH_SV("act"), (zh_sv){ (const char *)bytes, size }));
    if (size >= 20) there_and_back(&sealer, bytes, size);
    zh_sealer_close(&sealer);
    return 0;
}
