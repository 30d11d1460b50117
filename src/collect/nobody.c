#include "collect/nobody.h"

#define WORD_BYTES_MAX 15 /* the longest word below */

static void fold_case(zh_sv text, char *out)
{
    for (size_t i = 0; i < text.size; i++) out[i] = text.data[i] >= 'A' && text.data[i] <= 'Z' ? (char)(text.data[i] | 0x20) : text.data[i];
}

bool zh_nobody_has(const zh_nobody_words *words, zh_sv id)
{
    char folded[ZH_NOBODY_WORD_BYTES_MAX];
    if (words->count == 0) return false;
    id = zh_sv_trim(id);
    if (id.size > sizeof folded) return false;
    fold_case(id, folded);
    for (uint32_t i = 0; i < words->count; i++)
        if (words->sizes[i] == id.size && memcmp(words->words[i], folded, id.size) == 0) return true;
    return false;
}

bool zh_nobody_add(zh_nobody_words *words, zh_sv word)
{
    word = zh_sv_trim(word);
    if (word.size == 0 || word.size > ZH_NOBODY_WORD_BYTES_MAX) return false;
    if (zh_nobody_has(words, word)) return true;
    if (words->count == ZH_NOBODY_WORDS_MAX) return false;
    fold_case(word, words->words[words->count]);
    words->sizes[words->count++] = (uint8_t)word.size;
    return true;
}

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
    fold_case(id, folded);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (zh_sv_equal(words[i], (zh_sv){ folded, id.size })) return true;
    return false;
}
