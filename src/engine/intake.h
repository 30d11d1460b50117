/* intake.h -- does the engine take new work, and if not, why?
 *
 *     reason           what happened                                      goes on by itself
 *     open
 *     disk_full        log or state found no space                        when there is room again
 *     log_failed       a write or a sync of the log failed                no: what the disk holds is not known; restart
 *     state_failed     a checkpoint could not be written                  when one could; else restart
 *     views_stopped    a record could not be folded                       no: restart
 *     views_behind     more than ZH_FOLD_QUEUE_BYTES_MAX wait             in a moment: work waits in its lane (queue.h) meanwhile
 *
 * While it is closed nothing of everyday is acknowledged: 503. Reading goes on, and so do vital works
 * (work.h): choices and erasures have a reserve in the log, and views fold them in memory.
 */
#ifndef ZH_ENGINE_INTAKE_H
#define ZH_ENGINE_INTAKE_H

/* code: stable, for /readyz, metrics, log lines. */
#define ZH_INTAKE_LIST(X)                                                                                                       \
    X(OPEN, "open", "the engine takes new work")                                                                                \
    X(DISK_FULL, "disk_full", "the disk is full: make room, and the engine goes on by itself; choices of customers are still kept") \
    X(LOG_FAILED, "log_failed", "a write of the log failed and was not repeated: look at the disk, then restart")                \
    X(STATE_FAILED, "state_failed", "a checkpoint could not be written: look at the disk; if it does not go on, restart")        \
    X(VIEWS_STOPPED, "views_stopped", "a record could not be folded into the views: see the log lines, then restart")            \
    X(VIEWS_BEHIND, "views_behind", "the views are too far behind the log")

typedef enum zh_intake {
#define X(name, code, text) ZH_INTAKE_##name,
    ZH_INTAKE_LIST(X)
#undef X
    ZH_INTAKE_COUNT
} zh_intake;

const char *zh_intake_code(zh_intake intake);
const char *zh_intake_text(zh_intake intake); /* English, for people */

#endif
