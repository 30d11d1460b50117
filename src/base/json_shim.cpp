/* json_shim.cpp -- simdjson and std::to_chars behind C functions; nothing here throws. */
#define SIMDJSON_EXCEPTIONS 0
#include "base/json_shim.h"

#include <charconv>
#include <new>
#include <simdjson.h>

struct zh_json_shim {
    simdjson::dom::parser parser;
    simdjson::dom::document document;
    size_t depth_max;
    size_t capacity; /* bytes of text both are ready for */
};

static_assert(ZH_JSON_SHIM_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads this far");

zh_json_shim *zh_json_shim_open(size_t depth_max)
{
    zh_json_shim *shim = new (std::nothrow) zh_json_shim();
    if (shim == nullptr) return nullptr;
    shim->depth_max = depth_max;
    shim->capacity = 0;
    return shim;
}

void zh_json_shim_close(zh_json_shim *shim)
{
    delete shim;
}

/* Doubling keeps a slowly growing load from allocating at each text. */
static bool ready_for(zh_json_shim *shim, size_t size)
{
    if (shim->capacity >= size) return true;
    size_t capacity = shim->capacity == 0 ? 4096 : shim->capacity;
    while (capacity < size) capacity *= 2;
    /* One level more than is allowed: simdjson refuses the level that equals its maximum. */
    if (shim->parser.allocate(capacity, shim->depth_max + 1) != simdjson::SUCCESS) return false;
    if (shim->document.allocate(capacity) != simdjson::SUCCESS) return false;
    shim->capacity = capacity;
    return true;
}

zh_json_shim_result zh_json_shim_parse(zh_json_shim *shim, const char *text, size_t size,
                                       const uint64_t **words, const uint8_t **texts)
{
    if (!ready_for(shim, size)) return ZH_JSON_SHIM_MEMORY;
    const simdjson::error_code error =
        shim->parser.parse_into_document(shim->document, text, size, false).error();
    switch (error) {
    case simdjson::SUCCESS: break;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return ZH_JSON_SHIM_NUMBER;
    case simdjson::DEPTH_ERROR: return ZH_JSON_SHIM_DEEP;
    case simdjson::STRING_ERROR: return ZH_JSON_SHIM_TEXT;
    case simdjson::MEMALLOC: return ZH_JSON_SHIM_MEMORY;
    default: return ZH_JSON_SHIM_MALFORMED;
    }
    *words = shim->document.tape.get();
    *texts = shim->document.string_buf.get();
    return ZH_JSON_SHIM_OK;
}

size_t zh_json_shim_print_real(double value, char *out)
{
    const std::to_chars_result end = std::to_chars(out, out + 32, value);
    return static_cast<size_t>(end.ptr - out);
}
