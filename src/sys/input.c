#include "sys/input.h"

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define STORED_BYTES (128u << 10) /* taken from the file at once; zstd's own block size */
#define TEXT_BYTES   (64u << 10)  /* decompressed ahead for lines */

typedef enum kind { PLAIN, GZIP, ZSTD } kind;

struct zh_input {
    int fd;
    kind kind;
    bool file_ended;  /* no stored bytes will come */
    bool inside;      /* in the middle of a gzip member or a zstd frame */
    bool broken;
    z_stream gzip;
    ZSTD_DStream *zstd;
    uint64_t at_bytes, total_bytes;
    size_t stored_at, stored_size; /* of stored */
    size_t text_at, text_size;     /* of text, for lines */
    char *line;                    /* a line across two rounds of text */
    size_t line_cap;
    unsigned char stored[STORED_BYTES];
    char text[TEXT_BYTES];
};

static zh_err fill(zh_input *input)
{
    if (input->stored_at < input->stored_size || input->file_ended) return ZH_OK;
    for (;;) {
        const ssize_t n = read(input->fd, input->stored, sizeof input->stored);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ZH_IO;
        input->file_ended = n == 0;
        input->stored_at = 0;
        input->stored_size = (size_t)n;
        return ZH_OK;
    }
}

/* The first block is read; a pipe may deliver less than four bytes, then what is there decides. */
static zh_err start_kind(zh_input *input)
{
    static const unsigned char gzip_mark[2] = { 0x1F, 0x8B },
                               zstd_mark[4] = { 0x28, 0xB5, 0x2F, 0xFD };
    if (input->stored_size >= 2 && memcmp(input->stored, gzip_mark, 2) == 0) {
        /* 32 KiB window, gzip wrapper */
        if (inflateInit2(&input->gzip, 15 + 16) != Z_OK) return ZH_NOMEM;
        input->kind = GZIP;
    } else if (input->stored_size >= 4 && memcmp(input->stored, zstd_mark, 4) == 0) {
        input->zstd = ZSTD_createDStream();
        if (input->zstd == NULL) return ZH_NOMEM;
        ZSTD_DCtx_setParameter(input->zstd, ZSTD_d_windowLogMax, ZH_INPUT_WINDOW_LOG_MAX);
        input->kind = ZSTD;
    }
    return ZH_OK;
}

static zh_err open_file(zh_input *input, zh_sv path)
{
    char text[ZH_FILE_PATH_MAX + 1];
    struct stat there;
    if (zh_sv_equal(path, ZH_SV("-"))) {
        input->fd = dup(STDIN_FILENO);
        return input->fd < 0 ? ZH_IO : ZH_OK;
    }
    if (path.size == 0) return ZH_ABSENT;
    if (path.size > ZH_FILE_PATH_MAX || memchr(path.data, '\0', path.size) != NULL) return ZH_RANGE;
    memcpy(text, path.data, path.size);
    text[path.size] = '\0';
    input->fd = open(text, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? ZH_ABSENT
               : errno == EACCES                   ? ZH_DENIED
                                                   : ZH_IO;
    if (fstat(input->fd, &there) != 0) return ZH_IO;
    if (S_ISDIR(there.st_mode)) return ZH_FORMAT;
    if (S_ISREG(there.st_mode)) input->total_bytes = (uint64_t)there.st_size;
    return ZH_OK;
}

zh_err zh_input_open(zh_input **out, zh_sv path)
{
    *out = NULL;
    zh_input *input = malloc(sizeof *input);
    if (input == NULL) return ZH_NOMEM;
    memset(input, 0, offsetof(zh_input, stored));
    input->fd = -1;
    zh_err e = open_file(input, path);
    if (e == ZH_OK) e = fill(input);
    if (e == ZH_OK) e = start_kind(input);
    if (e != ZH_OK) {
        zh_input_close(input);
        return e;
    }
    *out = input;
    return ZH_OK;
}

void zh_input_close(zh_input *input)
{
    if (input == NULL) return;
    if (input->fd >= 0) close(input->fd);
    if (input->kind == GZIP) inflateEnd(&input->gzip);
    ZSTD_freeDStream(input->zstd);
    free(input->line);
    free(input);
}

static zh_err step_plain(zh_input *input, char *bytes, size_t size, size_t *got)
{
    const size_t left = input->stored_size - input->stored_at;
    *got = size < left ? size : left;
    memcpy(bytes, input->stored + input->stored_at, *got);
    input->stored_at += *got;
    return ZH_OK;
}

static zh_err step_gzip(zh_input *input, char *bytes, size_t size, size_t *got)
{
    z_stream *z = &input->gzip;
    if (!input->inside) {
        /* Between members gzip allows zero bytes, as tapes have them; else the next member
         * begins. */
        while (input->stored_at < input->stored_size && input->stored[input->stored_at] == 0)
            input->stored_at++;
        if (input->stored_at == input->stored_size) return ZH_OK;
        if (inflateReset(z) != Z_OK) return ZH_CORRUPT;
        input->inside = true;
    }
    const size_t room = size < UINT_MAX ? size : UINT_MAX;
    z->next_in = input->stored + input->stored_at;
    z->avail_in = (uInt)(input->stored_size - input->stored_at);
    z->next_out = (Bytef *)bytes;
    z->avail_out = (uInt)room;
    const int result = inflate(z, Z_NO_FLUSH);
    input->stored_at = input->stored_size - z->avail_in;
    *got = room - z->avail_out;
    if (result == Z_STREAM_END) input->inside = false;
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR ? ZH_OK
           : result == Z_MEM_ERROR ? ZH_NOMEM : ZH_CORRUPT;
}

static zh_err step_zstd(zh_input *input, char *bytes, size_t size, size_t *got)
{
    ZSTD_inBuffer in = { input->stored, input->stored_size, input->stored_at };
    ZSTD_outBuffer out = { bytes, size, 0 };
    const size_t result = ZSTD_decompressStream(input->zstd, &out, &in);
    input->stored_at = in.pos;
    *got = out.pos;
    if (ZSTD_isError(result)) return ZH_CORRUPT;
    input->inside = result != 0;
    return ZH_OK;
}

zh_err zh_input_read(zh_input *input, void *bytes, size_t size, size_t *got)
{
    *got = 0;
    if (input->broken) return ZH_CORRUPT;
    zh_err e = ZH_OK;
    while (e == ZH_OK && *got == 0) {
        e = fill(input);
        if (e != ZH_OK) break;
        const size_t before = input->stored_at;
        const bool dry = before == input->stored_size; /* a decoder may still hold text back */
        if (dry && (input->kind == PLAIN || !input->inside)) return ZH_OK;
        if (input->kind == PLAIN) e = step_plain(input, bytes, size, got);
        else if (input->kind == GZIP) e = step_gzip(input, bytes, size, got);
        else e = step_zstd(input, bytes, size, got);
        input->at_bytes += input->stored_at - before;
        if (e == ZH_OK && dry && *got == 0) e = ZH_CORRUPT; /* cut in the middle */
    }
    input->broken = e == ZH_CORRUPT;
    return e;
}

/* ---- lines ---- */

/* Keep this beginning of a line; what lies beyond line_max is dropped. */
static zh_err keep(zh_input *input, size_t *have, zh_sv piece, size_t line_max, bool *cut)
{
    const size_t room = line_max - *have;
    if (piece.size > room) {
        *cut = true;
        piece.size = room;
    }
    const size_t need = *have + piece.size;
    if (need > input->line_cap) {
        size_t cap = input->line_cap < 4096 ? 4096 : input->line_cap;
        while (cap < need) cap *= 2;
        char *line = realloc(input->line, cap);
        if (line == NULL) return ZH_NOMEM;
        input->line = line;
        input->line_cap = cap;
    }
    if (piece.size > 0) memcpy(input->line + *have, piece.data, piece.size);
    *have = need;
    return ZH_OK;
}

static zh_sv without_cr(zh_sv line)
{
    if (line.size > 0 && line.data[line.size - 1] == '\r') line.size--;
    return line;
}

zh_err zh_input_line(zh_input *input, size_t line_max, zh_sv *line)
{
    size_t have = 0;
    bool cut = false, any = false;
    *line = (zh_sv){ 0 };
    for (;;) {
        if (input->text_at == input->text_size) {
            input->text_at = 0;
            const zh_err e = zh_input_read(input, input->text, sizeof input->text,
                                           &input->text_size);
            if (e != ZH_OK) input->text_size = 0;
            if (e != ZH_OK) return e;
            if (input->text_size == 0) break;
        }
        any = true;
        const zh_sv rest = { input->text + input->text_at, input->text_size - input->text_at };
        const char *end = memchr(rest.data, '\n', rest.size);
        const zh_sv piece = zh_sv_part(rest, 0,
                                       end == NULL ? rest.size : (size_t)(end - rest.data));
        input->text_at += piece.size + (end != NULL);
        if (end != NULL && have == 0 && piece.size <= line_max) { /* the usual case: no copy */
            *line = without_cr(piece);
            return ZH_OK;
        }
        const zh_err e = keep(input, &have, piece, line_max, &cut);
        if (e != ZH_OK) return e;
        if (end != NULL) break;
    }
    if (!any) return ZH_ABSENT;
    *line = (zh_sv){ input->line, have };
    if (!cut) *line = without_cr(*line);
    return cut ? ZH_FULL : ZH_OK;
}

uint64_t zh_input_at_bytes(const zh_input *input) { return input->at_bytes; }
uint64_t zh_input_total_bytes(const zh_input *input) { return input->total_bytes; }
