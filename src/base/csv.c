#include "base/csv.h"

#include <assert.h>
#include <stdlib.h>

static const zh_sv byte_order_mark = { "\xEF\xBB\xBF", 3 };

struct zh_csv {
    zh_sv *fields;
    uint32_t fields_max;
    size_t row_bytes_max;
    zh_buf plain;    /* quoted fields with "" in them, without their doubles */
    uint64_t line;   /* of the next byte */
    char separator;
    bool begun;      /* the place of the byte order mark is behind us */
    bool skipping;   /* inside a line that was refused for its length */
};

zh_err zh_csv_open(zh_csv **out, const zh_csv_desc *desc)
{
    assert(desc->separator != '"');
    assert(desc->separator != '\n');
    zh_csv *csv = calloc(1, sizeof *csv);
    *out = NULL;
    if (csv == NULL) return ZH_NOMEM;
    csv->separator = desc->separator == 0 ? ',' : desc->separator;
    csv->row_bytes_max = desc->row_bytes_max == 0 ? ZH_CSV_ROW_BYTES : desc->row_bytes_max;
    csv->fields_max = desc->fields_max == 0 ? ZH_CSV_FIELDS : desc->fields_max;
    csv->plain = zh_buf_open(csv->row_bytes_max);
    csv->line = 1;
    csv->fields = calloc(csv->fields_max, sizeof *csv->fields);
    if (csv->fields == NULL) {
        free(csv);
        return ZH_NOMEM;
    }
    *out = csv;
    return ZH_OK;
}

void zh_csv_close(zh_csv *csv)
{
    if (csv == NULL) return;
    zh_buf_close(&csv->plain);
    free(csv->fields);
    free(csv);
}

/* ---- one row ---- */

/* A row being read. */
typedef struct scan {
    const char *at, *end;
    uint64_t breaks;  /* line ends passed inside quotes */
    uint32_t count;
    bool last;        /* `end` is the end of the file */
} scan;

typedef enum found { FOUND_FIELD, FOUND_ROW, FOUND_END, FOUND_DAMAGE } found;

/* Size of the line end at `at`, 0 for none. A CR as the last byte of a window may be half of one. */
static size_t line_end(const char *at, const char *end)
{
    if (at < end && *at == '\n') return 1;
    return end - at >= 2 && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* What stands behind a field that ended at s->at. */
static found behind(scan *s, char separator)
{
    if (s->at == s->end) return s->last ? FOUND_ROW : FOUND_END;
    if (*s->at == separator) {
        s->at++;
        return FOUND_FIELD;
    }
    const size_t size = line_end(s->at, s->end);
    if (size > 0) {
        s->at += size;
        return FOUND_ROW;
    }
    if (*s->at == '\r' && s->at + 1 == s->end) {
        if (!s->last) return FOUND_END;
        s->at++;
        return FOUND_ROW;
    }
    return FOUND_DAMAGE;
}

static found plain_field(scan *s, char separator, zh_sv *field)
{
    const char *from = s->at, *at = from, *const end = s->end;
    while (at < end && *at != separator && *at != '\n') at++;
    const bool cr = at > from && at[-1] == '\r' && (at == end || *at == '\n');
    *field = (zh_sv){ from, (size_t)(at - from) - (cr ? 1 : 0) };
    s->at = at - (cr ? 1 : 0);
    return behind(s, separator);
}

/* The quote before s->at is behind us. *twice: the field has doubled quotes. */
static found quoted_field(scan *s, char separator, zh_sv *field, bool *twice)
{
    const char *from = s->at;
    *twice = false;
    for (const char *at = from; at < s->end; at++) {
        if (*at == '\n') s->breaks++;
        if (*at != '"') continue;
        if (at + 1 == s->end && !s->last)
            return FOUND_END; /* the next window says whether it is doubled */
        if (at + 1 < s->end && at[1] == '"') {
            *twice = true;
            at++;
            continue;
        }
        *field = (zh_sv){ from, (size_t)(at - from) };
        s->at = at + 1;
        return behind(s, separator);
    }
    s->at = s->end;
    return s->last ? FOUND_DAMAGE : FOUND_END;
}

/* Copy a field without its doubles. The view is made when the row is whole: the buffer may move. */
static zh_err undouble(zh_csv *csv, zh_sv *field)
{
    const size_t from = csv->plain.size;
    char *room = zh_buf_room(&csv->plain, field->size);
    if (room == NULL) return zh_buf_err(&csv->plain);
    size_t size = 0;
    for (size_t i = 0; i < field->size; i++) {
        room[size++] = field->data[i];
        if (field->data[i] == '"') i++;
    }
    csv->plain.size = from + size;
    *field = (zh_sv){ NULL, size };
    return ZH_OK;
}

/* Fields of the row at s->at. ZH_ABSENT: not all there. */
static zh_err fields_of(zh_csv *csv, scan *s, zh_note *why)
{
    zh_buf_reset(&csv->plain);
    for (found f = FOUND_FIELD; f == FOUND_FIELD;) {
        bool twice = false;
        if (s->count == csv->fields_max) {
            zh_note_set(why, "more than %u columns", (unsigned)csv->fields_max);
            return ZH_RANGE;
        }
        zh_sv *field = &csv->fields[s->count];
        const bool quoted = s->at < s->end && *s->at == '"';
        if (quoted) s->at++;
        f = quoted ? quoted_field(s, csv->separator, field, &twice)
                   : plain_field(s, csv->separator, field);
        if (f == FOUND_END) return ZH_ABSENT;
        if (f == FOUND_DAMAGE) {
            zh_note_set(why, s->at == s->end ? "a quote is opened and not closed"
                                             : "text stands behind a closing quote");
            return ZH_FORMAT;
        }
        if (twice) {
            const zh_err e = undouble(csv, field);
            if (e != ZH_OK) return e;
        }
        s->count++;
    }
    const char *plain = csv->plain.data;
    for (uint32_t i = 0; i < s->count; i++) {
        if (csv->fields[i].data != NULL || csv->fields[i].size == 0) continue;
        csv->fields[i].data = plain;
        plain += csv->fields[i].size;
    }
    return ZH_OK;
}

/* ---- lines that cost themselves ---- */

/* The first line of `text`, without its end; *whole bytes with it. False: its end is not there. */
static bool first_line(zh_sv text, bool last, zh_sv *line, size_t *whole)
{
    const char *feed = text.size == 0 ? NULL : memchr(text.data, '\n', text.size);
    *whole = feed == NULL ? text.size : (size_t)(feed - text.data) + 1;
    *line = zh_sv_part(text, 0, feed == NULL ? text.size : *whole - 1);
    if (line->size > 0 && line->data[line->size - 1] == '\r') line->size--;
    return feed != NULL || last;
}

/* Refuse the line at the front of `text`, and skip what a full window does not hold of it. False:
 * wait for the rest of the line, so that what is reported does not depend on the window. */
static bool refuse(zh_csv *csv, zh_sv text, bool last, size_t *used, zh_csv_row *row)
{
    size_t whole;
    zh_sv line;
    const bool ended = first_line(text, last, &line, &whole);
    if (!ended && text.size < csv->row_bytes_max + 2) return false;
    *row = (zh_csv_row){ .line = csv->line, .raw = zh_sv_part(line, 0, csv->row_bytes_max) };
    csv->skipping = !ended;
    csv->line += ended;
    *used += whole;
    return true;
}

/* Step over the rest of a refused line, and over blank lines. */
static zh_sv over_nothing(zh_csv *csv, zh_sv text, size_t *used)
{
    size_t at = 0;
    if (csv->skipping) {
        const char *feed = text.size == 0 ? NULL : memchr(text.data, '\n', text.size);
        csv->skipping = feed == NULL;
        at = feed == NULL ? text.size : (size_t)(feed - text.data) + 1;
        csv->line += feed != NULL;
    }
    for (size_t size; (size = line_end(text.data + at, text.data + text.size)) > 0; at += size)
        csv->line++;
    *used += at;
    return zh_sv_part(text, at, SIZE_MAX);
}

zh_err zh_csv_next(zh_csv *csv, zh_sv text, bool last, size_t *used, zh_csv_row *row, zh_note *why)
{
    *used = 0;
    *row = (zh_csv_row){ .line = csv->line };
    if (text.size == 0) return ZH_ABSENT;
    if (!csv->begun) {
        if (!last && text.size < byte_order_mark.size) return ZH_ABSENT;
        *used = zh_sv_starts(text, byte_order_mark) ? byte_order_mark.size : 0;
        text = zh_sv_part(text, *used, SIZE_MAX);
        csv->begun = true;
    }
    text = over_nothing(csv, text, used);
    if (text.size == 0 || (last && text.size == 1 && *text.data == '\r')) {
        *used += text.size;
        return ZH_ABSENT;
    }
    /* The line end of a row may lie up to two bytes behind the largest one. */
    const size_t room = csv->row_bytes_max + 2;
    const bool all_here = last && text.size < room;
    scan s = { .at = text.data,
               .end = text.data + (text.size < room ? text.size : room),
               .last = all_here };
    zh_err e = fields_of(csv, &s, why);
    if (e == ZH_ABSENT) {
        if (text.size < room) return ZH_ABSENT;
        zh_note_set(why, "longer than %zu bytes, or a quote is opened and not closed",
                    csv->row_bytes_max);
        e = ZH_RANGE;
    }
    if (e == ZH_NOMEM) return e;
    if (e != ZH_OK) return refuse(csv, text, last, used, row) ? e : ZH_ABSENT;
    size_t size = (size_t)(s.at - text.data);
    *used += size;
    const bool ended = text.data[size - 1] == '\n';
    if (ended) size--;
    if (size > 0 && text.data[size - 1] == '\r') size--;
    *row = (zh_csv_row){
        .fields = csv->fields, .count = s.count, .line = csv->line, .raw = { text.data, size }
    };
    csv->line += s.breaks + ended;
    return ZH_OK;
}

/* ---- choosing, writing ---- */

char zh_csv_separator(zh_sv text)
{
    static const char candidates[] = { ',', ';', '\t', '|' };
    size_t counts[sizeof candidates] = { 0 }, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.size && (quoted || text.data[i] != '\n'); i++) {
        if (text.data[i] == '"') quoted = !quoted;
        for (size_t c = 0; !quoted && c < sizeof candidates; c++)
            counts[c] += text.data[i] == candidates[c];
    }
    for (size_t c = 1; c < sizeof candidates; c++)
        if (counts[c] > counts[best]) best = c;
    return candidates[best];
}

static bool needs_quotes(zh_sv field, char separator)
{
    for (size_t i = 0; i < field.size; i++) {
        const char c = field.data[i];
        if (c == separator || c == '"' || c == '\n' || c == '\r') return true;
    }
    return false;
}

static void put(zh_buf *out, zh_sv field, char separator, bool first, zh_sv before)
{
    if (!first) zh_buf_put(out, (zh_sv){ &separator, 1 });
    /* A row that begins with the bytes of a byte order mark would lose them. */
    if (!needs_quotes(field, separator) && !(first && zh_sv_starts(field, byte_order_mark))) {
        zh_buf_put(out, before);
        zh_buf_put(out, field);
        return;
    }
    zh_buf_put_u8(out, '"');
    zh_buf_put(out, before);
    for (size_t from = 0; from < field.size;) {
        const char *quote = memchr(field.data + from, '"', field.size - from);
        const size_t to = quote == NULL ? field.size : (size_t)(quote - field.data) + 1;
        zh_buf_put(out, zh_sv_part(field, from, to - from));
        if (quote != NULL) zh_buf_put_u8(out, '"');
        from = to;
    }
    zh_buf_put_u8(out, '"');
}

void zh_csv_put(zh_buf *out, zh_sv field, char separator, bool first)
{
    put(out, field, separator, first, (zh_sv){ 0 });
}

/* Programs of some countries take the wide forms for the narrow ones. */
static bool is_formula(zh_sv field)
{
    static const char *const begins[] = { "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20" };
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (zh_sv_starts(field, zh_sv_of(begins[i]))) return true;
    return false;
}

void zh_csv_put_shown(zh_buf *out, zh_sv field, char separator, bool first)
{
    put(out, field, separator, first, is_formula(field) ? ZH_SV("'") : (zh_sv){ 0 });
}

void zh_csv_put_row(zh_buf *out, const zh_sv *fields, uint32_t count, char separator)
{
    if (count == 1 && fields[0].size == 0) zh_buf_put(out, ZH_SV("\"\""));
    else for (uint32_t i = 0; i < count; i++) zh_csv_put(out, fields[i], separator, i == 0);
    zh_buf_put_u8(out, '\n');
}
