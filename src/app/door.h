/* door.h -- how a command reaches an engine: by HTTP, always.
 *
 *   --url URL --key KEY   over TCP
 *   --data DIR            through DIR/zhun.sock where an engine runs; else this process opens the folder,
 *                         serves it on that same socket for as long as the command takes, and asks itself
 *
 * So a command has one way to do its work, whether an engine runs or not.
 */
#ifndef ZH_APP_DOOR_H
#define ZH_APP_DOOR_H
#include "base/note.h"
#include "sys/client.h"

typedef struct zh_door zh_door;

/* The socket of a data folder: DIR/zhun.sock, or one below /tmp named by a hash where that is too long for a
 * socket address. Needs the folder to exist for its full path. */
#define ZH_DOOR_PATH_BYTES 108
void zh_door_socket(zh_sv dir, char out[ZH_DOOR_PATH_BYTES]);

typedef struct zh_door_desc {
    zh_sv data;          /* the folder; empty: url and key */
    zh_sv url, key;
    bool must_exist;     /* refuse an empty folder */
    bool quiet;          /* no progress of a recovery */
    int64_t timeout_ms;  /* of one question; 0: 10 minutes, a check of a large log takes its time */
} zh_door_desc;

/* *why says what happened and what to do. The caller closes. */
ZH_MUST zh_err zh_door_open(zh_door **out, const zh_door_desc *desc, zh_note *why);
void zh_door_close(zh_door *door);
zh_client *zh_door_client(zh_door *door);
bool zh_door_is_own(const zh_door *door); /* did this process open the folder? */

/* Ask, and take any status but 2xx for a failure: its problem's detail goes to *why. */
ZH_MUST zh_err zh_door_ask(zh_door *door, zh_sv method, zh_sv path, zh_sv body, zh_client_answer *answer, zh_note *why);

#endif
