/* lifecycle_verbs.h -- verbs of what is defined, handed in, approved, paused and ended: campaigns and journeys. For tables of ask_verbs.h whose `kind` is said. */
#ifndef ZH_APP_LIFECYCLE_VERBS_H
#define ZH_APP_LIFECYCLE_VERBS_H
#include "app/ask_verbs.h"

ZH_MUST zh_err zh_verb_show(zh_asking *a, zh_note *why);   /* show NAME: the definition, as set takes it */
ZH_MUST zh_err zh_verb_set(zh_asking *a, zh_note *why);    /* set NAME FILE */
ZH_MUST zh_err zh_verb_change(zh_asking *a, zh_note *why); /* submit, approve, reject, pause, resume, end NAME [--note TEXT]: the verb is the route */
ZH_MUST zh_err zh_verb_drop(zh_asking *a, zh_note *why);   /* delete NAME */

#define ZH_LIFECYCLE_VERBS \
    { "show", 2, zh_verb_show }, { "set", 3, zh_verb_set }, { "submit", 2, zh_verb_change }, { "approve", 2, zh_verb_change }, { "reject", 2, zh_verb_change }, \
    { "pause", 2, zh_verb_change }, { "resume", 2, zh_verb_change }, { "end", 2, zh_verb_change }, { "delete", 2, zh_verb_drop }

#endif
