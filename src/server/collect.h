/* collect.h -- what the routes of all dialects share: making what was read durable, and answering then.
 *
 * For src/server only. A dialect's route reads the request, fills a zh_collect_job, and submits it; the
 * answer waits for the disk. Refusals are worded by the form, because each SDK understands few statuses.
 */
#ifndef ZH_SERVER_COLLECT_H
#define ZH_SERVER_COLLECT_H
#include "collect/segment.h"
#include "server/call.h"

typedef enum zh_collect_form {
    COLLECT_JSON,    /* counts as JSON; overload is 429 */
    COLLECT_PIXEL,   /* always 200 and an image, whatever became of it */
    COLLECT_IMAGE,   /* 200 and an image; overload is 503 */
    COLLECT_EMPTY,   /* 200 without a body; overload is 503 */
    COLLECT_EXPLAIN, /* 200, or 400 with the rejects in words; overload is 503 */
} zh_collect_form;

typedef struct zh_collect_job {
    zh_collect_form form;
    zh_sv dialect;               /* label of the metric; static */
    zh_source_id from;           /* whose limit counts; 0: none */
    zh_event *events;            /* `source` set */
    uint32_t events_count;
    bool unsaid_ids;             /* the dialect does not say of an id whether it is a user's */
    const zh_segment_reject *rejects;
    const zh_source_id *rejects_source; /* one each; 0: not kept, only counted */
    uint32_t rejects_count;
    const zh_sv *records;        /* ready ITEM records */
    uint32_t records_count;
    uint32_t taken_count;        /* what a line of JSON counts as accepted beside events: items, and records that mean nothing here */
    zh_consent_change *choices;  /* of the user `choices_user`; they live until the answer */
    uint32_t choices_count;
    zh_sv choices_user;
} zh_collect_job;

/* Give the events of a job their keys and blinded ids, one place of `ids` each; these are zeros before. */
void zh_collect_prepare(zh_call *call, const zh_collect_job *job, zh_work_ids *ids);
/* Mark robots that say so; take away ids that identify nobody here; what has none left, and what the tracking plan sends to the
 * dead letters, becomes a reject. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_collect_screen(zh_call *call, zh_collect_job *job);
void zh_collect_submit(zh_call *call, const zh_collect_job *job);
void zh_collect_answer(zh_call *call, const zh_collect_job *job); /* where nothing is kept */
void zh_collect_image(zh_call *call);  /* 200 with a transparent pixel */
void zh_collect_shed(zh_call *call, zh_collect_form form); /* the overload answer of a form */
void zh_collect_count_rejected(zh_call *call, zh_reject why, uint32_t count);
/* The source a write key may write to. ZH_LOGIN unknown, ZH_DENIED revoked or of another scope. */
zh_err zh_collect_key(zh_call *call, zh_sv text, zh_source_id *source);
/* The source of a request: by Basic, Bearer, a key in its body, another; the owner's is the first. As zh_collect_key. */
zh_err zh_collect_source(zh_call *call, zh_sv in_body, zh_sv other, zh_source_id *source);
/* Is a batch of the Segment dialect RudderStack's? By the library its first event names. */
zh_sv zh_collect_dialect(const zh_event *events, uint32_t events_count);

#endif
