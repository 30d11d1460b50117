/* journey_answer.h -- what the routes of journeys share. Private to journey*.c of this folder. */
#ifndef ZH_SERVER_JOURNEY_ANSWER_H
#define ZH_SERVER_JOURNEY_ANSWER_H
#include "reach/journey.h"
#include "server/call.h"

/* The definition in a body, its texts in the call's arena. False: a problem was answered. */
bool zh_journey_of_body(zh_call *call, zh_json_value root, zh_journey *out);

#endif
