#include "server/debug.h"
#include "server/links.h"
#include "server/users.h"
#include "sys/file.h"

#include <stdlib.h>

#define SESSION_ARENA_BYTES (4u << 20) /* 1,024 sessions and three tables of throttles */

const zh_call_route zh_call_routes[] = {
    /* the hot ones first */
    { ZH_HTTP_POST, "/v1/batch", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/recommend", zh_route_recommend, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/v1/track", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/identify", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/page", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/screen", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/group", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/alias", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/import", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/b", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/t", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/i", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/p", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/s", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/g", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/a", zh_route_collect, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/m", zh_route_sdk_metrics, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_GET, "/sa.gif", zh_route_sensors, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/sa.gif", zh_route_sensors, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/sa", zh_route_sensors, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/sa", zh_route_sensors, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/debug", zh_route_sensors_debug, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/debug", zh_route_sensors_debug, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/hooks/shopify/{}", zh_route_hook_shopify, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/hooks/woocommerce/{}", zh_route_hook_woocommerce, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/beacon/v1/batch", zh_route_beacon, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_GET, "/v1/pixel/{}", zh_route_pixel, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_GET, "/v1/projects/{}/settings", zh_route_settings, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_GET, "/sourceConfig/", zh_route_source_config, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_GET, "/sourceConfig", zh_route_source_config, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_OPTIONS, "/v1/{}", zh_route_collect_options, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_OPTIONS, "/beacon/v1/batch", zh_route_collect_options, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_OPTIONS, "/v1/pixel/{}", zh_route_collect_options, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_OPTIONS, "/v1/projects/{}/settings", zh_route_collect_options, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_OPTIONS, "/sourceConfig/", zh_route_collect_options, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_OPTIONS, "/sourceConfig", zh_route_collect_options, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_OPTIONS, "/sa", zh_route_sensors_options, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_OPTIONS, "/sa.gif", zh_route_sensors_options, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_OPTIONS, "/debug", zh_route_sensors_options, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/v1/recommend/{}", zh_route_recommend_get, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_OPTIONS, "/v1/recommend/{}", zh_route_recommend_options, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/v1/profiles/{}", zh_route_profile, NEED_SERVE, 0, false, false },
    { ZH_HTTP_GET, "/v1/profiles/{}/events", zh_route_profile_events, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/profiles/{}/portrait", zh_route_profile_portrait, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/profiles/{}/segments", zh_route_profile_segments, NEED_SERVE, 0, false, false },
    { ZH_HTTP_GET, "/v1/profiles/{}/tags", zh_route_profile_tags, NEED_SERVE, 0, false, false },
    { ZH_HTTP_PUT, "/v1/profiles/{}/tags/{}", zh_route_profile_tag_put, NEED_SERVE, 0, true, false },
    { ZH_HTTP_DELETE, "/v1/profiles/{}/tags/{}", zh_route_profile_tag_delete, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/consents/{}", zh_route_consents_get, NEED_SERVE, 0, false, false },
    { ZH_HTTP_PUT, "/v1/consents/{}", zh_route_consents_put, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/consents/{}/ledger", zh_route_consents_ledger, NEED_SERVE, 0, false, false },
    { ZH_HTTP_GET, "/v1/consents/{}/ask", zh_route_consents_may_ask, NEED_SERVE, 0, false, false },
    { ZH_HTTP_POST, "/v1/preferences/{}/link", zh_route_link_of_user, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/u/{}", zh_route_unsubscribe_page, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/u/{}", zh_route_unsubscribe, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_GET, "/p/{}", zh_route_own_page, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_GET, "/p/{}/{}", zh_route_own_part, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_POST, "/p/{}/{}", zh_route_own_act, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_POST, "/v1/consents/{}/ask", zh_route_consents_ask, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/feedback", zh_route_feedback, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_GET, "/v1/feedback/{}", zh_route_feedback_of, NEED_SERVE, 0, false, false },
    { ZH_HTTP_DELETE, "/v1/feedback/{}", zh_route_feedback_drop, NEED_SERVE, 0, true, false },
    { ZH_HTTP_DELETE, "/v1/feedback/{}/{}/{}", zh_route_feedback_drop, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/messages", zh_route_message_post, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/messages/{}", zh_route_message, NEED_SERVE, 0, false, false },
    { ZH_HTTP_DELETE, "/v1/messages/{}", zh_route_message_cancel, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/inbox/{}", zh_route_inbox, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/inbox/{}/{}", zh_route_inbox_act, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/receipts/{}/{}", zh_route_receipts, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_POST, "/v1/replies/{}/{}", zh_route_replies, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_GET, "/v1/decisions/{}", zh_route_decision, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/offers", zh_route_offers_public, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_POST, "/v1/offers/{}/claim", zh_route_offer_claim, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/coupons/{}", zh_route_coupons_of, NEED_SERVE, 0, false, false },
    { ZH_HTTP_POST, "/v1/quote", zh_route_quote, NEED_SERVE, 0, true, false },
    { ZH_HTTP_GET, "/v1/quotes/{}", zh_route_quote_of, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/quotes/{}/reserve", zh_route_quote_reserve, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/quotes/{}/commit", zh_route_quote_commit, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/quotes/{}/release", zh_route_quote_release, NEED_SERVE, 0, true, false },
    { ZH_HTTP_POST, "/v1/experiments/{}/arm", zh_route_experiment_arm, NEED_SERVE, 0, false, false },

    { ZH_HTTP_POST, "/api/v1/login", zh_route_login, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_POST, "/api/v1/logout", zh_route_logout, NEED_RIGHT, 0, false, false },
    { ZH_HTTP_GET, "/api/v1/session", zh_route_session, NEED_RIGHT, 0, false, false },
    { ZH_HTTP_GET, "/api/v1/overview", zh_route_overview, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/attention", zh_route_attention, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/audit", zh_route_audit, NEED_RIGHT, ZH_RIGHT_READ_AUDIT, true, false },
    { ZH_HTTP_GET, "/api/v1/audit/head", zh_route_audit_head, NEED_RIGHT, ZH_RIGHT_READ_AUDIT, true, false },
    { ZH_HTTP_GET, "/api/v1/events", zh_route_events, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/events/{}", zh_route_event, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/live", zh_route_live, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/customers", zh_route_customers, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}", zh_route_customer, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/events", zh_route_customer_events, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/portrait", zh_route_customer_portrait, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/predictions", zh_route_customer_predictions, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/predictions", zh_route_predictions, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_POST, "/api/v1/predictions/train", zh_route_predictions_train, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, false, false },
    { ZH_HTTP_GET, "/api/v1/models", zh_route_models, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_POST, "/api/v1/models/train", zh_route_models_train, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, false, false },
    { ZH_HTTP_POST, "/api/v1/models/off", zh_route_models_off, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_PUT, "/api/v1/models/automatic", zh_route_models_automatic, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/models/{}/deploy", zh_route_models_deploy, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/computed-traits", zh_route_computed, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/computed-traits/{}", zh_route_computed_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/computed-traits/{}", zh_route_computed_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/scene", zh_route_scene, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/weather", zh_route_weather_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/calendar", zh_route_calendar, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/calendar", zh_route_calendar_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/identity", zh_route_identity, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/identity", zh_route_identity_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/identity", zh_route_customer_identity, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_POST, "/api/v1/customers/{}/unmerge", zh_route_customer_unmerge, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/erasures", zh_route_erasures, NEED_RIGHT, ZH_RIGHT_ERASE, false, false },
    { ZH_HTTP_POST, "/api/v1/erasures", zh_route_erasures_post, NEED_RIGHT, ZH_RIGHT_ERASE, true, false },
    { ZH_HTTP_GET, "/api/v1/erasures/{}", zh_route_erasure, NEED_RIGHT, ZH_RIGHT_ERASE, false, false },
    { ZH_HTTP_POST, "/api/v1/preview", zh_route_preview, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/segments", zh_route_customer_segments, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/consents", zh_route_customer_consents, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_POST, "/api/v1/customers/{}/link", zh_route_link_of_customer, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/feedback", zh_route_customer_feedback, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_DELETE, "/api/v1/customers/{}/feedback", zh_route_customer_feedback_drop, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_DELETE, "/api/v1/customers/{}/feedback/{}/{}", zh_route_customer_feedback_drop, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/customers/{}/tags", zh_route_customer_tags, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_PUT, "/api/v1/customers/{}/tags/{}", zh_route_customer_tag_put, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_DELETE, "/api/v1/customers/{}/tags/{}", zh_route_customer_tag_delete, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/tags", zh_route_tags, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/tags/import", zh_route_tags_import, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_PUT, "/api/v1/tags/{}", zh_route_tag_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/tags/{}", zh_route_tag_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/segments/{}/list", zh_route_segment_list, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/segments", zh_route_segments, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/segments/{}", zh_route_segment, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/segments/{}", zh_route_segment_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/segments/{}", zh_route_segment_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/segments/{}/members", zh_route_segment_members, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/segments/{}/portrait", zh_route_segment_portrait, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/segments/preview", zh_route_segments_preview, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/views", zh_route_views, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_PUT, "/api/v1/views/{}", zh_route_view_put, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_DELETE, "/api/v1/views/{}", zh_route_view_delete, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_PUT, "/api/v1/views/{}/default", zh_route_view_default, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_POST, "/api/v1/expressions", zh_route_expressions, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/expressions/names", zh_route_expressions_names, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/items", zh_route_items, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/items", zh_route_items_post, NEED_RIGHT, ZH_RIGHT_EDIT_CATALOG, true, false },
    { ZH_HTTP_GET, "/api/v1/items/{}", zh_route_item, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/items/{}", zh_route_item_put, NEED_RIGHT, ZH_RIGHT_EDIT_CATALOG, true, false },
    { ZH_HTTP_GET, "/api/v1/deadletters", zh_route_deadletters, NEED_RIGHT, ZH_RIGHT_READ_DEADLETTERS, true, false },
    { ZH_HTTP_GET, "/api/v1/quality", zh_route_quality, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/quality/samples", zh_route_quality_samples, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_POST, "/api/v1/quality/true", zh_route_quality_true, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/tracking-plan", zh_route_plan, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/tracking-plan", zh_route_plan_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/export/interactions", zh_route_export_interactions, NEED_RIGHT, ZH_RIGHT_EXPORT, true, false },
    { ZH_HTTP_POST, "/api/v1/deadletters/replay", zh_route_deadletters_replay, NEED_RIGHT, ZH_RIGHT_READ_DEADLETTERS, true, false },
    { ZH_HTTP_GET, "/api/v1/deadletters/{}", zh_route_deadletter, NEED_RIGHT, ZH_RIGHT_READ_DEADLETTERS, true, false },
    { ZH_HTTP_POST, "/api/v1/deadletters/{}/replay", zh_route_deadletter_replay, NEED_RIGHT, ZH_RIGHT_READ_DEADLETTERS, true, false },
    { ZH_HTTP_POST, "/api/v1/deadletters/{}/discard", zh_route_deadletter_discard, NEED_RIGHT, ZH_RIGHT_READ_DEADLETTERS, true, false },
    { ZH_HTTP_GET, "/api/v1/keys", zh_route_keys, NEED_RIGHT, ZH_RIGHT_MANAGE_KEYS, false, false },
    { ZH_HTTP_POST, "/api/v1/keys", zh_route_key_create, NEED_RIGHT, ZH_RIGHT_MANAGE_KEYS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/keys/{}", zh_route_key_revoke, NEED_RIGHT, ZH_RIGHT_MANAGE_KEYS, true, false },
    { ZH_HTTP_GET, "/api/v1/users", zh_route_users, NEED_RIGHT, ZH_RIGHT_MANAGE_USERS, false, false },
    { ZH_HTTP_POST, "/api/v1/users", zh_route_user_create, NEED_RIGHT, ZH_RIGHT_MANAGE_USERS, true, false },
    { ZH_HTTP_GET, "/api/v1/roles", zh_route_roles, NEED_RIGHT, 0, false, false },
    { ZH_HTTP_PUT, "/api/v1/users/{}", zh_route_user_put, NEED_RIGHT, ZH_RIGHT_MANAGE_USERS, true, false },
    { ZH_HTTP_POST, "/api/v1/users/{}/second-factor/off", zh_route_user_second_factor_off, NEED_RIGHT, ZH_RIGHT_MANAGE_USERS, true, false },
    { ZH_HTTP_GET, "/api/v1/second-factor", zh_route_second_factor, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_POST, "/api/v1/second-factor", zh_route_second_factor_begin, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_PUT, "/api/v1/second-factor", zh_route_second_factor_on, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_POST, "/api/v1/second-factor/off", zh_route_second_factor_off, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_PUT, "/api/v1/users/{}/password", zh_route_user_password, NEED_RIGHT, 0, true, false },
    { ZH_HTTP_GET, "/api/v1/sources", zh_route_sources, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_POST, "/api/v1/sources", zh_route_source_create, NEED_RIGHT, ZH_RIGHT_MANAGE_KEYS, true, false },
    { ZH_HTTP_PUT, "/api/v1/sources/{}/limit", zh_route_source_limit, NEED_RIGHT, ZH_RIGHT_MANAGE_KEYS, true, false },
    { ZH_HTTP_GET, "/api/v1/sources/{}/debugger", zh_route_debug, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/sources/{}/debugger", zh_route_debug_put, NEED_RIGHT, ZH_RIGHT_READ_DEADLETTERS, true, false },
    { ZH_HTTP_PUT, "/api/v1/sources/{}/secret", zh_route_source_secret, NEED_RIGHT, ZH_RIGHT_MANAGE_KEYS, true, false },
    { ZH_HTTP_GET, "/api/v1/metrics", zh_route_metrics_list, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/metrics/{}", zh_route_metric_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/metrics/{}", zh_route_metric_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/experiments", zh_route_experiments, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/experiments/{}", zh_route_experiment, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/experiments/{}", zh_route_experiment_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/experiments/{}", zh_route_experiment_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_PUT, "/api/v1/experiments/{}/state", zh_route_experiment_state, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/experiments/{}/results", zh_route_experiment_results, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/experiments/{}/uplift", zh_route_experiment_uplift, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/experiments/{}/exposed", zh_route_experiment_exposed, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_POST, "/api/v1/metrics/{}/plan", zh_route_metric_plan, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/placements", zh_route_placements, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/placements/{}", zh_route_placement, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/placements/{}", zh_route_placement_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/placements/{}", zh_route_placement_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/placements/preview", zh_route_placements_preview, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_GET, "/api/v1/offers", zh_route_offers, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/offers/{}", zh_route_offer, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/offers/{}", zh_route_offer_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/offers/{}", zh_route_offer_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/offers/{}/ledger", zh_route_offer_ledger, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/orders", zh_route_report_orders, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/reports/kpis", zh_route_report_kpis, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/rfm", zh_route_report_rfm, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/lifecycle", zh_route_report_lifecycle, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/aipl", zh_route_report_aipl, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/cohorts", zh_route_report_cohorts, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/group", zh_route_report_group, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/lookalikes", zh_route_report_lookalikes, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/personas", zh_route_report_personas, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/attribution", zh_route_report_attribution, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/policy", zh_route_report_policy, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/funnel", zh_route_report_funnel, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/metric", zh_route_metric_days, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/paths", zh_route_report_paths, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/retention", zh_route_report_retention, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/reports/baskets", zh_route_report_baskets, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/boundaries", zh_route_boundaries, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS | ZH_RIGHT_REPORT, true, false },
    { ZH_HTTP_GET, "/api/v1/variety", zh_route_variety, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/variety", zh_route_variety_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/fairness", zh_route_report_fairness, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/prices", zh_route_report_prices, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/bubble", zh_route_report_bubble, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/reports/policies", zh_route_policies, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_PUT, "/api/v1/reports/policies/{}", zh_route_policies_put, NEED_RIGHT, ZH_RIGHT_REPORT, true, false },
    { ZH_HTTP_DELETE, "/api/v1/reports/policies/{}", zh_route_policies_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/v1/import/sensors", zh_route_import_sensors, NEED_NOTHING, 0, false, true },
    { ZH_HTTP_POST, "/v1/imports", zh_route_import_begin, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_POST, "/v1/imports/{}", zh_route_import_tell, NEED_NOTHING, 0, true, false },
    { ZH_HTTP_GET, "/api/v1/imports", zh_route_imports, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/imports/{}", zh_route_import, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_POST, "/api/v1/imports/{}/undo", zh_route_import_undo, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_POST, "/api/v1/uploads", zh_route_upload_create, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_GET, "/api/v1/uploads/{}", zh_route_upload, NEED_RIGHT, ZH_RIGHT_IMPORT, false, false },
    { ZH_HTTP_PUT, "/api/v1/uploads/{}", zh_route_upload_part, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_DELETE, "/api/v1/uploads/{}", zh_route_upload_drop, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_POST, "/api/v1/uploads/{}/preview", zh_route_upload_preview, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_POST, "/api/v1/uploads/{}/import", zh_route_upload_import, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_GET, "/api/v1/uploads/{}/rejects", zh_route_upload_rejects, NEED_RIGHT, ZH_RIGHT_IMPORT, true, false },
    { ZH_HTTP_GET, "/api/v1/channels", zh_route_channels, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/channels/{}", zh_route_channel, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/channels/{}", zh_route_channel_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/channels/{}", zh_route_channel_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_PUT, "/api/v1/channels/{}/secret", zh_route_channel_secret, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/templates", zh_route_templates, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/templates/preview", zh_route_templates_preview, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/templates/{}", zh_route_template, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/templates/{}", zh_route_template_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/templates/{}", zh_route_template_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/delivery", zh_route_delivery, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/delivery", zh_route_delivery_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/campaigns", zh_route_campaigns, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/campaigns/preview", zh_route_campaigns_preview, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS | ZH_RIGHT_APPROVE, true, false },
    { ZH_HTTP_GET, "/api/v1/campaigns/{}", zh_route_campaign, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/campaigns/{}", zh_route_campaign_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/campaigns/{}", zh_route_campaign_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/campaigns/{}/report", zh_route_campaign_report, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/campaigns/{}/members", zh_route_campaign_members, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_POST, "/api/v1/campaigns/{}/submit", zh_route_campaign_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/campaigns/{}/approve", zh_route_campaign_act, NEED_RIGHT, ZH_RIGHT_APPROVE, true, false },
    { ZH_HTTP_POST, "/api/v1/campaigns/{}/reject", zh_route_campaign_act, NEED_RIGHT, ZH_RIGHT_APPROVE, true, false },
    { ZH_HTTP_POST, "/api/v1/campaigns/{}/pause", zh_route_campaign_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/campaigns/{}/resume", zh_route_campaign_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/campaigns/{}/end", zh_route_campaign_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/journeys", zh_route_journeys, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/journeys/instances", zh_route_journey_instances, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_POST, "/api/v1/journeys/preview", zh_route_journeys_preview, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS | ZH_RIGHT_APPROVE, true, false },
    { ZH_HTTP_GET, "/api/v1/journeys/{}", zh_route_journey, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_PUT, "/api/v1/journeys/{}", zh_route_journey_put, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_DELETE, "/api/v1/journeys/{}", zh_route_journey_delete, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/journeys/{}/report", zh_route_journey_report, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/journeys/{}/members", zh_route_journey_members, NEED_RIGHT, ZH_RIGHT_VIEW_CUSTOMER, true, false },
    { ZH_HTTP_POST, "/api/v1/journeys/{}/submit", zh_route_journey_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/journeys/{}/approve", zh_route_journey_act, NEED_RIGHT, ZH_RIGHT_APPROVE, true, false },
    { ZH_HTTP_POST, "/api/v1/journeys/{}/reject", zh_route_journey_act, NEED_RIGHT, ZH_RIGHT_APPROVE, true, false },
    { ZH_HTTP_POST, "/api/v1/journeys/{}/pause", zh_route_journey_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/journeys/{}/resume", zh_route_journey_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_POST, "/api/v1/journeys/{}/end", zh_route_journey_act, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/messages", zh_route_messages, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_POST, "/api/v1/messages", zh_route_messages_post, NEED_RIGHT, ZH_RIGHT_EDIT_DEFINITIONS, true, false },
    { ZH_HTTP_GET, "/api/v1/messages/{}", zh_route_messages_one, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/system", zh_route_system, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, true, false },
    { ZH_HTTP_GET, "/api/v1/export/events", zh_route_export_events, NEED_RIGHT, ZH_RIGHT_EXPORT, true, false },
    { ZH_HTTP_GET, "/api/v1/export/catalog", zh_route_export_catalog, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/backups", zh_route_backup, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_GET, "/api/v1/retention", zh_route_retention, NEED_RIGHT, ZH_RIGHT_VIEW_TOTALS, false, false },
    { ZH_HTTP_POST, "/api/v1/backups", zh_route_backup_start, NEED_RIGHT, ZH_RIGHT_READ_AUDIT, true, false },
    { ZH_HTTP_POST, "/api/v1/decisions/replay", zh_route_decisions_replay, NEED_RIGHT, ZH_RIGHT_READ_AUDIT, true, false },
    { ZH_HTTP_POST, "/api/v1/check", zh_route_check, NEED_RIGHT, ZH_RIGHT_READ_AUDIT, true, false },

    { ZH_HTTP_GET, "/healthz", zh_route_healthz, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/readyz", zh_route_readyz, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/metrics", zh_route_metrics, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/openapi.json", zh_route_openapi, NEED_NOTHING, 0, false, false },
    { ZH_HTTP_GET, "/zhun.js", zh_route_sdk, NEED_NOTHING, 0, false, false },
};
const size_t zh_call_routes_count = sizeof zh_call_routes / sizeof *zh_call_routes;

static const zh_call_route console_route = { ZH_HTTP_GET, "/", zh_route_console, NEED_NOTHING, 0, false, false };

/* ---- finding the route ---- */

/* Does the path fit the pattern? "{}" takes one part that is not empty. */
static bool fits(const char *pattern, zh_sv path)
{
    size_t at = 0;
    for (; *pattern != '\0'; pattern++) {
        if (pattern[0] == '{') {
            const size_t start = at;
            while (at < path.size && path.data[at] != '/') at++;
            if (at == start) return false;
            pattern++; /* over the closing brace */
            continue;
        }
        if (at >= path.size || path.data[at++] != *pattern) return false;
    }
    return at == path.size;
}

static zh_http_method asked_method(const zh_http_request *request)
{
    const zh_http_method m = zh_http_method_of(request);
    return m == ZH_HTTP_HEAD ? ZH_HTTP_GET : m;
}

static const zh_call_route *find(const zh_http_request *request, bool *other_method)
{
    const zh_sv path = zh_http_path(request);
    const zh_http_method method = asked_method(request);
    *other_method = false;
    for (size_t i = 0; i < zh_call_routes_count; i++) {
        if (!fits(zh_call_routes[i].path, path)) continue;
        if (zh_call_routes[i].method == method) return &zh_call_routes[i];
        *other_method |= zh_call_routes[i].method != ZH_HTTP_OPTIONS; /* a preflight is answered on paths nobody has */
    }
    const bool is_page = method == ZH_HTTP_GET && !zh_sv_starts(path, ZH_SV("/api/")) && !zh_sv_starts(path, ZH_SV("/v1/"));
    return is_page && !*other_method ? &console_route : NULL;
}

/* ---- one request ---- */

static zh_call *call_open(zh_http_request *request)
{
    zh_server *server = zh_http_ctx(request);
    zh_arena *arena = zh_http_arena(request);
    zh_call *call = ZH_TAKE(arena, zh_call, 1);
    zh_call_thread *thread = zh_call_thread_of(server);
    if (call == NULL || thread == NULL) {
        zh_http_reply(request, &(zh_http_response){ .status = 503 });
        return NULL;
    }
    *call = (zh_call){ .server = server, .engine = server->engine, .request = request, .arena = arena, .thread = thread,
                       .now_ms = zh_engine_now_ms(server->engine) };
    return call;
}

static void handle(void *ctx, zh_http_request *request)
{
    (void)ctx;
    zh_call *call = call_open(request);
    if (call == NULL) return;
    bool other_method;
    call->route = find(request, &other_method);
    if (call->route == NULL) {
        if (other_method) zh_call_problem(call, 405, "method_not_allowed", NULL, "this path takes another method: see /openapi.json");
        else zh_call_problem(call, 404, "not_found", NULL, "no such path: see /openapi.json");
        return;
    }
    if (call->route->need != NEED_NOTHING) {
        zh_call_identify(call);
        if (!zh_call_allow(call)) return;
    }
    if (!call->route->slow) {
        call->route->handler(call);
        return;
    }
    zh_http_hold(request);
    if (zh_workers_take(call->server->workers, call) != ZH_OK) zh_call_busy(call);
}

static size_t body_max(void *ctx, const zh_http_request *request)
{
    (void)ctx;
    (void)request;
    return ZH_SERVER_BODY_BYTES_MAX;
}

/* Segment says 400 for what is too large; a 413 would make no SDK behave better. */
static void refuse(void *ctx, zh_http_request *request, zh_err why)
{
    (void)ctx;
    zh_call *call = call_open(request);
    if (call == NULL) return;
    bool other_method;
    call->route = find(request, &other_method);
    const bool is_collect = call->route != NULL && call->route->is_collect;
    if (why == ZH_BUSY) zh_call_busy(call);
    else zh_call_problem(call, is_collect ? 400 : 413, "too_large", NULL, "the body is larger than 1 MiB");
}

/* ---- life ---- */

static zh_err open_guards(zh_server *s)
{
    s->session_arena = zh_arena_open(SESSION_ARENA_BYTES);
    pthread_mutex_init(&s->session_lock, NULL);
    pthread_mutex_init(&s->lifecycle_lock, NULL);
    pthread_mutex_init(&s->users_lock, NULL);
    pthread_rwlock_init(&s->blocked_lock, NULL);
    zh_err e = zh_file_random(s->memo_random, sizeof s->memo_random);
    if (e == ZH_OK) e = zh_file_random(s->throttle_key.bytes, sizeof s->throttle_key.bytes);
    if (e == ZH_OK) e = zh_sessions_open(&s->sessions, &s->session_arena, &(zh_sessions_desc){ 0 });
    if (e == ZH_OK) e = zh_throttle_open(&s->by_user, &s->session_arena, &(zh_throttle_desc){ 0 });
    if (e == ZH_OK) e = zh_throttle_open(&s->by_address, &s->session_arena, &(zh_throttle_desc){ .free = 20 });
    if (e == ZH_OK) e = zh_throttle_open(&s->by_link, &s->session_arena, &(zh_throttle_desc){ .free = 20 });
    return e;
}

static void open_metrics(zh_server *s)
{
    zh_metrics *m = zh_engine_metrics(s->engine);
    s->recommend_seconds = zh_metrics_histogram(m, "zhun_recommend_seconds", "Time to answer one recommendation.", NULL, 0);
    s->collect_seconds = zh_metrics_histogram(m, "zhun_collect_seconds", "Time from a collector request to its durable answer.", NULL, 0);
    s->profile_seconds = zh_metrics_histogram(m, "zhun_profile_seconds", "Time to answer one profile.", NULL, 0);
    s->group_seconds = zh_metrics_histogram(m, "zhun_group_seconds", "Time to work out the portrait of a group, personas or lookalikes.", NULL, 0);
    s->shed = zh_metrics_counter(m, "zhun_requests_shed_total", "Requests answered with 429 or 503, because the engine was at its limit.", NULL, 0);
    s->accepted_duplicate = zh_metrics_counter(m, "zhun_events_duplicate_total", "Events that had been taken before.", NULL, 0);
}

zh_err zh_server_open(zh_server **out, const zh_server_desc *desc, zh_note *why)
{
    zh_server *s = calloc(1, sizeof *s);
    if (s == NULL) return ZH_NOMEM;
    s->d = *desc;
    s->engine = desc->engine;
    s->started_ms = zh_engine_now_ms(desc->engine);
    zh_err e = open_guards(s);
    open_metrics(s);
    if (e == ZH_OK) e = zh_workers_open(&s->workers, s);
    if (e == ZH_OK) e = zh_live_open(&s->live, s);
    if (e == ZH_OK) e = zh_limits_open(&s->limits, s);
    if (e == ZH_OK) e = zh_bands_open(&s->bands);
    if (e == ZH_OK) e = zh_joining_load(s);
    if (e == ZH_OK) e = zh_uploads_open(&s->uploads, zh_engine_dir(desc->engine), desc->importer);
    if (e == ZH_OK) e = zh_debug_open(&s->debug);
    if (e == ZH_OK) e = zh_link_rates_open(&s->link_rates);
    const char *text = NULL;
    if (e == ZH_OK && (e = zh_audit_open(&s->audit, desc->engine, why)) != ZH_OK) text = why->text;
    if (e == ZH_OK) {
        const zh_http_desc http = { .host = desc->host, .port = desc->port, .no_tcp = desc->no_tcp, .unix_path = desc->unix_path,
                                    .threads = desc->threads, .ctx = s, .handler = handle, .body_max = body_max, .refuse = refuse };
        e = zh_http_open(&s->http, &http, &text);
    }
    if (e != ZH_OK) {
        zh_note_set(why, "%s", text != NULL ? text : zh_err_text(e));
        zh_server_close(s);
        return e;
    }
    *out = s;
    return ZH_OK;
}

uint16_t zh_server_port(const zh_server *server)
{
    return zh_http_port(server->http);
}

void zh_server_close(zh_server *s)
{
    if (s == NULL) return;
    if (s->live != NULL) zh_live_close(s->live);
    if (s->http != NULL) (void)!zh_http_drain(s->http, ZH_SERVER_DRAIN_MS);
    zh_workers_close(s->workers);
    zh_http_close(s->http);
    zh_audit_close(s->audit);
    zh_limits_close(s->limits);
    zh_bands_close(s->bands);
    zh_debug_close(s->debug);
    zh_link_rates_close(s->link_rates);
    zh_sessions_close(s->sessions);
    zh_map_close(&s->factor_steps);
    zh_arena_close(&s->session_arena);
    pthread_mutex_destroy(&s->session_lock);
    pthread_mutex_destroy(&s->lifecycle_lock);
    pthread_mutex_destroy(&s->users_lock);
    pthread_rwlock_destroy(&s->blocked_lock);
    zh_uploads_close(s->uploads);
    free(s);
}
