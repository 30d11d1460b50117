/* retention.c -- what is kept of the log, for those who run the engine; and the answers about what is not kept any more. */
#include "base/time.h"
#include "server/answer.h"

static void put_rule(const zh_retention_status *s, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("rule"));
    zh_json_out_object(out);
    if (s->rule.events_ms > 0) zh_json_out_key_int(out, ZH_SV("eventsSeconds"), s->rule.events_ms / 1000);
    if (s->rule.log_bytes > 0) zh_json_out_key_int(out, ZH_SV("logBytes"), (int64_t)s->rule.log_bytes);
    zh_json_out_end(out);
}

static void put_base(const zh_base *base, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("base"));
    if (base->number == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("number"), (int64_t)base->number);
    zh_call_time(out, ZH_SV("madeAt"), base->made_ms);
    zh_call_time(out, ZH_SV("until"), base->until_ms);
    zh_json_out_key_int(out, ZH_SV("events"), (int64_t)base->events);
    zh_json_out_key_int(out, ZH_SV("bytes"), (int64_t)base->bytes);
    zh_json_out_key_text(out, ZH_SV("digest"), zh_sv_of(base->digest));
    zh_json_out_key(out, ZH_SV("positions"));
    zh_json_out_array(out);
    for (uint32_t p = 0; p < base->partitions; p++) zh_json_out_int(out, (int64_t)base->positions[p]);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static const char *phase_of(const zh_retention_status *s)
{
    if (s->failed != ZH_OK) return "failed";
    if (s->rule.events_ms == 0 && s->rule.log_bytes == 0) return "off";
    return s->is_working ? "working" : s->is_held ? "held" : "waiting";
}

void zh_retention_json(zh_call *call, zh_json_out *out)
{
    zh_retention_status s;
    zh_retention_status_of(zh_engine_retention(call->engine), &s);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("phase"), zh_sv_of(phase_of(&s)));
    put_rule(&s, out);
    zh_json_out_key_int(out, ZH_SV("logBytes"), (int64_t)s.log_bytes);
    if (s.oldest_ms > 0) zh_call_time(out, ZH_SV("oldestAt"), s.oldest_ms);
    zh_json_out_key_bool(out, ZH_SV("whole"), !s.is_cut);
    put_base(&s.base, out);
    if (s.next_ms > 0) zh_call_time(out, ZH_SV("nextDropAt"), s.next_ms);
    zh_json_out_key_int(out, ZH_SV("droppedSegments"), (int64_t)s.segments);
    zh_json_out_key_int(out, ZH_SV("droppedBytes"), (int64_t)s.bytes);
    if (s.failed != ZH_OK) zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(s.why.text));
    zh_json_out_end(out);
}

void zh_route_retention(zh_call *call)
{
    zh_json_out out = zh_call_begin(call);
    zh_retention_json(call, &out);
    zh_call_json(call, 200, &out);
}

void zh_retention_gauges(zh_call *call)
{
    zh_retention_status s;
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_retention_status_of(zh_engine_retention(call->engine), &s);
    const int64_t oldest_s = s.oldest_ms > 0 && s.oldest_ms < call->now_ms ? (call->now_ms - s.oldest_ms) / 1000 : 0;
    zh_gauge_set(zh_metrics_gauge(m, "zhun_log_oldest_seconds", "Age of the oldest record of the log.", NULL, 0), (double)oldest_s);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_base_bytes", "Bytes of the base that the log begins with; 0 where the log is whole.", NULL, 0), (double)s.base.bytes);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_base_until_seconds", "Commit time up to which records are in the base, Unix time; 0: there is none.", NULL, 0), (double)(s.base.until_ms / 1000));
}

/* ---- what is not kept any more ---- */

void zh_answer_expired(zh_call *call, const char *field)
{
    zh_call_problem(call, 410, "expired", field, "the record was there and is older than the log keeps (retention)");
}

void zh_answer_expired_before(zh_call *call, zh_customer_id customer, zh_json_out *out)
{
    zh_retention_status s;
    zh_retention_status_of(zh_engine_retention(call->engine), &s);
    if (!s.is_cut) return;
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_customer_state *state = zh_customers_get(w->customers, customer);
    const int64_t first_ms = state == NULL ? s.oldest_ms : zh_customer_first_ms(state);
    zh_world_unlock(w);
    if (first_ms < s.oldest_ms) zh_call_time(out, ZH_SV("expiredBefore"), s.oldest_ms);
}
