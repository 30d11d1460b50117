#include "sys/line.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define TAIL_BYTES 16 /* kept free for ,"cut":true} and the line end */

static const char *const level_names[] = { "debug", "info", "warn", "error", "off" };

static const zh_line_sink standard = { .fd = STDERR_FILENO, .level = ZH_LINE_INFO };

/* All or nothing: a key whose value does not fit leaves the line as it was. */
typedef struct place {
    zh_log_line *line;
    size_t began;
} place;

static void put(zh_log_line *line, const char *bytes, size_t size)
{
    if (line->cut_) return;
    if (size > sizeof line->bytes_ - TAIL_BYTES - line->size_) {
        line->cut_ = true;
        return;
    }
    memcpy(line->bytes_ + line->size_, bytes, size);
    line->size_ += size;
}

/* Length of the UTF-8 sequence at the front, 0 when it is none (overlong, surrogate, too high,
 * cut). */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    if (at[0] < 0x80) return 1;
    const size_t size = at[0] >= 0xC2 && at[0] <= 0xDF ? 2 : (at[0] & 0xF0) == 0xE0 ? 3
                        : at[0] >= 0xF0 && at[0] <= 0xF4 ? 4 : 0;
    if (size == 0 || size > left) return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0) != 0x80) return 0;
    if (at[0] == 0xE0 && at[1] < 0xA0) return 0;
    if (at[0] == 0xED && at[1] > 0x9F) return 0;
    if (at[0] == 0xF0 && at[1] < 0x90) return 0;
    if (at[0] == 0xF4 && at[1] > 0x8F) return 0;
    return size;
}

static void put_quoted(zh_log_line *line, zh_sv text)
{
    put(line, "\"", 1);
    for (size_t i = 0; i < text.size && !line->cut_;) {
        const unsigned char c = (unsigned char)text.data[i];
        const size_t size = utf8_length((const unsigned char *)text.data + i, text.size - i);
        char escape[8];
        if (size == 0) {
            put(line, "\xEF\xBF\xBD", 3);
        } else if (c == '"' || c == '\\') {
            put(line, (const char[]){ '\\', (char)c }, 2);
        } else if (c < 0x20 || c == 0x7F) { /* DEL too: terminals act on it */
            snprintf(escape, sizeof escape, "\\u%04x", c);
            put(line, escape, 6);
        } else {
            put(line, text.data + i, size);
        }
        i += size == 0 ? 1 : size;
    }
    put(line, "\"", 1);
}

static place begin(zh_log_line *line, const char *key)
{
    const place at = { line, line->size_ };
    put(line, ",", 1);
    put_quoted(line, zh_sv_of(key));
    put(line, ":", 1);
    return at;
}

static void finish(place at)
{
    if (at.line->cut_) at.line->size_ = at.began;
}

/* The days since 1970 as year, month, day are the C library's business. */
static void put_time(zh_log_line *line, int64_t wall_ms)
{
    char text[64];
    struct tm parts;
    const int64_t ms = ((wall_ms % 1000) + 1000) % 1000;
    const time_t seconds = (time_t)((wall_ms - ms) / 1000);
    if (gmtime_r(&seconds, &parts) == NULL) parts = (struct tm){ .tm_year = 70, .tm_mday = 1 };
    const int size = snprintf(text, sizeof text,
                              "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                              parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                              parts.tm_min, parts.tm_sec, (int)ms);
    put(line, text, (size_t)size);
}

zh_log_line zh_line_open(const zh_line_sink *sink, zh_line_level level, const char *event)
{
    zh_log_line line;
    line.size_ = 0;
    line.cut_ = false;
    if (sink == NULL) sink = &standard;
    line.sink_ = (int)level >= sink->level && level < ZH_LINE_OFF ? sink : NULL;
    if (line.sink_ == NULL) return line;
    put_time(&line, zh_clock_wall_ms(sink->clock));
    zh_line_text(&line, "level", zh_sv_of(level_names[level]));
    zh_line_text(&line, "event", zh_sv_of(event));
    return line;
}

void zh_line_text(zh_log_line *line, const char *key, zh_sv value)
{
    if (line->sink_ == NULL || line->cut_) return;
    const place at = begin(line, key);
    put_quoted(line, value);
    finish(at);
}

static void put_raw(zh_log_line *line, const char *key, const char *value, int size)
{
    const place at = begin(line, key);
    put(line, value, (size_t)size);
    finish(at);
}

void zh_line_int(zh_log_line *line, const char *key, int64_t value)
{
    char text[32];
    if (line->sink_ == NULL || line->cut_) return;
    put_raw(line, key, text, snprintf(text, sizeof text, "%lld", (long long)value));
}

void zh_line_real(zh_log_line *line, const char *key, double value)
{
    char text[40];
    if (line->sink_ == NULL || line->cut_) return;
    put_raw(line, key, text, snprintf(text, sizeof text, isfinite(value) ? "%.9g" : "null", value));
}

void zh_line_flag(zh_log_line *line, const char *key, bool value)
{
    if (line->sink_ == NULL || line->cut_) return;
    put_raw(line, key, value ? "true" : "false", value ? 4 : 5);
}

void zh_line_err(zh_log_line *line, zh_err e)
{
    zh_line_text(line, "error", zh_sv_of(zh_err_name(e)));
    zh_line_text(line, "errorText", zh_sv_of(zh_err_text(e)));
}

void zh_line_end(zh_log_line *line)
{
    if (line->sink_ == NULL) return;
    const zh_sv tail = line->cut_ ? ZH_SV(",\"cut\":true}\n") : ZH_SV("}\n");
    memcpy(line->bytes_ + line->size_, tail.data, tail.size);
    const ssize_t n = write(line->sink_->fd, line->bytes_, line->size_ + tail.size);
    (void)n;
    line->sink_ = NULL;
}

zh_err zh_line_level_parse(zh_sv text, zh_line_level *out)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (!zh_sv_equal(text, zh_sv_of(level_names[i]))) continue;
        *out = (zh_line_level)i;
        return ZH_OK;
    }
    return ZH_FORMAT;
}
