/* lifecycle.h -- what campaigns and journeys share: a definition in a setting, its versions, and who takes it from draft over review to running and ended.
 *
 * The setting holds {"state", "version", "activeFromMs", "edited", "submitted", "approved", "definition", "versions", "history"}; each change writes it anew, so each is a record of
 * the log with its time and who it was. The states and what leads from one to the next are reach/campaign.h's.
 *
 * Guarantees  one change at a time: what it is judged by still stands when it is written. Who wrote a version, or submitted it, does not approve it; a key approves nothing.
 *             What runs is not changed, and what ever ran is not deleted.
 * Threads     any.
 * Not here    what a definition is and what it needs: the functions of a zh_lifecycle say so (campaigns.c, journeys.c).
 */
#ifndef ZH_SERVER_LIFECYCLE_H
#define ZH_SERVER_LIFECYCLE_H
#include "reach/campaign.h"
#include "server/call.h"

typedef struct zh_lifecycle {
    const char *noun;          /* "campaign": in sentences; with an s in paths */
    const char *setting;       /* how its settings are called: before the name */
    const char *other;         /* the noun of those whose names are not to be had: messages are found by this name; NULL: there are none */
    const char *other_setting;
    size_t count_max;          /* of a workspace */
    size_t bytes_max;          /* of a definition */
    size_t former_max;         /* former definitions that are kept; a setting that is full keeps fewer, and of its changes of state, too */
    /* Is this a definition? Of a body. False: a problem was answered. */
    bool (*is_good)(zh_call *call, zh_json_value definition);
    /* Is there what it needs, so that it may be handed in and approved? False: a problem was answered. */
    bool (*is_ready)(zh_call *call, zh_json_value definition);
    /* Members of a row of the list; of one that cannot be read `fault`. Under the world's read lock. */
    void (*put_own)(zh_call *call, zh_sv name, zh_json_value definition, zh_campaign_state state, zh_json_out *out);
    /* Members of the whole one besides; likewise, and it may use the thread's parser. NULL: none. */
    void (*put_more)(zh_call *call, zh_sv name, zh_json_out *out);
    /* What is written before an approved one runs; NULL: nothing. Errors: those of zh_engine_define. */
    zh_err (*approve)(zh_call *call, zh_sv name, int64_t version, zh_json_value definition);
} zh_lifecycle;

/* The routes: of all; of the one in the path. */
void zh_lifecycle_list(zh_call *call, const zh_lifecycle *of);
void zh_lifecycle_one(zh_call *call, const zh_lifecycle *of);
void zh_lifecycle_put(zh_call *call, const zh_lifecycle *of);
void zh_lifecycle_delete(zh_call *call, const zh_lifecycle *of);
void zh_lifecycle_act(zh_call *call, const zh_lifecycle *of); /* POST …/submit, approve, reject, pause, resume, end; {"note"} may say why */
void zh_lifecycle_not_found(zh_call *call, const zh_lifecycle *of); /* answers that there is none of this name */

/* How many are in which state; the metric is zhun_NOUNs. Under the world's read lock. */
void zh_lifecycle_gauges(zh_call *call, const zh_lifecycle *of, const char *metric, const char *help);
/* The member `title`: each language in the other's words where it has none, and the name where there is no title. */
void zh_lifecycle_put_title(zh_json_out *out, zh_sv name, zh_sv zh, zh_sv en);

#endif
