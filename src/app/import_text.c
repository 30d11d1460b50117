#include "app/import_text.h"

#include <stdlib.h>

#define CHUNK_BYTES (256u << 10)

zh_err zh_import_text_more(zh_import_text *t)
{
    if (t->last) return ZH_ABSENT;
    if (t->from > 0) {
        memmove(t->bytes.data, t->bytes.data + t->from, t->bytes.size - t->from);
        t->bytes.size -= t->from;
        t->from = 0;
    }
    size_t got;
    const zh_err e = zh_input_read(t->input, t->chunk_, CHUNK_BYTES, &got);
    if (e != ZH_OK) return e;
    t->last = got == 0;
    const zh_sv chunk = { t->chunk_, got };
    if (t->recode_ != NULL) return zh_recode_put(t->recode_, chunk, t->last, &t->bytes);
    zh_buf_put(&t->bytes, chunk);
    return zh_buf_err(&t->bytes);
}

static zh_err recode_what_is_there(zh_import_text *t, zh_note *why)
{
    zh_err e = zh_recode_open(&t->recode_);
    if (e == ZH_ABSENT)
        zh_note_set(why, "the file is GB18030, which this system cannot read: install its iconv tables, or save the file as UTF-8");
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_IO : e;
    zh_buf utf8 = zh_buf_open(ZH_IMPORT_WINDOW_BYTES_MAX);
    e = zh_recode_put(t->recode_, zh_buf_view(&t->bytes), t->last, &utf8);
    zh_buf_close(&t->bytes);
    t->bytes = utf8;
    return e;
}

zh_err zh_import_text_open(zh_import_text *t, zh_sv path, zh_column_encoding encoding, zh_note *why)
{
    *t = (zh_import_text){ .bytes = zh_buf_open(ZH_IMPORT_WINDOW_BYTES_MAX), .chunk_ = malloc(CHUNK_BYTES) };
    if (t->chunk_ == NULL) return ZH_NOMEM;
    zh_err e = zh_input_open(&t->input, path);
    if (e != ZH_OK) {
        zh_note_set(why, "%s: check the path and the rights", zh_err_text(e));
        return e;
    }
    while (e == ZH_OK && t->bytes.size < ZH_RECODE_SAMPLE_BYTES) e = zh_import_text_more(t);
    if (e != ZH_OK && e != ZH_ABSENT) return e;
    t->has_mark = zh_sv_starts(zh_buf_view(&t->bytes), ZH_SV("\xEF\xBB\xBF"));
    if (zh_encoding_detect(zh_buf_view(&t->bytes), &t->encoding) != ZH_OK) {
        zh_note_set(why, "the file is UTF-16: save it as UTF-8");
        return ZH_FORMAT;
    }
    if (encoding == ZH_COLUMN_UTF8) t->encoding = ZH_ENCODING_UTF8;
    if (encoding == ZH_COLUMN_GB18030) t->encoding = ZH_ENCODING_GB18030;
    return t->encoding == ZH_ENCODING_GB18030 ? recode_what_is_there(t, why) : ZH_OK;
}

void zh_import_text_close(zh_import_text *t)
{
    zh_recode_close(t->recode_);
    zh_input_close(t->input);
    zh_buf_close(&t->bytes);
    free(t->chunk_);
    *t = (zh_import_text){ 0 };
}
