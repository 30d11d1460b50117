#include "guard/seal_compact.h"

#include <lz4.h>
#include <sodium.h>
#include <stdlib.h>

#define VERSION 2
#define MAC_BYTES 16
#define HEAD_BYTES (2 + MAC_BYTES)
#define FLAG_SMALLER 1
_Static_assert(crypto_stream_xchacha20_NONCEBYTES == 24 && crypto_stream_xchacha20_KEYBYTES == 32, "of libsodium");
_Static_assert(crypto_kdf_BYTES_MAX >= 64 && crypto_kdf_KEYBYTES == 32, "of libsodium");

/* What personal parts are made of: names as collect writes them, and what browsers call themselves. A part of the format: it
 * never changes; another text would be another flag. The commonest stands last, where it is nearest. */
static const char known[] =
    "\"properties\":{\"email\":\"\",\"phone\":\"\",\"name\":\"\",\"address\":{\"street\":\"\",\"postalCode\":\"\",\"line1\":\"\"},"
    "\"traits\":{\"email\":\"@gmail.com\",\"email\":\"@qq.com\",\"email\":\"@163.com\",\"phone\":\"+86\",\"firstName\":\"\",\"lastName\":\"\",\"name\":\"\",\"username\":\"\",\"birthday\":\"19\",\"avatar\":\"https://\","
    "\"context\":{\"device\":{\"id\":\"\",\"advertisingId\":\"\",\"token\":\"\",\"name\":\"iPhone\"},\"location\":{\"latitude\":,\"longitude\":},\"groupId\":\"\",\"externalIds\":[{\"id\":\"\",\"type\":\"\"}],"
    "\"userAgentData\":{\"brands\":[{\"brand\":\"Chromium\",\"version\":\"1\"},{\"brand\":\"Not)A;Brand\",\"version\":\"\"},{\"brand\":\"Google Chrome\",\"version\":\"\"}],\"mobile\":false,\"platform\":\"Windows\"},\"mobile\":true,\"platform\":\"Android\","
    "Dalvik/2.1.0 (Linux; U; Android 13; ) okhttp/4.9.3 MicroMessenger/8.0.(0x18) NetType/WIFI Language/zh_CN MiniProgramEnv/"
    "Mozilla/5.0 (Linux; Android 14; SM-) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36 XWEB/"
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36"
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Gecko/20100101 Firefox/128.0"
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0\"}}"
    "{\"anonymousId\":\"\",\"context\":{\"ip\":\"127.0.0.1\",\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\"}}"
    "{\"userId\":\"u\",\"anonymousId\":\"a-\",\"context\":{\"ip\":\"192.168.1.1\",\"userAgent\":\"Mozilla/5.0 (";
enum { KNOWN_BYTES = sizeof known - 1 };

typedef struct keys {
    uint8_t encrypt[32], mac[32];
} keys;
_Static_assert(sizeof(keys) == 64, "derived as one");

static void derive(const zh_dek *dek, keys *out)
{
    const int failed = crypto_kdf_derive_from_key((uint8_t *)out, sizeof *out, VERSION, "zhunsiv2", dek->bytes);
    if (failed != 0) abort(); /* it refuses other sizes only */
}

static void mac_of(const keys *k, zh_workspace_id workspace, zh_customer_id customer, zh_event_key event, uint8_t flags, zh_sv plain, uint8_t out[MAC_BYTES])
{
    /* OFFSET SIZE  0 1 'P'  1 1 version  2 1 flags  3 4 workspace  7 8 customer  15 16 event; fixed in size, so nothing runs together */
    uint8_t place[31] = { 'P', VERSION, flags };
    memcpy(place + 3, &workspace.number, 4);
    memcpy(place + 7, &customer.number, 8);
    memcpy(place + 15, &event.high, 8);
    memcpy(place + 23, &event.low, 8);
    crypto_generichash_state state;
    crypto_generichash_init(&state, k->mac, sizeof k->mac, MAC_BYTES);
    crypto_generichash_update(&state, place, sizeof place);
    crypto_generichash_update(&state, (const uint8_t *)plain.data, plain.size);
    crypto_generichash_final(&state, out, MAC_BYTES);
}

static void stream(const keys *k, const uint8_t mac[MAC_BYTES], const char *from, char *to, size_t size)
{
    uint8_t nonce[24] = { 0 };
    memcpy(nonce, mac, MAC_BYTES);
    crypto_stream_xchacha20_xor((uint8_t *)to, (const uint8_t *)from, size, nonce, k->encrypt);
}

struct zh_seal_known {
    LZ4_stream_t prepared; /* 16 KiB */
};

static bool prepare(zh_seal_known *k)
{
    return LZ4_initStream(&k->prepared, sizeof k->prepared) != NULL && LZ4_loadDict(&k->prepared, known, KNOWN_BYTES) == KNOWN_BYTES;
}

zh_err zh_seal_known_open(zh_seal_known **out)
{
    *out = malloc(sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    if (prepare(*out)) return ZH_OK;
    free(*out);
    *out = NULL;
    return ZH_NOMEM;
}

void zh_seal_known_close(zh_seal_known *with)
{
    free(with);
}

/* var plain size, LZ4 block; false: not smaller, or no memory. */
static bool make_smaller(const zh_seal_known *with, zh_sv plain, zh_buf *out)
{
    zh_buf_put_var(out, plain.size);
    const size_t head = out->size;
    char *room = zh_buf_room(out, plain.size);
    if (room == NULL) return false;
    zh_seal_known own = *with;
    const int size = LZ4_compress_fast_continue(&own.prepared, plain.data, room, (int)plain.size, (int)plain.size, 1);
    if (size <= 0 || head + (size_t)size >= plain.size) return false;
    out->size = head + (size_t)size;
    return true;
}

static zh_err seal(const zh_seal_known *with, zh_workspace_id workspace, zh_customer_id customer, const keys *k, zh_event_key event, zh_sv plain, zh_buf *out)
{
    zh_buf small = zh_buf_open(2 * ZH_SEAL_COMPACT_BYTES_MAX);
    const uint8_t flags = make_smaller(with, plain, &small) ? FLAG_SMALLER : 0;
    const zh_sv text = flags != 0 ? zh_buf_view(&small) : plain;
    char *room = zh_buf_room(out, HEAD_BYTES + text.size);
    if (room != NULL) {
        room[0] = VERSION;
        room[1] = (char)flags;
        uint8_t mac[MAC_BYTES];
        mac_of(k, workspace, customer, event, flags, text, mac);
        memcpy(room + 2, mac, MAC_BYTES);
        stream(k, mac, text.data, room + HEAD_BYTES, text.size);
    }
    if (small.data != NULL) zh_wipe(small.data, small.size);
    zh_buf_close(&small);
    return zh_buf_err(out);
}

bool zh_seal_is_compact(zh_sv sealed)
{
    return sealed.size >= HEAD_BYTES && sealed.data[0] == VERSION;
}

/* The plain text of what was encrypted, in the arena. */
static zh_err larger(uint8_t flags, zh_sv text, zh_arena *arena, zh_sv *plain)
{
    if ((flags & ~FLAG_SMALLER) != 0) return ZH_FORMAT;
    if (flags == 0) {
        *plain = text;
        return ZH_OK;
    }
    zh_reader r = zh_reader_on(text);
    const uint64_t size = zh_read_var(&r);
    if (r.bad || size > ZH_SEAL_COMPACT_BYTES_MAX) return ZH_CORRUPT;
    char *room = ZH_TAKE(arena, char, size + 1);
    if (room == NULL) return ZH_NOMEM;
    const int got = LZ4_decompress_safe_usingDict(r.at, room, (int)zh_reader_left(&r), (int)size, known, KNOWN_BYTES);
    if (got < 0 || (uint64_t)got != size) return ZH_CORRUPT;
    room[size] = '\0';
    *plain = (zh_sv){ room, (size_t)size };
    return ZH_OK;
}

static zh_err open_with(zh_workspace_id workspace, zh_customer_id customer, const keys *k, zh_event_key event, zh_sv sealed, zh_arena *arena, zh_sv *plain)
{
    if (!zh_seal_is_compact(sealed)) return ZH_FORMAT;
    const zh_sv text = zh_sv_part(sealed, HEAD_BYTES, SIZE_MAX);
    char *room = ZH_TAKE(arena, char, text.size + 1);
    if (room == NULL) return ZH_NOMEM;
    uint8_t mac[MAC_BYTES], again[MAC_BYTES];
    memcpy(mac, sealed.data + 2, MAC_BYTES);
    stream(k, mac, text.data, room, text.size);
    room[text.size] = '\0';
    const zh_sv opened = { room, text.size };
    mac_of(k, workspace, customer, event, (uint8_t)sealed.data[1], opened, again);
    if (sodium_memcmp(mac, again, MAC_BYTES) != 0) { /* nothing of what does not belong is given out */
        zh_wipe(room, text.size);
        return ZH_CORRUPT;
    }
    return larger((uint8_t)sealed.data[1], opened, arena, plain);
}

zh_err zh_seal_compact_open(zh_workspace_id workspace, zh_customer_id customer, const zh_dek *dek, zh_event_key event,
                            zh_sv sealed, zh_arena *arena, zh_sv *plain)
{
    keys k;
    derive(dek, &k);
    const zh_err e = open_with(workspace, customer, &k, event, sealed, arena, plain);
    zh_wipe(&k, sizeof k);
    return e;
}

zh_err zh_seal_compact(const zh_sealer *sealer, const zh_seal_known *with, zh_customer_id customer, const zh_wrapped_dek *wrapped, zh_event_key event,
                       zh_sv sealed, zh_buf *out)
{
    if (zh_seal_is_compact(sealed)) return ZH_EXISTS;
    if (wrapped == NULL) return ZH_ABSENT;
    if (sealed.size > ZH_SEAL_COMPACT_BYTES_MAX + ZH_SEALED_EXTRA_BYTES) return ZH_RANGE;
    zh_dek dek;
    zh_err e = zh_seal_unwrap(sealer, customer, wrapped, &dek);
    if (e != ZH_OK) return e;
    keys k;
    derive(&dek, &k);
    zh_arena arena = zh_arena_open(8 * ZH_SEAL_COMPACT_BYTES_MAX);
    zh_sv plain = { 0 }, again = { 0 };
    const size_t start = out->size;
    e = zh_seal_open_under(sealer, customer, &dek, event, sealed, &arena, &plain);
    if (e == ZH_OK) e = seal(with, sealer->workspace_, customer, &k, event, plain, out);
    if (e == ZH_OK && out->size - start >= sealed.size) e = ZH_EXISTS;
    if (e == ZH_OK) e = open_with(sealer->workspace_, customer, &k, event, zh_sv_part(zh_buf_view(out), start, SIZE_MAX), &arena, &again);
    if (e == ZH_OK && !zh_sv_equal(plain, again)) e = ZH_CORRUPT;
    if (e != ZH_OK) out->size = start;
    zh_wipe(&dek, sizeof dek);
    zh_wipe(&k, sizeof k);
    if (plain.size > 0) zh_wipe((void *)(uintptr_t)plain.data, plain.size);
    if (again.size > 0) zh_wipe((void *)(uintptr_t)again.data, again.size);
    zh_arena_close(&arena);
    return e;
}
