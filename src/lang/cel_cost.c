#include "lang/cel_cost.h"

static uint64_t plus(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }
static uint64_t times(uint64_t a, uint64_t b) { return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b; }

/* How many elements a value has, if it is a list or a map. */
static uint64_t items_of(const zh_cel_node *node, uint64_t assumed)
{
    if (node->kind == ZH_CEL_LIST_OF) return node->count;
    if (node->kind == ZH_CEL_MAP_OF) return node->count / 2;
    if (node->kind == ZH_CEL_MACRO && node->op >= ZH_CEL_OP_MAP && node->op <= ZH_CEL_OP_TRANSFORM_ENTRY) return items_of(node->args[0], assumed);
    return assumed;
}

static bool is_long(const zh_cel_node *node)
{
    return node->type != NULL && (node->type->kind == ZH_CEL_LIST || node->type->kind == ZH_CEL_MAP || node->type->kind == ZH_CEL_DYN);
}

static uint64_t cost(const zh_cel_node *node, uint64_t assumed);

/* Of the node without its left part. */
static uint64_t cost_rest(const zh_cel_node *node, uint64_t assumed)
{
    const zh_cel_node *left = zh_cel_node_left(node);
    uint64_t sum = 1;
    if (node->kind == ZH_CEL_MACRO) {
        uint64_t body = 1;
        for (uint32_t i = 1; i < node->count; i++) body = plus(body, cost(node->args[i], assumed));
        const bool once = node->op >= ZH_CEL_OP_OPT_MAP && node->op <= ZH_CEL_OP_BIND;
        return plus(plus(sum, cost(node->args[0], assumed)), times(body, once ? 1 : items_of(node->args[0], assumed)));
    }
    for (uint32_t i = left != NULL; i < node->count; i++) sum = plus(sum, cost(node->args[i], assumed));
    const bool walks = (node->kind == ZH_CEL_OPERATOR && node->op >= ZH_CEL_OP_EQ && node->op <= ZH_CEL_OP_IN) || node->kind == ZH_CEL_CALL || node->op == ZH_CEL_OP_ADD;
    if (walks && node->count > 0 && is_long(node->args[node->count - 1])) sum = plus(sum, items_of(node->args[node->count - 1], assumed));
    else if (node->kind == ZH_CEL_CALL) sum = plus(sum, 4);
    return sum;
}

static uint64_t cost(const zh_cel_node *node, uint64_t assumed)
{
    uint64_t sum = 0;
    for (; node != NULL; node = zh_cel_node_left(node)) sum = plus(sum, cost_rest(node, assumed));
    return sum;
}

uint64_t zh_cel_cost_of(const zh_cel_node *root, uint32_t items_assumed) { return cost(root, items_assumed); }
