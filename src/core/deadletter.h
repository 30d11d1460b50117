/* deadletter.h -- what could not be taken, kept with its reason so that it can be mended and replayed.
 *
 * The raw bytes may hold anything, personal data too, so they are sealed under the workspace's
 * key before they are written (guard/seal.h); here they are just bytes.
 */
#ifndef ZH_CORE_DEADLETTER_H
#define ZH_CORE_DEADLETTER_H
#include "base/buf.h"
#include "core/id.h"

/* Why: stable names for answers, metrics and files. Stored: append only. */
#define ZH_REJECT_LIST(X)                                                        \
    X(NONE,           "",                 "")                                    \
    X(NO_CUSTOMER,    "no_customer",      "no userId and no anonymousId")        \
    X(NO_EVENT,       "no_event",         "track without event")                 \
    X(TOO_LARGE,      "too_large",        "the event is larger than 32,768 bytes") \
    X(BAD_NUMBER,     "bad_number",       "a number that no 64-bit format holds") \
    X(REPEATED_KEY,   "repeated_key",     "the same key twice in one object")    \
    X(NOT_OBJECT,     "not_object",       "an event must be a JSON object")      \
    X(BAD_TYPE,       "bad_type",         "unknown or missing type")             \
    X(BAD_FIELD,      "bad_field",        "a field has the wrong type or is too long") \
    X(CONFLICT,       "conflict",         "the messageId was used before with another body") \
    X(TOO_DEEP,       "too_deep",         "nested deeper than 64 levels")        \
    X(TOO_MANY,       "too_many",         "more than 2,500 events in one batch") \
    X(BLOCKED_ID,     "blocked_id",       "an id that identifies nobody")        \
    X(BAD_TIME,       "bad_time",         "a time that cannot be read")          \
    X(CRC_MISMATCH,   "crc_mismatch",     "the checksum does not fit the data")  \
    X(ENCRYPTED,      "encrypted",        "encrypted by the SDK, with a key that is not here") \
    X(UNREADABLE,     "unreadable",       "the data cannot be unpacked or is no JSON") \
    X(UNKNOWN_SOURCE, "unknown_source",   "the record names a key that is revoked")             \
    X(BAD_SIGNATURE,  "bad_signature",    "the signature does not fit the body") \
    X(UNKNOWN_TOPIC,  "unknown_topic",    "a webhook about something the engine does not know") \
    X(PLAN,           "plan_violation",   "not as the locked tracking plan says")
typedef enum zh_reject {
#define X(name, code, text) ZH_REJECT_##name,
    ZH_REJECT_LIST(X)
#undef X
    ZH_REJECT_COUNT
} zh_reject;
const char *zh_reject_code(zh_reject why); /* "no_customer" */
const char *zh_reject_text(zh_reject why); /* a sentence */

typedef struct zh_deadletter {
    uint64_t id;          /* given out by the engine, dense, from 1 */
    zh_reject why;
    zh_source_id source;
    int64_t received_ms;
    zh_sv message_id;     /* may be empty */
    zh_sv detail;         /* field or more, may be empty */
    zh_sv raw;            /* sealed in a record, plain in an answer */
} zh_deadletter;

void zh_deadletter_put(const zh_deadletter *letter, zh_buf *out);
ZH_MUST zh_err zh_deadletter_get(zh_sv record, zh_deadletter *out); /* ZH_FORMAT */

#endif
