/* json_shim.h -- the seam between json.c and simdjson: all C++ of the project's JSON is behind it.
 *
 * Private to base: others use json.h.
 */
#ifndef ZH_BASE_JSON_SHIM_H
#define ZH_BASE_JSON_SHIM_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZH_JSON_SHIM_PADDING 64 /* bytes after the text that simdjson may read; it asks for 32 */

typedef enum zh_json_shim_result {
    ZH_JSON_SHIM_OK = 0, ZH_JSON_SHIM_MALFORMED, ZH_JSON_SHIM_NUMBER, ZH_JSON_SHIM_DEEP,
    ZH_JSON_SHIM_TEXT, /* a bad escape, or half of a surrogate pair */
    ZH_JSON_SHIM_MEMORY
} zh_json_shim_result;

typedef struct zh_json_shim zh_json_shim;

zh_json_shim *zh_json_shim_open(size_t depth_max); /* NULL: no memory */
void zh_json_shim_close(zh_json_shim *shim);

/* Parse `size` bytes at `text`, which has ZH_JSON_SHIM_PADDING readable bytes after it. *words and
 * *texts are the tape, valid until the next call. Memory grows to the largest text and stays. */
zh_json_shim_result zh_json_shim_parse(zh_json_shim *shim, const char *text, size_t size,
                                       const uint64_t **words, const uint8_t **texts);

/* The fewest digits that read back the same; at most 24 bytes, without "inf" and "nan". */
size_t zh_json_shim_print_real(double value, char *out);

#ifdef __cplusplus
}
#endif
#endif
