/* groups.h -- what the routes of groups share: who is meant, and what is wrong with it. */
#ifndef ZH_SERVER_GROUPS_H
#define ZH_SERVER_GROUPS_H
#include "engine/group.h"
#include "server/call.h"

/* The members `segment` and `expression` of an object, copied to the call's arena; at most one of them. False: neither or both good. */
bool zh_groups_read(zh_call *call, zh_json_value object, zh_group_of *out);
/* Answers what went wrong. */
void zh_groups_failed(zh_call *call, zh_err e, const zh_cel_fault *fault);
/* One long computation at a time: true, or it was answered that another is under way. End it with zh_groups_end. */
bool zh_groups_begin(zh_call *call);
void zh_groups_end(zh_call *call);

#endif
