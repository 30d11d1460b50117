/* place.h -- where an event happened, to a kilometre: a cell of the geohash grid, and its mark in an event's context.
 *
 * Coordinates are personal and are sealed with the event. What the views may count is the cell alone: 30 bits of geohash,
 * six characters, 0.6 km from south to north and 1.2 km from west to east at the equator (0.9 km at 40 degrees). The collector
 * writes it as the first member of the event's context, and nobody else can: a context's own member of that name is personal.
 *
 *     {"$cell":"wtw3sj","os":{…}}
 *
 * Source      G. M. Morton, "A computer oriented geodetic data base", 1966 (interleaved bits); geohash's alphabet, Niemeyer 2008.
 * Guarantees  a pure function; the text of a cell read again is the cell; the middle of a cell lies in it.
 * Cost        finding the mark: 5 ns; a cell from coordinates: 30 ns.
 */
#ifndef ZH_CORE_PLACE_H
#define ZH_CORE_PLACE_H
#include "base/buf.h"
#include "core/event.h"

#define ZH_CELL_BITS 30       /* 15 of each axis: 6 characters */
#define ZH_CELL_TEXT_BYTES 7  /* with the NUL */

typedef struct zh_cell { uint32_t number; } zh_cell; /* 1 + the geohash's bits; 0: none */

/* The cell of a position in degrees. None where it is out of range or no number, or exactly (0, 0): what a
 * device says that does not know. */
zh_cell zh_cell_of(double latitude, double longitude);
/* The geohash of six characters; "" for none. */
void zh_cell_print(zh_cell cell, char text[ZH_CELL_TEXT_BYTES]);
zh_cell zh_cell_read(zh_sv text); /* none where it is no such text */
/* Its middle in millionths of a degree. `cell` is one. */
void zh_cell_middle(zh_cell cell, int32_t *latitude_e6, int32_t *longitude_e6);
/* The sun's clock there against UTC, in whole hours, -12 .. 12: day and night of who is there, without a table of zones.
 * Within two hours of what clocks say nearly everywhere. */
int32_t zh_cell_hours(zh_cell cell);

/* Append the beginning of a context with the mark of a cell: an object whose first member it is, still open. */
void zh_cell_mark(zh_cell cell, zh_buf *out);
/* The cell an event is marked with; none. */
zh_cell zh_event_cell(const zh_event *event);

#endif
