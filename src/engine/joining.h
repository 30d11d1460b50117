/* joining.h -- how far ids are joined in this workspace: the setting "identity".
 *
 *     {"limits":{"userIds":10,"anonymousIds":250},"sharedFrom":3,"blocked":["kiosk"]}
 *
 * What is missing has its default. It is asked when an event is taken: another setting changes no decision of before.
 */
#ifndef ZH_ENGINE_JOINING_H
#define ZH_ENGINE_JOINING_H
#include "base/json.h"
#include "base/json_out.h"
#include "collect/nobody.h"
#include "guard/registry.h"
#include "profile/identity.h"

#define ZH_JOINING_SETTING ZH_SV("identity")

typedef struct zh_joining {
    zh_identity_policy policy;
    zh_nobody_words blocked;
} zh_joining;

/* NULL, or the member that is wrong; *out is then undefined. */
const char *zh_joining_read(zh_json_value root, zh_joining *out);
void zh_joining_put(const zh_joining *joining, zh_json_out *out); /* an object */
/* As the registry has it, the default where it has none. Errors: ZH_NOMEM. Under the world's read lock. */
ZH_MUST zh_err zh_joining_of(const zh_registry *registry, zh_joining *out);

#endif
