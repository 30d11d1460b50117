/* smtp.h -- hand one letter to a mail server and hear what it says.
 *
 *     HELLO ──► SENDER ──► RECIPIENT ──► LETTER ──► ENDED
 *     connect,  MAIL FROM  RCPT TO       DATA, its  all of it and
 *     sign in                            bytes      the end mark
 *
 * Before ENDED a server has nothing that it may deliver (RFC 5321, 4.1.1.4: a letter without its end is thrown away). After it, without an answer,
 * nobody knows.
 *
 * Guarantees  one letter, one try, one connection of its own. With public_only no connection goes to a special address, whatever the name resolves to
 *             (client.h). With STARTTLS or TLS a server that cannot, or whose certificate does not fit, hears neither password nor letter.
 * Cost        blocking, some round trips.
 * Threads     any, each its own call.
 * Errors      ZH_OK the server took it (250). ZH_RANGE it said no: answer->code says how. ZH_FORMAT what is asked cannot be said in SMTP; ZH_DENIED a forbidden address;
 *             ZH_BUSY no connection; ZH_TIMEOUT, ZH_IO broken off; ZH_NOMEM.
 * Source      RFC 5321, 3207 (STARTTLS), 4954 (AUTH), 3463 (enhanced codes).
 */
#ifndef ZH_SYS_SMTP_H
#define ZH_SYS_SMTP_H
#include "base/err.h"
#include "base/sv.h"

typedef enum zh_smtp_tls { ZH_SMTP_STARTTLS, ZH_SMTP_TLS, ZH_SMTP_PLAIN } zh_smtp_tls;
typedef enum zh_smtp_stage { ZH_SMTP_HELLO, ZH_SMTP_SENDER, ZH_SMTP_RECIPIENT, ZH_SMTP_LETTER, ZH_SMTP_ENDED } zh_smtp_stage;

typedef struct zh_smtp_letter {
    zh_sv host;
    uint16_t port;
    zh_smtp_tls tls;
    zh_sv certificate;      /* PEM: trusted instead of what the system trusts; empty: the system's */
    zh_sv user, password;   /* user empty: nobody signs in */
    zh_sv from, to;         /* addresses alone, of the envelope */
    zh_sv bytes;            /* the whole letter, lines ended by CR LF */
    int64_t timeout_ms;     /* of all of it */
    bool public_only;
} zh_smtp_letter;

typedef struct zh_smtp_answer {
    zh_smtp_stage stage;    /* how far it came: what `code` answers */
    unsigned code;          /* 250, 421, 550; 0: it said nothing */
    unsigned enhanced[3];   /* 5, 1, 1 of "550 5.1.1 …"; zeros: none */
} zh_smtp_answer;

ZH_MUST zh_err zh_smtp_send(const zh_smtp_letter *letter, zh_smtp_answer *answer);

/* Code and enhanced code of one line of an answer: "550 5.1.1 no such user". Zeros where there are none. Pure. */
void zh_smtp_read_line(zh_sv line, zh_smtp_answer *answer);

#endif
