/* personas.c -- kinds of customers among a group, and a rule for each that may be kept as a segment. */
#include "engine/personas.h"
#include "base/buf.h"
#include "server/answer.h"
#include "server/groups.h"
#include "server/persona_words.h"

#include <math.h>
#include <stdlib.h>

#define RULE_BYTES_MAX 8192

static double rounded(double value) { return isfinite(value) ? round(value * 1e4) / 1e4 : 0; }

/* The nodes from below the top to this one, which is a leaf that says yes; false: it is none, or lies below a leaf. */
static bool way_to(const zh_persona *p, uint32_t leaf, uint32_t way[ZH_PERSONAS_RULE_DEPTH], uint32_t *depth)
{
    *depth = 0;
    for (uint32_t at = leaf; at > 0; at = (at - 1) / 2) {
        if (p->rule[(at - 1) / 2].is_leaf || *depth == ZH_PERSONAS_RULE_DEPTH) return false;
        way[(*depth)++] = at;
    }
    return p->rule[leaf].is_leaf && p->rule[leaf].is_yes;
}

/* Every way from the top to a yes: "(a && b) || (c)". */
static void put_ways(const zh_features *f, const zh_persona *p, zh_buf *out)
{
    uint32_t way[ZH_PERSONAS_RULE_DEPTH], depth;
    for (uint32_t leaf = 0; leaf < ZH_PERSONAS_RULE_NODES; leaf++) {
        if (!way_to(p, leaf, way, &depth)) continue;
        zh_buf_put(out, zh_buf_view(out).size > 0 ? ZH_SV(" || (") : ZH_SV("("));
        for (uint32_t i = depth; i-- > 0;) {
            const zh_persona_question *asked = &p->rule[(way[i] - 1) / 2];
            (void)zh_feature_condition(f, asked->column, asked->value, way[i] % 2 == 0, out);
            if (i > 0) zh_buf_put(out, ZH_SV(" && "));
        }
        zh_buf_put(out, depth == 0 ? ZH_SV("true)") : ZH_SV(")"));
    }
}

static void put_rule(const zh_features *f, const zh_persona *p, zh_json_out *out)
{
    zh_buf text = zh_buf_open(RULE_BYTES_MAX);
    put_ways(f, p, &text);
    zh_json_out_key(out, ZH_SV("rule"));
    if (p->precision <= 0 || zh_buf_err(&text) != ZH_OK || zh_buf_view(&text).size == 0) zh_json_out_null(out);
    else {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("expression"), zh_buf_view(&text));
        zh_json_out_key_real(out, ZH_SV("precision"), rounded(p->precision));
        zh_json_out_key_real(out, ZH_SV("recall"), rounded(p->recall));
        zh_json_out_end(out);
    }
    zh_buf_close(&text);
}

static void put_marks(const zh_features *f, const zh_persona *p, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("marks"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < p->marks_count; i++) {
        const zh_persona_mark *m = &p->marks[i];
        zh_sv name;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("feature"), zh_sv_of(zh_feature_text(f, m->column, &name)));
        if (name.size > 0) zh_json_out_key_text(out, ZH_SV("name"), name);
        zh_json_out_key_real(out, ZH_SV("typical"), rounded(zh_feature_plain(m->column, m->mean)));
        zh_json_out_key_real(out, ZH_SV("ofAll"), rounded(zh_feature_plain(m->column, m->whole)));
        zh_json_out_key_real(out, ZH_SV("z"), rounded(m->z));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_items(const zh_personas_answer *a, zh_json_out *out)
{
    uint64_t all = 0;
    const uint32_t groups = a->too_few ? 0 : a->personas.groups.groups;
    for (uint32_t g = 0; g < groups; g++) all += a->customers[g];
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (uint32_t g = 0; g < groups; g++) {
        const zh_persona *p = &a->personas.all[g];
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)a->customers[g]);
        zh_json_out_key_real(out, ZH_SV("share"), all == 0 ? 0 : rounded((double)a->customers[g] / (double)all));
        zh_persona_words(&a->features, p, out);
        put_marks(&a->features, p, out);
        put_rule(&a->features, p, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static zh_json_out put_answer(zh_call *call, const zh_personas_answer *a, const zh_personas_ask *ask)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_call_time(&out, ZH_SV("at"), a->now_ms);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), a->took_us);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)a->all);
    zh_json_out_key_int(&out, ZH_SV("refused"), (int64_t)a->refused);
    zh_json_out_key_int(&out, ZH_SV("drawn"), (int64_t)a->drawn);
    zh_json_out_key_int(&out, ZH_SV("drawnMin"), ZH_PERSONAS_ROWS_MIN);
    zh_json_out_key_bool(&out, ZH_SV("tooFew"), a->too_few);
    zh_json_out_key_bool(&out, ZH_SV("chosen"), ask->groups == 0);
    zh_json_out_key_bool(&out, ZH_SV("clear"), a->personas.is_clear);
    zh_json_out_key_real(&out, ZH_SV("silhouette"), a->too_few ? 0 : rounded(a->personas.silhouette));
    zh_json_out_key_real(&out, ZH_SV("stability"), rounded(a->personas.stability));
    zh_json_out_key(&out, ZH_SV("silhouettes"));
    zh_json_out_array(&out);
    for (int k = ZH_PERSONAS_GROUPS_MIN; !a->too_few && k <= ZH_PERSONAS_GROUPS_MAX; k++) {
        if (ask->groups != 0 && (uint32_t)k != ask->groups) continue;
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("groups"), k);
        zh_json_out_key_real(&out, ZH_SV("value"), rounded(a->personas.silhouettes[k]));
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    put_items(a, &out);
    zh_json_out_end(&out);
    return out;
}

void zh_route_report_personas(zh_call *call)
{
    zh_json_value root;
    zh_personas_ask ask = { 0 };
    zh_cel_fault fault = { .text = "" };
    int64_t groups = 0;
    if (!zh_call_body_json(call, &root)) return;
    const zh_json_value number = zh_json_get(root, ZH_SV("groups"));
    if (!zh_groups_read(call, root, &ask.group)) {
        zh_call_problem(call, 400, "bad_field", "expression", "say a segment's name or an expression of at most 64 KB, and not both; neither: who has bought");
        return;
    }
    if (zh_json_type_of(number) > ZH_JSON_NULL && (!zh_json_int(number, &groups) || groups < ZH_PERSONAS_GROUPS_MIN || groups > ZH_PERSONAS_GROUPS_MAX)) {
        zh_call_problem(call, 400, "bad_field", "groups", "groups is a number from 2 to 8; left out: as many as fit best");
        return;
    }
    ask.groups = (uint32_t)groups;
    if (ask.group.segment.size == 0 && ask.group.expression.size == 0) ask.group.expression = ZH_SV("customer.orders.count() > 0");
    zh_personas_answer *a = zh_arena_take(call->arena, 1, sizeof *a);
    if (a == NULL || !zh_groups_begin(call)) {
        if (a == NULL) zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    const zh_err e = zh_engine_personas(call->engine, &ask, call->arena, a, &fault);
    zh_groups_end(call); /* before the answer: who has it may ask again at once */
    if (e != ZH_OK) zh_groups_failed(call, e, &fault);
    else {
        zh_histogram_add_us(call->server->group_seconds, a->took_us);
        zh_json_out out = put_answer(call, a, &ask);
        zh_personas_answer_close(a); /* lies in the call's arena, which ends with the answer */
        zh_call_json(call, 200, &out);
    }
}
