/* plan_inside.h -- the tree of a plan; for plan.c, which makes it, and plan_ask.c. */
#ifndef ZH_SEGMENT_PLAN_INSIDE_H
#define ZH_SEGMENT_PLAN_INSIDE_H
#include "lang/cel_ast.h"
#include "segment/plan.h"

#define ZH_PLAN_STAGES_MAX 4

/* A text of the expression; its number is 0 until the shop has said it. */
typedef struct zh_plan_term { zh_sv text; uint32_t number; } zh_plan_term;

typedef enum zh_plan_field { ZH_PLAN_ITEM, ZH_PLAN_CATEGORY, ZH_PLAN_BRAND } zh_plan_field;
typedef enum zh_filter_kind { ZH_FILTER_AND, ZH_FILTER_OR, ZH_FILTER_NOT, ZH_FILTER_TEXT, ZH_FILTER_PRICE, ZH_FILTER_QUANTITY, ZH_FILTER_VALUE, ZH_FILTER_PRODUCTS } zh_filter_kind;

/* What `where` asks of an event, or exists() of a product. */
typedef struct zh_filter {
    zh_filter_kind kind;
    zh_cel_op op;               /* comparisons; of texts EQ, NE or IN */
    zh_plan_field field;        /* TEXT */
    uint32_t term, count;       /* TEXT: the first of so many; AND, OR: of args */
    double number;
    int64_t whole;
    const struct zh_filter **args; /* AND, OR, NOT, PRODUCTS */
} zh_filter;

typedef struct zh_plan_stage { /* of a chain of events */
    const zh_filter *filter;    /* where; NULL: followed by */
    uint32_t term;              /* FOLLOWED: the other event */
    int64_t within_ms;
    bool wants;                 /* FOLLOWED: true: such an event came; false: none came, once the time was over */
} zh_plan_stage;

typedef enum zh_plan_kind {
    ZH_PLAN_AND, ZH_PLAN_OR, ZH_PLAN_NOT,
    ZH_PLAN_COUNT, ZH_PLAN_SUM, ZH_PLAN_DID, /* of events */
    ZH_PLAN_ORDERS, ZH_PLAN_TRAIT, ZH_PLAN_CONSENT, ZH_PLAN_SEGMENT,
    ZH_PLAN_MACHINE                          /* whatever else */
} zh_plan_kind;

typedef struct zh_plan_node {
    zh_plan_kind kind;
    zh_cel_op op;               /* COUNT, SUM, ORDERS: the comparison; TRAIT: EQ or NE */
    uint32_t count;             /* of args, or of stages */
    const struct zh_plan_node **args;
    bool any_name, has_window;
    uint32_t term;              /* the event's name */
    int64_t window_ms, whole;   /* what a count is compared with */
    double number;              /* … and a sum */
    zh_plan_stage *stages;      /* [count] */
    zh_sv name, text;           /* TRAIT: its name and value; SEGMENT: its name */
    zh_consent_field consent;
    const zh_cel_program *program; /* MACHINE */
} zh_plan_node;

struct zh_plan {
    int64_t window_ms;          /* of the condition */
    const zh_plan_node *root;
    const zh_filter *where;     /* of zh_plan_of_where(), which has no root */
    zh_plan_term *terms;
    uint32_t terms_count, terms_room;
    bool has_machine;           /* leaves that take memory */
    uint32_t unbound;           /* terms without a number … */
    uint32_t bound_at;          /* … when there were so many */
};

#endif
