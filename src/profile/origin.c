#include "profile/origin.h"
#include "profile/customer.h"

_Static_assert(ZH_ORIGIN_BYTES_MAX <= ZH_PROFILE_NAME_BYTES_MAX, "a channel is one term, uncut");

#define CONTEXT_BYTES_MIN 24 /* of one that can say something */

/* ---- texts ---- */

static int hex_of(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

static uint32_t code_at(zh_sv raw, size_t at) /* of \uXXXX, whose four digits begin there; 0: none */
{
    uint32_t code = 0;
    if (at + 4 > raw.size) return 0;
    for (size_t i = 0; i < 4; i++) {
        const int digit = hex_of(raw.data[at + i]);
        if (digit < 0) return 0;
        code = code * 16 + (uint32_t)digit;
    }
    return code;
}

static size_t put_code(uint32_t code, char out[4])
{
    if (code < 0x80) return out[0] = (char)code, 1;
    if (code < 0x800) return out[0] = (char)(0xC0 | code >> 6), out[1] = (char)(0x80 | (code & 63)), 2;
    if (code < 0x10000) return out[0] = (char)(0xE0 | code >> 12), out[1] = (char)(0x80 | (code >> 6 & 63)), out[2] = (char)(0x80 | (code & 63)), 3;
    return out[0] = (char)(0xF0 | code >> 18), out[1] = (char)(0x80 | (code >> 12 & 63)), out[2] = (char)(0x80 | (code >> 6 & 63)), out[3] = (char)(0x80 | (code & 63)), 4;
}

/* One character of a JSON text: its bytes, and how many of the raw ones it took. */
static size_t character(zh_sv raw, size_t at, char out[4], size_t *took)
{
    const unsigned char c = (unsigned char)raw.data[at];
    *took = 1;
    if (c != '\\') {
        const size_t size = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        if (size > raw.size - at) return 0;
        memcpy(out, raw.data + at, size);
        *took = size;
        return size;
    }
    if (at + 1 >= raw.size) return 0;
    *took = 2;
    if (raw.data[at + 1] != 'u') return out[0] = strchr("bfnrt", raw.data[at + 1]) != NULL ? ' ' : raw.data[at + 1], 1;
    uint32_t code = code_at(raw, at + 2);
    *took = 6;
    if (code >= 0xD800 && code < 0xDC00 && at + 7 < raw.size && raw.data[at + 6] == '\\' && raw.data[at + 7] == 'u') {
        const uint32_t low = code_at(raw, at + 8);
        if (low >= 0xDC00 && low < 0xE000) code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), *took = 12;
    }
    return put_code(code >= 0xD800 && code < 0xE000 ? 0xFFFD : code, out);
}

/* A JSON text without its quotes, without blanks around it, cut at a character; controls become blanks. */
static size_t put_text(zh_sv raw, bool lower, size_t most, char *out)
{
    size_t size = 0;
    for (size_t at = 0, took; at < raw.size; at += took) {
        char one[4];
        const size_t bytes = character(raw, at, one, &took);
        if (bytes == 0 || size + bytes > most) break;
        if (bytes == 1 && (unsigned char)one[0] < ' ') one[0] = ' ';
        if (bytes == 1 && one[0] == ' ' && size == 0) continue;
        if (lower && one[0] >= 'A' && one[0] <= 'Z') one[0] = (char)(one[0] + 'a' - 'A');
        memcpy(out + size, one, bytes);
        size += bytes;
    }
    while (size > 0 && out[size - 1] == ' ') size--;
    return size;
}

/* ---- a campaign ---- */

typedef struct parts {
    char source[ZH_ORIGIN_SOURCE_BYTES_MAX], medium[ZH_ORIGIN_MEDIUM_BYTES_MAX], campaign[ZH_ORIGIN_CAMPAIGN_BYTES_MAX];
    size_t source_size, medium_size, campaign_size;
} parts;

static zh_sv value_at(zh_sv rest, char close);

/* `members` of an object, without its brackets: texts and what else there may be, one after the other. */
static void read_campaign(zh_sv members, parts *p)
{
    while (members.size > 0) {
        const char *quote = memchr(members.data, '"', members.size);
        if (quote == NULL) return;
        members = zh_sv_part(members, (size_t)(quote - members.data) + 1, members.size);
        const zh_sv key = value_at(members, '"');
        members = zh_sv_part(members, key.size + 1, members.size);
        if (!zh_sv_starts(members, ZH_SV(":"))) return;
        if (!zh_sv_starts(members, ZH_SV(":\""))) continue; /* no text: passed over, the next quote is a key's */
        const zh_sv raw = value_at(members = zh_sv_part(members, 2, members.size), '"');
        members = zh_sv_part(members, raw.size + 1, members.size);
        if (zh_sv_equal(key, ZH_SV("source"))) p->source_size = put_text(raw, true, sizeof p->source, p->source);
        else if (zh_sv_equal(key, ZH_SV("medium"))) p->medium_size = put_text(raw, true, sizeof p->medium, p->medium);
        else if (zh_sv_equal(key, ZH_SV("name"))) p->campaign_size = put_text(raw, false, sizeof p->campaign, p->campaign);
    }
}

/* ---- a referrer ---- */

#define HOST_BYTES_MAX 253

/* `url` stands behind its "http". */
static zh_sv host_of(zh_sv url, char room[HOST_BYTES_MAX])
{
    size_t at = zh_sv_starts(url, ZH_SV("s")), size = 0;
    if (!zh_sv_starts(zh_sv_part(url, at, url.size), ZH_SV("://")) && !zh_sv_starts(zh_sv_part(url, at, url.size), ZH_SV(":\\/\\/"))) return (zh_sv){ 0 };
    while (at < url.size && (url.data[at] == ':' || url.data[at] == '/' || url.data[at] == '\\')) at++;
    for (; at < url.size && size < HOST_BYTES_MAX; at++) {
        const char c = url.data[at];
        if (c == '/' || c == '?' || c == '#' || c == ':' || c == '"' || c == '\\') break;
        if (c == '@') size = 0;
        else room[size++] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
    }
    return zh_sv_starts((zh_sv){ room, size }, ZH_SV("www.")) ? (zh_sv){ room + 4, size - 4 } : (zh_sv){ room, size };
}

static bool is_inside(zh_sv host, zh_sv of) /* the same, or a part of it: "m.shop.example" of "shop.example" */
{
    if (of.size == 0 || host.size < of.size || !zh_sv_equal(zh_sv_part(host, host.size - of.size, of.size), of)) return false;
    return host.size == of.size || host.data[host.size - of.size - 1] == '.';
}

/* The name of a search engine, which is a label of its host; empty: it is none. */
static zh_sv engine_of(zh_sv host)
{
    static const char *const labels[] = { "google", "bing", "baidu", "sogou", "yandex", "duckduckgo", "yahoo", "ecosia", "naver" };
    if (is_inside(host, ZH_SV("so.com"))) return ZH_SV("so");
    if (is_inside(host, ZH_SV("sm.cn"))) return ZH_SV("sm");
    for (size_t from = 0; from < host.size;) {
        size_t to = from;
        while (to < host.size && host.data[to] != '.') to++;
        for (size_t i = 0; i < sizeof labels / sizeof *labels && to < host.size; i++)
            if (zh_sv_equal(zh_sv_part(host, from, to - from), zh_sv_of(labels[i]))) return zh_sv_of(labels[i]);
        from = to + 1;
    }
    return (zh_sv){ 0 };
}

/* ---- where they stand ---- */

#define BLOCK 32

/* Do its first four bytes stand somewhere in the block? Without a branch, so that a compiler does all 32 at once. */
static bool may_begin(const unsigned char *at, const char *key)
{
    const unsigned char k0 = (unsigned char)key[0], k1 = (unsigned char)key[1], k2 = (unsigned char)key[2], k3 = (unsigned char)key[3];
    unsigned char least = 255;
    for (int i = 0; i < BLOCK; i++) {
        const unsigned char differs = (unsigned char)((at[i] ^ k0) | (at[i + 1] ^ k1) | (at[i + 2] ^ k2) | (at[i + 3] ^ k3));
        least = differs < least ? differs : least;
    }
    return least == 0;
}

/* What follows the first of these texts in the context, to its end; empty: it is not there. Quotes make it a key: inside a text they have a backslash. */
static zh_sv after(zh_sv context, zh_sv key)
{
    size_t at = 0;
    while (at + key.size <= context.size) {
        const bool is_block = context.size - at >= BLOCK + 4;
        const size_t end = is_block ? at + BLOCK : context.size;
        for (size_t i = !is_block || may_begin((const unsigned char *)context.data + at, key.data) ? at : end; i < end && i + key.size <= context.size; i++)
            if (context.data[i] == key.data[0] && context.data[i + 1] == key.data[1] && memcmp(context.data + i, key.data, key.size) == 0) return zh_sv_part(context, i + key.size, context.size);
        at = end;
    }
    return (zh_sv){ 0 };
}

/* The value that begins there: a text to its closing quote, an object to its first bracket outside a text. */
static zh_sv value_at(zh_sv rest, char close)
{
    bool in_text = close == '"';
    for (size_t at = 0; at < rest.size; at++) {
        if (in_text && rest.data[at] == '\\') at++;
        else if (rest.data[at] == '"' && close == '"') return zh_sv_part(rest, 0, at);
        else if (rest.data[at] == '"') in_text = !in_text;
        else if (!in_text && rest.data[at] == close) return zh_sv_part(rest, 0, at);
    }
    return (zh_sv){ 0 };
}

static void read_page(zh_sv context, parts *p)
{
    char own_room[HOST_BYTES_MAX], from_room[HOST_BYTES_MAX];
    const zh_sv referrer = after(context, ZH_SV("\"referrer\":\"http")), url = referrer.size == 0 ? referrer : after(context, ZH_SV("\"url\":\"http"));
    if (referrer.size == 0) return;
    const char *slash = referrer.size > 4 ? memchr(referrer.data + 4, '/', referrer.size - 4) : NULL; /* behind "s://" */
    if (slash != NULL && zh_sv_starts(url, zh_sv_part(referrer, 0, (size_t)(slash - referrer.data) + 1))) return; /* the usual: from page to page */
    const zh_sv from = host_of(referrer, from_room), own = host_of(url, own_room);
    if (from.size == 0 || is_inside(from, own) || is_inside(own, from)) return;
    const zh_sv engine = engine_of(from), medium = engine.size > 0 ? ZH_SV("organic") : ZH_SV("referral");
    const zh_sv source = zh_sv_part(engine.size > 0 ? engine : from, 0, sizeof p->source);
    p->source_size = source.size;
    p->medium_size = medium.size;
    memcpy(p->source, source.data, source.size);
    memcpy(p->medium, medium.data, medium.size);
}

/* ---- both ---- */

zh_sv zh_origin_of(const zh_event *event, char out[ZH_ORIGIN_BYTES_MAX])
{
    parts p;
    const zh_sv context = event->context;
    p.source_size = p.medium_size = p.campaign_size = 0;
    if (context.size < CONTEXT_BYTES_MIN || (event->type != ZH_EVENT_TRACK && event->type != ZH_EVENT_PAGE && event->type != ZH_EVENT_SCREEN)) return (zh_sv){ 0 };
    const zh_sv campaign = after(context, ZH_SV("\"campaign\":{"));
    if (campaign.size > 0) read_campaign(value_at(campaign, '}'), &p);
    if (p.source_size + p.medium_size + p.campaign_size == 0) read_page(context, &p);
    if (p.source_size + p.medium_size + p.campaign_size == 0) return (zh_sv){ 0 };
    size_t size = 0;
    memcpy(out, p.source, p.source_size);
    out[size = p.source_size] = ZH_ORIGIN_MARK;
    memcpy(out + ++size, p.medium, p.medium_size);
    out[size += p.medium_size] = ZH_ORIGIN_MARK;
    memcpy(out + ++size, p.campaign, p.campaign_size);
    return (zh_sv){ out, size + p.campaign_size };
}

zh_origin zh_origin_parts(zh_sv text)
{
    zh_sv part[3] = { { 0 } };
    size_t from = 0;
    for (int i = 0; i < 3 && from <= text.size; i++) {
        size_t to = from;
        while (to < text.size && (i == 2 || text.data[to] != ZH_ORIGIN_MARK)) to++;
        part[i] = zh_sv_part(text, from, to - from);
        from = to + 1;
    }
    return (zh_origin){ part[0], part[1], part[2] };
}
