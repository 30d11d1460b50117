/* vocabulary_tags.h -- names of an expression that say which tags a customer has, and on which lists he is.
 *
 *     customer.has_tag("vip")              set and not over, or computed: he is in the kept segment that the tag is bound to
 *     customer.tags                        all of them, by name
 *     customer.in_list("gala")             was he put on that list?
 *
 * An end of a tag is a moment at which the answer changes: kept segments are asked then.
 */
#ifndef ZH_SEGMENT_VOCABULARY_TAGS_H
#define ZH_SEGMENT_VOCABULARY_TAGS_H
#include "lang/cel_env.h"

#define ZH_TAG_BINDINGS_MAX 500 /* tags that follow a kept segment */

/* Declare them; the object Customer is declared, and what stands for it is a zh_look. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_vocabulary_tags(zh_cel_env *env);

#endif
