#include "engine/rebuild.h"
#include "engine/refold.h"

#define TRIES 5 /* comparisons while ids keep arriving */

typedef struct rebuild {
    zh_engine *engine;
    zh_refold *refold;
    uint32_t partitions;
    uint64_t done;
    const zh_rebuild_report *report;
} rebuild;

static bool knows_as_much(const rebuild *r)
{
    for (uint32_t p = 0; p < r->partitions; p++)
        if (zh_refold_position(r->refold, p) < zh_fold_position(zh_engine_fold(r->engine), p)) return false;
    return true;
}

/* Fold on to what the live views know. Both go frame by frame in the same order, so they meet. */
static zh_err catch_up(rebuild *r, zh_note *why)
{
    uint64_t all = 0;
    for (uint32_t p = 0; p < r->partitions; p++) all += zh_fold_position(zh_engine_fold(r->engine), p);
    while (!knows_as_much(r)) {
        const zh_err e = zh_refold_next(r->refold, why);
        if (e != ZH_OK) return e;
        r->done++;
        if (r->report->progress != NULL) r->report->progress(r->report->context, r->done, all);
    }
    return ZH_OK;
}

static bool is_at_end(const rebuild *r)
{
    for (uint32_t p = 0; p < r->partitions; p++)
        if (zh_log_end(zh_engine_log(r->engine), p) != zh_refold_position(r->refold, p)) return false;
    return true;
}

typedef struct verdict {
    const zh_rebuild_report *report;
    bool speak, identity_differs, others_differ;
} verdict;

static void hear(void *context, const char *view, uint64_t entries, uint64_t different, const char *first)
{
    verdict *v = context;
    if (different > 0 && strcmp(view, "identity") == 0) v->identity_differs = true;
    else if (different > 0) v->others_differ = true;
    if (v->speak && v->report->say != NULL) v->report->say(v->report->context, view, entries, different, first);
}

/* The committer may give out ids ahead of the fold; then the identity view is compared again. */
static zh_err compare(rebuild *r, bool *equal, zh_note *why)
{
    for (int i = 0; i < TRIES; i++) {
        zh_err e = catch_up(r, why);
        if (e != ZH_OK) return e;
        zh_world *live = zh_engine_world(r->engine);
        zh_world_lock_write(live);
        e = catch_up(r, why);
        verdict v = { .report = r->report };
        if (e == ZH_OK) e = zh_world_compare(live, zh_refold_world(r->refold), hear, &v, equal);
        const bool settled = !v.identity_differs || is_at_end(r);
        if (e == ZH_OK && (settled || v.others_differ)) {
            v.speak = true;
            e = zh_world_compare(live, zh_refold_world(r->refold), hear, &v, equal);
        }
        const char *view, *because;
        if (e == ZH_OK && !zh_world_check(live, &view, &because)) {
            *equal = false;
            zh_note_set(why, "%s: %s", view, because);
        }
        zh_world_unlock(live);
        if (e != ZH_OK || v.speak) return e;
    }
    zh_note_set(why, "new customers keep arriving faster than identities can be compared: ask again");
    return ZH_BUSY;
}

zh_err zh_rebuild_check(zh_engine *engine, const zh_rebuild_report *report, bool *equal, zh_note *why)
{
    rebuild r = { .engine = engine, .partitions = zh_log_partitions(zh_engine_log(engine)), .report = report };
    zh_note unasked;
    if (why == NULL) why = &unasked;
    why->text[0] = '\0';
    *equal = false;
    zh_err e = zh_refold_open(&r.refold, engine, why);
    if (e == ZH_OK) e = compare(&r, equal, why);
    zh_refold_close(r.refold);
    return e;
}
