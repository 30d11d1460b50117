/* computed.h -- the workspace's computed traits, for the routes that show values of them. */
#ifndef ZH_SERVER_COMPUTED_H
#define ZH_SERVER_COMPUTED_H
#include "segment/computed.h"
#include "server/call.h"

typedef struct zh_computed_one {
    zh_sv name, json;
    zh_computed computed;
    const zh_cel_program *program; /* NULL: not compiled */
} zh_computed_one;

/* All that there are, in the arena; those that cannot be read any more are left out. Takes the world's read lock. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_computed_all(zh_call *call, bool compiled, zh_computed_one **out, uint32_t *count);
/* The member `computed` of a portrait; under the read lock. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_computed_values(zh_call *call, const zh_computed_one *ones, uint32_t count, const zh_look *look, zh_json_out *out);

#endif
