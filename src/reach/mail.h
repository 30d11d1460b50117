/* mail.h -- an e-mail as bytes: headers, and its words as text and as HTML.
 *
 *     From, To, Reply-To, Subject, Date, Message-ID, List-Unsubscribe, List-Unsubscribe-Post, MIME-Version, Content-Type
 *     multipart/alternative: text/plain, text/html; or one of the two alone. UTF-8, base64, lines of 76 characters
 *
 * With an unsubscribe address both headers of RFC 8058 stand there, so that a mailbox shows its own button. The Message-ID is the message's number, so a
 * second try of the same message is the same letter to whoever keeps one of each.
 *
 * Guarantees  no value makes a second header: one with a control character is refused; names and subjects outside ASCII are encoded words (RFC 2047), cut between
 *             characters. The same words give the same bytes.
 * Cost        O(bytes).
 * Not here    sending (mail_send.h).
 * Source      RFC 5322, 2045 to 2047, 8058.
 */
#ifndef ZH_REACH_MAIL_H
#define ZH_REACH_MAIL_H
#include "base/buf.h"
#include "reach/message.h"

#define ZH_MAIL_BYTES_MAX (4u << 20) /* what is larger, mailboxes cut */

typedef struct zh_mail {
    zh_sv from_name, from_address, to, reply_to; /* from_name, reply_to may be empty */
    zh_sv subject, text, html;                   /* text or html: not both empty */
    zh_sv unsubscribe;                           /* "https://…"; empty: none */
    zh_message_id id;
    int64_t at_ms;
} zh_mail;

/* Errors: ZH_FORMAT a value with a control character, or no words; those of the buffer. */
ZH_MUST zh_err zh_mail_write(const zh_mail *mail, zh_buf *out);

#endif
