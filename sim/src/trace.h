/* trace.h -- what could be seen of a visit from the shop's side: lists, views, cart, order, returns.
 *
 * The only thing that leaves a world for an engine: no taste, no need, no intent.
 */
#ifndef ZH_SIM_TRACE_H
#define ZH_SIM_TRACE_H
#include <stdbool.h>
#include <stdint.h>

#define ZH_SIM_ACTS_MAX 192       /* 17 opened pages x (view, add, list, view, add), order, login */
#define ZH_SIM_TRACE_ITEMS_MAX 1024 /* 19 lists of 24 */
#define ZH_SIM_CART_MAX 32

typedef enum zh_sim_place { ZH_SIM_HOME, ZH_SIM_PAGE, ZH_SIM_CART, ZH_SIM_SEARCH } zh_sim_place;
typedef enum zh_sim_act_kind { ZH_SIM_LIST, ZH_SIM_VIEW, ZH_SIM_LOGIN, ZH_SIM_ADD, ZH_SIM_ORDER } zh_sim_act_kind;

typedef struct zh_sim_act {
    zh_sim_act_kind kind;
    zh_sim_place place;       /* of a list */
    int32_t item;             /* viewed or added; of a page's list the page's; else -1 */
    uint32_t second;          /* since the begin of the visit's minute */
    uint32_t from, count;     /* of a list or an order: in `items` */
} zh_sim_act;

typedef struct zh_sim_trace {
    uint32_t customer, visit, minute;
    int sky;                  /* 0: no weather, 1 clear, 2 rain */
    bool anonymous;           /* at the begin */
    uint32_t acts_count, items_count;
    zh_sim_act acts[ZH_SIM_ACTS_MAX];
    uint16_t items[ZH_SIM_TRACE_ITEMS_MAX];
    int32_t return_day[ZH_SIM_CART_MAX]; /* of the order's lines: when it comes back; -1: never */
} zh_sim_trace;

#endif
