/* journey_inside.h -- what the parts of the clock of journeys share; for journey_*.c alone. */
#ifndef ZH_ENGINE_JOURNEY_INSIDE_H
#define ZH_ENGINE_JOURNEY_INSIDE_H
#include "base/map.h"
#include "engine/journey_clock.h"
#include "measure/outcome.h"
#include "segment/plan.h"

typedef struct journey_means { zh_campaign_means means; bool is_there; } journey_means;

typedef struct journey_program {     /* a version, with what is asked in it compiled */
    uint32_t version;
    zh_arena arena, means_arena;
    zh_journey journey;
    zh_condition audience;
    zh_metric entry, exits[ZH_JOURNEY_EXITS_MAX];
    zh_metric *waits;                /* [nodes]: the event of a wait */
    zh_condition (*cases)[ZH_JOURNEY_CASES_MAX]; /* [nodes]: of a branch */
    journey_means (*means)[ZH_JOURNEY_CHANNELS_MAX]; /* [nodes]: of a send or a webhook */
    int64_t means_ms;                /* when they were looked up; INT64_MIN: never */
    uint8_t winners[ZH_JOURNEY_NODES_MAX]; /* of a split: the arm that won, or ZH_JOURNEY_END */
} journey_program;

typedef struct journey_job {         /* of a journey, since the start of the engine */
    char name[ZH_MESSAGE_NAME_BYTES_MAX + 1];
    bool is_there;
    int64_t said_ms;
    zh_campaign_state state;
    uint32_t version;                /* that new customers enter */
    int64_t active_ms;
    bool runs;                       /* steps are taken */
    bool leads;                      /* its programs are there: events count, also while it is paused */
    int64_t not_before_ms;           /* after a failure */
    journey_program *programs[ZH_JOURNEY_VERSIONS_MAX];
    uint32_t programs_count;
    int64_t winner_ms;               /* when the arms of its splits are compared next */
    int64_t segment_ms;              /* of an entry by segment: when its members are looked at next */
} journey_job;

typedef struct journey_batch {       /* it grows: what one event makes of a customer is not cut in two */
    zh_buf bytes;
    size_t *ends;                    /* [room], of each record */
    zh_customer_id *owners;
    zh_sv *records;
    uint32_t count, room;
    bool is_full;                    /* no memory for one: nothing of it is committed */
    zh_map touched;                  /* customers whose records wait for the commit: nothing else of them is decided before */
} journey_batch;

struct zh_journey_clock {
    zh_engine *engine;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    journey_job *jobs;
    uint32_t jobs_count, jobs_room;
    zh_map names;                    /* hashes of events' names that matter to some journey */
    journey_batch batch;
    uint64_t *tail;                  /* [partitions]: the log was read below */
    uint64_t *events;                /* [partitions]: behind the last event that was read */
    uint64_t *said;                  /* [partitions]: how much of that is written down */
    bool is_set;
    int64_t said_ms;
    zh_arena event_arena;            /* of one event */
    zh_arena scratch;                /* of one question */
    zh_json *json;
    zh_counter *entered, *steps, *failures;
    zh_gauge *waiting, *late;
};

/* ---- journey_program.c ---- */

/* Its programs: of the version that is entered, where it runs, and of those that somebody is in. Errors: ZH_FORMAT one cannot be read or asked; ZH_NOMEM. */
ZH_MUST zh_err journey_programs_read(zh_journey_clock *c, journey_job *job);
void journey_programs_close(journey_job *job);
/* What is asked in program->journey, into its arena. Errors: ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err journey_program_compile(journey_program *program);
/* The hour of the workspace's day at which a customer is about most; ZH_MESSAGE_BEST_NONE: too little is known. Under the world's read lock. */
uint8_t journey_best_hour(zh_engine *engine, zh_customer_id customer, int64_t now_ms);
/* What tells one entry of the customer from another : a property of the event that lets him in, or himself. */
void journey_key_of(const zh_journey *journey, const zh_event *event, zh_json *json, char out[ZH_JOURNEY_KEY_BYTES_MAX + 1]);
journey_program *journey_program_of(const journey_job *job, uint32_t version); /* NULL: not there */
/* The names of events that matter, of all jobs. Errors: ZH_NOMEM. */
ZH_MUST zh_err journey_names_gather(zh_journey_clock *c);
bool journey_name_matters(const zh_journey_clock *c, zh_sv event);
void journey_means_look_up(zh_engine *engine, journey_program *program);
const journey_means *journey_means_of(zh_journey_clock *c, journey_program *program, uint8_t node, uint8_t which); /* NULL: no such channel or template now */

/* ---- journey_step.c ---- */

/* An instance as it stands, its texts in places of their own. */
typedef struct journey_at {
    journey_job *job;
    zh_customer_id customer, entered_as;
    zh_instance_id id;
    char key[ZH_JOURNEY_KEY_BYTES_MAX + 1];
    uint32_t version, entries;
    zh_journey_place place;
    uint32_t partition;
    uint64_t position;
    int64_t moved_ms, entered_ms;
} journey_at;
/* From the view; false: of a journey that is not there. Under the world's read lock. */
bool journey_at_of(zh_journey_clock *c, const zh_instance *instance, journey_at *out);
/* A step (or a note, where the journey does not run), into the batch. Errors: ZH_NOMEM, those of claiming a coupon. */
ZH_MUST zh_err journey_go(zh_journey_clock *c, journey_at *at, zh_journey_cause cause);
/* He leaves, without a step. */
ZH_MUST zh_err journey_leave(zh_journey_clock *c, journey_at *at, zh_journey_left why);
/* He enters, in the job's version: the control question, then the first step. `position`: of his partition, behind the event that let him in. */
ZH_MUST zh_err journey_enter(zh_journey_clock *c, journey_job *job, zh_customer_id customer, zh_sv key, uint64_t position);
/* He goes on in the job's version. False: it has no place for him. */
ZH_MUST zh_err journey_move_over(zh_journey_clock *c, journey_at *at, bool *moved);
/* Commit what there is, and wait until it is folded. */
ZH_MUST zh_err journey_flush(zh_journey_clock *c);
/* After a failure: what was decided since the last commit is forgotten, and decided again. */
void journey_drop(zh_journey_clock *c);
bool journey_is_full(const zh_journey_clock *c); /* commit before the next event or instance */
void journey_batch_close(journey_batch *batch);
bool journey_is_touched(const zh_journey_clock *c, zh_customer_id customer);
/* May he enter: is he of the audience? Takes the world's read lock. */
bool journey_is_meant(zh_journey_clock *c, journey_program *program, zh_customer_id customer);
/* Is there one of this journey and key of the customer? The one that is in before the others. Takes the world's read lock. */
bool journey_find(zh_journey_clock *c, journey_job *job, zh_customer_id customer, zh_sv key, journey_at *out);

/* ---- journey_winner.c ---- */

/* Has an arm of a split won? Then new customers go its way. */
ZH_MUST zh_err journey_winners_look(zh_journey_clock *c, journey_job *job);

/* ---- journey_events.c ---- */

/* Read on, in an order in which nothing of a customer is decided before what was decided of him last is folded. *busy: there is more at once. */
ZH_MUST zh_err journey_events_look(zh_journey_clock *c, bool *busy);
/* Who became a member of a segment that lets in. */
ZH_MUST zh_err journey_members_look(zh_journey_clock *c, journey_job *job);

#endif
