/* input.h -- read a large file as a stream, plain, gzip or zstd, whatever its name says.
 *
 * The first bytes decide the kind, not the ending of the name. Several gzip members or zstd frames
 * in a row read as one text, as their own tools do it.
 *
 * Guarantees  bounded memory whatever the file holds; a cut or damaged file is ZH_CORRUPT, not a
 *             short read.
 * Cost        plain: one copy; else what zlib and libzstd take.
 * Threads     one input, one thread.
 */
#ifndef ZH_SYS_INPUT_H
#define ZH_SYS_INPUT_H
#include "base/buf.h"

/* zstd frames may ask for 128 MiB of history, the tool's own default limit */
#define ZH_INPUT_WINDOW_LOG_MAX 27

typedef struct zh_input zh_input;

/* Open a file; "-" is standard input. You close. Errors: as of file.h. */
ZH_MUST zh_err zh_input_open(zh_input **out, zh_sv path);
void zh_input_close(zh_input *input);

/* Up to `size` (> 0) bytes of decompressed text into `bytes`; *got == 0 only at the end. */
ZH_MUST zh_err zh_input_read(zh_input *input, void *bytes, size_t size, size_t *got);

/* One line without its end (LF or CR LF), at most `line_max` bytes; *line is valid until the next
 * call. ZH_ABSENT at the end. ZH_FULL: it is longer, *line is its beginning, the rest is skipped. */
ZH_MUST zh_err zh_input_line(zh_input *input, size_t line_max, zh_sv *line);

/* How far: stored bytes taken in so far, and of how many (0 where unknown, as with a pipe). */
uint64_t zh_input_at_bytes(const zh_input *input);
uint64_t zh_input_total_bytes(const zh_input *input);

#endif
