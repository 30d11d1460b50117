#include "reach/reply.h"
#include "base/utf8.h"

#define LETTERS_MAX 128 /* of an answer; a word of refusal stands at its beginning */

enum { WIDE_FIRST = 0xFF01, WIDE_LAST = 0xFF5E, WIDE_BY = 0xFEE0, HAN_FIRST = 0x4E00, HAN_LAST = 0x9FFF, NOT = 0x4E0D, DO_NOT = 0x522B, NOT_YET = 0x672A, HAVE_NOT = 0x6CA1, MUST_NOT = 0x52FF };

/* ---- words ---- */

static uint32_t code_of(const unsigned char *at, size_t bytes)
{
    switch (bytes) {
    case 1: return at[0];
    case 2: return (uint32_t)(at[0] & 0x1F) << 6 | (at[1] & 0x3F);
    case 3: return (uint32_t)(at[0] & 0x0F) << 12 | (uint32_t)(at[1] & 0x3F) << 6 | (at[2] & 0x3F);
    default: return (uint32_t)(at[0] & 0x07) << 18 | (uint32_t)(at[1] & 0x3F) << 12 | (uint32_t)(at[2] & 0x3F) << 6 | (at[3] & 0x3F);
    }
}

/* Its letters: small, narrow, and Han characters; digits stay, the rest goes. */
static size_t letters_of(zh_sv text, uint32_t out[LETTERS_MAX])
{
    size_t count = 0;
    const unsigned char *at = (const unsigned char *)text.data;
    for (size_t left = text.size < ZH_REPLY_TEXT_BYTES_MAX ? text.size : ZH_REPLY_TEXT_BYTES_MAX; left > 0 && count < LETTERS_MAX;) {
        const size_t bytes = zh_utf8_character(at, left);
        uint32_t c = bytes == 0 ? 0 : code_of(at, bytes);
        if (c >= WIDE_FIRST && c <= WIDE_LAST) c -= WIDE_BY;
        if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= HAN_FIRST && c <= HAN_LAST)) out[count++] = c;
        at += bytes == 0 ? 1 : bytes, left -= bytes == 0 ? 1 : bytes;
    }
    return count;
}

static bool is_word(const uint32_t *letters, size_t count, const char *word)
{
    size_t i = 0;
    for (const unsigned char *at = (const unsigned char *)word; *at != '\0'; i++) {
        const size_t bytes = zh_utf8_character(at, strlen((const char *)at));
        if (i >= count || letters[i] != code_of(at, bytes)) return false;
        at += bytes;
    }
    return i == count;
}

static bool holds(const uint32_t *letters, size_t count, const char *two)
{
    for (size_t i = 0; i + 2 <= count; i++) {
        if (!is_word(letters + i, 2, two)) continue;
        const uint32_t before = i == 0 ? 0 : letters[i - 1];
        const bool denied = before == NOT || before == DO_NOT || before == NOT_YET || before == HAVE_NOT || before == MUST_NOT ||
                            (i >= 2 && (is_word(letters + i - 2, 2, "取消") || is_word(letters + i - 2, 2, "不要") || is_word(letters + i - 2, 2, "不想") || is_word(letters + i - 2, 2, "没有")));
        if (!denied) return true;
    }
    return false;
}

bool zh_reply_refuses(zh_sv text)
{
    static const char *const words[] = { "r", "t", "n", "td", "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "取消订阅", "停止订阅" };
    uint32_t letters[LETTERS_MAX];
    const size_t count = letters_of(text, letters);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(letters, count, words[i])) return true;
    return holds(letters, count, "退订") || holds(letters, count, "拒收");
}

/* ---- addresses ---- */

static size_t digits_of(zh_sv address, char out[ZH_REPLY_FROM_BYTES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < address.size; i++) {
        const char c = address.data[i];
        if (c >= '0' && c <= '9') out[count++] = c;
        else if (strchr("+-(). ", c) == NULL) return 0; /* no phone: a name of the gateway's own */
    }
    return count;
}

/* 11 digits are a Chinese mobile number: 00, 86 and 0086 in front of them say nothing more. */
static zh_sv without_country(zh_sv digits)
{
    if (digits.size > 2 && digits.data[0] == '0' && digits.data[1] == '0') digits = zh_sv_part(digits, 2, digits.size - 2);
    return digits.size == 13 && digits.data[0] == '8' && digits.data[1] == '6' ? zh_sv_part(digits, 2, 11) : digits;
}

uint64_t zh_reply_address(const zh_sealer *sealer, zh_channel via, zh_sv address)
{
    char plain[ZH_REPLY_FROM_BYTES_MAX];
    const bool is_phone = via == ZH_CHANNEL_SMS || via == ZH_CHANNEL_CALL || via == ZH_CHANNEL_WHATSAPP, is_email = via == ZH_CHANNEL_EMAIL;
    if (address.size == 0 || address.size > sizeof plain) return 0;
    size_t size = is_phone ? digits_of(address, plain) : 0;
    const zh_sv digits = without_country((zh_sv){ plain, size });
    if (size == 0)
        for (; size < address.size; size++) plain[size] = (char)(is_email && address.data[size] >= 'A' && address.data[size] <= 'Z' ? address.data[size] + ('a' - 'A') : address.data[size]);
    const zh_blind_kind kind = is_phone ? ZH_BLIND_PHONE : is_email ? ZH_BLIND_EMAIL : ZH_BLIND_OTHER;
    const uint64_t number = zh_blind(sealer, kind, digits.size > 0 ? digits : (zh_sv){ plain, size }).low;
    return number == 0 ? 1 : number;
}

/* ---- bodies ---- */

static bool read_one(const zh_adapter *a, zh_json_value of, zh_arena *arena, zh_reply *out)
{
    char room[32];
    zh_sv from, text;
    if (!zh_json_plain(zh_json_pointed(of, a->reply_from), room, &from) || from.size == 0 || from.size > ZH_REPLY_FROM_BYTES_MAX) return false;
    out->from = zh_arena_copy(arena, from);
    if (out->from.data == NULL || !zh_json_plain(zh_json_pointed(of, a->reply_text), room, &text)) return false;
    out->refuses = zh_reply_refuses(text);
    return true;
}

zh_err zh_replies_read(const zh_adapter *a, zh_json *parser, zh_sv body, zh_arena *arena, zh_replies *out)
{
    zh_json_value root;
    *out = (zh_replies){ .count = 0 };
    const zh_err e = zh_json_parse(parser, body, &root, NULL);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_FORMAT;
    const zh_json_value from = zh_json_pointed(root, a->reply_list);
    const bool is_list = zh_json_is(from, ZH_JSON_ARRAY);
    if (!is_list && !zh_json_is(from, ZH_JSON_OBJECT)) return ZH_FORMAT;
    const size_t most = is_list ? zh_json_count(from) : 1;
    if (most > ZH_REPLIES_MAX) return ZH_FULL;
    if ((out->list = ZH_TAKE(arena, zh_reply, most)) == NULL) return ZH_NOMEM;
    if (!is_list) {
        out->count += read_one(a, from, arena, out->list);
        out->unknown = 1 - out->count;
        return ZH_OK;
    }
    for (zh_json_iter it = zh_json_walk(from); zh_json_next(&it);) {
        const bool read = read_one(a, it.value, arena, &out->list[out->count]);
        out->count += read, out->unknown += !read;
    }
    return ZH_OK;
}
