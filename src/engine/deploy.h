/* deploy.h -- which learnt recommender answers: versions, their files, and the one that is deployed, as words of the log.
 *
 *     learnt ─► DIR/models/HASH.zm ─► a version: setting recommender/00000007 {"version":7,"model":"ease","hash":"…",…}
 *                                 ─► deployed: setting recommender {"version":7,"changes":[…]}; 0: none, counts answer
 *
 * Both are definitions of the log, so views, replays and other machines agree; rolling back is saying an older version's number. What
 * answers follows the word: the file is read, every byte checked, and laid on the counts. A file that is missing or damaged leaves the
 * counts to answer, which is told; learning anew heals it.
 *
 * Readers take the pointer and use it under the world's read lock. Who exchanges it waits for them once, by taking the write lock
 * after the exchange, before what was there goes: no reader ever waits for a deployment.
 *
 * Files stay as long as a decision may name them: for ZH_DEPLOY_DAYS after they served last, and at most ZH_DEPLOY_VERSIONS_MAX of them, the oldest go first.
 *
 * Threads     any; changes are made one at a time.
 * Not here    the files (serving_file.h), learning (recommender.h), when (trainer.h), what a list does with it (decide/source.h).
 */
#ifndef ZH_ENGINE_DEPLOY_H
#define ZH_ENGINE_DEPLOY_H
#include "base/json_out.h"
#include "decide/learnt.h"
#include "engine/recommender.h"

#define ZH_DEPLOY_VERSIONS_MAX 60
#define ZH_DEPLOY_DAYS 60
#define ZH_DEPLOY_CHANGES_MAX 50 /* that are told; all of them stand in the log */

typedef enum zh_deploy_state { ZH_DEPLOY_NONE, ZH_DEPLOY_SERVING, ZH_DEPLOY_LOST, ZH_DEPLOY_DAMAGED } zh_deploy_state;
const char *zh_deploy_state_text(zh_deploy_state state); /* "none", "serving", "lost", "damaged" */

typedef struct zh_deployed { /* valid as long as the world's read lock is held */
    uint32_t version;
    const zh_learnt *learnt;
} zh_deployed;

typedef struct zh_deployer zh_deployer;

/* Reads what is deployed; a file that is missing or damaged is no error. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_deployer_open(zh_deployer **out, zh_engine *engine);
void zh_deployer_close(zh_deployer *deployer); /* NULL is fine */

/* What answers now; NULL: counts. Under the world's read lock. */
const zh_deployed *zh_deployer_now(const zh_deployer *deployer);
/* What is deployed by the log, whether it serves, and why not. */
zh_deploy_state zh_deployer_state(zh_deployer *deployer, uint32_t *version, zh_note *why);

/* Its file is lost or damaged: which kind to learn anew. */
bool zh_deployer_lacks(zh_deployer *deployer, char model[ZH_SERVING_NAME_BYTES]);

/* Keep a learnt table as the next version. Errors: those of files and of the log. */
ZH_MUST zh_err zh_deployer_keep(zh_deployer *deployer, const zh_recommender_choice *choice, const zh_recommender_facts *facts, zh_sv file, const zh_actor *actor, uint32_t *version);
/* Deploy a version, or with 0 none; `why` is a word for the history: "league", "not_ahead", "healed", "asked", "off". Errors: ZH_ABSENT no such version, ZH_CORRUPT its file is missing
 * or damaged (*note): nothing is changed. */
ZH_MUST zh_err zh_deployer_deploy(zh_deployer *deployer, uint32_t version, zh_sv why, const zh_actor *actor, zh_note *note);

/* Is the winner of the nightly league deployed by itself? It is, unless somebody said no. */
bool zh_deployer_is_automatic(zh_deployer *deployer);
ZH_MUST zh_err zh_deployer_set_automatic(zh_deployer *deployer, bool on, const zh_actor *actor);

/* Members of an open object: "automatic", "deployed", "versions", "changes". */
void zh_deployer_put(zh_deployer *deployer, zh_json_out *out);

/* The kind and version of a hash; false: it is forgotten. Under the world's read lock. */
bool zh_deploy_named(const zh_world *world, uint64_t hash, char name[ZH_SERVING_NAME_BYTES], uint32_t *version);

#endif
