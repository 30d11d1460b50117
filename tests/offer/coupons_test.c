/* Goal: the ledger is what happened, to the cent; what the judge lets pass never goes over stock, budget or a customer's limit, also while acts are on
 * their way; kept, loaded and merged it is the same. Method: random acts of many customers against a slow model that keeps every act in a list and
 * counts anew for each question; acts are folded late and in any order. */
#include "offer/coupons.h"
#include "check.h"
#include "shelf.h"

#define CUSTOMERS 6
#define ORDERS 12
#define PENDING 5
#define ACTS 4000

typedef struct world {
    zh_coupons *c;
    zh_offer claimed, open; /* one that is claimed, one that is not */
    zh_offer_act acts[ACTS];      /* all that were let pass, in that order; folded up to … not in order: see done[] */
    bool done[ACTS];
    uint32_t count;
    uint64_t who[CUSTOMERS]; /* the number each is now */
} world;

/* ---- the slow model: counts over the list of acts ---- */

typedef struct counts { int64_t claims, his_claims, uses, his_uses, cents; } counts;

/* The newest act of an order that was let pass; NULL: none. */
static const zh_offer_act *newest_of(const world *w, uint64_t order, zh_offer_act_kind *kind)
{
    const zh_offer_act *hold = NULL;
    *kind = ZH_OFFER_ACT_RELEASE;
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->acts[i].kind == ZH_OFFER_ACT_CLAIM || w->acts[i].order != order) continue;
        if (w->acts[i].kind == ZH_OFFER_ACT_RELEASE && !w->done[i]) continue; /* gives nothing back before it is written */
        *kind = w->acts[i].kind;
        if (*kind == ZH_OFFER_ACT_HOLD) hold = &w->acts[i];
    }
    return *kind == ZH_OFFER_ACT_RELEASE ? NULL : hold;
}

static counts count(const world *w, zh_sv offer, uint64_t customer)
{
    counts sum = { 0 };
    zh_offer_act_kind kind;
    for (uint32_t i = 0; i < w->count; i++)
        if (w->acts[i].kind == ZH_OFFER_ACT_CLAIM && zh_sv_equal(w->acts[i].offer, offer)) sum.claims++, sum.his_claims += w->acts[i].customer.number == customer;
    for (uint64_t order = 1; order <= ORDERS; order++) {
        const zh_offer_act *hold = newest_of(w, order, &kind);
        for (uint32_t u = 0; hold != NULL && u < hold->uses_count; u++)
            if (zh_sv_equal(hold->uses[u].offer, offer)) sum.uses++, sum.his_uses += hold->customer.number == customer, sum.cents += hold->uses[u].cents;
    }
    return sum;
}

static bool in_an_order(const world *w, uint32_t coupon)
{
    zh_offer_act_kind kind;
    bool is = false;
    for (uint64_t order = 1; order <= ORDERS; order++) {
        const zh_offer_act *hold = newest_of(w, order, &kind);
        for (uint32_t u = 0; hold != NULL && u < hold->uses_count; u++) is |= hold->uses[u].coupon == coupon;
    }
    return is;
}

/* ---- acting ---- */

static bool is_pending(const world *w, uint64_t order)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (!w->done[i] && w->acts[i].kind != ZH_OFFER_ACT_CLAIM && w->acts[i].order == order) return true;
    return false;
}

static zh_pending pending_of(const world *w, const zh_offer_act *list[PENDING + 1])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->count; i++)
        if (!w->done[i]) list[count++] = &w->acts[i];
    return (zh_pending){ list, count };
}

static void fold_some(world *w, uint64_t *seed, uint32_t most)
{
    for (uint32_t waiting = 0, i = 0; i < w->count; i++) {
        waiting += !w->done[i];
        if (w->done[i] || (waiting <= most && test_random(seed) % 3 != 0)) continue;
        CHECK(zh_coupons_fold(w->c, &w->acts[i]) == ZH_OK);
        w->done[i] = true, waiting--;
    }
}

static void fold_all(world *w, uint64_t *seed)
{
    fold_some(w, seed, 0);
    for (uint32_t i = 0; i < w->count; i++) CHECK(w->done[i]);
}

static void claim(world *w, uint64_t *seed, int64_t now_ms)
{
    const zh_offer_act *list[PENDING + 1];
    const zh_customer_id customer = { w->who[test_random(seed) % CUSTOMERS] };
    const uint64_t key = test_random(seed) % 4 == 0 ? 1 + test_random(seed) % 3 : 0;
    uint32_t number;
    bool again, known = false;
    const counts now = count(w, w->claimed.name, customer.number);
    for (uint32_t i = 0; i < w->count; i++) known |= key != 0 && w->acts[i].kind == ZH_OFFER_ACT_CLAIM && w->acts[i].claim_key == key && w->acts[i].customer.number == customer.number;
    const zh_refusal want = known ? ZH_REFUSAL_NONE : w->claimed.budget_cents - now.cents <= 0 ? ZH_REFUSAL_BUDGET_SPENT : now.his_claims >= w->claimed.per_customer ? ZH_REFUSAL_LIMIT_REACHED
                            : now.claims >= w->claimed.stock ? ZH_REFUSAL_SOLD_OUT : ZH_REFUSAL_NONE;
    CHECK(zh_coupons_may_claim(w->c, &w->claimed, customer, key, 0, pending_of(w, list), &number, &again) == want && (want != ZH_REFUSAL_NONE || again == known));
    if (want == ZH_REFUSAL_NONE && !again)
        w->acts[w->count++] = (zh_offer_act){ .kind = ZH_OFFER_ACT_CLAIM, .at_ms = now_ms, .offer = w->claimed.name, .version = 1, .coupon = number, .customer = customer, .claim_key = key };
}

static void hold(world *w, uint64_t *seed, uint64_t order, int64_t now_ms)
{
    const zh_offer_act *list[PENDING + 1];
    const zh_customer_id customer = { w->who[test_random(seed) % CUSTOMERS] };
    const zh_pending pending = pending_of(w, list);
    const int64_t cents = (int64_t)(test_random(seed) % 40);
    const counts now = count(w, w->open.name, customer.number);
    const bool fits = now.his_uses < w->open.per_customer && now.uses < w->open.stock && now.cents < w->open.budget_cents;
    CHECK((zh_coupons_may_use(w->c, &w->open, customer, 0, pending) == ZH_REFUSAL_NONE) == fits);
    CHECK(zh_coupons_left_cents(w->c, &w->open, pending) == w->open.budget_cents - now.cents && zh_coupons_left(w->c, &w->open, pending) == w->open.stock - now.uses);
    zh_offer_act act = { .kind = ZH_OFFER_ACT_HOLD, .at_ms = now_ms, .order = order, .customer = customer, .until_ms = now_ms + 50, .quote = { 1, order } };
    if (fits && cents <= w->open.budget_cents - now.cents) act.uses[act.uses_count++] = (zh_offer_act_use){ w->open.name, 1, 0, cents };
    zh_coupon coupon;
    const uint32_t before = act.uses_count;
    for (uint32_t at = 0; zh_coupons_of(w->c, customer, &at, &coupon);) {
        const zh_refusal r = zh_coupons_may_use(w->c, &w->claimed, customer, coupon.number, pending);
        CHECK((r == ZH_REFUSAL_NONE) == !in_an_order(w, coupon.number));
        CHECK(zh_coupons_may_use(w->c, &w->claimed, (zh_customer_id){ 999 }, coupon.number, pending) == ZH_REFUSAL_NOT_YOURS);
        if (r == ZH_REFUSAL_NONE && act.uses_count == before && cents <= zh_coupons_left_cents(w->c, &w->claimed, pending)) act.uses[act.uses_count++] = (zh_offer_act_use){ w->claimed.name, 1, coupon.number, cents };
    }
    if (act.uses_count > 0) w->acts[w->count++] = act;
}

static void step(world *w, uint64_t *seed, int64_t now_ms)
{
    const uint64_t order = 1 + test_random(seed) % ORDERS;
    zh_offer_act_kind kind;
    if (test_random(seed) % 3 == 0) claim(w, seed, now_ms);
    else if (!is_pending(w, order)) { /* the desk lets one act of an order wait for the one before it */
        if (newest_of(w, order, &kind) == NULL) hold(w, seed, order, now_ms);
        else if (kind == ZH_OFFER_ACT_HOLD && test_random(seed) % 2 == 0) w->acts[w->count++] = (zh_offer_act){ .kind = ZH_OFFER_ACT_USE, .at_ms = now_ms, .order = order };
        else w->acts[w->count++] = (zh_offer_act){ .kind = ZH_OFFER_ACT_RELEASE, .at_ms = now_ms, .order = order, .cause = ZH_RELEASE_ASKED };
    }
    fold_some(w, seed, PENDING - 1);
}

static void check_sums(const world *w)
{
    const char *why;
    const zh_offer_account a = zh_coupons_account(w->c, w->claimed.name), b = zh_coupons_account(w->c, w->open.name);
    const counts x = count(w, w->claimed.name, 0), y = count(w, w->open.name, 0);
    CHECK(zh_coupons_check(w->c, &why) && zh_coupons_odd(w->c) == 0);
    CHECK((int64_t)a.claimed == x.claims && (int64_t)(a.held + a.used) == x.uses && a.held_cents + a.used_cents == x.cents && x.claims <= w->claimed.stock && x.cents <= w->claimed.budget_cents);
    CHECK((int64_t)(b.held + b.used) == y.uses && b.held_cents + b.used_cents == y.cents && y.uses <= w->open.stock && y.cents <= w->open.budget_cents);
}

/* One customer becomes another; the slow model renames him in all acts. */
static void merge(world *w, uint64_t *seed)
{
    const uint64_t from = w->who[test_random(seed) % CUSTOMERS], to = w->who[test_random(seed) % CUSTOMERS];
    if (from == to) return;
    fold_all(w, seed);
    CHECK(zh_coupons_merge(w->c, (zh_customer_id){ from }, (zh_customer_id){ to }) == ZH_OK);
    for (int i = 0; i < CUSTOMERS; i++) if (w->who[i] == from) w->who[i] = to;
    for (uint32_t i = 0; i < w->count; i++) if (w->acts[i].customer.number == from) w->acts[i].customer.number = to;
}

static void reload(world *w, shelf *disk)
{
    shelf whole = { 0 }, again = { 0 };
    zh_coupons *back;
    CHECK(zh_coupons_save(w->c, false, shelf_keep(disk)) == ZH_OK && zh_coupons_save(w->c, true, shelf_keep(&whole)) == ZH_OK && shelf_equal(disk, &whole));
    CHECK(zh_coupons_open(&back) == ZH_OK);
    for (size_t i = whole.count; i-- > 0;) CHECK(zh_coupons_load(back, shelf_key(&whole, i), shelf_value(&whole, i)) == ZH_OK);
    CHECK(zh_coupons_save(back, true, shelf_keep(&again)) == ZH_OK && shelf_equal(&whole, &again));
    zh_coupons_close(w->c);
    w->c = back;
    shelf_close(&whole);
    shelf_close(&again);
}

static zh_offer limits(const char *name, zh_offer_give give, int64_t stock, int64_t budget_cents, int32_t per_customer)
{
    return (zh_offer){ .name = zh_sv_of(name), .give = give, .stock = stock, .budget_cents = budget_cents, .per_customer = per_customer, .from_day = ZH_OFFER_DAY_NONE, .until_day = ZH_OFFER_DAY_NONE };
}

static void run(uint64_t seed, uint32_t steps)
{
    static world w;
    shelf disk = { 0 };
    w = (world){ .claimed = limits("claimed", ZH_OFFER_CLAIM, 20, 300, 6), .open = limits("open", ZH_OFFER_AUTOMATIC, 8, 200, 5) };
    CHECK(zh_coupons_open(&w.c) == ZH_OK);
    for (int i = 0; i < CUSTOMERS; i++) w.who[i] = (uint64_t)i + 1;
    for (uint32_t i = 0; i < steps && w.count + 1 < ACTS; i++) {
        step(&w, &seed, i);
        if (i % 97 == 0) merge(&w, &seed);
        if (i % 41 == 0) fold_all(&w, &seed), check_sums(&w), reload(&w, &disk);
    }
    fold_all(&w, &seed);
    check_sums(&w);
    zh_coupons_close(w.c);
    shelf_close(&disk);
}

/* ---- what no honest log has ---- */

static void test_what_does_not_fit_is_passed_over(void)
{
    zh_coupons *c;
    uint64_t orders[4];
    CHECK(zh_coupons_open(&c) == ZH_OK);
    zh_offer_act a = { .kind = ZH_OFFER_ACT_USE, .order = 5 };
    CHECK(zh_coupons_fold(c, &a) == ZH_OK && zh_coupons_odd(c) == 1);
    a = (zh_offer_act){ .kind = ZH_OFFER_ACT_HOLD, .order = 5, .until_ms = 10, .uses_count = 1, .uses = { { ZH_SV("o"), 1, 77, 5 } } };
    CHECK(zh_coupons_fold(c, &a) == ZH_OK && zh_coupons_odd(c) == 2); /* there is no coupon 77 */
    a.uses[0].coupon = 0;
    CHECK(zh_coupons_fold(c, &a) == ZH_OK && zh_coupons_fold(c, &a) == ZH_OK && zh_coupons_odd(c) == 3);
    CHECK(zh_coupons_overdue(c, 9, orders, 4) == 0 && zh_coupons_overdue(c, 10, orders, 4) == 1 && orders[0] == 5);
    a = (zh_offer_act){ .kind = ZH_OFFER_ACT_RELEASE, .order = 5 };
    CHECK(zh_coupons_fold(c, &a) == ZH_OK && zh_coupons_fold(c, &a) == ZH_OK && zh_coupons_odd(c) == 4 && zh_coupons_account(c, ZH_SV("o")).released == 1);
    zh_coupons_close(c);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_what_does_not_fit_is_passed_over();
    for (uint64_t i = 0; i < (test_is_whole() ? 200 : 20); i++) run(seed * 1000 + i, 1500);
    return 0;
}
