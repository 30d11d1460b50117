/* work.h -- one piece of work for the committer, and what became of it.
 *
 * A request becomes one zh_work. Its memory belongs to whoever submits it and must live until
 * `done` was called, which happens exactly once, on the committer's thread, after everything in
 * it is durable (or failed as a whole).
 */
#ifndef ZH_ENGINE_WORK_H
#define ZH_ENGINE_WORK_H
#include "core/deadletter.h"
#include "core/event.h"
#include "guard/consent.h"
#include "guard/seal.h"
#include "profile/erasures.h"
#include "profile/feedback.h"
#include "profile/identity.h"

/* Keyed hashes of an event's ids, computed before the committer sees it. */
typedef struct zh_work_ids {
    zh_blind_id user, anonymous;
    zh_blind_id previous_user, previous_anonymous; /* alias: it may be either */
    zh_blind_id anonymous_user; /* the anonymous id as if it were a user's, where may_be_user */
    bool may_be_user;
} zh_work_ids;

/* A customer to be forgotten, with all numbers he is joined of (or exactly these numbers), and what the record says of it. */
typedef struct zh_erase_ask {
    zh_customer_id customer;
    zh_erasure say;              /* subject, reason, actor, at_ms; number and phase are filled in */
    const uint64_t *letters;     /* dead letters that name him */
    uint32_t letters_count;
    zh_sv again;                 /* an ERASURE record of an earlier time (a restored backup): said again in place of all above */
} zh_erase_ask;

typedef struct zh_work zh_work;
struct zh_work {
    /* What is to be done; any of them may be absent. */
    zh_event *events;            /* with source and key set; customer is filled in by the committer */
    zh_work_ids *ids;            /* one an event */
    uint32_t events_count;
    zh_deadletter *letters;      /* raw still plain */
    uint32_t letters_count;
    const zh_sv *records;        /* ready records that belong to no customer: definitions, items; or to `owners` */
    const zh_customer_id *owners; /* of record i; NULL: they belong to none */
    uint32_t records_count;
    zh_sv customer_record;       /* a ready record of `customer_owner`: a decision, feedback */
    zh_customer_id customer_owner;
    zh_consent_change *consents; /* choices of `consent_user`, who is made known where new; customer is filled in */
    uint32_t consents_count;
    zh_sv consent_user;
    const zh_work_ids *consent_ids;
    zh_feedback *feedback;       /* words of `feedback_by`, who is made known where new; customer is filled in */
    uint32_t feedback_count;
    zh_sv feedback_by;           /* a user id; an anonymous one where feedback_id.kind says so */
    zh_external_id feedback_id;  /* its keyed hash */
    const zh_identity_unmerge *unmerge; /* a merge to be taken back */
    const zh_erase_ask *erase;   /* a customer to be forgotten */
    bool vital;                  /* a choice or an erasure: taken also while the intake is closed (intake.h) */
    bool lazy;                   /* nobody waits: it joins the next group, within 20 ms */

    void (*done)(zh_work *work); /* on the committer's thread; may free the work */
    void *context;

    /* What became of it, valid in done. */
    zh_err e;                    /* ZH_OK: durable */
    uint32_t accepted, duplicate, conflict; /* events */
    bool not_merged;             /* of unmerge: there was nothing to take back any more */
    uint32_t erased;             /* of erase: the number of the erasure; 0: nobody had this number any more */
    zh_customer_id customer;     /* of the consent, the feedback, or the last event */

    zh_work *next_;              /* private */
    size_t bytes_;               /* private; about, for the limits */
};

#endif
