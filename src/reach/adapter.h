/* adapter.h -- a channel as the shop defines it: how a message leaves, as a table.
 *
 *     { "kind": "webhook", "via": "sms", "title": { "en": "SMS", "zh": "短信" }, "address": "phone",
 *       "url": "https://sms.example/send", "method": "POST",
 *       "headers": { "Authorization": "Bearer {{ secret }}" },
 *       "body": "{\"to\":\"{{ to }}\",\"text\":\"{{ message.text }}\",\"ref\":\"{{ message.id }}\"}",
 *       "sign": { "header": "X-Signature", "timestamp": "X-Timestamp" },
 *       "success": { "statuses": [200, 202], "path": "/code", "values": ["OK"] },
 *       "retry": { "statuses": [429, 500, 502, 503, 504], "values": ["LIMIT"] },
 *       "provider": "/id", "idempotency": "Idempotency-Key",
 *       "receipts": { "list": "/reports", "id": "/ref", "provider": "/id", "state": "/status", "states": { "DELIVRD": "delivered" }, "answer": "{\"code\":0}" },
 *       "replies": { "list": "", "from": "/phone_number", "text": "/content", "answer": "{\"code\":0}" },
 *       "ratePerSecond": 50, "tries": 6, "retryMs": 30000, "timeoutMs": 10000, "link": "https://shop.example/zhun" }
 *     { "kind": "smtp", "via": "email", "host": "mail.example", "port": 587, "tls": "starttls", "user": "shop", "from": { "name": "Shop", "address": "hi@shop.example" },
 *       "replyTo": "help@shop.example", "returnPath": "bounces+{id}@shop.example", "dkim": { "domain": "shop.example", "selector": "zhun" }, "certificate": "-----BEGIN CERTIFICATE-----…" }
 *     { "kind": "inbox", "via": "onsite" }
 *
 * URL, headers and body are Liquid (lang/liquid.h): to, message, content, data, customer, secret, timestamp. In the body values are escaped as inside a JSON text;
 * a header refuses line ends. The secret is kept sealed beside the definition and is never part of it.
 *
 * Guarantees  any bytes are an adapter that can send, or refused with the field and a sentence; a field that is not known is refused.
 * Lifetimes   everything lives in the arena.
 * Cost        about 50 us.
 * Not here    sending (webhook.h, mail_send.h), receipts (receipt.h), answers (reply.h), where definitions are kept (engine).
 */
#ifndef ZH_REACH_ADAPTER_H
#define ZH_REACH_ADAPTER_H
#include "lang/liquid.h"
#include "reach/definition.h"
#include "reach/message.h"

#define ZH_CHANNEL_SETTING "channel/"       /* how the settings are called that define one */
#define ZH_ADAPTERS_MAX 200                 /* that a workspace defines */
#define ZH_ADAPTER_BYTES_MAX 24576          /* of its text: with the one before it, it fits into a setting */
#define ZH_ADAPTER_HEADERS_MAX 16
#define ZH_ADAPTER_STATUSES_MAX 16
#define ZH_ADAPTER_VALUES_MAX 32
#define ZH_ADAPTER_STATES_MAX 64
#define ZH_ADAPTER_URL_BYTES_MAX 2048
#define ZH_ADAPTER_BODY_BYTES_MAX 8192      /* of the template */
#define ZH_ADAPTER_CERTIFICATE_BYTES_MAX 8192 /* two or three of them */
#define ZH_ADAPTER_RATE_MAX 10000
#define ZH_ADAPTER_TRIES_MAX 20
#define ZH_ADAPTER_TIMEOUT_MS_MAX 60000
#define ZH_ADAPTER_RETRY_MS_MAX 3600000
#define ZH_ADAPTER_MEMORY_BYTES_MAX ((size_t)8 << 20)

typedef enum zh_adapter_kind { ZH_ADAPTER_WEBHOOK, ZH_ADAPTER_SMTP, ZH_ADAPTER_INBOX, ZH_ADAPTER_KINDS } zh_adapter_kind;
const char *zh_adapter_kind_text(zh_adapter_kind kind);
typedef enum zh_adapter_tls { ZH_TLS_STARTTLS, ZH_TLS_ALWAYS, ZH_TLS_NONE } zh_adapter_tls;

typedef struct zh_adapter_header { zh_sv name; zh_liquid_template *value; } zh_adapter_header;
typedef struct zh_adapter_state { zh_sv word; zh_message_word says; } zh_adapter_state;

typedef struct zh_adapter {
    zh_adapter_kind kind;
    zh_channel via;
    zh_sv title_en, title_zh;
    zh_sv address;                 /* the trait that says where: "email", "phone"; of an inbox: empty */
    uint32_t rate_per_s;           /* 0: as fast as it goes */
    uint32_t tries_max;
    int64_t timeout_ms;
    int64_t retry_ms;              /* before the second try; each further one waits twice as long */
    zh_sv link;                    /* where this engine is reached from outside, for unsubscribing; empty: nowhere */
    /* webhook */
    zh_liquid_template *url, *body;
    zh_sv method;
    zh_adapter_header headers[ZH_ADAPTER_HEADERS_MAX];
    uint32_t headers_count;
    zh_sv sign_header, sign_timestamp; /* empty: not signed */
    uint16_t success[ZH_ADAPTER_STATUSES_MAX], retry[ZH_ADAPTER_STATUSES_MAX];
    uint32_t success_count, retry_count;
    zh_sv answer_path;             /* where in the answer the word stands that success and retry compare; success_values_count 0: the status alone counts */
    zh_sv success_values[ZH_ADAPTER_VALUES_MAX], retry_values[ZH_ADAPTER_VALUES_MAX];
    uint32_t success_values_count, retry_values_count;
    zh_sv provider_path;           /* where the answer has the gateway's number; empty: nowhere */
    zh_sv idempotency;             /* the header that makes it send once; empty: the gateway knows no such thing */
    /* receipts */
    bool has_receipts;
    zh_sv receipt_list, receipt_id, receipt_provider, receipt_state, receipt_answer;
    zh_adapter_state states[ZH_ADAPTER_STATES_MAX];
    uint32_t states_count;
    /* what customers answer */
    bool has_replies;
    zh_sv reply_list, reply_from, reply_text, reply_answer;
    /* smtp */
    zh_sv host, user, from_name, from_address, reply_to;
    zh_sv return_path;             /* the envelope's sender, where bounces go; {id} in it is the message's number; empty: from_address */
    zh_sv dkim_domain, dkim_selector; /* letters are signed, with a key that is kept sealed; empty: they are not */
    zh_sv certificate;             /* PEM: trusted instead of what the system trusts; empty: the system's */
    uint16_t port;
    zh_adapter_tls tls;
} zh_adapter;

/* `root` and its texts may go afterwards. Errors: ZH_FORMAT (*fault says what), ZH_NOMEM. */
ZH_MUST zh_err zh_adapter_read(zh_json_value root, zh_arena *arena, zh_adapter *out, zh_fault *fault);

/* An e-mail address that can stand in a header and in an envelope: one @, no blanks, no control characters, no < >, at most 254 bytes. */
bool zh_adapter_address_is_good(zh_sv address);

#endif
