/* Entries: key the name, 0, the number of the version (u8); value u8 version, zig at_ms, text. */
#include "offer/offers.h"

#include <stdlib.h>

#define VERSION 1
#define VERSION_BYTES_MAX ((size_t)256 << 10) /* of one, read: 300 words of 255 bytes and their places */
#define SETTING_BYTES_MAX (64u << 10)

typedef struct kept {
    zh_arena arena;
    zh_offer_version is;
    bool dirty;
} kept;

typedef struct named {
    char name[ZH_OFFER_NAME_BYTES_MAX];
    size_t name_bytes;
    kept *versions[ZH_OFFER_VERSIONS_MAX]; /* while loading there may be holes */
    uint32_t count;
} named;

struct zh_offers {
    named *all[ZH_OFFERS_MAX]; /* by name */
    uint32_t count;
    zh_json *json;
};

zh_err zh_offers_open(zh_offers **out)
{
    zh_offers *s = calloc(1, sizeof *s);
    if (s == NULL) return ZH_NOMEM;
    const zh_err e = zh_json_open(&s->json, SETTING_BYTES_MAX);
    if (e != ZH_OK) {
        free(s);
        return e;
    }
    *out = s;
    return ZH_OK;
}

static void drop_kept(kept *k)
{
    if (k == NULL) return;
    zh_arena_close(&k->arena);
    free(k);
}

void zh_offers_close(zh_offers *s)
{
    if (s == NULL) return;
    for (uint32_t i = 0; i < s->count; i++) {
        for (uint32_t v = 0; v < s->all[i]->count; v++) drop_kept(s->all[i]->versions[v]);
        free(s->all[i]);
    }
    zh_json_close(s->json);
    free(s);
}

static zh_sv name_of(const named *n) { return (zh_sv){ n->name, n->name_bytes }; }

static uint32_t place_of(const zh_offers *s, zh_sv name)
{
    uint32_t low = 0, high = s->count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (zh_sv_compare(name_of(s->all[middle]), name) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static named *find(const zh_offers *s, zh_sv name)
{
    const uint32_t at = place_of(s, name);
    return at < s->count && zh_sv_equal(name_of(s->all[at]), name) ? s->all[at] : NULL;
}

static zh_err find_or_make(zh_offers *s, zh_sv name, named **out)
{
    const uint32_t at = place_of(s, name);
    if ((*out = find(s, name)) != NULL) return ZH_OK;
    if (s->count == ZH_OFFERS_MAX) return ZH_FULL;
    named *n = calloc(1, sizeof *n);
    if (n == NULL) return ZH_NOMEM;
    memcpy(n->name, name.data, name.size);
    n->name_bytes = name.size;
    memmove(&s->all[at + 1], &s->all[at], (s->count++ - at) * sizeof *s->all);
    *out = s->all[at] = n;
    return ZH_OK;
}

/* ---- versions ---- */

static zh_err make(zh_offers *s, zh_sv name, zh_sv text, int64_t at_ms, kept **out)
{
    zh_json_value root = { 0 };
    kept *k = calloc(1, sizeof *k);
    if (k == NULL) return ZH_NOMEM;
    k->arena = zh_arena_open(VERSION_BYTES_MAX);
    k->dirty = true;
    k->is.at_ms = at_ms;
    k->is.text = zh_arena_copy(&k->arena, text);
    zh_err e = k->is.text.data == NULL ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK && text.size > 0) {
        if ((e = zh_json_parse(s->json, k->is.text, &root, NULL)) != ZH_NOMEM) e = zh_offer_read(root, name, &k->arena, &k->is.offer, &k->is.fault);
        k->is.is_good = e == ZH_OK;
    }
    if (e == ZH_NOMEM) {
        drop_kept(k);
        return e;
    }
    *out = k;
    return ZH_OK;
}

/* The text of the definition that a setting has; empty: it has none. Into the buffer. */
static zh_err text_of(zh_offers *s, zh_sv setting, zh_buf *out)
{
    zh_json_value root = { 0 };
    if (setting.size == 0) return ZH_OK;
    if (zh_json_parse(s->json, setting, &root, NULL) == ZH_NOMEM) return ZH_NOMEM;
    const zh_json_value definition = zh_json_get(root, ZH_SV("definition"));
    if (zh_json_type_of(definition) > ZH_JSON_NULL) zh_json_write(definition, out);
    return zh_buf_err(out);
}

static zh_err append(zh_offers *s, zh_sv name, zh_sv text, int64_t at_ms)
{
    named *n = find(s, name);
    const zh_sv last = n == NULL || n->count == 0 ? (zh_sv){ 0 } : n->versions[n->count - 1]->is.text;
    if (zh_sv_equal(last, text)) return ZH_OK;
    if (n != NULL && n->count == ZH_OFFER_VERSIONS_MAX) return ZH_FULL;
    kept *k;
    zh_err e = make(s, name, text, at_ms, &k);
    if (e != ZH_OK) return e;
    if ((e = find_or_make(s, name, &n)) != ZH_OK) drop_kept(k);
    else n->versions[n->count++] = k;
    return e;
}

zh_err zh_offers_define(zh_offers *s, zh_sv name, zh_sv setting, int64_t at_ms)
{
    if (!zh_offer_name_is_good(name)) return ZH_OK;
    zh_buf text = zh_buf_open(SETTING_BYTES_MAX);
    zh_err e = text_of(s, setting, &text);
    if (e == ZH_OK) e = append(s, name, zh_buf_view(&text), at_ms);
    zh_buf_close(&text);
    return e;
}

bool zh_offers_has_room(const zh_offers *s, zh_sv name)
{
    const named *n = find(s, name);
    return n != NULL ? n->count < ZH_OFFER_VERSIONS_MAX : s->count < ZH_OFFERS_MAX;
}

/* ---- asking ---- */

static const zh_offer *in_force(const named *n, uint32_t *version)
{
    if (n->count == 0 || !n->versions[n->count - 1]->is.is_good) return NULL;
    *version = n->count;
    return &n->versions[n->count - 1]->is.offer;
}

const zh_offer *zh_offers_find(const zh_offers *s, zh_sv name, uint32_t *version)
{
    const named *n = find(s, name);
    return n == NULL ? NULL : in_force(n, version);
}

const zh_offer *zh_offers_find_code(const zh_offers *s, zh_sv code, uint32_t *version)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const zh_offer *o = in_force(s->all[i], version);
        if (o != NULL && o->give == ZH_OFFER_CODE && zh_sv_equal(o->code, code)) return o;
    }
    return NULL;
}

const zh_offer_version *zh_offers_version(const zh_offers *s, zh_sv name, uint32_t version)
{
    const named *n = find(s, name);
    return n == NULL || version == 0 || version > n->count ? NULL : &n->versions[version - 1]->is;
}

uint32_t zh_offers_versions(const zh_offers *s, zh_sv name)
{
    const named *n = find(s, name);
    return n == NULL ? 0 : n->count;
}

bool zh_offers_next(const zh_offers *s, uint32_t *at, zh_sv *name)
{
    if (*at >= s->count) return false;
    *name = name_of(s->all[(*at)++]);
    return true;
}

size_t zh_offers_count(const zh_offers *s) { return s->count; }

/* ---- keeping ---- */

zh_err zh_offers_save(zh_offers *s, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(SETTING_BYTES_MAX);
    char key[ZH_OFFER_NAME_BYTES_MAX + 2];
    zh_err e = ZH_OK;
    for (uint32_t i = 0; i < s->count; i++) {
        const named *n = s->all[i];
        for (uint32_t v = 0; e == ZH_OK && v < n->count; v++) {
            kept *k = n->versions[v];
            if (!all && !k->dirty) continue;
            memcpy(key, n->name, n->name_bytes);
            key[n->name_bytes] = 0, key[n->name_bytes + 1] = (char)(v + 1);
            zh_buf_reset(&value);
            zh_buf_put_u8(&value, VERSION);
            zh_buf_put_zig(&value, k->is.at_ms);
            zh_buf_put_text(&value, k->is.text);
            e = zh_buf_err(&value);
            if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ key, n->name_bytes + 2 }, zh_buf_view(&value));
            if (e == ZH_OK && !all) k->dirty = false;
        }
    }
    zh_buf_close(&value);
    return e;
}

zh_err zh_offers_load(zh_offers *s, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const int64_t at_ms = zh_read_zig(&r);
    const zh_sv text = zh_read_text(&r);
    if (r.bad || zh_reader_left(&r) != 0 || key.size < 3 || key.data[key.size - 2] != 0) return ZH_CORRUPT;
    const zh_sv name = zh_sv_part(key, 0, key.size - 2);
    const uint32_t number = (unsigned char)key.data[key.size - 1];
    if (!zh_offer_name_is_good(name) || number == 0 || number > ZH_OFFER_VERSIONS_MAX) return ZH_CORRUPT;
    named *n;
    zh_err e = find_or_make(s, name, &n);
    if (e != ZH_OK) return e == ZH_FULL ? ZH_CORRUPT : e;
    if (n->versions[number - 1] != NULL) return ZH_CORRUPT;
    if ((e = make(s, name, text, at_ms, &n->versions[number - 1])) != ZH_OK) return e;
    n->versions[number - 1]->dirty = false;
    if (number > n->count) n->count = number;
    return ZH_OK;
}

bool zh_offers_check(const zh_offers *s, const char **why)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (i > 0 && zh_sv_compare(name_of(s->all[i - 1]), name_of(s->all[i])) >= 0) return *why = "two offers of one name", false;
        for (uint32_t v = 0; v < s->all[i]->count; v++)
            if (s->all[i]->versions[v] == NULL) return *why = "a version is missing", false;
    }
    return true;
}

size_t zh_offers_bytes(const zh_offers *s)
{
    size_t bytes = sizeof *s;
    for (uint32_t i = 0; i < s->count; i++) {
        bytes += sizeof *s->all[i];
        for (uint32_t v = 0; v < s->all[i]->count; v++) bytes += sizeof(kept) + zh_arena_held(&s->all[i]->versions[v]->arena);
    }
    return bytes;
}
