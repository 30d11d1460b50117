/* call.h -- one request being answered: who asks, with what, and how to answer. For src/server only.
 *
 * A route is a function of a zh_call. It ends with exactly one answer: zh_call_json, zh_call_problem,
 * zh_call_reply, or holds the request for later. The answer of a held request ends the call: what lies in it or in
 * its arena is another's from then on, so nothing of it may be touched after. Slow routes (they wait for the disk, hash a password or
 * read much of the log) run on a worker thread with the request held.
 */
#ifndef ZH_SERVER_CALL_H
#define ZH_SERVER_CALL_H
#include "base/json_out.h"
#include "collect/nobody.h"
#include "engine/ask.h"
#include "guard/digest.h"
#include "guard/password.h"
#include "guard/session.h"
#include "guard/throttle.h"
#include "server/server.h"
#include "sys/http.h"

#define CALL_ANSWER_BYTES_MAX (64u << 20) /* of one answer; pages are bounded far below */
#define CALL_AGENTS 256                   /* user agents a thread remembers; a power of two */
#define CALL_PAGE_DEFAULT 50              /* items of a list where the request does not say */
#define CALL_PAGE_MAX 500                 /* what one page may have */

typedef struct zh_workers zh_workers;
typedef struct zh_live zh_live;
typedef struct zh_limits zh_limits;
typedef struct zh_bands zh_bands;
typedef struct zh_audit zh_audit;
typedef struct zh_debug zh_debug;
typedef struct zh_link_rates zh_link_rates;
typedef struct zh_debug_entry zh_debug_entry;

struct zh_server {
    zh_server_desc d;
    zh_engine *engine;
    zh_http_server *http;
    zh_workers *workers;
    zh_live *live;
    zh_uploads *uploads;
    pthread_rwlock_t blocked_lock;
    _Atomic bool blocks;     /* there are any */
    zh_nobody_words blocked; /* words that identify nobody in this workspace (joining.c) */
    zh_limits *limits;
    zh_bands *bands;
    zh_debug *debug;
    zh_audit *audit;
    int64_t started_ms;
    pthread_mutex_t lifecycle_lock; /* one change of a campaign or journey at a time */
    pthread_mutex_t users_lock;     /* one change of a user at a time */
    pthread_mutex_t session_lock; /* sessions and throttles */
    zh_arena session_arena;
    zh_sessions *sessions;
    zh_throttle *by_user, *by_address, *by_link;
    zh_link_rates *link_rates;
    zh_map factor_steps;     /* user -> step of the code of an authenticator app that was taken last */
    zh_sip_key throttle_key;
    uint8_t memo_random[16];

    zh_counter *accepted_duplicate, *whole_rejected, *shed;
    zh_histogram *recommend_seconds, *collect_seconds, *profile_seconds, *group_seconds;
    _Atomic bool groups_busy; /* one walk over all customers for a portrait, personas or lookalikes at a time */
    _Atomic uint64_t duplicates, rejected;
};

/* What a thread keeps between requests. */
typedef struct zh_call_thread {
    zh_json *parser;    /* for texts up to ZH_SERVER_BODY_BYTES_MAX; batches are parsed item by item */
    zh_buf scratch, out;
    zh_key_memo memo;
    uint64_t agents[CALL_AGENTS]; /* of browsers seen last, by hash: do they name a robot? (screen.c) */
} zh_call_thread;
zh_call_thread *zh_call_thread_of(zh_server *server); /* NULL: no memory */

typedef enum zh_caller_kind { CALLER_NOBODY, CALLER_KEY, CALLER_PERSON, CALLER_OWNER, CALLER_CUSTOMER } zh_caller_kind; /* CUSTOMER: by a link (links.h) */
typedef struct zh_call_caller {
    zh_caller_kind kind;
    uint32_t scopes;        /* of a key */
    zh_source_id source;
    zh_actor actor;         /* for permits and definitions */
    zh_session session;     /* of a person */
} zh_call_caller;

typedef struct zh_call {
    zh_server *server;
    zh_engine *engine;
    zh_http_request *request;
    zh_arena *arena;
    zh_call_thread *thread;
    const struct zh_call_route *route;
    zh_call_caller caller;
    int64_t now_ms;
    zh_debug_entry *debug; /* what the live debugger writes down of it; NULL: nothing */
    zh_sv audited;             /* what the audit calls the thing, where the path does not say */
    zh_customer_id permitted;  /* the first one of those a permit was asked for */
    uint32_t permits;          /* how many */
    bool contact;              /* a person asked for contact in clear, with a purpose, and may (zh_call_contact) */
    bool is_unheard; /* there was no memory to read who asks: that is no 401, on which an SDK gives its events up */
    bool any_page;  /* pages of every origin may read the answer; without credentials, so never as a signed-in person */
} zh_call;

typedef void zh_call_handler(zh_call *call);

/* What a route needs before it runs. */
typedef enum zh_call_need { NEED_NOTHING, NEED_SERVE, NEED_RIGHT } zh_call_need;
typedef struct zh_call_route {
    zh_http_method method;
    const char *path;       /* "{}" stands for one part */
    zh_call_handler *handler;
    zh_call_need need;
    uint32_t right;         /* zh_right, for NEED_RIGHT */
    bool slow;              /* on a worker */
    bool is_collect;        /* refusals are worded for SDKs, CORS is open */
} zh_call_route;
extern const zh_call_route zh_call_routes[];
extern const size_t zh_call_routes_count;

/* ---- who asks (auth.c) ---- */
void zh_call_identify(zh_call *call);  /* fills caller */
bool zh_call_allow(zh_call *call);     /* false: a problem was answered */
bool zh_call_has_right(const zh_call *call, zh_right right);
zh_err zh_call_key(zh_call *call, zh_sv text, zh_key *out); /* find a key in the registry */
/* ?contact=clear: contact (what collect/personal.h calls personal) in clear. False: the right or the purpose is missing, and a problem was answered. */
bool zh_call_contact(zh_call *call);
bool zh_call_masks(const zh_call *call); /* is contact masked in what is answered? For people, unless zh_call_contact let them */
void zh_call_contact_json(const zh_call *call, zh_json_out *out); /* the member `contact`: clear or masked */
/* Of which page the request is, as its browser says: Origin, or of an image, that has none, the beginning of Referer; empty: no page. */
zh_sv zh_call_page_origin(zh_call *call);
zh_sv zh_call_basic_user(zh_call *call);  /* of the Authorization header, colon or not; data NULL: none */
zh_sv zh_call_bearer(zh_call *call);
bool zh_call_permit(zh_call *call, zh_customer_id customer, zh_purpose purpose, zh_permit *out); /* takes the world's read lock */

/* ---- answers (call.c) ---- */
void zh_call_reply(zh_call *call, unsigned status, zh_sv type, zh_sv body, const zh_http_header *more, size_t more_count);
zh_json_out zh_call_begin(zh_call *call);                     /* the thread's buffer, emptied */
void zh_call_json(zh_call *call, unsigned status, zh_json_out *out); /* what was written since zh_call_begin */
void zh_call_problem(zh_call *call, unsigned status, const char *code, const char *field, const char *detail);
void zh_call_failed(zh_call *call, zh_err e, const char *what); /* an engine error as a problem */
void zh_call_busy(zh_call *call);                              /* 429 with Retry-After; 503 on Sensors' paths */
void zh_call_limited(zh_call *call, int64_t wait_us);          /* the same for a source over its own limit */

/* ---- asking the request (call.c) ---- */
bool zh_call_body_json(zh_call *call, zh_json_value *root); /* false: a problem was answered */
bool zh_call_number(zh_sv text, uint32_t *number);            /* digits, 1 to 2^32-1 */
size_t zh_call_limit(zh_call *call);                         /* ?limit= within [1, CALL_PAGE_MAX] */
void zh_call_time(zh_json_out *out, zh_sv key, int64_t ms);  /* ISO text, or null where ms is 0 */

/* ---- shared pieces of answers ---- */

/* ---- workers (worker.c) ---- */
ZH_MUST zh_err zh_workers_open(zh_workers **out, zh_server *server);
void zh_workers_close(zh_workers *workers); /* finishes what was taken */
ZH_MUST zh_err zh_workers_take(zh_workers *workers, zh_call *call); /* ZH_BUSY */

/* ---- limits of sources (limit.c) ---- */
ZH_MUST zh_err zh_limits_open(zh_limits **out, zh_server *server);
void zh_limits_close(zh_limits *limits);
/* 0: the source may send `count` events. Else how long it must wait, in us; counted in the metrics. */
int64_t zh_limits_take(zh_call *call, zh_source_id source, uint32_t count);
void zh_limits_json(const zh_registry *registry, zh_source_id source, zh_json_out *out); /* an object or null; under the world's lock */

/* ---- the audit (audit.c) ---- */
ZH_MUST zh_err zh_audit_open(zh_audit **out, zh_engine *engine, zh_note *why);
void zh_audit_close(zh_audit *audit);
bool zh_audit_refuses(zh_call *call);                     /* a change, while lines cannot be written */
void zh_audit_answered(zh_call *call, unsigned status);   /* before each answer */
zh_call_handler zh_route_audit, zh_route_audit_head;

/* ---- price bands (bands.c) ---- */
ZH_MUST zh_err zh_bands_open(zh_bands **out);
void zh_bands_close(zh_bands *bands);

/* ---- the live page (live.c) ---- */
ZH_MUST zh_err zh_live_open(zh_live **out, zh_server *server);
void zh_live_close(zh_live *live);
void zh_live_row(zh_call *call, const zh_fold_live *at, bool names, zh_json_out *out); /* an EventRow; nothing where it is gone */
void zh_live_totals(zh_server *server, zh_json_out *out); /* members `totals` and `orders` of an object */
double zh_live_rate(zh_server *server, int64_t now_ms);   /* events a second, over the last 10 s */

/* ---- figures (figures.c) ---- */
void zh_figures_example(zh_call *call, zh_json_out *out); /* member `example`: a customer whose list can be explained */

/* ---- ids (joining.c) ---- */
ZH_MUST zh_err zh_joining_load(zh_server *server); /* the blocked words, as the registry has them; ZH_NOMEM */
/* Take away ids that identify nobody here. blocked[i]: event i has none left; they are counted. */
uint32_t zh_joining_block(zh_server *server, zh_event *events, uint32_t count, bool *blocked);
zh_call_handler zh_route_identity, zh_route_identity_put;

/* ---- imports (imports.c) ---- */
/* The import that X-Zhun-Import names, 0 where it names none; `source` becomes the import's for the owner. An error was answered. */
ZH_MUST zh_err zh_imports_of_call(zh_call *call, zh_source_id *source, uint32_t *number);

/* ---- routes, by file ---- */
zh_call_handler zh_route_upload_create, zh_route_upload_part, zh_route_upload, zh_route_upload_drop, zh_route_upload_preview, zh_route_upload_import, zh_route_upload_rejects;
zh_call_handler zh_route_import_begin, zh_route_import_tell, zh_route_imports, zh_route_import, zh_route_import_undo, zh_route_import_sensors;
zh_call_handler zh_route_collect, zh_route_collect_options, zh_route_sdk_metrics, zh_route_pixel, zh_route_beacon;
zh_call_handler zh_route_settings, zh_route_source_config;
zh_call_handler zh_route_hook_shopify, zh_route_hook_woocommerce;
zh_call_handler zh_route_sensors, zh_route_sensors_debug, zh_route_sensors_options;
void zh_call_identify_page(zh_call *call);         /* after zh_call_identify(): a write key in the address */
bool zh_call_is_write_key(const zh_call *call);    /* and nothing more */
zh_call_handler zh_route_feedback, zh_route_feedback_of, zh_route_feedback_drop, zh_route_customer_feedback, zh_route_customer_feedback_drop;
void zh_feedback_gauges(zh_call *call); /* of /metrics; under the world's lock */
bool zh_call_is_public(const zh_call *call, zh_sv placement);  /* may a write key read this placement? Takes the world's read lock */
bool zh_call_is_named_public(const zh_call *call, zh_sv placement); /* does --public-placements say so? */
struct zh_ask;
/* What a body asks for, but whom a person looks at: the first field that is wrong and what is right, or NULL. */
const char *zh_call_read_ask(zh_call *call, zh_json_value root, struct zh_ask *ask, const char **detail);
zh_call_handler zh_route_placements, zh_route_placement, zh_route_placement_put, zh_route_placement_delete, zh_route_placements_preview;
zh_call_handler zh_route_offers_public, zh_route_offers, zh_route_offer, zh_route_offer_put, zh_route_offer_delete, zh_route_offer_ledger;
zh_call_handler zh_route_quote, zh_route_quote_of, zh_route_quote_reserve, zh_route_quote_commit, zh_route_quote_release, zh_route_offer_claim, zh_route_coupons_of;
void zh_offers_gauges(zh_call *call); /* under the world's read lock */
void zh_placements_gauges(zh_call *call); /* under the world's read lock */
zh_call_handler zh_route_channels, zh_route_channel, zh_route_channel_put, zh_route_channel_delete, zh_route_channel_secret, zh_route_templates, zh_route_template, zh_route_template_put,
    zh_route_template_delete, zh_route_templates_preview, zh_route_delivery, zh_route_delivery_put;
void zh_receipt_token(const zh_engine *engine, zh_sv channel, char out[ZH_DIGEST_TEXT_BYTES]); /* what makes the addresses of its receipts and answers unguessable */
zh_call_handler zh_route_message_post, zh_route_message, zh_route_message_cancel, zh_route_messages, zh_route_messages_one, zh_route_messages_post, zh_route_receipts, zh_route_replies, zh_route_inbox, zh_route_inbox_act;
void zh_messages_gauges(zh_call *call); /* under the world's read lock */
zh_call_handler zh_route_campaigns, zh_route_campaign, zh_route_campaign_put, zh_route_campaign_delete, zh_route_campaign_act, zh_route_campaigns_preview, zh_route_campaign_report, zh_route_campaign_members;
void zh_campaigns_gauges(zh_call *call); /* under the world's read lock */
zh_call_handler zh_route_journeys, zh_route_journey, zh_route_journey_put, zh_route_journey_delete, zh_route_journey_act, zh_route_journey_report, zh_route_journey_members, zh_route_journey_instances, zh_route_journeys_preview;
void zh_journeys_gauges(zh_call *call); /* under the world's read lock */
zh_call_handler zh_route_recommend, zh_route_recommend_get, zh_route_recommend_options, zh_route_profile, zh_route_profile_events, zh_route_profile_portrait, zh_route_profile_segments,
    zh_route_decision, zh_route_experiment_arm;
zh_call_handler zh_route_consents_get, zh_route_consents_put, zh_route_consents_ledger, zh_route_consents_may_ask, zh_route_consents_ask, zh_route_customer_consents;
void zh_consents_gauges(zh_call *call); /* of /metrics; under the world's lock */
zh_call_handler zh_route_link_of_user, zh_route_link_of_customer, zh_route_unsubscribe_page, zh_route_unsubscribe, zh_route_own_page, zh_route_own_part, zh_route_own_act;
zh_call_handler zh_route_second_factor, zh_route_second_factor_begin, zh_route_second_factor_on, zh_route_second_factor_off, zh_route_user_second_factor_off;
bool zh_second_factor_is_on(const zh_registry *registry, uint32_t user); /* under the world's read lock */
/* Who has the password: has he the second factor, too? Errors: ZH_ABSENT it is wanted and no code came, ZH_LOGIN it is another one; else what failed. */
ZH_MUST zh_err zh_second_factor_ask(zh_call *call, uint32_t user, zh_sv code);
zh_call_handler zh_route_login, zh_route_logout, zh_route_session, zh_route_keys, zh_route_key_create, zh_route_key_revoke,
    zh_route_sources, zh_route_source_create, zh_route_source_secret, zh_route_source_limit, zh_route_debug, zh_route_debug_put;
zh_call_handler zh_route_overview, zh_route_events, zh_route_event, zh_route_customers, zh_route_customer, zh_route_customer_events, zh_route_customer_portrait, zh_route_customer_identity, zh_route_customer_unmerge, zh_route_erasures, zh_route_erasures_post, zh_route_erasure,
    zh_route_preview, zh_route_report_orders;
zh_call_handler zh_route_report_kpis, zh_route_attention, zh_route_policies, zh_route_policies_put, zh_route_policies_delete;
zh_call_handler zh_route_computed, zh_route_computed_put, zh_route_computed_delete;
zh_call_handler zh_route_segments_preview, zh_route_segments, zh_route_segment, zh_route_segment_put, zh_route_segment_delete, zh_route_segment_members, zh_route_customer_segments;
zh_call_handler zh_route_segment_portrait, zh_route_report_group, zh_route_report_personas, zh_route_report_lookalikes, zh_route_report_funnel, zh_route_report_paths, zh_route_report_retention, zh_route_report_baskets;
zh_call_handler zh_route_report_attribution, zh_route_experiment_uplift, zh_route_report_fairness, zh_route_report_bubble, zh_route_report_prices, zh_route_variety, zh_route_variety_put;
void zh_variety_gauges(zh_call *call); /* of /metrics; under the world's lock */
zh_call_handler zh_route_expressions, zh_route_expressions_names;
zh_call_handler zh_route_views, zh_route_view_put, zh_route_view_delete, zh_route_view_default;
zh_call_handler zh_route_predictions, zh_route_predictions_train, zh_route_customer_predictions;
struct zh_ask;
void zh_scene_read(zh_json_value context, struct zh_ask *ask); /* what an ask's context says of the moment; what cannot be read is not said */
zh_call_handler zh_route_weather_put, zh_route_scene, zh_route_calendar, zh_route_calendar_put;
zh_call_handler zh_route_models, zh_route_models_train, zh_route_models_off, zh_route_models_automatic, zh_route_models_deploy;
zh_call_handler zh_route_boundaries, zh_route_report_rfm, zh_route_report_lifecycle, zh_route_report_aipl, zh_route_report_cohorts;
zh_call_handler zh_route_profile_tags, zh_route_profile_tag_put, zh_route_profile_tag_delete, zh_route_customer_tags, zh_route_customer_tag_put, zh_route_customer_tag_delete,
    zh_route_tags, zh_route_tag_put, zh_route_tag_delete, zh_route_tags_import, zh_route_segment_list;
void zh_tags_gauges(zh_call *call); /* of /metrics; under the world's lock */
zh_call_handler zh_route_report_policy, zh_route_experiments, zh_route_experiment, zh_route_experiment_put, zh_route_experiment_delete, zh_route_experiment_state, zh_route_experiment_results, zh_route_experiment_exposed, zh_route_metric_plan;
zh_call_handler zh_route_metrics_list, zh_route_metric_days, zh_route_metric_put, zh_route_metric_delete;
void zh_experiments_gauges(zh_call *call); /* of /metrics; under the world's lock */
void zh_segments_gauges(zh_call *call); /* of /metrics; under the world's lock */
void zh_boundaries_gauge(zh_call *call); /* of /metrics; under the world's lock */
zh_call_handler zh_route_system, zh_route_check;
zh_call_handler zh_route_decisions_replay; /* recompute.c */
zh_call_handler zh_route_backup, zh_route_backup_start;
zh_call_handler zh_route_retention;
void zh_retention_json(zh_call *call, zh_json_out *out);
void zh_retention_gauges(zh_call *call); /* of /metrics */
void zh_backup_json(zh_call *call, zh_json_out *out); /* the backup that runs, or the last one, as an object */
zh_call_handler zh_route_export_events, zh_route_export_catalog;
zh_call_handler zh_route_items, zh_route_item, zh_route_items_post, zh_route_item_put;
zh_call_handler zh_route_quality, zh_route_quality_samples, zh_route_quality_true, zh_route_plan, zh_route_plan_put, zh_route_export_interactions;
zh_call_handler zh_route_deadletters, zh_route_deadletter, zh_route_deadletter_replay, zh_route_deadletter_discard, zh_route_deadletters_replay;
zh_call_handler zh_route_live;
zh_call_handler zh_route_healthz, zh_route_readyz, zh_route_metrics, zh_route_openapi, zh_route_sdk, zh_route_console;

#endif
