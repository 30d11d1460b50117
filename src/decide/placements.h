/* placements.h -- the placements of a workspace: those that are built in, and those it defines, which take their place.
 *
 * A definition is a setting "placement/NAME": { "definition": { … }, "former": { … } }, where `former` is the definition it took the place of,
 * so that a person can go back. Deleting it brings back what is built in, or nothing.
 *
 * Guarantees  the same definitions give the same placements, in whatever order they were said. One that cannot be read (of a newer version)
 *             is kept with its fault, and what is built in answers.
 * Lifetimes   a placement stays until the next definition of its name.
 * Cost        find O(definitions); define as placement_read.h.
 * Threads     readers together or one writer.
 */
#ifndef ZH_DECIDE_PLACEMENTS_H
#define ZH_DECIDE_PLACEMENTS_H
#include "decide/placement_read.h"

#define ZH_PLACEMENTS_MAX 200              /* that a workspace defines: a shop has a dozen */
#define ZH_PLACEMENT_SETTING "placement/"  /* how the settings are called that define one */

typedef struct zh_placements zh_placements; /* opaque */
ZH_MUST zh_err zh_placements_open(zh_placements **out); /* caller closes */
void zh_placements_close(zh_placements *placements);

/* What the setting of this name says from now on; empty: it was deleted. Errors: ZH_NOMEM; ZH_FULL: there are ZH_PLACEMENTS_MAX. */
ZH_MUST zh_err zh_placements_define(zh_placements *placements, zh_sv name, zh_sv setting);

/* What answers by this name; NULL: nothing. */
const zh_placement *zh_placements_find(const zh_placements *placements, zh_sv name);
/* Why its definition is not in force; NULL: it is, or there is none. */
const char *zh_placements_fault(const zh_placements *placements, zh_sv name);
/* The next one: the built-in names in their order, then the others by name. for (size_t at = 0; (p = zh_placements_next(s, &at)) != NULL;) */
const zh_placement *zh_placements_next(const zh_placements *placements, size_t *at);
size_t zh_placements_count(const zh_placements *placements); /* definitions */
size_t zh_placements_bytes(const zh_placements *placements);

#endif
