/* compared_answer.h -- a comparison of treated and left alone, as reports of campaigns and journeys answer it. */
#ifndef ZH_SERVER_COMPARED_ANSWER_H
#define ZH_SERVER_COMPARED_ANSWER_H
#include "base/json_out.h"
#include "engine/compared.h"

/* A member: the metrics, the goal first. */
void zh_compared_put(zh_json_out *out, const char *key, const zh_compared *compared);

#endif
