/* cel_lex.h -- the words of an expression: one token at a time, literals read to their values.
 *
 * Guarantees  any bytes give tokens or a fault; texts of literals are valid UTF-8; nothing is read past the end.
 * Source      CEL language definition, "Syntax", "String and bytes values".
 */
#ifndef ZH_LANG_CEL_LEX_H
#define ZH_LANG_CEL_LEX_H
#include "lang/cel_ast.h"

typedef enum zh_cel_token_kind {
    ZH_CEL_T_END, ZH_CEL_T_BAD,
    ZH_CEL_T_NAME,   /* text */
    ZH_CEL_T_QUOTED, /* `text`: a field name with signs in it */
    ZH_CEL_T_INT,    /* digits, not yet signed: value.u up to 2^63; a larger one is BAD */
    ZH_CEL_T_VALUE,  /* UINT, DOUBLE, STRING, BYTES: value */
    ZH_CEL_T_LPAREN, ZH_CEL_T_RPAREN, ZH_CEL_T_LBRACKET, ZH_CEL_T_RBRACKET, ZH_CEL_T_LBRACE, ZH_CEL_T_RBRACE,
    ZH_CEL_T_DOT, ZH_CEL_T_COMMA, ZH_CEL_T_QUESTION, ZH_CEL_T_COLON,
    ZH_CEL_T_NOT, ZH_CEL_T_MINUS, ZH_CEL_T_PLUS, ZH_CEL_T_STAR, ZH_CEL_T_SLASH, ZH_CEL_T_PERCENT,
    ZH_CEL_T_EQ, ZH_CEL_T_NE, ZH_CEL_T_LT, ZH_CEL_T_LE, ZH_CEL_T_GT, ZH_CEL_T_GE, ZH_CEL_T_AND, ZH_CEL_T_OR, ZH_CEL_T_IN
} zh_cel_token_kind;

typedef struct zh_cel_token {
    zh_cel_token_kind kind;
    uint32_t at, to; /* bytes [at, to) of the source */
    zh_sv text;
    zh_cel_value value;
} zh_cel_token;

typedef struct zh_cel_lex {
    zh_sv source;
    size_t at;
    zh_arena *arena;     /* texts with escapes */
    zh_cel_fault *fault; /* of a BAD token; may be NULL */
    bool starved;        /* it is BAD because memory is out */
} zh_cel_lex;

/* The next token; END again and again at the end. BAD: the fault says why, and there is no going on. */
zh_cel_token zh_cel_lex_next(zh_cel_lex *lex);

#endif
