/* erasure_answer.h -- the signed receipt of an erasure, for whoever hands it to the customer. */
#ifndef ZH_SERVER_ERASURE_ANSWER_H
#define ZH_SERVER_ERASURE_ANSWER_H
#include "server/call.h"

/* As GET /api/v1/erasures/{id} answers it, as an object. Takes the world's read lock. Errors: ZH_ABSENT no such erasure, ZH_NOMEM. */
ZH_MUST zh_err zh_answer_receipt(zh_call *call, uint32_t number, zh_json_out *out);

#endif
