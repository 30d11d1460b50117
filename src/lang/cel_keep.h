/* cel_keep.h -- a program as bytes: its source, and the code it became.
 *
 *     u32 "ZCEL"   u8 version   u32 CRC-32C of what follows
 *     text source · var slots · var stack · var cost · text type
 *     constants    var count, each: u8 kind, then its value (a pattern: its text; a list or map: var count and its values)
 *     reads        var count, each a name: u8 what it is, text owner, text name, text type
 *     calls        var count, each: var overloads, each its signature as text
 *     code         var count, each 8 bytes: u8 op, u8 a, u16 b, u32 c; then its place in the source, zig-zag from the one before
 *     uses         var count, each: u8 decl or overload, what it is, zig receiver, var place, var arguments and their values, text condition
 *
 * Names are kept as text, not as numbers: a program fits an environment that declares the same names with the same types, whatever
 * else it declares. Where they differ it is STALE, and the source is compiled anew.
 *
 * Guarantees  damage is found by the checksum; what is loaded stays inside of its code, constants, slots and stack, for all of it is walked
 *             before it is taken. Bytes that somebody made to deceive are not for here: load what was saved, from a place of one's own.
 */
#ifndef ZH_LANG_CEL_KEEP_H
#define ZH_LANG_CEL_KEEP_H
#include "lang/cel_program.h"

#define ZH_CEL_KEEP_VERSION 1 /* a change of an instruction's meaning or of this form takes the next */

/* Append. Errors: the buffer's. */
ZH_MUST zh_err zh_cel_program_save(const zh_cel_program *program, zh_buf *out);
/* Errors: ZH_CORRUPT damaged, ZH_STALE another version or other names, ZH_NOMEM. */
ZH_MUST zh_err zh_cel_program_load(zh_cel_program **out, zh_arena *arena, const zh_cel_env *env, zh_sv bytes);
/* The source of saved bytes, whatever their names; valid as long as they are. Errors: ZH_CORRUPT, ZH_STALE another version. */
ZH_MUST zh_err zh_cel_program_saved_source(zh_sv bytes, zh_sv *source);

#endif
