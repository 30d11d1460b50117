#include "app/analyze.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void zh_analyze_fail(zh_analyze *job, zh_err e, const char *format, ...)
{
    if (job->failed != ZH_OK) return;
    va_list args;
    va_start(args, format);
    job->failed = e;
    if (vsnprintf(job->why.text, sizeof job->why.text, format, args) < 0) job->why.text[0] = '\0';
    va_end(args);
}

void *zh_analyze_room(zh_analyze *job, size_t count, size_t each)
{
    if (job->failed != ZH_OK) return NULL;
    void *room = zh_arena_take(job->arena, count, each);
    if (room == NULL) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more, or analyse a part of the data");
    return room;
}

/* ---- the question ---- */

static bool given(zh_json_value value)
{
    return !zh_json_is(value, ZH_JSON_ABSENT) && !zh_json_is(value, ZH_JSON_NULL);
}

zh_json_value zh_spec_get(const zh_analyze *job, const char *key)
{
    zh_json_value at = zh_json_get(job->spec, zh_sv_of(key)); /* --param columns.date=day is such a key */
    if (given(at)) return at;
    at = job->spec;
    for (zh_sv left = zh_sv_of(key); left.size > 0;) {
        const char *dot = memchr(left.data, '.', left.size);
        const size_t size = dot == NULL ? left.size : (size_t)(dot - left.data);
        at = zh_json_get(at, zh_sv_part(left, 0, size));
        left = dot == NULL ? (zh_sv){ 0 } : zh_sv_part(left, size + 1, SIZE_MAX);
    }
    return given(at) ? at : (zh_json_value){ 0 };
}

bool zh_spec_has(const zh_analyze *job, const char *key)
{
    return given(zh_spec_get(job, key));
}

double zh_spec_real(zh_analyze *job, const char *key, double least, double most, double fallback)
{
    const zh_json_value value = zh_spec_get(job, key);
    double number = 0;
    if (!given(value)) {
        if (isnan(fallback)) zh_analyze_fail(job, ZH_RANGE, "%s needs '%s': give it in --spec or as --param %s=NUMBER", job->name, key, key);
        return fallback;
    }
    if (!zh_json_real(value, &number)) zh_analyze_fail(job, ZH_RANGE, "'%s' is no number: write one, like {\"%s\": 0.5}", key, key);
    else if (!(number >= least && number <= most))
        zh_analyze_fail(job, ZH_RANGE, "'%s' is %.10g: give a number from %.10g to %.10g", key, number, least, most);
    else return number;
    return isnan(fallback) ? least : fallback;
}

int64_t zh_spec_count(zh_analyze *job, const char *key, int64_t least, int64_t most, int64_t fallback)
{
    const double number = zh_spec_real(job, key, (double)least, (double)most, (double)fallback);
    if (number != floor(number)) zh_analyze_fail(job, ZH_RANGE, "'%s' is %.10g: give a whole number", key, number);
    return (int64_t)number;
}

bool zh_spec_flag(zh_analyze *job, const char *key, bool fallback)
{
    const zh_json_value value = zh_spec_get(job, key);
    if (given(value) && !zh_json_bool(value, &fallback)) zh_analyze_fail(job, ZH_RANGE, "'%s' is neither true nor false: write one of them", key);
    return fallback;
}

zh_sv zh_spec_text(zh_analyze *job, const char *key, const char *fallback)
{
    const zh_json_value value = zh_spec_get(job, key);
    zh_sv text = zh_sv_of(fallback == NULL ? "" : fallback);
    int64_t number;
    if (zh_json_int(value, &number)) { /* an id may be written as a number */
        enum { DIGITS = 24 };
        char *digits = ZH_ROOM(job, char, DIGITS);
        if (digits != NULL) text = (zh_sv){ digits, (size_t)snprintf(digits, DIGITS, "%lld", (long long)number) };
    } else if (given(value) && !zh_json_text(value, &text)) zh_analyze_fail(job, ZH_RANGE, "'%s' is no text: write one in quotes", key);
    else if (!given(value) && fallback == NULL) zh_analyze_fail(job, ZH_RANGE, "%s needs '%s': give it in --spec or as --param %s=TEXT", job->name, key, key);
    return text;
}

int zh_spec_choice(zh_analyze *job, const char *key, const char *words, const char *fallback)
{
    const zh_sv text = zh_spec_text(job, key, fallback);
    int index = 0;
    for (const char *at = words; job->failed == ZH_OK && *at != '\0'; index++) {
        const size_t size = strcspn(at, "|");
        if (zh_sv_equal((zh_sv){ at, size }, text)) return index;
        at += size + (at[size] == '|');
    }
    zh_analyze_fail(job, ZH_RANGE, "'%s' cannot be '%.*s': give one of %s", key, (int)(text.size > 40 ? 40 : text.size), text.data == NULL ? "" : text.data, words);
    return 0;
}

double *zh_spec_reals(zh_analyze *job, const char *key, double least, double most, size_t *count)
{
    const zh_json_value value = zh_spec_get(job, key);
    *count = 0;
    if (!given(value) || job->failed != ZH_OK) return NULL;
    if (!zh_json_is(value, ZH_JSON_ARRAY)) {
        zh_analyze_fail(job, ZH_RANGE, "'%s' is no list: write numbers in brackets, like {\"%s\": [1, 2]}", key, key);
        return NULL;
    }
    double *numbers = ZH_ROOM(job, double, zh_json_count(value) + 1);
    for (zh_json_iter it = zh_json_walk(value); numbers != NULL && zh_json_next(&it); ++*count) {
        double number = 0;
        if (!zh_json_real(it.value, &number)) zh_analyze_fail(job, ZH_RANGE, "'%s' has no number at place %zu: leave it out, or correct it", key, *count + 1);
        else if (!(number >= least && number <= most))
            zh_analyze_fail(job, ZH_RANGE, "'%s' has %.10g at place %zu: numbers from %.10g to %.10g can be there", key, number, *count + 1, least, most);
        numbers[*count] = number;
    }
    return job->failed == ZH_OK ? numbers : NULL;
}

bool zh_spec_has_file(const zh_analyze *job, const char *key)
{
    return zh_spec_has(job, key) || job->files_count > 0;
}

zh_sv zh_spec_file(zh_analyze *job, const char *key)
{
    if (!zh_spec_has(job, key)) {
        if (job->files_count > 0) return job->files[0];
        zh_analyze_fail(job, ZH_RANGE, "%s has no data: give --in FILE, or '%s' in --spec", job->name, key);
        return (zh_sv){ 0 };
    }
    const zh_sv file = zh_spec_text(job, key, "");
    if (job->root.size == 0 || (file.size > 0 && file.data[0] == '/')) return file;
    char *path = ZH_ROOM(job, char, job->root.size + file.size + 2);
    if (path == NULL) return (zh_sv){ 0 };
    memcpy(path, job->root.data, job->root.size);
    path[job->root.size] = '/';
    if (file.size > 0) memcpy(path + job->root.size + 1, file.data, file.size);
    return (zh_sv){ path, job->root.size + 1 + file.size };
}

/* ---- the answer ---- */

void zh_put_key(zh_json_out *out, const char *key)
{
    zh_json_out_key(out, zh_sv_of(key));
}

void zh_put_real(zh_json_out *out, double value)
{
    if (isnan(value)) zh_json_out_text(out, ZH_SV("nan"));
    else if (isinf(value)) zh_json_out_text(out, value > 0 ? ZH_SV("inf") : ZH_SV("-inf"));
    else zh_json_out_real(out, value);
}

void zh_put_key_real(zh_json_out *out, const char *key, double value)
{
    zh_put_key(out, key);
    zh_put_real(out, value);
}

void zh_put_key_count(zh_json_out *out, const char *key, uint64_t value)
{
    zh_put_key(out, key);
    zh_json_out_uint(out, value);
}

void zh_put_key_text(zh_json_out *out, const char *key, zh_sv text)
{
    zh_json_out_key_text(out, zh_sv_of(key), text);
}

void zh_put_key_flag(zh_json_out *out, const char *key, bool value)
{
    zh_json_out_key_bool(out, zh_sv_of(key), value);
}

void zh_put_key_reals(zh_json_out *out, const char *key, const double *values, size_t count)
{
    zh_put_key(out, key);
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) zh_put_real(out, values[i]);
    zh_json_out_end(out);
}
