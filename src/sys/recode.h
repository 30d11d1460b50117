/* recode.h -- tables of Chinese offices as UTF-8: which encoding is it, and the same text in UTF-8.
 *
 * Office programs there save CSV as GBK or GB18030, of which GB18030 is the whole. The tables are
 * the C library's (iconv), kept by its people.
 *
 * Guarantees  a byte that is no GB18030 becomes the byte FF, which is no UTF-8: the reader of the
 *             row sees it and can refuse the row, instead of storing a guess. Pieces may be cut
 *             anywhere.
 * Threads     one recoder, one thread.
 */
#ifndef ZH_SYS_RECODE_H
#define ZH_SYS_RECODE_H
#include "base/buf.h"

#define ZH_RECODE_SAMPLE_BYTES 65536 /* what detection looks at: some hundred rows */

typedef enum zh_encoding { ZH_ENCODING_AUTO, ZH_ENCODING_UTF8, ZH_ENCODING_GB18030 } zh_encoding;
const char *zh_encoding_name(zh_encoding encoding); /* "UTF-8" */
ZH_MUST zh_err zh_encoding_parse(zh_sv text, zh_encoding *out); /* "utf-8", "gbk" …; ZH_FORMAT */

/* UTF-8 when the sample (the first bytes of a file) is that, GB18030 otherwise. ZH_FORMAT: UTF-16,
 * which a byte order mark gives away and nobody here reads. */
ZH_MUST zh_err zh_encoding_detect(zh_sv sample, zh_encoding *out);

typedef struct zh_recode zh_recode;

/* From GB18030. You close. ZH_ABSENT: this system's C library lacks the table; ZH_NOMEM. */
ZH_MUST zh_err zh_recode_open(zh_recode **out);
void zh_recode_close(zh_recode *recode);

/* Append `text` as UTF-8; a character cut by the end of the piece waits for the next one, `last`
 * says that none comes. Errors: those of the buffer. */
ZH_MUST zh_err zh_recode_put(zh_recode *recode, zh_sv text, bool last, zh_buf *out);

#endif
