/* ledger.h -- what became of every message: a fold of MESSAGE records, and which are due.
 *
 * One row a key. The first PLAN of a key makes it, every later one is nothing: so who plans twice sends once. Of receipts the one that is further
 * right counts (message.h), whatever the order they come in, and of "seen" and "clicked" the earliest moment; so a gateway may repeat and shuffle them.
 * A message that bounced or was complained of suppresses the channel for its customer.
 *
 * Guarantees  the same records in the same order give the same entries; receipts in any order do (property-tested). A row never leaves a state that is
 *             final but for one further right. Two of one key after a merge of customers stay two rows; the second one is skipped by who asks
 *             zh_ledger_twin before sending.
 * Cost        a record O(log waiting messages), about 1 us; 200 bytes a message and its texts.
 * Threads     readers together or one writer.
 * Clock       none: times come in records.
 * Not here    sending, and who does (engine/outbox.h).
 */
#ifndef ZH_REACH_LEDGER_H
#define ZH_REACH_LEDGER_H
#include "base/keep.h"
#include "reach/delivery.h"
#include "reach/message.h"

#define ZH_LEDGER_MESSAGES_MAX 20000000u  /* 200 bytes each: 4 GB. Beyond, planning is refused */
#define ZH_LEDGER_CHANNELS_MAX 256        /* names of channels that ever had a message */
#define ZH_LEDGER_SHARED_MAX 8            /* customers that are known of one address: a family's phone */
#define ZH_LEDGER_TEXTS_MAX 100000u       /* distinct names of campaigns, steps, templates, languages */

typedef struct zh_message {               /* texts are valid until the next fold or load */
    zh_message_id id;
    zh_customer_id customer;              /* who it is now */
    zh_customer_id planned_for;           /* under whose number its data is sealed */
    zh_message_state state;
    zh_message_why why;
    zh_message_plan plan;                 /* data: empty once it is not needed any more */
    int64_t planned_ms;                   /* when it was asked for */
    int64_t due_ms;                       /* of PLANNED: not before */
    int64_t changed_ms;                   /* when its state was said */
    int64_t sent_ms;                      /* the newest try; 0: none */
    int64_t delivered_ms, seen_ms, clicked_ms, dismissed_ms; /* 0: not */
    uint32_t tries;
    zh_sv provider, detail;
} zh_message;

typedef struct zh_ledger zh_ledger; /* opaque */
ZH_MUST zh_err zh_ledger_open(zh_ledger **out, size_t bytes_max); /* ZH_NOMEM; the caller closes */
void zh_ledger_close(zh_ledger *ledger);

/* One record; `customer` is who it is at this place of the log. What does not fit the row's state is passed over.
 * Errors: ZH_FORMAT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_ledger_fold(zh_ledger *ledger, zh_sv record, zh_customer_id customer);
/* `gone` is absorbed by `kept`. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_ledger_merge(zh_ledger *ledger, zh_customer_id gone, zh_customer_id kept);
/* Erasure: as if he never was. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_ledger_forget(zh_ledger *ledger, zh_customer_id customer);

/* ---- asking ---- */

bool zh_ledger_find(const zh_ledger *ledger, zh_message_id id, zh_message *out);
/* A message by the number its gateway gave it. */
bool zh_ledger_of_provider(const zh_ledger *ledger, zh_sv channel, zh_sv provider, zh_message *out);
/* Who was reached at this address this way (reply.h), and is still: at most ZH_LEDGER_SHARED_MAX, the newest; returns how many. */
uint32_t zh_ledger_at_address(const zh_ledger *ledger, zh_channel via, uint64_t address, zh_customer_id out[ZH_LEDGER_SHARED_MAX]);
/* Another message of the customer with the same campaign, step and entry that went, may have gone, or goes before this one. */
bool zh_ledger_twin(const zh_ledger *ledger, const zh_message *of, zh_message_id *twin);
/* Those of a customer, the one planned last first: for (void *at = NULL; zh_ledger_next(l, customer, &at, &m);) */
bool zh_ledger_next(const zh_ledger *ledger, zh_customer_id customer, const void **at, zh_message *out);
/* All, the newest first by what was planned when; `before`: a number of an earlier page, 0: from the newest. Of one customer O(his messages). */
typedef struct zh_ledger_filter {
    zh_customer_id customer; /* 0: any */
    zh_sv channel, campaign, template; /* empty: any */
    uint32_t states;         /* bits of zh_message_state; 0: any */
    zh_message_why why;      /* NONE: any */
} zh_ledger_filter;
bool zh_ledger_page(const zh_ledger *ledger, const zh_ledger_filter *filter, uint64_t *before, zh_message *out);
/* Marketing messages of a customer that went or may have gone, the newest `most`; returns how many. */
uint32_t zh_ledger_contacts(const zh_ledger *ledger, zh_customer_id customer, zh_delivery_contact *out, uint32_t most);
/* Other marketing messages of the customer that are due by now and go before this one; returns how many. */
uint32_t zh_ledger_rivals(const zh_ledger *ledger, const zh_message *of, int64_t now_ms, zh_delivery_contact *out, uint32_t most);
bool zh_ledger_is_suppressed(const zh_ledger *ledger, zh_customer_id customer, zh_channel via);

/* ---- what is due ---- */

/* Channels that have waiting messages: for (size_t at = 0; zh_ledger_waiting(l, &at, &name, &count);) */
bool zh_ledger_waiting(const zh_ledger *ledger, size_t *at, zh_sv *channel, size_t *count);
/* The messages of a channel that are due by now, at most `most`, the longest due and highest priority about first; returns how many. */
size_t zh_ledger_due(const zh_ledger *ledger, zh_sv channel, int64_t now_ms, zh_message_id *out, size_t most);
/* When the next one of any channel is due; INT64_MAX: nothing waits. */
int64_t zh_ledger_next_due_ms(const zh_ledger *ledger);
/* Messages in this state, over all customers: for (size_t at = 0; zh_ledger_in_state(l, SENDING, &at, &m);) O(messages). */
bool zh_ledger_in_state(const zh_ledger *ledger, zh_message_state state, size_t *at, zh_message *out);

uint64_t zh_ledger_count(const zh_ledger *ledger, zh_message_state state);
/* The same of one channel: for (size_t at = 0; zh_ledger_counts(l, &at, &channel, counts);), counts[ZH_MESSAGE_STATES]. */
bool zh_ledger_counts(const zh_ledger *ledger, size_t *at, zh_sv *channel, uint64_t counts[ZH_MESSAGE_STATES]);
uint64_t zh_ledger_messages(const zh_ledger *ledger);
size_t zh_ledger_bytes(const zh_ledger *ledger);

/* base/keep.h: an entry a message, key its number big-endian. Errors of load: ZH_CORRUPT, ZH_FORMAT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_ledger_save(zh_ledger *ledger, bool all, zh_keep keep);
ZH_MUST zh_err zh_ledger_load(zh_ledger *ledger, zh_sv key, zh_sv value);
bool zh_ledger_check(const zh_ledger *ledger, const char **why);

#endif
