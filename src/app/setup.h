/* setup.h -- a workspace one can use: a source, an admin, a write key, a server key.
 *
 * On a new folder all are made, at random or from ZHUN_ADMIN_PASSWORD, ZHUN_ADMIN_TOKEN, ZHUN_WRITE_KEY and
 * ZHUN_SERVER_KEY. On an existing one a variable that is set is made true: an unknown key is added, the
 * password of `admin` is changed where it is another one. ZHUN_HOOK_SECRETS names shops and the secrets they sign
 * webhooks with.
 */
#ifndef ZH_APP_SETUP_H
#define ZH_APP_SETUP_H
#include "engine/engine.h"

/* Errors: ZH_RANGE a password or key that is too short or long; those of defining. */
ZH_MUST zh_err zh_setup_workspace(zh_engine *engine, zh_note *why);
/* What was made at random, once, for the one who started it; nothing where all came from the environment. */
void zh_setup_print(zh_engine *engine, const char *host, uint16_t port, FILE *to);

#endif
