/* liquid_lex.h -- the pieces of a template (text, output, tags) and the words inside {{ }} and {% %}.
 *
 * Pieces are cut as the reference cuts them: {{ ends at the first }}, {% at the first %}, quotes do not count. A hyphen at an
 * inner edge ({{-, -%}) takes the blanks of the text beside it. Inside {% liquid %} a piece is a line.
 * Names hold letters, digits, _ and -, may end in ?, and, unlike the reference, may be of any script: {{ 客户.称呼 }}.
 *
 * Guarantees  any bytes give pieces or a fault with its place; nothing is read past the end.
 * Cost        O(bytes): no byte of a piece is looked at more than a few times.
 */
#ifndef ZH_LANG_LIQUID_LEX_H
#define ZH_LANG_LIQUID_LEX_H
#include "lang/liquid_ast.h"

/* ---- pieces ---- */

typedef enum zh_liquid_piece_kind { ZH_LIQUID_P_END, ZH_LIQUID_P_TEXT, ZH_LIQUID_P_OUTPUT, ZH_LIQUID_P_TAG, ZH_LIQUID_P_BAD } zh_liquid_piece_kind;

typedef struct zh_liquid_piece {
    zh_liquid_piece_kind kind;
    zh_sv name;   /* TAG: "for", "#" */
    zh_sv inside; /* TEXT: after taking blanks; OUTPUT, TAG: what stands between, without the name */
    uint32_t at;  /* where it begins in the source */
} zh_liquid_piece;

typedef struct zh_liquid_pieces {
    zh_sv source;   /* of the whole template: places are counted in it */
    zh_sv part;     /* what is read: the source, or the lines of a {% liquid %} */
    size_t at;      /* in part */
    bool lines;     /* a piece is a line */
    bool comment;   /* inside a comment: a tag need not have a name */
    bool trim;      /* the tag before took the blanks of what follows */
    zh_cel_fault *fault; /* of a BAD piece; may be NULL */
} zh_liquid_pieces;

zh_liquid_piece zh_liquid_piece_next(zh_liquid_pieces *pieces);
/* The bytes up to {% end... %}, unread, and past it; false where there is none. `end` is "endraw". */
bool zh_liquid_piece_raw(zh_liquid_pieces *pieces, zh_sv end, zh_sv *inside);

/* ---- words ---- */

typedef enum zh_liquid_word_kind {
    ZH_LIQUID_W_END, ZH_LIQUID_W_BAD, ZH_LIQUID_W_NAME, ZH_LIQUID_W_TEXT, ZH_LIQUID_W_NUMBER,
    ZH_LIQUID_W_PIPE, ZH_LIQUID_W_DOT, ZH_LIQUID_W_DOTS, ZH_LIQUID_W_COLON, ZH_LIQUID_W_COMMA, ZH_LIQUID_W_DASH, ZH_LIQUID_W_QUESTION, ZH_LIQUID_W_ASSIGN,
    ZH_LIQUID_W_LSQUARE, ZH_LIQUID_W_RSQUARE, ZH_LIQUID_W_LROUND, ZH_LIQUID_W_RROUND,
    ZH_LIQUID_W_EQ, ZH_LIQUID_W_NE, ZH_LIQUID_W_LT, ZH_LIQUID_W_LE, ZH_LIQUID_W_GT, ZH_LIQUID_W_GE, ZH_LIQUID_W_CONTAINS
} zh_liquid_word_kind;

typedef struct zh_liquid_word {
    zh_liquid_word_kind kind;
    zh_sv text; /* as written; TEXT: without its quotes */
    zh_sv whole; /* as written, with quotes */
} zh_liquid_word;

/* The word at the front of *rest, which then begins behind it. BAD: a byte no word begins with; `after_dot`: contains is a name. */
zh_liquid_word zh_liquid_word_next(zh_sv *rest, bool after_dot);

static inline bool zh_liquid_is_blank_byte(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

#endif
