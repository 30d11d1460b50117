/* campaign_inside.h -- what the clock of campaigns and its events share; for campaign_clock.c and campaign_events.c alone. */
#ifndef ZH_ENGINE_CAMPAIGN_INSIDE_H
#define ZH_ENGINE_CAMPAIGN_INSIDE_H
#include "engine/campaign_clock.h"
#include "measure/outcome.h"
#include "segment/plan.h"

typedef struct campaign_job {      /* of a campaign, since the start of the engine */
    char name[ZH_MESSAGE_NAME_BYTES_MAX + 1];
    bool is_there;                 /* at this look */
    int64_t said_ms;               /* of its setting, when it was read */
    zh_arena arena;                /* of kept */
    zh_campaign_kept kept;
    bool runs;                     /* it could be read, and runs */
    int64_t not_before_ms;         /* after a failure */
    /* what its budget is used by: at least so many */
    bool is_counted;
    int64_t counted_ms;
    uint64_t live, waiting;
    /* a run under way */
    bool is_open;
    zh_arena list_arena;
    const zh_customer_id *list;
    uint32_t list_count, list_at;
    int64_t run_ms, began_ms;
    char entry[ZH_TIME_TEXT_BYTES];
    uint64_t made;
    /* of EVENT: what is asked of a customer; compiled into `arena` */
    zh_condition audience;
    zh_metric event, unless;
} campaign_job;

typedef struct campaign_wait { int64_t due_ms, event_ms; uint64_t customer, sequence; uint32_t partition, job, version; } campaign_wait;

typedef struct campaign_events {
    uint64_t *tail;                /* [partitions]: read below */
    bool is_set;                   /* the tails are */
    campaign_wait *heap;           /* by due_ms, the next one first */
    uint32_t count, room;
    zh_arena scratch;
    zh_json *json;
} campaign_events;

struct zh_campaign_clock {
    zh_engine *engine;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    campaign_job *jobs;
    uint32_t jobs_count, jobs_room;
    campaign_events events;
    zh_counter *planned, *runs, *failures;
    zh_gauge *waiting;
};

/* Plan these for the job, as far as its budget goes; *took: how many of them were looked at, 0: there is no place now. Errors: those of zh_campaigns_plan. */
ZH_MUST zh_err campaign_plan(zh_campaign_clock *c, campaign_job *job, const zh_campaign_entry *entries, uint32_t count, uint32_t *took);
bool campaign_is_stopping(zh_campaign_clock *c);

/* Compile what is asked of its customers. Errors: ZH_FORMAT it cannot be asked; ZH_NOMEM. */
ZH_MUST zh_err campaign_events_prepare(campaign_job *job);
/* Read on, and plan what is due. *busy: there is more at once. */
ZH_MUST zh_err campaign_events_look(zh_campaign_clock *c, bool *busy);
void campaign_events_close(campaign_events *events);

#endif
