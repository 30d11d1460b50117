/* cell.h -- what a cell of a shop's table says: amounts, counts, moments, ids.
 *
 * People write "¥1,234.50", "１２", "17850.0" and "21/11/2026 8:05". Each reader takes the forms
 * that have one meaning and refuses the others with a sentence; none guesses.
 *
 * Cost        below 100 ns a cell, no allocation.
 * Not here    which column is what (column_map.h), currencies (core/money.h).
 */
#ifndef ZH_COLLECT_CELL_H
#define ZH_COLLECT_CELL_H
#include "base/note.h"
#include "base/tz.h"

#define ZH_CELL_AMOUNT_BYTES 40 /* a decimal number as text; longer ones are no amounts */
#define ZH_CELL_FORMAT_BYTES_MAX 48 /* of a named date format */

typedef struct zh_cell_amount { char text[ZH_CELL_AMOUNT_BYTES]; uint8_t size; } zh_cell_amount;

/* An amount as plain decimal text that is a JSON number too ("-1234.50"): currency signs and groups
 * of three digits are taken off, full-width digits made narrow, "5." is "5" and ".5" is "0.5".
 * `decimal` is '.' or ','. "1,23" with a decimal '.' is refused: it may mean either. ZH_FORMAT. */
ZH_MUST zh_err zh_cell_amount_read(zh_sv cell, char decimal, zh_cell_amount *out, zh_note *why);

/* A whole number: "6", "-3", "1,000", "6.0". Errors: ZH_FORMAT, ZH_RANGE beyond +-1e15. */
ZH_MUST zh_err zh_cell_count_read(zh_sv cell, char decimal, int64_t *out, zh_note *why);

/* A moment in a named format, read in `zone` unless the text has its own.
 *   iso8601           "2026-11-21", "2026-11-21T08:05:00Z", "2026-11-21 08:05:00.123+08:00"
 *   unix, unix_ms     seconds or milliseconds since 1970
 *   excel             days since 1899-12-30, local: "46347.3368"; only when declared, a number may
 *                     be anything
 *   %Y %m %d %H %M %S with any text between; also %y (70..99 is 19xx), %b (Jan or January),
 *                     %I and %p (AM, PM), %f (1 to 9 digits of a fraction), %z (Z, +08:00), %%.
 *                     A number may lack its leading zero.
 * Errors: ZH_FORMAT not of this format, ZH_RANGE outside 1970 .. 2200. */
ZH_MUST zh_err zh_cell_time_read(zh_sv cell, zh_sv format, const zh_tz *zone, int64_t *ms);
/* Is it one of these? If not, `why` says what is wrong. */
bool zh_cell_format_check(zh_sv format, zh_note *why);

/* The beginning of a cell for a note: short, and whole characters of UTF-8. */
zh_sv zh_cell_shown(zh_sv cell);

/* "1.23457E+17": a spreadsheet made a number of the id and its last digits are lost. */
bool zh_cell_id_spoilt(zh_sv cell);
/* "17850.0" is 17850: a data frame made a number of the id; nothing is lost. Other texts stay. */
zh_sv zh_cell_id_whole(zh_sv cell);

#endif
