/* json.c -- reading simdjson's tape.
 *
 * The tape is an array of 64-bit words: a letter in the high byte, a payload below it.
 *     r  word 0; the payload is the number of words
 *     {  [   low 32 bits: index after the matching end; bits 32 .. 55: count, saturated
 *     "      offset into the texts, where a u32 length stands before the bytes
 *     l u d  the next word is an int64, a uint64, a double
 *     t f n  true, false, null
 */
#include "base/json.h"

#include "base/json_scan.h"
#include "base/json_shim.h"

#include <assert.h>
#include <stdlib.h>

#define SMALL_OBJECT_KEYS 64 /* up to here keys are compared one with all before, by their prints */
#define ZH_JSON_KEPT_SLACK 8 /* readable bytes after the last text; simdjson leaves 32 */
#define COUNT_SATURATED 0xFFFFFFu

struct zh_json {
    zh_json_shim *shim;
    char *text; /* the text parsed last, with padding */
    size_t text_cap, bytes_max;
    zh_sv *keys; /* scratch of the check for repeated keys */
    size_t keys_cap;
    zh_json_tape tape;
    size_t last_text; /* index of the document's last text, 0: not looked for, or none */
};

const char *zh_json_fault_text(zh_json_fault_kind kind)
{
    static const char *const texts[] = {
        [ZH_JSON_FINE] = "well formed",
        [ZH_JSON_MALFORMED] = "not JSON",
        [ZH_JSON_BAD_UTF8] = "not UTF-8",
        [ZH_JSON_NUMBER] = "a number that no 64-bit format holds",
        [ZH_JSON_DEEP] = "nested deeper than 64 levels",
        [ZH_JSON_LARGE] = "too large",
        [ZH_JSON_MEMORY] = "out of memory",
    };
    return (size_t)kind < sizeof texts / sizeof *texts ? texts[kind] : "?";
}

zh_err zh_json_open(zh_json **out, size_t bytes_max)
{
    assert(bytes_max >= 1);
    assert(bytes_max <= ZH_JSON_BYTES_MAX);
    zh_json *json = calloc(1, sizeof *json);
    *out = NULL;
    if (json == NULL) return ZH_NOMEM;
    json->bytes_max = bytes_max;
    json->shim = zh_json_shim_open(ZH_JSON_DEPTH_MAX);
    if (json->shim == NULL) {
        free(json);
        return ZH_NOMEM;
    }
    *out = json;
    return ZH_OK;
}

void zh_json_close(zh_json *json)
{
    if (json == NULL) return;
    zh_json_shim_close(json->shim);
    free(json->text);
    free(json->keys);
    free(json);
}

static bool copy_text(zh_json *json, zh_sv text)
{
    const size_t need = text.size + ZH_JSON_SHIM_PADDING;
    if (need > json->text_cap) {
        size_t cap = json->text_cap == 0 ? 4096 : json->text_cap;
        while (cap < need) cap *= 2;
        char *room = malloc(cap);
        if (room == NULL) return false;
        free(json->text);
        json->text = room;
        json->text_cap = cap;
    }
    if (text.size > 0) memcpy(json->text, text.data, text.size);
    memset(json->text + text.size, ' ', ZH_JSON_SHIM_PADDING);
    return true;
}

static unsigned hex4(const char *at) /* of four hexadecimal digits, already judged */
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        const unsigned c = (unsigned char)at[i];
        value = value << 4 | (c <= '9' ? c & 15 : (c & 7) + 9);
    }
    return value;
}

/* RFC 8259 allows half a surrogate pair, and a script that cuts a text in the middle of an emoji
 * sends one; no UTF-8 stands for it. So it becomes U+FFFD, in place. Only escapes hold backslashes
 * in a well-formed text. True when something was mended. */
static bool mend_surrogates(char *text, size_t size)
{
    bool mended = false;
    for (char *at = text, *end = text + size;
         (at = memchr(at, '\\', (size_t)(end - at))) != NULL;) {
        if (end - at < 6 || at[1] != 'u') {
            at += 2;
            if (at >= end) break;
            continue;
        }
        const unsigned code = hex4(at + 2);
        const bool high = code >= 0xD800 && code <= 0xDBFF, low = code >= 0xDC00 && code <= 0xDFFF;
        if (high && end - at >= 12 && at[6] == '\\' && at[7] == 'u') {
            const unsigned next = hex4(at + 8);
            if (next >= 0xDC00 && next <= 0xDFFF) {
                at += 12;
                continue;
            }
        }
        if (high || low) {
            memcpy(at + 2, "FFFD", 4);
            mended = true;
        }
        at += 6;
    }
    return mended;
}

/* simdjson tells less than a caller wants to know: read the text again, slowly and strictly. */
static zh_json_fault fault_of(zh_sv text, zh_json_shim_result result)
{
    if (result == ZH_JSON_SHIM_MEMORY)
        return (zh_json_fault){ ZH_JSON_MEMORY, ZH_JSON_OFFSET_UNKNOWN };
    const zh_json_fault fault = zh_json_judge(text);
    if (fault.kind != ZH_JSON_FINE) return fault;
    const zh_json_fault_kind kind = result == ZH_JSON_SHIM_NUMBER ? ZH_JSON_NUMBER
                                    : result == ZH_JSON_SHIM_DEEP ? ZH_JSON_DEEP
                                                                  : ZH_JSON_MALFORMED;
    return (zh_json_fault){ kind, ZH_JSON_OFFSET_UNKNOWN };
}

static zh_err err_of(zh_json_fault_kind kind)
{
    switch (kind) {
    case ZH_JSON_FINE: return ZH_OK;
    case ZH_JSON_NUMBER: return ZH_RANGE;
    case ZH_JSON_DEEP:
    case ZH_JSON_LARGE: return ZH_FULL;
    case ZH_JSON_MEMORY: return ZH_NOMEM;
    case ZH_JSON_MALFORMED:
    case ZH_JSON_BAD_UTF8: break;
    }
    return ZH_FORMAT;
}

zh_err zh_json_parse(zh_json *json, zh_sv text, zh_json_value *root, zh_json_fault *fault)
{
    zh_json_fault here = { ZH_JSON_FINE, ZH_JSON_OFFSET_UNKNOWN };
    *root = (zh_json_value){ 0 };
    json->last_text = 0;
    if (text.size > json->bytes_max) {
        here.kind = ZH_JSON_LARGE;
    } else if (!copy_text(json, text)) {
        here.kind = ZH_JSON_MEMORY;
    } else {
        const uint64_t **words = &json->tape.words;
        const uint8_t **texts = &json->tape.texts;
        zh_json_shim_result result =
            zh_json_shim_parse(json->shim, json->text, text.size, words, texts);
        if (result == ZH_JSON_SHIM_TEXT && zh_json_judge(text).kind == ZH_JSON_FINE &&
            mend_surrogates(json->text, text.size))
            result = zh_json_shim_parse(json->shim, json->text, text.size, words, texts);
        if (result != ZH_JSON_SHIM_OK) here = fault_of(text, result);
    }
    if (fault != NULL) *fault = here;
    if (here.kind == ZH_JSON_FINE) *root = (zh_json_value){ &json->tape, 1 };
    return err_of(here.kind);
}

static unsigned tag(uint64_t word)
{
    return (unsigned)(word >> 56);
}

static uint64_t payload(uint64_t word)
{
    return word & (((uint64_t)1 << 56) - 1);
}

/* Index of what follows the value at `at`. */
static size_t after(const zh_json_tape *tape, size_t at)
{
    const uint64_t word = tape->words[at];
    switch (tag(word)) {
    case '{':
    case '[': return (uint32_t)word;
    case 'l':
    case 'u':
    case 'd': return at + 2;
    default: return at + 1;
    }
}

zh_json_value zh_json_get(zh_json_value object, zh_sv key)
{
    if (zh_json_type_of(object) != ZH_JSON_OBJECT) return (zh_json_value){ 0 };
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);)
        if (it.key.size == key.size &&
            (key.size == 0 || memcmp(it.key.data, key.data, key.size) == 0))
            return it.value;
    return (zh_json_value){ 0 };
}

size_t zh_json_count(zh_json_value value)
{
    const zh_json_type type = zh_json_type_of(value);
    if (type != ZH_JSON_OBJECT && type != ZH_JSON_ARRAY) return 0;
    size_t count = (size_t)(payload(value.tape_->words[value.at_]) >> 32);
    if (count < COUNT_SATURATED) return count;
    count = 0;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) count++;
    return count;
}

bool zh_json_int(zh_json_value value, int64_t *out)
{
    if (value.tape_ == NULL || tag(value.tape_->words[value.at_]) != 'l') return false;
    memcpy(out, &value.tape_->words[value.at_ + 1], sizeof *out);
    return true;
}

bool zh_json_uint(zh_json_value value, uint64_t *out)
{
    int64_t number;
    if (zh_json_int(value, &number)) {
        if (number < 0) return false;
        *out = (uint64_t)number;
        return true;
    }
    if (value.tape_ == NULL || tag(value.tape_->words[value.at_]) != 'u') return false;
    *out = value.tape_->words[value.at_ + 1];
    return true;
}

bool zh_json_real(zh_json_value value, double *out)
{
    int64_t number;
    uint64_t large;
    if (zh_json_int(value, &number)) {
        *out = (double)number;
    } else if (zh_json_uint(value, &large)) {
        *out = (double)large;
    } else {
        if (zh_json_type_of(value) != ZH_JSON_REAL) return false;
        memcpy(out, &value.tape_->words[value.at_ + 1], sizeof *out);
    }
    return true;
}

bool zh_json_bool(zh_json_value value, bool *out)
{
    if (zh_json_type_of(value) != ZH_JSON_BOOL) return false;
    *out = tag(value.tape_->words[value.at_]) == 't';
    return true;
}

/* Length and both ends of a key in one word: equal keys have equal prints, and few others have.
 * Eight bytes may be read at any text, see ZH_JSON_KEPT_SLACK. */
static uint64_t print_of(zh_sv key)
{
    uint64_t head, tail = 0;
    memcpy(&head, key.data, 8);
    if (key.size >= 8) memcpy(&tail, key.data + key.size - 8, 8);
    else head &= ((uint64_t)1 << key.size * 8) - 1;
    return (head ^ (tail << 7 | tail >> 57)) * 0x9E3779B97F4A7C15u + key.size;
}

/* A bit of 64 for each print seen; where it is set already, the prints before are looked through. */
static bool small_object_repeats(const zh_json_tape *tape, size_t at, size_t end, zh_sv *which)
{
    uint64_t prints[SMALL_OBJECT_KEYS], seen = 0;
    uint32_t places[SMALL_OBJECT_KEYS];
    size_t count = 0;
    for (; at < end; at = after(tape, at + 1)) {
        const zh_sv key = zh_json_text_at_(tape, at);
        const uint64_t print = print_of(key), bit = (uint64_t)1 << (print >> 58);
        if (seen & bit)
            for (size_t i = 0; i < count; i++)
                if (prints[i] == print && zh_sv_equal(zh_json_text_at_(tape, places[i]), key)) {
                    *which = key;
                    return true;
                }
        seen |= bit;
        prints[count] = print;
        places[count++] = (uint32_t)at;
    }
    return false;
}

static int by_size_then_bytes(const void *a, const void *b)
{
    const zh_sv *x = a, *y = b;
    if (x->size != y->size) return x->size < y->size ? -1 : 1;
    return x->size == 0 ? 0 : memcmp(x->data, y->data, x->size);
}

/* Sorting keeps a stranger's choice of keys from costing more than n log n. */
static bool large_object_repeats(zh_json *json, const zh_json_tape *tape, size_t at, size_t end,
                                 zh_sv *which)
{
    size_t count = 0;
    for (; at < end; at = after(tape, at + 1)) {
        if (count == json->keys_cap) {
            const size_t cap = json->keys_cap == 0 ? 1024 : json->keys_cap * 2;
            zh_sv *keys = realloc(json->keys, cap * sizeof *keys);
            if (keys == NULL) {
                *which = (zh_sv){ 0 };
                return true;
            }
            json->keys = keys;
            json->keys_cap = cap;
        }
        json->keys[count++] = zh_json_text_at_(tape, at);
    }
    qsort(json->keys, count, sizeof *json->keys, by_size_then_bytes);
    for (size_t i = 1; i < count; i++)
        if (zh_sv_equal(json->keys[i - 1], json->keys[i])) {
            *which = json->keys[i];
            return true;
        }
    return false;
}

static bool object_repeats(zh_json *json, const zh_json_tape *tape, size_t at, zh_sv *which)
{
    const size_t end = (uint32_t)tape->words[at] - 1;
    const size_t count = (size_t)(payload(tape->words[at]) >> 32);
    if (count < 2) return false;
    if (count == 2) {
        const zh_sv first = zh_json_text_at_(tape, at + 1),
                    second = zh_json_text_at_(tape, after(tape, at + 2));
        *which = second;
        return zh_sv_equal(first, second);
    }
    if (count <= SMALL_OBJECT_KEYS) return small_object_repeats(tape, at + 1, end, which);
    return large_object_repeats(json, tape, at + 1, end, which);
}

bool zh_json_repeated_key(zh_json *json, zh_json_value root, zh_sv *which)
{
    zh_sv key;
    if (root.tape_ == NULL) return false;
    const zh_json_tape *tape = root.tape_;
    const size_t end = after(tape, root.at_);
    size_t last_text = 0;
    /* Every object's opening word lies between; numbers take two words, the rest one. */
    for (size_t at = root.at_; at < end;) {
        const unsigned letter = tag(tape->words[at]);
        if (letter == '{' && object_repeats(json, tape, at, which == NULL ? &key : which))
            return true;
        if (letter == '"') last_text = at;
        at += letter == 'l' || letter == 'u' || letter == 'd' ? 2 : 1;
    }
    if (root.at_ == 1) json->last_text = last_text;
    return false;
}

zh_err zh_json_keep(zh_json *json, zh_json_value root, zh_arena *arena)
{
    assert(root.tape_ == &json->tape);
    const zh_json_tape *tape = root.tape_;
    const size_t end = after(tape, root.at_);
    size_t last = root.at_ == 1 ? json->last_text : 0; /* the check for repeated keys passed it */
    for (size_t at = last == 0 ? root.at_ : end; at < end;) {
        const unsigned letter = tag(tape->words[at]);
        if (letter == '"') last = at;
        at += letter == 'l' || letter == 'u' || letter == 'd' ? 2 : 1;
    }
    if (last == 0) return ZH_OK;
    const zh_sv text = zh_json_text_at_(tape, last); /* texts stand in the order of the tape */
    const size_t size = (size_t)((const uint8_t *)text.data + text.size - tape->texts);
    uint8_t *room = zh_arena_take_raw(arena, size + ZH_JSON_KEPT_SLACK, 1);
    if (room == NULL) return ZH_FULL;
    memcpy(room, tape->texts, size);
    memset(room + size, 0, ZH_JSON_KEPT_SLACK);
    json->tape.texts = room;
    return ZH_OK;
}
