/* league.h -- the league of recommenders (model/league.h) on this shop's orders: gathered, played, kept as a JSON text.
 *
 *     customers, in steps under the world's read lock ─► purchases ─► played without any lock ─► DIR/league.json
 *
 * A purchase is a product line of an order as it was placed, of the newest ZH_ACTIVITY_FACTS_MAX events of a customer. The test are the last
 * ZH_LEAGUE_DAYS days, the days to choose by as many before them; of a shop that is younger than four such spans a quarter of its time each.
 *
 * The text is what GET /api/v1/models answers: {"at", "tookMs", "from", "validFrom", "testFrom", "to", "customers", "items", "purchases",
 * "drawn", "questions", "k", "why", "places": [{"model", "meaning", "verdict", …}]}. It is worked out anew every night; a lost file is nothing lost.
 *
 * Cost        one thread of low priority: ZH_LEAGUE_TUNE_S, a trial more and two trainings a kind; memory 16 bytes a purchase and what the kinds need, at most ZH_LEAGUE_BYTES_MAX.
 * Threads     any; one league at a time.
 */
#ifndef ZH_ENGINE_LEAGUE_H
#define ZH_ENGINE_LEAGUE_H
#include "engine/engine.h"
#include "model/league.h"

#define ZH_LEAGUE_DAYS 30
#define ZH_LEAGUE_TUNE_S 20             /* of each kind: then it takes the best parameters so far */
#define ZH_LEAGUE_BYTES_MAX ((size_t)2 << 30)
#define ZH_LEAGUE_TEXT_BYTES_MAX (64u << 10)

/* Play, and append the text to `out`. A shop without enough orders has a text that says so. Ends with ZH_STOPPED soon after *stopping, at the
 * latest when the kind that plays is done. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_engine_league(zh_engine *engine, const volatile bool *stopping, zh_buf *out);

#endif
