#include "collect/nobody.h"

#define WORD_BYTES_MAX 15 /* the longest word below */

static bool zeros_and_dashes(zh_sv id)
{
    for (size_t i = 0; i < id.size; i++)
        if (id.data[i] != '0' && id.data[i] != '-') return false;
    return true;
}

bool zh_nobody(zh_sv id)
{
    static const zh_sv words[] = {
        { "-1", 2 },        { "n/a", 3 },         { "nan", 3 },           { "nil", 3 },
        { "none", 4 },      { "null", 4 },        { "true", 4 },          { "false", 5 },
        { "guest", 5 },     { "(null)", 6 },      { "<null>", 6 },        { "unknown", 7 },
        { "anonymous", 9 }, { "undefined", 9 },   { "not set", 7 },       { "(not set)", 9 },
        { "[object object]", 15 },
    };
    id = zh_sv_trim(id);
    if (zeros_and_dashes(id)) return true;
    if (id.size > WORD_BYTES_MAX) return false;
    char folded[WORD_BYTES_MAX];
    for (size_t i = 0; i < id.size; i++) {
        const char c = id.data[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (zh_sv_equal(words[i], (zh_sv){ folded, id.size })) return true;
    return false;
}
