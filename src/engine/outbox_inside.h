/* outbox_inside.h -- what the threads of the outbox share; for outbox.c and outbox_send.c alone. */
#ifndef ZH_ENGINE_OUTBOX_INSIDE_H
#define ZH_ENGINE_OUTBOX_INSIDE_H
#include "engine/compose.h"
#include "engine/outbox.h"
#include "guard/rate.h"
#include "reach/mail_send.h"
#include "reach/webhook.h"

#define LANES_MAX ZH_LEDGER_CHANNELS_MAX
#define ZONES_MAX 64 /* zones of customers kept open; a shop sells in a few */

typedef struct lane_state {      /* of a channel, since the start */
    char name[ZH_MESSAGE_NAME_BYTES_MAX + 1];
    zh_rate rate;
    uint32_t rate_per_s;         /* as of the last look; 0: no limit */
    uint32_t failures;           /* in a row */
    int64_t break_ms;            /* how long the breaker opened last */
    int64_t closed_until_us;     /* monotonic: nothing is taken before */
} lane_state;

typedef struct worker {
    struct zh_outbox *outbox;
    pthread_t thread;
    bool started;
    zh_message_id busy;          /* 0: none */
    uint64_t customer;           /* of the message under way */
    bool wrote;                  /* a word of the message under way */
    zh_client *client;
    zh_arena arena;
    zh_delivery_contact *contacts;
} worker;

struct zh_outbox {
    zh_outbox_desc d;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, recovered;
    worker workers[ZH_OUTBOX_THREADS_MAX];
    lane_state lanes[LANES_MAX];
    uint32_t lanes_count;
    size_t turn;                 /* which channel is looked at first */
    struct { char name[48]; zh_tz *tz; } zones[ZONES_MAX];
    uint32_t zones_count;
    zh_counter *sent, *failed, *skipped, *waited, *doubted, *retried;
};

/* One message from judging to its outcome. Under no lock. False: nothing could be written, wait a little. */
bool outbox_send(worker *w, zh_message_id id);
/* How its channel did: `good` closes the breaker. */
void outbox_told(struct zh_outbox *outbox, zh_sv channel, bool good, int64_t pause_ms);
/* A tenth of a second; false: the outbox is closing. */
bool outbox_rest(struct zh_outbox *outbox);
/* The customer's zone, or the workspace's. Never NULL; as long as the outbox. */
const zh_tz *outbox_zone(struct zh_outbox *outbox, zh_sv name);

#endif
