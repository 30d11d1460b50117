#include "model/dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

#define FIELDS_MAX 32        /* columns looked at; the formats need four, exports have a dozen */
#define TIME_BYTES_MAX 40    /* "2011-12-09T12:50:00.000000000Z" has 30 */

zh_dataset zh_dataset_open(void)
{
    zh_dataset data = { .rows = zh_names_open(), .items = zh_names_open() };
    for (int part = 0; part < ZH_PARTS; part++) {
        data.events_[part] = zh_buf_open((size_t)ZH_ROWS_ENTRIES_MAX * sizeof(zh_dataset_event));
        data.times_[part] = zh_buf_open((size_t)ZH_ROWS_ENTRIES_MAX * sizeof(double));
    }
    return data;
}

void zh_dataset_close(zh_dataset *data)
{
    if (data == NULL) return;
    zh_names_close(&data->rows);
    zh_names_close(&data->items);
    for (int part = 0; part < ZH_PARTS; part++) {
        zh_buf_close(&data->events_[part]);
        zh_buf_close(&data->times_[part]);
    }
}

size_t zh_dataset_count(const zh_dataset *data, zh_dataset_part part)
{
    return data->events_[part].size / sizeof(zh_dataset_event);
}

zh_dataset_event zh_dataset_at(const zh_dataset *data, zh_dataset_part part, size_t event)
{
    assert(event < zh_dataset_count(data, part));
    zh_dataset_event got;
    memcpy(&got, data->events_[part].data + event * sizeof got, sizeof got);
    return got;
}

bool zh_dataset_timed(const zh_dataset *data, zh_dataset_part part)
{
    return data->times_[part].size > 0;
}

double zh_dataset_time(const zh_dataset *data, zh_dataset_part part, size_t event)
{
    double time = 0;
    if (zh_dataset_timed(data, part)) memcpy(&time, data->times_[part].data + event * sizeof time, sizeof time);
    return time;
}

/* ---- where the parser is ---- */

typedef struct lines {
    zh_sv left, now; /* `now` without its line end */
    size_t number;   /* of `now`, from 1 */
} lines;

static bool next_line(lines *at)
{
    if (at->left.size == 0) return false;
    const char *end = memchr(at->left.data, '\n', at->left.size);
    const size_t size = end == NULL ? at->left.size : (size_t)(end - at->left.data);
    at->now = (zh_sv){ at->left.data, size };
    at->left = zh_sv_part(at->left, size + (end != NULL), SIZE_MAX);
    if (at->now.size > 0 && at->now.data[at->now.size - 1] == '\r') at->now.size--;
    at->number++;
    return true;
}

static zh_err bad(zh_note *why, const lines *at, const char *what)
{
    zh_note_set(why, "line %zu: %s", at->number, what);
    return ZH_FORMAT;
}

static zh_err name(zh_names *names, zh_sv text, uint32_t *number, const lines *at, zh_note *why,
                   const char *kind)
{
    const zh_err e = zh_names_add(names, text, number);
    if (e == ZH_OK) return ZH_OK;
    if (e == ZH_RANGE) {
        zh_note_set(why, "line %zu: the %s is empty or longer than %d bytes", at->number, kind, ZH_NAMES_BYTES_MAX);
        return ZH_FORMAT;
    }
    zh_note_set(why, "line %zu: %s", at->number, zh_err_text(e));
    return e;
}

static zh_err add(zh_dataset *data, zh_dataset_part part, zh_dataset_event event)
{
    zh_buf_put(&data->events_[part], (zh_sv){ (const char *)&event, sizeof event });
    return zh_buf_err(&data->events_[part]);
}

static zh_err add_time(zh_dataset *data, zh_dataset_part part, double time)
{
    zh_buf_put(&data->times_[part], (zh_sv){ (const char *)&time, sizeof time });
    return zh_buf_err(&data->times_[part]);
}

/* ---- lists ---- */

/* The next run of non-blanks, which must be a whole number; its leading zeros are not part of the id. */
static bool next_number(zh_sv *line, zh_sv *number, bool *digits)
{
    *line = zh_sv_trim(*line);
    size_t size = 0;
    *digits = true;
    for (; size < line->size && (unsigned char)line->data[size] > ' '; size++)
        if (line->data[size] < '0' || line->data[size] > '9') *digits = false;
    *number = zh_sv_part(*line, 0, size);
    *line = zh_sv_part(*line, size, SIZE_MAX);
    while (number->size > 1 && *number->data == '0') number->data++, number->size--;
    return size > 0;
}

static zh_err read_lists(zh_dataset *data, zh_dataset_part part, lines *at, zh_note *why)
{
    while (next_line(at)) {
        zh_sv word, line = at->now;
        bool digits, is_row = true;
        if (line.size > ZH_DATASET_LINE_MAX) return bad(why, at, "the line is longer than 64 MiB");
        zh_dataset_event event = { 0 };
        for (; next_number(&line, &word, &digits); is_row = false) {
            if (!digits) return bad(why, at, "an id is not a whole number (text ids need the csv format)");
            zh_err e = is_row ? name(&data->rows, word, &event.row, at, why, "user")
                              : name(&data->items, word, &event.item, at, why, "item");
            if (e == ZH_OK && !is_row) e = add(data, part, event);
            if (e != ZH_OK) return e;
        }
    }
    return ZH_OK;
}

/* ---- fields of a line, numbers and times ---- */

typedef struct fields {
    zh_sv field[FIELDS_MAX];
    size_t count; /* those after FIELDS_MAX are not looked at */
} fields;

static bool is_separator(char c)
{
    return c == ',' || c == '\t';
}

/* Split at commas and tabs; false when a quoted field does not end or holds a quote. */
static bool split(zh_sv line, fields *out)
{
    out->count = 0;
    for (bool more = true; more && out->count < FIELDS_MAX;) {
        size_t size = 0;
        zh_sv field;
        if (line.size > 0 && *line.data == '"') {
            const char *end = memchr(line.data + 1, '"', line.size - 1);
            if (end == NULL) return false;
            field = (zh_sv){ line.data + 1, (size_t)(end - line.data) - 1 };
            size = field.size + 2;
            if (size < line.size && !is_separator(line.data[size])) return false;
        } else {
            while (size < line.size && !is_separator(line.data[size])) size++;
            field = zh_sv_trim(zh_sv_part(line, 0, size));
        }
        out->field[out->count++] = field;
        more = size < line.size;
        line = zh_sv_part(line, size + 1, SIZE_MAX);
    }
    return true;
}

static bool parse_number(zh_sv text, double *number)
{
    char copy[TIME_BYTES_MAX + 1];
    if (text.size == 0 || text.size > TIME_BYTES_MAX) return false;
    for (size_t i = 0; i < text.size; i++)
        if (memchr("+-.0123456789eE", text.data[i], 15) == NULL) return false; /* no hex, inf, nan */
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    char *end;
    *number = strtod(copy, &end);
    return end == copy + text.size && *number >= -1e18 && *number <= 1e18;
}

static bool digits_at(zh_sv text, size_t from, size_t size, int *value)
{
    *value = 0;
    if (from + size > text.size) return false;
    for (size_t i = from; i < from + size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        *value = *value * 10 + (text.data[i] - '0');
    }
    return true;
}

/* Days from 1970-01-01 in the Gregorian calendar; March is the first month, so a leap day comes last. */
static int days_of(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool parse_date(zh_sv text, double *seconds)
{
    int year, month, day, hour = 0, minute = 0, second = 0;
    if (text.size < 10 || text.data[4] != '-' || text.data[7] != '-') return false;
    if (!digits_at(text, 0, 4, &year) || !digits_at(text, 5, 2, &month) || !digits_at(text, 8, 2, &day)) return false;
    if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1) return false;
    double fraction = 0;
    if (text.size > 10) {
        if (text.data[text.size - 1] == 'Z') text.size--;
        if ((text.data[10] != 'T' && text.data[10] != ' ') || text.size < 19 || text.data[13] != ':' || text.data[16] != ':') return false;
        if (!digits_at(text, 11, 2, &hour) || !digits_at(text, 14, 2, &minute) || !digits_at(text, 17, 2, &second)) return false;
        if (hour > 23 || minute > 59 || second > 60) return false;
        if (text.size > 19 && (text.data[19] != '.' || text.size < 21)) return false;
        double unit = 0.1;
        for (size_t i = 20; i < text.size; i++, unit /= 10) {
            if (text.data[i] < '0' || text.data[i] > '9') return false;
            fraction += unit * (text.data[i] - '0');
        }
    }
    *seconds = 86400.0 * days_of(year, month, day) + 3600.0 * hour + 60.0 * minute + second + fraction;
    return true;
}

static bool parse_time(zh_sv text, double *time)
{
    return parse_number(text, time) || parse_date(text, time);
}

/* ---- csv and sessions: the same, once it is known which column is what ---- */

typedef struct columns {
    size_t row, item, time, weight; /* NONE where the file has no such column */
} columns;
#define NONE SIZE_MAX

static bool is_word(zh_sv field, const char *const *words)
{
    for (; *words != NULL; words++)
        if (field.size == strlen(*words) && strncasecmp(field.data, *words, field.size) == 0) return true;
    return false;
}

static bool is_csv_header(const fields *got)
{
    static const char *const users[] = { "user", "user_id", "userid", "uid", "customer", "customer_id",
                                         "customerid", "visitor", "visitor_id", "visitorid", NULL };
    double time;
    return is_word(got->field[0], users) || (got->count > 2 && got->field[2].size > 0 && !parse_time(got->field[2], &time));
}

static zh_err read_event(zh_dataset *data, zh_dataset_part part, const lines *at, const fields *got,
                         const columns *is, zh_note *why)
{
    if (is->row >= got->count || is->item >= got->count) return bad(why, at, "fewer fields than a row and an item");
    double weight = 1, time = 0;
    if (is->weight < got->count && !parse_number(got->field[is->weight], &weight)) return bad(why, at, "the weight is not a number");
    if (is->time != NONE && (is->time >= got->count || !parse_time(got->field[is->time], &time)))
        return bad(why, at, "the time is neither a number nor a date such as 2011-12-09 12:50:00");
    if (weight <= 0) return ZH_OK;
    zh_dataset_event event;
    zh_err e = name(&data->rows, got->field[is->row], &event.row, at, why, data->sessions ? "session" : "user");
    if (e == ZH_OK) e = name(&data->items, got->field[is->item], &event.item, at, why, "item");
    if (e == ZH_OK) e = add(data, part, event);
    if (e == ZH_OK && is->time != NONE) e = add_time(data, part, time);
    return e;
}

static bool session_columns(const fields *got, columns *is)
{
    *is = (columns){ NONE, NONE, NONE, NONE };
    for (size_t i = 0; i < got->count; i++) {
        if (is_word(got->field[i], (const char *const[]){ "SessionId", NULL })) is->row = i;
        if (is_word(got->field[i], (const char *const[]){ "ItemId", NULL })) is->item = i;
        if (is_word(got->field[i], (const char *const[]){ "Time", NULL })) is->time = i;
    }
    return is->row != NONE && is->item != NONE && is->time != NONE;
}

static zh_err read_table(zh_dataset *data, zh_dataset_part part, lines *at, zh_note *why)
{
    columns is = { NONE, NONE, NONE, NONE };
    for (bool known = false; next_line(at);) {
        fields got;
        if (zh_sv_trim(at->now).size == 0) continue;
        if (at->now.size > ZH_DATASET_LINE_MAX) return bad(why, at, "the line is longer than 64 MiB");
        if (!split(at->now, &got)) return bad(why, at, "a quoted field does not end, or holds a quote");
        if (!known) {
            known = true;
            if (data->sessions) {
                if (!session_columns(&got, &is)) return bad(why, at, "the header needs the columns SessionId, ItemId and Time");
                continue;
            }
            is = (columns){ 0, 1, got.count > 2 ? 2 : NONE, got.count > 3 ? 3 : NONE };
            if (is_csv_header(&got)) continue;
        }
        const zh_err e = read_event(data, part, at, &got, &is, why);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

zh_err zh_dataset_read(zh_dataset *data, zh_dataset_part part, zh_dataset_format format, zh_sv bytes, zh_note *why)
{
    const size_t before = zh_dataset_count(data, part);
    const bool timed = zh_dataset_timed(data, part);
    lines at = { .left = bytes };
    if (zh_sv_starts(bytes, ZH_SV("\xEF\xBB\xBF"))) at.left = zh_sv_part(bytes, 3, SIZE_MAX);
    data->sessions = format == ZH_DATASET_SESSIONS;
    const zh_err e = format == ZH_DATASET_LISTS ? read_lists(data, part, &at, why) : read_table(data, part, &at, why);
    if (e != ZH_OK) return e;
    const size_t added = zh_dataset_count(data, part) - before;
    if (before > 0 && added > 0 && zh_dataset_timed(data, part) != timed) return bad(why, &at, "one file of this part has times, another none");
    if (zh_dataset_timed(data, part) && zh_dataset_count(data, part) != data->times_[part].size / sizeof(double))
        return bad(why, &at, "one file of this part has times, another none");
    return ZH_OK;
}
