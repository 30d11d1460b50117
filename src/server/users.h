/* users.h -- the people who work here: who may sign in, as what, and who may change that. For src/server only.
 *
 * A user is a definition of the registry (guard/registry.h). Beside it stands the setting "signed-in/NUMBER": {"at": ms} of his last sign-in. Nobody is ever taken away, for the audit
 * names people by their number: who leaves is switched off.
 *
 * Guarantees  there is an owner who may sign in: the last one is neither switched off nor made something else. Who has no right over people lends nobody one (guard/role.h).
 *             Whoever is switched off, gets another role or password has no session any more when the answer comes, and none that a sign-in of the same moment begins.
 * Threads     any; changes one at a time.
 * Not here    the second factor (second_factor.c), sessions (guard/session.h).
 */
#ifndef ZH_SERVER_USERS_H
#define ZH_SERVER_USERS_H
#include "server/call.h"

/* Who may sign in by this name; number 0: nobody. Its texts are in the arena. Takes the world's read lock. */
void zh_users_find(zh_call *call, zh_sv name, zh_user *out);
/* May the caller make somebody of this role, set his password, take his second factor away? False: a problem was answered. */
bool zh_users_may_govern(zh_call *call, zh_role other);
/* He has chosen this password at the sign-in: the one that was made for him is gone; *user is as it is now. Errors: ZH_LOGIN he was changed meanwhile; those of zh_engine_define. */
ZH_MUST zh_err zh_users_choose(zh_call *call, zh_user *user, zh_sv password);
/* Written down beside the user; where it cannot be, he is signed in all the same. */
void zh_users_signed_in(zh_call *call, uint32_t number);
void zh_users_end_sessions(zh_call *call, uint32_t number);

zh_call_handler zh_route_users, zh_route_user_create, zh_route_user_put, zh_route_user_password, zh_route_roles;

#endif
