#include "model/goods.h"

#include <assert.h>

#define NONE UINT32_MAX

/* What one line told: the words stand in one buffer, begin and end by line. */
typedef struct told {
    uint32_t item, kind, begin, end;
} told;

typedef struct reader {
    zh_names *items, kinds, words;
    zh_buf lines, text; /* told, uint32_t */
    zh_note *why;
} reader;

static zh_sv cut(zh_sv *left, char at)
{
    const char *end = left->size == 0 ? NULL : memchr(left->data, at, left->size);
    const size_t size = end == NULL ? left->size : (size_t)(end - left->data);
    const zh_sv part = zh_sv_part(*left, 0, size);
    *left = zh_sv_part(*left, end == NULL ? size : size + 1, SIZE_MAX);
    return part;
}

static bool letter(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next word of a title into small[]; 0 at its end. Bytes 10xxxxxx go on with the character before them. */
static size_t next_word(zh_sv title, size_t *at, char *small, size_t room)
{
    size_t size = 0;
    while (*at < title.size && !letter((unsigned char)title.data[*at]) && (unsigned char)title.data[*at] < 0x80) ++*at;
    if (*at < title.size && (unsigned char)title.data[*at] >= 0x80) {
        do small[size++] = title.data[(*at)++];
        while (*at < title.size && size < room && ((unsigned char)title.data[*at] & 0xC0) == 0x80);
        return size;
    }
    for (; *at < title.size && letter((unsigned char)title.data[*at]); ++*at) {
        const char c = title.data[*at];
        if (size < room) small[size++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return size;
}

static zh_err read_title(reader *r, zh_sv title)
{
    char small[ZH_NAMES_BYTES_MAX];
    size_t at = 0, size;
    for (int words = 0; words < ZH_GOODS_WORDS_MAX && (size = next_word(title, &at, small, sizeof small)) > 0; words++) {
        uint32_t word;
        const zh_err e = zh_names_add(&r->words, (zh_sv){ small, size }, &word);
        if (e != ZH_OK) return e;
        zh_buf_put(&r->text, (zh_sv){ (const char *)&word, sizeof word });
    }
    return zh_buf_err(&r->text);
}

static zh_err read_line(reader *r, zh_sv line, uint32_t number)
{
    if (line.size > 0 && line.data[line.size - 1] == '\r') line.size--;
    if (line.size == 0) return ZH_OK;
    const zh_sv item = cut(&line, '\t'), kind = cut(&line, '\t'), title = cut(&line, '\t');
    told t = { .begin = (uint32_t)(zh_buf_view(&r->text).size / sizeof(uint32_t)) };
    zh_err e = zh_names_add(r->items, item, &t.item);
    if (e == ZH_OK) e = zh_names_add(&r->kinds, kind, &t.kind);
    if (e == ZH_RANGE) {
        zh_note_set(r->why, "line %u is not item, tab, kind of at most %d bytes each", number, ZH_NAMES_BYTES_MAX);
        return ZH_FORMAT;
    }
    if (e == ZH_OK) e = read_title(r, title);
    if (e != ZH_OK) return e;
    t.end = (uint32_t)(zh_buf_view(&r->text).size / sizeof(uint32_t));
    zh_buf_put(&r->lines, (zh_sv){ (const char *)&t, sizeof t });
    return zh_buf_err(&r->lines);
}

static zh_err settle(zh_goods *out, zh_arena *arena, const reader *r)
{
    const uint32_t names = zh_names_count(r->items);
    const told *lines = (const told *)(const void *)zh_buf_view(&r->lines).data;
    const size_t count = zh_buf_view(&r->lines).size / sizeof *lines;
    const uint32_t *text = (const uint32_t *)(const void *)zh_buf_view(&r->text).data;
    uint32_t *kind = ZH_TAKE(arena, uint32_t, names), *from = ZH_TAKE(arena, uint32_t, (size_t)names + 1);
    uint32_t *line_of = ZH_TAKE(arena, uint32_t, names);
    if (kind == NULL || from == NULL || line_of == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < names; i++) line_of[i] = NONE;
    for (size_t l = 0; l < count; l++) line_of[lines[l].item] = (uint32_t)l;
    out->kinds = zh_names_count(&r->kinds);
    for (uint32_t i = 0; i < names; i++) {
        const told *t = line_of[i] == NONE ? NULL : &lines[line_of[i]];
        kind[i] = t != NULL ? t->kind : out->kinds++;
        from[i + 1] = from[i] + (t != NULL ? t->end - t->begin : 0);
    }
    uint32_t *at = ZH_TAKE(arena, uint32_t, from[names]);
    if (at == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < names; i++)
        if (from[i + 1] > from[i]) memcpy(at + from[i], text + lines[line_of[i]].begin, (from[i + 1] - from[i]) * sizeof *at);
    out->kind = kind;
    out->words = (zh_rows){ .count = names, .width = zh_names_count(&r->words), .from = from, .at = at };
    return ZH_OK;
}

zh_err zh_goods_read(zh_goods *out, zh_arena *arena, zh_names *items, zh_sv bytes, zh_note *why)
{
    *out = (zh_goods){ 0 };
    reader r = { .items = items, .kinds = zh_names_open(), .words = zh_names_open(), .why = why,
                 .lines = zh_buf_open(SIZE_MAX / 2), .text = zh_buf_open(ZH_ROWS_ENTRIES_MAX * sizeof(uint32_t)) };
    zh_err e = ZH_OK;
    for (uint32_t line = 1; e == ZH_OK && bytes.size > 0; line++) e = read_line(&r, cut(&bytes, '\n'), line);
    if (e == ZH_OK) e = settle(out, arena, &r);
    zh_names_close(&r.kinds);
    zh_names_close(&r.words);
    zh_buf_close(&r.lines);
    zh_buf_close(&r.text);
    return e;
}
