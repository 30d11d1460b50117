/* links.h -- a customer's links: made for the shop, opened for him. */
#ifndef ZH_SERVER_LINKS_H
#define ZH_SERVER_LINKS_H
#include "guard/link.h"
#include "server/html.h"

typedef struct zh_link_call {
    zh_sv token;             /* as it stands in the path, part 1 */
    zh_link link;            /* its customer is who he is now */
    bool is_gone;            /* he was erased: nothing is known of him */
    char room_[ZH_LINK_CAMPAIGN_BYTES_MAX];
} zh_link_call;

/* Open the link of the path. The caller becomes the customer, so what follows is written down as his own. False: a page says why not (404 it was
 * not made here, 410 it is over, 429 too many wrong ones from this address). Takes no lock that is held after. */
bool zh_link_call_open(zh_call *call, zh_link_purpose purpose, zh_link_call *out);

/* His own word on consents, kept and in force before it returns; later than what he said before. Errors: those of zh_engine_do. */
ZH_MUST zh_err zh_consents_say(zh_call *call, zh_customer_id customer, zh_consent_change *change);

/* May this customer ask for so much by his links now? 1 a page or a change; a download is more. The seconds to wait; 0: he may. */
ZH_MUST zh_err zh_link_rates_open(zh_link_rates **out); /* ZH_NOMEM */
void zh_link_rates_close(zh_link_rates *rates);
uint32_t zh_link_rates_take(zh_call *call, zh_customer_id customer, uint32_t cost);

const char *zh_link_channel_name(zh_channel channel, bool is_zh); /* in words for people */
void zh_link_count(zh_call *call, const char *act); /* zhun_preference_changes_total */

#endif
