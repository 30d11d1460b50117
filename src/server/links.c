/* links.c -- a customer's links: made for the shop, opened for him.
 *
 * POST /v1/preferences/{userId}/link (the shop's server) and POST /api/v1/customers/{id}/link (a person at the console) make one; each is a
 * path below this engine, because only the shop knows under what address it is reached. */
#include "server/links.h"
#include "base/hash.h"
#include "guard/rate.h"
#include "server/answer.h"

#include <stdlib.h>

#define DAY_MS INT64_C(86400000)
#define DAYS_MAX 3650

/* ---- opening ---- */

static void count_opened(zh_call *call, zh_link_purpose purpose, const char *outcome)
{
    const zh_metric_label labels[] = { { "purpose", purpose == ZH_LINK_PREFERENCES ? ZH_SV("preferences") : ZH_SV("unsubscribe") }, { "outcome", zh_sv_of(outcome) } };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_preference_links_total", "Links of customers that were followed.", labels, 2), 1);
}

void zh_link_count(zh_call *call, const char *act)
{
    const zh_metric_label label = { "act", zh_sv_of(act) };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_preference_changes_total", "What customers changed by their links.", &label, 1), 1);
}

/* Tokens cannot be guessed; who tries all the same waits, so that guessing costs this engine little. Those that open are never counted. */
static bool must_wait(zh_call *call)
{
    zh_server *s = call->server;
    int64_t wait_ms = 0;
    pthread_mutex_lock(&s->session_lock);
    const zh_err e = zh_throttle_try(s->by_link, zh_sip64(&s->throttle_key, zh_http_peer(call->request)), call->now_ms, &wait_ms);
    pthread_mutex_unlock(&s->session_lock);
    return e == ZH_BUSY;
}

static void refuse(zh_call *call, zh_link_purpose purpose, zh_err e)
{
    const bool waits = e == ZH_CORRUPT && must_wait(call);
    count_opened(call, purpose, waits ? "limited" : e == ZH_TIMEOUT ? "expired" : "unknown");
    zh_html page = zh_html_begin(call, "This link does not open", "链接无法打开");
    if (waits) zh_html_block(&page, "p", "Too many wrong links came from your network. Please try again in some minutes.", "来自您网络的无效链接过多，请几分钟后再试。");
    else if (e == ZH_TIMEOUT) zh_html_block(&page, "p", "It was made for a limited time, which is over: what it shows is personal.", "链接已过有效期：页面含有您的个人信息，因此只在一段时间内有效。");
    else zh_html_block(&page, "p", "It is not complete, or it was not made by this shop. Some mail programs cut long links: copy the whole address from the message.", "链接不完整，或不是由本店生成。部分邮件程序会截断较长的链接：请从邮件中复制完整地址。");
    zh_html_block(&page, "p", "Nothing was changed. The newest message of the shop has a link that works, and its customer service can give you one.", "没有任何更改。您可以使用本店最近一封消息中的链接，或向客服索取新的链接。");
    zh_html_end(&page, waits ? 429 : e == ZH_TIMEOUT ? 410 : 404);
}

static bool is_erased(zh_world *w, zh_customer_id customer)
{
    pthread_rwlock_rdlock(&w->identity_lock);
    const bool erased = zh_identity_is_erased(w->identity, customer);
    pthread_rwlock_unlock(&w->identity_lock);
    return erased;
}

bool zh_link_call_open(zh_call *call, zh_link_purpose purpose, zh_link_call *out)
{
    zh_world *w = zh_engine_world(call->engine);
    *out = (zh_link_call){ .token = zh_http_path_part(call->request, 1) };
    const zh_err e = zh_link_read(zh_engine_sealer(call->engine), out->token, purpose, call->now_ms, out->room_, &out->link);
    if (e != ZH_OK) {
        refuse(call, purpose, e);
        return false;
    }
    out->is_gone = is_erased(w, out->link.customer);
    out->link.customer = zh_world_root(w, out->link.customer);
    call->caller = (zh_call_caller){ .kind = CALLER_CUSTOMER, .actor = { .kind = ZH_ACTOR_CUSTOMER, .number = (uint32_t)out->link.customer.number } };
    call->permitted = out->link.customer;
    call->permits = 1;
    call->audited = purpose == ZH_LINK_PREFERENCES ? ZH_SV("preference page") : ZH_SV("unsubscribe link"); /* never the token */
    count_opened(call, purpose, "opened");
    return true;
}

/* ---- how much ---- */

/* A page costs some hundred microseconds and a change a synced record, so a link that got around must not be a way to fill the log. Buckets are
 * shared by who falls into the same one, under the key of the process: with 1,024 of them two of a hundred at once do. */
#define BUCKETS 1024
static const zh_rate_limit pace = { .per_s = 2, .burst = 200 };

struct zh_link_rates {
    pthread_mutex_t lock;
    zh_rate rates[BUCKETS];
};

zh_err zh_link_rates_open(zh_link_rates **out)
{
    zh_link_rates *r = calloc(1, sizeof *r);
    if (r == NULL) return ZH_NOMEM;
    pthread_mutex_init(&r->lock, NULL);
    for (size_t i = 0; i < BUCKETS; i++) r->rates[i] = zh_rate_open(&pace, zh_clock_mono_us(NULL));
    *out = r;
    return ZH_OK;
}

void zh_link_rates_close(zh_link_rates *r)
{
    if (r == NULL) return;
    pthread_mutex_destroy(&r->lock);
    free(r);
}

uint32_t zh_link_rates_take(zh_call *call, zh_customer_id customer, uint32_t cost)
{
    zh_link_rates *r = call->server->link_rates;
    const uint64_t hash = zh_sip64(&call->server->throttle_key, (zh_sv){ (const char *)&customer.number, sizeof customer.number });
    pthread_mutex_lock(&r->lock);
    const int64_t wait_us = zh_rate_take(&r->rates[hash % BUCKETS], &pace, cost, zh_clock_mono_us(NULL));
    pthread_mutex_unlock(&r->lock);
    return (uint32_t)((wait_us + 999999) / 1000000);
}

/* ---- making ---- */

/* What the body asks for; the field that is wrong, or NULL. */
static const char *read_link(zh_call *call, zh_json_value root, zh_link *link)
{
    const zh_sv purpose = zh_json_text_or_empty(zh_json_get(root, ZH_SV("purpose"))), channel = zh_json_text_or_empty(zh_json_get(root, ZH_SV("channel")));
    const zh_json_value days = zh_json_get(root, ZH_SV("days"));
    int64_t count = 0;
    link->campaign = zh_json_text_or_empty(zh_json_get(root, ZH_SV("campaign")));
    link->purpose = zh_sv_equal(purpose, ZH_SV("unsubscribe")) ? ZH_LINK_UNSUBSCRIBE : ZH_LINK_PREFERENCES;
    if (purpose.size > 0 && link->purpose == ZH_LINK_PREFERENCES && !zh_sv_equal(purpose, ZH_SV("preferences"))) return "purpose";
    if (link->purpose == ZH_LINK_UNSUBSCRIBE ? !zh_channel_of(channel, &link->channel) : channel.size > 0) return "channel";
    if (link->campaign.size > ZH_LINK_CAMPAIGN_BYTES_MAX) return "campaign";
    const int64_t life_ms = link->purpose == ZH_LINK_UNSUBSCRIBE ? ZH_LINK_UNSUBSCRIBE_MS : ZH_LINK_PREFERENCES_MS;
    link->until_ms = call->now_ms + life_ms;
    if (zh_json_type_of(days) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_int(days, &count) || count < 1 || count > DAYS_MAX || count * DAY_MS > life_ms) return "days";
    link->until_ms = call->now_ms + count * DAY_MS;
    return NULL;
}

static void make(zh_call *call, zh_customer_id customer)
{
    zh_json_value root;
    zh_link link = { .customer = customer };
    char token[ZH_LINK_TEXT_BYTES], path[ZH_LINK_TEXT_BYTES + 8];
    if (!zh_call_body_json(call, &root)) return;
    const char *field = read_link(call, root, &link);
    if (field != NULL) {
        zh_call_problem(call, 400, "bad_field", field, "purpose is preferences, or unsubscribe with a channel (email, sms …) and perhaps a campaign of at most 64 bytes; days at most 30, to unsubscribe 3,650");
        return;
    }
    zh_link_print(zh_engine_sealer(call->engine), &link, token);
    const int size = snprintf(path, sizeof path, "/%s/%s", link.purpose == ZH_LINK_PREFERENCES ? "p" : "u", token);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("purpose"), link.purpose == ZH_LINK_PREFERENCES ? ZH_SV("preferences") : ZH_SV("unsubscribe"));
    zh_json_out_key_text(&out, ZH_SV("path"), (zh_sv){ path, (size_t)size });
    zh_call_time(&out, ZH_SV("until"), link.until_ms);
    zh_json_out_end(&out);
    zh_call_json(call, 201, &out);
}

void zh_route_link_of_user(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_user_customer(call, &permit);
    if (customer.number != 0) make(call, customer);
}

void zh_route_link_of_customer(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) make(call, customer);
}
