/* Where the stamps of a table's customers lie: one behind the other, so that a walk over everybody reads memory in order. */
#include "profile/customer_inside.h"

zh_stamps *zh_customer_inner_stamps(const zh_customers *c, uint32_t row)
{
    return &((zh_stamps *const *)c->rows.data)[row / ZH_STAMPS_PIECE][row % ZH_STAMPS_PIECE];
}

/* The table counts the customer already, so its rows are one fewer. */
zh_err zh_customer_inner_row_take(zh_customers *c, zh_customer_state *state)
{
    const uint32_t row = (uint32_t)c->states.count - 1;
    if (row == c->rows.count * ZH_STAMPS_PIECE) {
        if (zh_heap_list_reserve(&c->heap, &c->rows, sizeof(zh_stamps *), 1) != ZH_OK) return ZH_NOMEM;
        zh_stamps *piece = zh_heap_take(&c->heap, ZH_STAMPS_PIECE * sizeof *piece);
        if (piece == NULL) return ZH_NOMEM;
        ((zh_stamps **)c->rows.data)[c->rows.count++] = piece;
    }
    state->row = row;
    zh_stamps_clear(zh_customer_inner_stamps(c, row), state->number);
    return ZH_OK;
}

void zh_customer_inner_row_give(zh_customers *c, const zh_customer_state *state)
{
    const zh_stamps *last = zh_customer_inner_stamps(c, (uint32_t)c->states.count - 1);
    if (last->number == state->number) return;
    *zh_customer_inner_stamps(c, state->row) = *last;
    zh_customer_inner_get(c, last->number)->row = state->row;
}

void zh_customer_inner_stamp(zh_customers *c, const zh_customer_state *state, int64_t time_ms, zh_sv event)
{
    if (event.size == 0) return;
    zh_reader r = zh_reader_on(event);
    zh_fact fact = { .time_ms = time_ms };
    zh_customer_inner_fact_read(&r, &fact);
    zh_stamps_event(zh_customer_inner_stamps(c, state->row), &fact);
}

void zh_customer_inner_stamp_all(zh_customers *c, const zh_customer_state *state)
{
    zh_stamps *stamps = zh_customer_inner_stamps(c, state->row);
    zh_stamps_clear(stamps, state->number);
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) zh_stamps_event(stamps, &fact);
}
