/* feedback_answer.h -- what a customer said of his lists, written out: each word in two languages, and the list of what stands. */
#ifndef ZH_SERVER_FEEDBACK_ANSWER_H
#define ZH_SERVER_FEEDBACK_ANSWER_H
#include "profile/feedback.h"
#include "server/call.h"

/* What a request came to. */
typedef enum zh_feedback_outcome { ZH_FEEDBACK_SAID, ZH_FEEDBACK_STOOD, ZH_FEEDBACK_UNDONE, ZH_FEEDBACK_NOTHING } zh_feedback_outcome;

/* The member `text`: what changed, in English and Chinese. `title`: how the thing is called; not used where nothing was there. */
void zh_answer_feedback_text(zh_call *call, zh_feedback_outcome outcome, zh_feedback_kind kind, zh_feedback_scope scope, zh_sv title,
                             zh_json_out *out);
/* Members `itemId` and `title`, or `name`. Under the world's lock. */
void zh_answer_feedback_thing(const zh_world *world, zh_feedback_scope scope, zh_sv text, zh_json_out *out);
/* How a thing is called: an item by its title where it has one. Under the world's lock; the view is the world's, or `text`. */
zh_sv zh_answer_feedback_title(const zh_world *world, zh_feedback_scope scope, zh_sv text);
/* The members `personalization`, `items` and `counts`: what stands, the newest first. Takes the world's read lock. */
void zh_answer_feedback(zh_call *call, zh_customer_id customer, zh_json_out *out);

/* His words on a thing, or all where the scope is 0, are taken back: kept and obeyed before it returns. Errors: those of zh_engine_do. */
ZH_MUST zh_err zh_feedback_take_back(zh_call *call, zh_customer_id customer, zh_feedback_scope scope, zh_sv thing);

#endif
