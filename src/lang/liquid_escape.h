/* liquid_escape.h -- a value's text made fit for where it goes. */
#ifndef ZH_LANG_LIQUID_ESCAPE_H
#define ZH_LANG_LIQUID_ESCAPE_H
#include "lang/liquid.h"

/* Append the text escaped for the context. False: the context refuses it (HEADER). */
bool zh_liquid_escape(zh_sv text, zh_liquid_context context, zh_buf *out);

#endif
