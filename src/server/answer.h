/* answer.h -- pieces of answers that several routes share: profiles, consents, decisions, event rows. */
#ifndef ZH_SERVER_ANSWER_H
#define ZH_SERVER_ANSWER_H
#include "server/call.h"

/* The ecommerce event that stands for an act: "Product Viewed". */
zh_sv zh_answer_event_of(zh_act act);
/* A currency member, left out where unknown. */
void zh_answer_currency(zh_json_out *out, zh_sv key, zh_currency currency);
/* The currency most orders are in. Under the world's lock. */
zh_currency zh_answer_main_currency(const zh_sales *sales);
/* The member `next`: null where empty. */
void zh_answer_next(zh_json_out *out, const char *next);
/* "123" -> customer 123. */
bool zh_answer_customer_number(zh_sv text, zh_customer_id *out);
void zh_answer_customer_text(zh_customer_id customer, char out[24]);

/* The customer of /api/v1/customers/{id}/…, as it is now, with a permit to support it; 0: a problem was answered. */
zh_customer_id zh_answer_path_customer(zh_call *call, zh_permit *permit);
/* The customer of /v1/profiles/{userId}/…, likewise, with a permit to serve it. */
zh_customer_id zh_answer_user_customer(zh_call *call, zh_permit *permit);
/* The customer of a user id, or of an anonymous id, of whom anything is known; 0: nobody. Takes the world's read lock. */
zh_customer_id zh_answer_find_customer(zh_call *call, zh_sv user);
/* A customer of a list, as an object; the user id only where the caller may see it. Takes the world's read lock. */
void zh_answer_customer_row(zh_call *call, zh_customer_id customer, zh_json_out *out);

/* The member `predictions`; null where nothing is predicted. Under the world's lock. */
void zh_answer_predictions(zh_call *call, const zh_customer_state *state, zh_customer_id customer, zh_json_out *out);
/* The member `standing`; state NULL: null. Under the world's lock. */
void zh_answer_standing(const zh_world *world, const zh_customer_state *state, int64_t now_ms, zh_json_out *out);
/* Members of a profile (an object is open). Takes the world's read lock. */
void zh_answer_profile(zh_call *call, zh_customer_id customer, const zh_permit *permit, zh_json_out *out);
/* The user id of a customer in clear, or empty; in the arena. */
zh_sv zh_answer_user_id(zh_call *call, zh_customer_id customer, const zh_permit *permit);
/* The member `segments`: the names of those he is in. Under the world's lock. */
void zh_answer_segment_names(zh_call *call, zh_customer_id customer, zh_json_out *out);
/* The member `tags`: those he has; and `deleted`: those he does not want. Under the world's lock. */
void zh_answer_tags(zh_call *call, zh_customer_id customer, bool with_deleted, zh_json_out *out);
/* He deletes a tag himself: it does not come back. Errors: ZH_FORMAT no name of a tag, ZH_RANGE too many, those of zh_engine_do. */
ZH_MUST zh_err zh_tags_delete_own(zh_call *call, zh_customer_id customer, zh_sv name);
void zh_answer_tag(const zh_tag *tag, zh_json_out *out); /* members of an open object */
/* The expression of a static list of this name; is it one? */
zh_sv zh_answer_list_expression(zh_sv name, char out[ZH_SEGMENT_NAME_BYTES_MAX + 40]);
bool zh_answer_is_list(zh_sv name, zh_sv expression);
/* Is there a static list of this name? False: a problem was answered. */
bool zh_answer_list_there(zh_call *call, zh_sv name, const char *field);
/* Put customers on it; *added: who was not on it before. Holds no lock at the call. Errors: those of zh_engine_do. */
ZH_MUST zh_err zh_answer_list_add(zh_call *call, zh_sv name, const zh_customer_id *customers, size_t count, uint64_t *added);
/* The answer that lists his segments with the reasons; `all`: those he is not in too, with every clause. */
void zh_answer_segments(zh_call *call, zh_customer_id customer, bool all);

/* What holds and the lines of the ledger, newest first, as an object. Takes the world's read lock. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_answer_ledger(zh_call *call, zh_customer_id customer, zh_json_out *out);
/* A whole object. Takes the world's read lock. */
void zh_answer_consents(zh_call *call, zh_customer_id customer, zh_json_out *out);
/* Is this record, a decision, of a customer who was erased, or what was left in the place of one? */
bool zh_answer_is_erased(zh_call *call, zh_sv record);
/* 410: it was there, and retention let it go. */
void zh_answer_expired(zh_call *call, const char *field);
/* The member `expiredBefore` at the end of a customer's events, where earlier ones were dropped. */
void zh_answer_expired_before(zh_call *call, zh_customer_id customer, zh_json_out *out);
/* The portrait of a customer as an object; after an error it is not whole. ZH_ABSENT: nothing is known to make one of. Holds no lock at the call. */
ZH_MUST zh_err zh_answer_portrait_of(zh_call *call, zh_customer_id customer, zh_json_out *out);
/* The whole answer: the same. */
void zh_answer_portrait(zh_call *call, zh_customer_id customer);
void zh_answer_decision(zh_call *call, const zh_decision *decision, zh_json_out *out);

#endif
