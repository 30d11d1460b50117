/* mail_send.h -- a message handed to a mail server as a letter (mail.h), and what the server's answer means.
 *
 *     how far it came (sys/smtp.h), and what it said                   outcome
 *     250 after the letter                                             TAKEN
 *     no connection, no STARTTLS, a wrong certificate or password      UNREACHED: it says nothing about this letter, again later
 *     4xx                                                              LATER
 *     5xx of the recipient: 5.1.0 to 5.1.3, 5.1.6, 5.1.10, 5.2.1;
 *       550, 551, 553 to RCPT without an enhanced code                 BOUNCED: there is no such mailbox
 *     any other 5xx                                                    REFUSED: policy, size, the sender
 *     broken off before the letter's end                               UNREACHED: a letter without its end is thrown away
 *     broken off after it                                              UNKNOWN: it may have been taken
 *
 * Where the adapter signs (dkim.h), an unsigned letter does not go: without a key it is UNREACHED, which the shop can mend.
 *
 * Guarantees  what a server says goes nowhere but its codes: its words may name the customer. An address that is private is reached only where the engine was told so.
 * Threads     any, each its own call; judging is pure.
 * Source      RFC 5321 section 4.2, RFC 3463.
 */
#ifndef ZH_REACH_MAIL_SEND_H
#define ZH_REACH_MAIL_SEND_H
#include "reach/adapter.h"
#include "reach/outcome.h"
#include "sys/smtp.h"

typedef struct zh_mail_ask {
    const zh_adapter *adapter;   /* of kind smtp */
    zh_sv to;
    zh_sv subject, text, html;   /* text or html: not both empty */
    zh_sv unsubscribe;           /* empty: none */
    zh_sv secret;                /* the password; empty: none */
    zh_sv dkim_key;              /* PEM, where the adapter signs */
    zh_message_id id;
    int64_t now_ms;
    bool reaches_private;
} zh_mail_ask;

/* Always an outcome. */
void zh_mail_send(const zh_mail_ask *ask, zh_delivered *out);

/* A code of class 5 says that there is no such mailbox. Pure. */
bool zh_mail_is_no_mailbox(const zh_smtp_answer *answer);
/* What an answer means. Pure. */
void zh_mail_judge(zh_err e, const zh_smtp_answer *answer, zh_delivered *out);

#endif
