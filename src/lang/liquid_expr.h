/* liquid_expr.h -- the inside of {{ }} and of tags: expressions, filters, conditions.
 *
 * A parser over the words of one piece. The grammar is the reference's strict one: what cannot be read is a fault with its
 * place and never skipped.
 *
 * Guarantees  recursion is bounded by ZH_LIQUID_DEPTH_MAX, nodes by ZH_LIQUID_NODES_MAX; after a fault every call answers NULL.
 */
#ifndef ZH_LANG_LIQUID_EXPR_H
#define ZH_LANG_LIQUID_EXPR_H
#include "lang/liquid_lex.h"

/* What the parse of a template carries along. */
typedef struct zh_liquid_parse {
    zh_arena *arena;
    zh_sv source;
    zh_cel_fault *fault; /* may be NULL */
    zh_err failed;       /* ZH_FORMAT, ZH_FULL, ZH_NOMEM; the first counts */
    uint32_t nodes, depth; /* depth: of blocks */
    uint32_t brackets;
} zh_liquid_parse;

/* The words of one piece. */
typedef struct zh_liquid_words {
    zh_liquid_parse *parse;
    zh_sv rest;          /* behind `word` */
    zh_liquid_word word; /* looked at, not taken */
} zh_liquid_words;

zh_liquid_words zh_liquid_words_of(zh_liquid_parse *parse, zh_sv inside);
/* Take the word if it is of this kind (and, for a name, this one). */
bool zh_liquid_words_take(zh_liquid_words *words, zh_liquid_word_kind kind);
bool zh_liquid_words_take_name(zh_liquid_words *words, zh_sv name);
/* Nothing may stand behind: else a fault. */
void zh_liquid_words_end(zh_liquid_words *words);

/* The first fault of the parse, at a byte of the source. */
void zh_liquid_fault(zh_liquid_parse *parse, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void zh_liquid_starved(zh_liquid_parse *parse); /* memory is out */
/* Zeroed room, counted as a node; NULL where it is not to be had. */
void *zh_liquid_new(zh_liquid_parse *parse, const char *at, size_t bytes);

zh_liquid_expr *zh_liquid_expr_parse(zh_liquid_words *words);
zh_liquid_piped *zh_liquid_piped_parse(zh_liquid_words *words); /* to the end of the piece */
zh_liquid_condition *zh_liquid_condition_parse(zh_liquid_words *words); /* to the end of the piece */
/* key: value, key: value … to the end of the piece; commas are optional between them. */
zh_liquid_argument *zh_liquid_keys_parse(zh_liquid_words *words);
/* The bytes from `from` to the current word, without blanks outside quotes: how the reference names a loop. In the arena. */
zh_sv zh_liquid_words_since(zh_liquid_words *words, const char *from);

#endif
