/* answer.h -- pieces of answers that several routes share: profiles, consents, decisions, event rows. */
#ifndef ZH_SERVER_ANSWER_H
#define ZH_SERVER_ANSWER_H
#include "server/call.h"

/* The ecommerce event that stands for an act: "Product Viewed". */
zh_sv answer_event_of(zh_act act);
/* A currency member, left out where unknown. */
void answer_currency(zh_json_out *out, zh_sv key, zh_currency currency);
/* The member `next`: null where empty. */
void answer_next(zh_json_out *out, const char *next);
/* "123" -> customer 123. */
bool answer_customer_number(zh_sv text, zh_customer_id *out);
void answer_customer_text(zh_customer_id customer, char out[24]);

/* Members of a profile (an object is open). Takes the world's read lock. */
void answer_profile(zh_call *call, zh_customer_id customer, const zh_permit *permit, zh_json_out *out);
/* The user id of a customer in clear, or empty; in the arena. */
zh_sv answer_user_id(zh_call *call, zh_customer_id customer, const zh_permit *permit);
/* A whole object. Takes the world's read lock. */
void answer_consents(zh_call *call, zh_customer_id customer, zh_json_out *out);
void answer_decision(zh_call *call, const zh_decision *decision, zh_json_out *out);

#endif
