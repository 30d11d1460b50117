/* wire.h -- the shop speaks to an engine, as any shop does: items, events, recommendations over HTTP.
 *
 *     POST /api/v1/items     all items at first; then those that begin, end, sell out or come back
 *     POST /v1/batch         what was seen of each visit (trace.h), Segment's ecommerce events
 *     POST /v1/recommend     home, product_page and cart lists, with context.time = the simulated moment
 *     GET  /readyz           until viewLagMs is 0: the engine has seen all that was sent
 *
 *     PUT  /api/v1/reports/policies/NAME   how far the policies are, for the console
 *
 * Events of one simulated hour go as one batch (paced: of each visit), acknowledged and seen before
 * the next list is asked for. So what the engine knew at a question depends on the seed alone.
 * Live, each event is a request of its own, POST /v1/track or /v1/identify, at its moment.
 *
 * Errors  sticky: the first one ends the talk; zh_sim_wire_err gives it and why. A report that does not
 *         arrive is none of them.
 */
#ifndef ZH_SIM_WIRE_H
#define ZH_SIM_WIRE_H
#include "sys/clock.h"
#include "visit.h"

#define ZH_SIM_REPORT_NAME_MAX 64 /* bytes; the engine's limit */

typedef struct zh_sim_wire zh_sim_wire;

typedef struct zh_sim_wire_desc {
    zh_sv url, write_key, server_key;
    const zh_sim_catalog *catalog; /* borrowed */
    uint64_t seed;
    bool each_visit;          /* a batch a visit: paced */
    const zh_clock *clock;    /* live only; NULL: the real one */
} zh_sim_wire_desc;

ZH_MUST zh_err zh_sim_wire_open(zh_sim_wire **out, const zh_sim_wire_desc *desc, zh_note *why);
void zh_sim_wire_close(zh_sim_wire *wire);

/* The catalog that the wire was not opened with: set before the first day. */
void zh_sim_wire_catalog(zh_sim_wire *wire, const zh_sim_catalog *catalog);
/* A day begins in the engine's world: tell what can be bought, and what came back. */
void zh_sim_wire_day(zh_sim_wire *wire, const zh_sim_world *world);
/* Send what waits, and wait until the engine has seen it. */
void zh_sim_wire_flush(zh_sim_wire *wire);

/* From now on events later than this moment wait, and lists are asked for a moment that has come.
 * INT64_MIN: all events wait, to go one by one. */
void zh_sim_wire_hold(zh_sim_wire *wire, int64_t after_ms);
/* Send the waiting events up to this moment, by time, each as a request of its own.
 * Returns the moment of the next one, INT64_MAX where none waits. */
int64_t zh_sim_wire_send_due(zh_sim_wire *wire, int64_t until_ms);

/* Letters, digits, '.', '_', '-', at most ZH_SIM_REPORT_NAME_MAX: what the engine takes as a report's name. */
bool zh_sim_wire_name_fits(zh_sv name);
/* Put a report (report.h). Waits at most 5 s. Errors, not sticky: those of the client; ZH_DENIED an answer other
 * than 2xx. `why` is set on error. */
ZH_MUST zh_err zh_sim_wire_report(zh_sim_wire *wire, zh_sv name, zh_sv json, zh_note *why);

/* For zh_sim_world: engine_list and watch; the context is the wire. */
uint32_t zh_sim_wire_list(void *wire, const zh_sim_visit *visit, const zh_sim_ask *ask, uint16_t *out);
void zh_sim_wire_watch(void *wire, const zh_sim_trace *trace);

ZH_MUST zh_err zh_sim_wire_err(const zh_sim_wire *wire, zh_note *why);

typedef struct zh_sim_wire_counts { uint64_t events, batches, lists, lists_short, items; } zh_sim_wire_counts;
zh_sim_wire_counts zh_sim_wire_counted(const zh_sim_wire *wire);

#endif
