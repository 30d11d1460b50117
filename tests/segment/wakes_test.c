/* Goal: an expression is woken by all that can matter to it, and by little else.
 * Method: expressions beside the list of what wakes them. That it is enough, tests/segment/segments_test.c proves. */
#include "segment/wakes.h"
#include "check.h"

#include <stdio.h>

static zh_arena arena;
static zh_cel_env *env;

/* "EVENT Product Viewed category=tea; ORDERS" */
static void print(const zh_wake *wakes, uint32_t count, zh_buf *out)
{
    static const char *const kinds[] = { "?", "EVENT", "LINES", "ORDERS", "TRAITS", "CONSENT", "SEGMENT", "TAG", "LIST", "SELF", "SHARED", "OTHER", "MODEL" };
    static const char *const fields[] = { "", " item=", " category=", " brand=" };
    for (uint32_t i = 0; i < count; i++) {
        zh_buf_printf(out, "%s%s%s", i == 0 ? "" : "; ", wakes[i].falls ? "-" : "", kinds[wakes[i].kind]);
        if (wakes[i].name.size > 0) zh_buf_printf(out, " %.*s", ZH_SV_ARG(wakes[i].name));
        if (wakes[i].field != ZH_WAKE_ANY_LINE) zh_buf_printf(out, "%s%.*s", fields[wakes[i].field], ZH_SV_ARG(wakes[i].text));
    }
}

int main(void)
{
    static const struct { const char *text, *wakes; } known[] = {
        { "customer.events('V').count(days(7)) > 2", "EVENT V" },
        { "customer.events().count(days(7)) > 2", "EVENT" },
        { "customer.events('V').where(e, e.category == 'tea').count(days(7)) > 2", "EVENT V category=tea" },
        { "customer.events('V').where(e, e.price > 3.0 && 'tea' == e.category && e.quantity > 1).count() > 2", "EVENT V category=tea" },
        { "customer.events('V').where(e, e.item_id in ['a', 'b']).count() > 2", "EVENT V item=a; EVENT V item=b" },
        { "customer.events('V').where(e, e.products.exists(p, p.brand == 'x')).count() > 2", "EVENT V brand=x" },
        { "customer.events().where(e, e.brand == 'x').count() > 2", "EVENT brand=x" },
        { "customer.events('V').where(e, e.brand == 'x').count() > 2 && customer.events('V').count() > 9", "EVENT V" },
        { "customer.events('V').where(e, e.brand == 'x' || e.price > 3.0).count() > 2", "EVENT V" },
        { "customer.events('V').where(e, 1 / e.quantity > 0 && e.brand == 'x').count() > 2", "EVENT V" }, /* the first may fail for any event */
        { "(customer.consent.email ? customer.events('V') : customer.events('W')).count() > 2", "CONSENT; EVENT V; EVENT W" },
        { "(customer.consent.email ? customer.events('V') : customer.events('W')).where(e, e.brand == 'x').count() > 2", "CONSENT; EVENT V; EVENT W" },
        { "customer.did('O', days(3)) && !customer.did('P')", "EVENT O; -EVENT P" },
        { "customer.events(customer.traits.favourite).count() > 1", "TRAITS; EVENT" },
        { "customer.events('V').not_followed_by('O', days(2)).count(days(7)) > 0", "EVENT V; -EVENT O" },
        { "!(customer.events('V').where(e, e.brand == 'x').count() > 2)", "-EVENT V brand=x" },
        { "3 > customer.events('V').count() || customer.events('W').count(days(1)) <= 2", "-EVENT V; -EVENT W" },
        { "customer.events('V').count() == 2 && !customer.did('W') && customer.did('W', days(3))", "EVENT V; EVENT W" },
        { "!customer.did('W') == customer.did('V')", "EVENT W; EVENT V" },
        { "(customer.did('W') ? 1 : 2) > 1 && customer.events('V').sum() < 3.0", "EVENT W; EVENT V" },
        { "!(customer.events('V').where(e, !customer.did('W')).followed_by('X', days(1)).count() > 1)", "-EVENT V; EVENT W; -EVENT X" },
        { "customer.orders.count() > 1 && customer.last_seen < now - days(3)", "ORDERS; EVENT" },
        { "customer.affinity.category['tea'] > 0.3", "LINES" },
        { "customer.in_segment('vip') && customer.bucket('s', 10) < 3", "SEGMENT vip; SELF" },
        { "customer.rfm.segment == 'champion' && customer.rfm.recency > 3", "ORDERS; SHARED" },
        { "customer.lifecycle == 'new' && customer.basket_size > 2.0", "OTHER; ORDERS" },
        { "customer.predictions.buy_7d > 0.5", "EVENT; ORDERS; CONSENT; MODEL" },
        { "customer.has_tag('vip') || customer.in_list('friends')", "TAG vip; LIST friends" },
        { "customer.tags.exists(t, t == 'vip')", "TAG" },
        { "true", "" },
    };
    arena = zh_arena_open((size_t)64 << 20);
    CHECK(zh_vocabulary_open(&env, &arena) == ZH_OK);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        zh_condition condition;
        zh_cel_fault why = { .text = "" };
        const zh_wake *wakes;
        uint32_t count;
        const zh_err e = zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(known[i].text), &why);
        if (e != ZH_OK) fprintf(stderr, "%s: %s\n", known[i].text, why.text);
        CHECK(e == ZH_OK);
        CHECK(zh_condition_wakes(&condition, env, &arena, &wakes, &count) == ZH_OK);
        zh_buf out = zh_buf_open(4096);
        print(wakes, count, &out);
        if (!zh_sv_equal(zh_buf_view(&out), zh_sv_of(known[i].wakes))) fprintf(stderr, "%s: woken by %.*s\n", known[i].text, ZH_SV_ARG(zh_buf_view(&out)));
        CHECK(zh_sv_equal(zh_buf_view(&out), zh_sv_of(known[i].wakes)));
        zh_buf_close(&out);
    }
    zh_arena_close(&arena);
    return 0;
}
