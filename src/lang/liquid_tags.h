/* liquid_tags.h -- the tags that stand alone (assign, render, cycle …) and the heads of for and tablerow. */
#ifndef ZH_LANG_LIQUID_TAGS_H
#define ZH_LANG_LIQUID_TAGS_H
#include "lang/liquid_expr.h"

/* Read what stands behind the tag's name into the node, whose kind and place are set. False: no such tag, nothing was read. */
bool zh_liquid_tag_simple(zh_liquid_parse *parse, zh_sv name, zh_sv inside, zh_liquid_node *node);
/* item in list … : for and tablerow. */
void zh_liquid_tag_loop(zh_liquid_parse *parse, zh_sv inside, zh_liquid_node *node);
/* The variable of capture: the first name in the text. */
void zh_liquid_tag_capture(zh_liquid_parse *parse, zh_sv inside, zh_liquid_node *node);
/* value, value or value: of when. */
zh_liquid_argument *zh_liquid_tag_when(zh_liquid_parse *parse, zh_sv inside);

#endif
