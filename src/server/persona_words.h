/* persona_words.h -- a kind of customers in a few words, made from what marks it: "buys often · large orders · likes tea". */
#ifndef ZH_SERVER_PERSONA_WORDS_H
#define ZH_SERVER_PERSONA_WORDS_H
#include "base/json_out.h"
#include "measure/personas.h"

#define ZH_PERSONA_WORDS_MAX 4   /* phrases: more is no description */
#define ZH_PERSONA_WORDS_Z 0.4   /* nearer to everybody than that says nothing */

/* The member `text`: {"en", "zh"}. Of a kind that nothing marks: "like most customers". */
void zh_persona_words(const zh_features *features, const zh_persona *persona, zh_json_out *out);

#endif
