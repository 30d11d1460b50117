/* campaign_answer.h -- what the routes of campaigns share. Private to campaign*.c of this folder. */
#ifndef ZH_SERVER_CAMPAIGN_ANSWER_H
#define ZH_SERVER_CAMPAIGN_ANSWER_H
#include "engine/campaigns.h"
#include "server/call.h"

/* The definition in a body, its texts in the call's arena. False: a problem was answered. */
bool zh_campaign_of_body(zh_call *call, zh_json_value root, zh_campaign *out);
/* Do its expressions compile? False: a problem was answered. */
bool zh_campaign_is_askable(zh_call *call, const zh_campaign *campaign);
/* Segment, channel and template are there. False: a problem was answered. */
bool zh_campaign_has_means(zh_call *call, const zh_campaign *campaign, zh_campaign_means *out);

#endif
