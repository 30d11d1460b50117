/* outcome.h -- what became of handing a message over, as an adapter saw it. */
#ifndef ZH_REACH_OUTCOME_H
#define ZH_REACH_OUTCOME_H
#include "reach/message.h"

typedef enum zh_outcome {
    ZH_OUTCOME_TAKEN,
    ZH_OUTCOME_REFUSED,   /* it says no, and will */
    ZH_OUTCOME_BOUNCED,   /* there is no such address */
    ZH_OUTCOME_LATER,     /* it did not take it now */
    ZH_OUTCOME_UNREACHED, /* nothing went out that could be delivered */
    ZH_OUTCOME_UNKNOWN,   /* it went out, and no answer came */
    ZH_OUTCOME_BROKEN,    /* it could not be made */
} zh_outcome;

typedef struct zh_delivered {
    zh_outcome outcome;
    int64_t retry_after_ms;   /* 0: the gateway said nothing */
    char provider[ZH_MESSAGE_PROVIDER_BYTES_MAX + 1];
    char detail[ZH_MESSAGE_DETAIL_BYTES_MAX + 1]; /* "status 503": nothing of the body, which may speak of the customer */
} zh_delivered;

#endif
