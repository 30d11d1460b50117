/* learnt.h -- a served table laid on the counts: what a trained model says, in the counts' own places.
 *
 * Sources and candidates are known by their index in the counts (model/cocount.h), the table by places of its own; one goes into the
 * other by two arrays, made once. Items that came after the training have no place: counts alone speak of them.
 *
 * Cost        open: one look-up an item of the table, and 4 bytes an item of table and counts; spread: 1 ns a neighbour.
 * Lifetimes   table and counts are borrowed and outlive it. Indexes of counts are never given away again, so it stays right while they grow.
 * Threads     read-only once open.
 */
#ifndef ZH_DECIDE_LEARNT_H
#define ZH_DECIDE_LEARNT_H
#include "model/cocount.h"
#include "model/serving.h"

#define ZH_LEARNT_NONE UINT32_MAX /* no place */

typedef struct zh_learnt zh_learnt; /* opaque */

ZH_MUST zh_err zh_learnt_open(zh_learnt **out, const zh_serving *table, const zh_cocount *counts); /* caller closes; ZH_NOMEM */
void zh_learnt_close(zh_learnt *learnt);

const zh_serving *zh_learnt_table(const zh_learnt *learnt);
/* The place of an item of the counts; ZH_LEARNT_NONE. */
uint32_t zh_learnt_place(const zh_learnt *learnt, uint32_t index);
/* scores[index of j] += round(1e6 weight value(place, j)) for each neighbour j of the item. */
void zh_learnt_spread(const zh_learnt *learnt, uint32_t place, float weight, zh_board *scores);
uint32_t zh_learnt_reach(const zh_learnt *learnt, uint32_t place); /* how many neighbours it has */
/* What it adds for one j: the exact share. */
int32_t zh_learnt_share(const zh_learnt *learnt, uint32_t place, uint32_t index, float weight);

#endif
