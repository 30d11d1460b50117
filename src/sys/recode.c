#include "sys/recode.h"

#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#define HELD_BYTES 8 /* a character of GB18030 has at most 4, so less than that waits */
#define ROUND_BYTES 4096

struct zh_recode {
    iconv_t table;
    char held[HELD_BYTES]; /* the beginning of a character */
    size_t held_size;
};

const char *zh_encoding_name(zh_encoding encoding)
{
    return encoding == ZH_ENCODING_GB18030 ? "GB18030"
           : encoding == ZH_ENCODING_UTF8  ? "UTF-8"
                                           : "unknown";
}

zh_err zh_encoding_parse(zh_sv text, zh_encoding *out)
{
    static const struct { const char *name; zh_encoding is; } names[] = {
        { "auto", ZH_ENCODING_AUTO },   { "utf-8", ZH_ENCODING_UTF8 },
        { "utf8", ZH_ENCODING_UTF8 },   { "gb18030", ZH_ENCODING_GB18030 },
        { "gbk", ZH_ENCODING_GB18030 }, { "gb2312", ZH_ENCODING_GB18030 },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text.size == strlen(names[i].name) &&
            strncasecmp(text.data, names[i].name, text.size) == 0) {
            *out = names[i].is;
            return ZH_OK;
        }
    return ZH_FORMAT;
}

zh_err zh_encoding_detect(zh_sv sample, zh_encoding *out)
{
    if (zh_sv_starts(sample, ZH_SV("\xFF\xFE")) || zh_sv_starts(sample, ZH_SV("\xFE\xFF")))
        return ZH_FORMAT;
    *out = zh_utf8_begins(zh_sv_part(sample, 0, ZH_RECODE_SAMPLE_BYTES)) ? ZH_ENCODING_UTF8
                                                                         : ZH_ENCODING_GB18030;
    return ZH_OK;
}

zh_err zh_recode_open(zh_recode **out)
{
    *out = NULL;
    zh_recode *recode = calloc(1, sizeof *recode);
    if (recode == NULL) return ZH_NOMEM;
    recode->table = iconv_open("UTF-8", "GB18030");
    if (recode->table == (iconv_t)-1) {
        const zh_err e = errno == ENOMEM ? ZH_NOMEM : ZH_ABSENT;
        free(recode);
        return e;
    }
    *out = recode;
    return ZH_OK;
}

void zh_recode_close(zh_recode *recode)
{
    if (recode == NULL) return;
    (void)iconv_close(recode->table);
    free(recode);
}

/* As much of *in as there is; what is left of it begins a character. */
static void convert(zh_recode *recode, zh_sv *in, zh_buf *out)
{
    char *from = (char *)(uintptr_t)in->data; /* iconv only reads; its type is older than const */
    size_t left = in->size;
    while (left > 0 && zh_buf_err(out) == ZH_OK) {
        char round[ROUND_BYTES], *to = round;
        size_t room = sizeof round;
        const size_t r = iconv(recode->table, &from, &left, &to, &room);
        const int error = errno;
        zh_buf_put(out, (zh_sv){ round, sizeof round - room });
        if (r != (size_t)-1 || error == E2BIG) continue;
        if (error == EINVAL) break; /* cut */
        zh_buf_put_u8(out, 0xFF);
        from++;
        left--;
        (void)iconv(recode->table, NULL, NULL, NULL, NULL);
    }
    *in = (zh_sv){ from, left };
}

zh_err zh_recode_put(zh_recode *recode, zh_sv text, bool last, zh_buf *out)
{
    /* Finish the waiting character, byte by byte. */
    while (recode->held_size > 0 && text.size > 0 && recode->held_size < HELD_BYTES) {
        recode->held[recode->held_size++] = *text.data;
        text = zh_sv_part(text, 1, SIZE_MAX);
        zh_sv held = { recode->held, recode->held_size };
        convert(recode, &held, out);
        if (held.size > 0) memmove(recode->held, held.data, held.size);
        recode->held_size = held.size;
    }
    zh_sv rest = text;
    convert(recode, &rest, out);
    if (rest.size > 0 && rest.size <= HELD_BYTES - recode->held_size) {
        memcpy(recode->held + recode->held_size, rest.data, rest.size);
        recode->held_size += rest.size;
    }
    if (last) { /* a character that never ends */
        for (size_t i = 0; i < recode->held_size; i++) zh_buf_put_u8(out, 0xFF);
        recode->held_size = 0;
    }
    return zh_buf_err(out);
}
