/* wire.h -- the shop speaks to an engine, as any shop does: items, events, recommendations over HTTP.
 *
 *     POST /api/v1/items     all items at first; then those that begin, end, sell out or come back
 *     POST /v1/batch         what was seen of each visit (trace.h), Segment's ecommerce events
 *     POST /v1/recommend     home, product_page and cart lists, with context.time = the simulated moment
 *     GET  /readyz           until viewLagMs is 0: the engine has seen all that was sent
 *
 * Events of one simulated hour go as one batch (paced: of each visit), acknowledged and seen before
 * the next list is asked for. So what the engine knew at a question depends on the seed alone.
 *
 * Errors  sticky: the first one ends the talk; zh_sim_wire_err gives it and why.
 */
#ifndef ZH_SIM_WIRE_H
#define ZH_SIM_WIRE_H
#include "visit.h"

typedef struct zh_sim_wire zh_sim_wire;

typedef struct zh_sim_wire_desc {
    zh_sv url, write_key, server_key;
    const zh_sim_catalog *catalog; /* borrowed */
    uint64_t seed;
    bool each_visit;          /* a batch a visit: paced */
} zh_sim_wire_desc;

ZH_MUST zh_err zh_sim_wire_open(zh_sim_wire **out, const zh_sim_wire_desc *desc, zh_note *why);
void zh_sim_wire_close(zh_sim_wire *wire);

/* The catalog that the wire was not opened with: set before the first day. */
void zh_sim_wire_catalog(zh_sim_wire *wire, const zh_sim_catalog *catalog);
/* A day begins in the engine's world: tell what can be bought, and what came back. */
void zh_sim_wire_day(zh_sim_wire *wire, const zh_sim_world *world);
/* Send what waits, and wait until the engine has seen it. */
void zh_sim_wire_flush(zh_sim_wire *wire);

/* For zh_sim_world: engine_list and watch; the context is the wire. */
uint32_t zh_sim_wire_list(void *wire, const zh_sim_visit *visit, const zh_sim_ask *ask, uint16_t *out);
void zh_sim_wire_watch(void *wire, const zh_sim_trace *trace);

ZH_MUST zh_err zh_sim_wire_err(const zh_sim_wire *wire, zh_note *why);

typedef struct zh_sim_wire_counts { uint64_t events, batches, lists, lists_short, items; } zh_sim_wire_counts;
zh_sim_wire_counts zh_sim_wire_counted(const zh_sim_wire *wire);

#endif
