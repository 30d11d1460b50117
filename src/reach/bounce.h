/* bounce.h -- what a letter in the bounce mailbox tells of one that was sent: it came back, it arrived, or somebody called it spam.
 *
 *     multipart/report; report-type=delivery-status     RFC 3464     a mail server
 *         text for people
 *         message/delivery-status      Action, Status, Diagnostic-Code of each recipient
 *         message/rfc822 or text/rfc822-headers         our letter: its Message-ID is the message's number
 *     multipart/report; report-type=feedback-report     RFC 5965     a mailbox provider
 *         message/feedback-report      Feedback-Type
 *         the same third part
 *
 *     Action: failed, and no such mailbox (mail_send.h)            bounced
 *     Action: failed, anything else: full, policy, too long in the queue   failed
 *     Action: delivered                                            delivered
 *     Feedback-Type: abuse, fraud, opt-out                         complained
 *     delayed, relayed, expanded, not-spam; an answer of a person, an automatic one      nothing
 *
 * The number is read from the Message-ID of the part that came back, and where there is none from the address that the report was sent to, if the channel's returnPath
 * has {id}.
 *
 * Guarantees  any bytes are read or are nothing; no memory is taken. What counts is the report's parts, never words in an answer that quotes them.
 * Cost        O(bytes) for each of a fixed number of headers.
 * Not here    whether it may be believed (its address is unguessable), what it changes (ledger.h). Parts in base64 or quoted-printable are not undone: reports are
 *             7bit by their RFCs.
 * Source      RFC 3464, 5965, 2046 (boundaries), 5322 (folding).
 */
#ifndef ZH_REACH_BOUNCE_H
#define ZH_REACH_BOUNCE_H
#include "reach/adapter.h"

#define ZH_BOUNCE_LINE_BYTES_MAX 1024   /* of a header that is read, unfolded; the rest of a longer one is not looked at */
#define ZH_BOUNCE_PARTS_MAX 16
#define ZH_BOUNCE_RECIPIENTS_MAX 64     /* of one report; a letter of ours has one */

/* False: it tells nothing of a message of ours. */
bool zh_bounce_read(const zh_adapter *adapter, zh_sv mail, zh_message_id *id, zh_message_word *says);

#endif
