#include "quality/spec.h"
#include "quality/reason.h"

#define B(kind) (1u << ZH_KIND_##kind)
#define AMOUNT (B(NUMBER) | B(DIGITS))
#define ID (B(TEXT) | B(DIGITS) | B(NUMBER))
#define WORDS (B(TEXT) | B(DIGITS) | B(NUMBER))
#define LIST B(ARRAY)

/* Groups of acts, as bits. */
#define A(act) (1u << ZH_ACT_##act)
#define ITEM_ACTS (A(VIEW) | A(CLICK) | A(ADD) | A(REMOVE) | A(WISH) | A(UNWISH) | A(REVIEW))
#define ORDER_ACTS (A(ORDER) | A(ORDER_UPDATE) | A(REFUND) | A(CANCEL))
#define MONEY_ACTS (ORDER_ACTS | A(CHECKOUT))
#define LIST_ACTS (MONEY_ACTS | A(LIST_VIEW) | A(CART_VIEW))
#define LINE_ACTS (ITEM_ACTS | LIST_ACTS | A(SHARE))
_Static_assert(ZH_ACT_COUNT <= 32, "acts are bits of a word");

static const struct row {
    zh_sv name;
    uint32_t kinds, acts, required; /* required: acts that must have it */
    bool learned;                   /* learning reads it: with a wrong type the event teaches nothing */
} rows[] = {
#define ROW(name, kinds, acts, required, learned) { { name, sizeof(name) - 1 }, kinds, acts, required, learned },
    ROW("product_id", ID, LINE_ACTS, 0, true) /* or sku: see zh_spec_check */
    ROW("sku", ID, LINE_ACTS, 0, true)
    ROW("price", AMOUNT, LINE_ACTS, 0, true)
    ROW("quantity", AMOUNT, LINE_ACTS, 0, true)
    ROW("products", LIST, LIST_ACTS | A(SHARE), 0, true)
    ROW("order_id", ID, MONEY_ACTS | A(COUPON), ORDER_ACTS, true)
    ROW("category", WORDS, LINE_ACTS | A(SEARCH), 0, false)
    ROW("name", WORDS, LINE_ACTS | A(PROMOTION), 0, false)
    ROW("brand", WORDS, LINE_ACTS, 0, false)
    ROW("variant", WORDS, LINE_ACTS, 0, false)
    ROW("coupon", WORDS, LINE_ACTS, 0, false)
    ROW("position", AMOUNT | WORDS, LINE_ACTS | A(PROMOTION), 0, false)
    ROW("url", B(TEXT), LINE_ACTS, 0, false)
    ROW("image_url", B(TEXT), LINE_ACTS, 0, false)
    ROW("currency", B(TEXT), LINE_ACTS | A(COUPON), 0, false)
    ROW("value", AMOUNT, A(VIEW) | A(ADD) | MONEY_ACTS, 0, false)
    ROW("revenue", AMOUNT, MONEY_ACTS, 0, false)
    ROW("total", AMOUNT, MONEY_ACTS, 0, false)
    ROW("subtotal", AMOUNT, ORDER_ACTS, 0, false)
    ROW("shipping", AMOUNT, MONEY_ACTS, 0, false)
    ROW("tax", AMOUNT, MONEY_ACTS, 0, false)
    ROW("discount", AMOUNT, MONEY_ACTS | A(COUPON), 0, false)
    ROW("affiliation", WORDS, MONEY_ACTS, 0, false)
    ROW("checkout_id", ID, MONEY_ACTS, 0, false)
    ROW("step", AMOUNT, A(CHECKOUT), 0, false)
    ROW("shipping_method", WORDS, A(CHECKOUT), 0, false)
    ROW("payment_method", WORDS, A(CHECKOUT), 0, false)
    ROW("cart_id", ID, A(ADD) | A(REMOVE) | A(CART_VIEW) | A(COUPON) | A(SHARE), 0, false)
    ROW("list_id", ID, A(LIST_VIEW), 0, false)
    ROW("filters", LIST, A(LIST_VIEW), 0, false)
    ROW("sorts", LIST, A(LIST_VIEW), 0, false)
    ROW("query", WORDS, A(SEARCH), A(SEARCH), false)
    ROW("promotion_id", ID, A(PROMOTION), 0, false)
    ROW("creative", WORDS, A(PROMOTION), 0, false)
    ROW("coupon_id", ID, A(COUPON), 0, false)
    ROW("coupon_name", WORDS, A(COUPON), 0, false)
    ROW("reason", WORDS, A(COUPON), 0, false)
    ROW("wishlist_id", ID, A(WISH) | A(UNWISH), 0, false)
    ROW("wishlist_name", WORDS, A(WISH) | A(UNWISH), 0, false)
    ROW("share_via", WORDS, A(SHARE), 0, false)
    ROW("share_message", WORDS, A(SHARE), 0, false)
    ROW("recipient", WORDS, A(SHARE), 0, false)
    ROW("review_id", ID, A(REVIEW), 0, false)
    ROW("review_body", WORDS, A(REVIEW), 0, false)
    ROW("rating", AMOUNT | B(TEXT), A(REVIEW), 0, false)
#undef ROW
};
#define ROWS (sizeof rows / sizeof *rows)

static const struct row *find(zh_act act, zh_sv name)
{
    for (size_t i = 0; i < ROWS; i++)
        if ((rows[i].acts & 1u << act) != 0 && zh_sv_equal(rows[i].name, name)) return &rows[i];
    return NULL;
}

uint32_t zh_spec_kinds(zh_act act, zh_sv property)
{
    const struct row *row = find(act, property);
    return row == NULL ? 0 : row->kinds;
}

bool zh_spec_is_required(zh_act act, zh_sv property)
{
    const struct row *row = find(act, property);
    if (row != NULL && zh_sv_equal(property, ZH_SV("product_id"))) return (ITEM_ACTS & 1u << act) != 0;
    return row != NULL && (row->required & 1u << act) != 0;
}

static bool is_there(const zh_shape *shape, zh_sv name)
{
    const zh_shape_member *m = zh_shape_get(shape, name);
    return m != NULL && m->kind != ZH_KIND_NONE;
}

static uint32_t check_types(zh_act act, const zh_shape *shape, zh_sv *which)
{
    uint32_t reasons = 0;
    for (uint32_t i = 0; i < shape->count; i++) {
        const zh_shape_member *m = &shape->members[i];
        const struct row *row = m->kind == ZH_KIND_NONE ? NULL : find(act, m->name);
        if (row == NULL || (row->kinds & 1u << m->kind) != 0) continue;
        if (which->size == 0 || row->learned) *which = m->name;
        reasons |= row->learned ? ZH_QUALITY_BIT(TYPE_VIOLATION) : ZH_QUALITY_BIT(TYPE_CONFLICT);
    }
    return reasons;
}

uint32_t zh_spec_check(zh_act act, const zh_shape *shape, zh_sv *which)
{
    *which = (zh_sv){ 0 };
    if (act == ZH_ACT_OTHER || act == ZH_ACT_CONSENT || act == ZH_ACT_STOCK) return 0;
    uint32_t reasons = check_types(act, shape, which);
    zh_sv missing = { 0 };
    for (size_t i = 0; i < ROWS && missing.size == 0; i++)
        if ((rows[i].required & 1u << act) != 0 && !is_there(shape, rows[i].name)) missing = rows[i].name;
    const bool names_item = is_there(shape, ZH_SV("product_id")) || is_there(shape, ZH_SV("sku")) || is_there(shape, ZH_SV("products"));
    if (missing.size == 0 && ((ITEM_ACTS | ORDER_ACTS) & 1u << act) != 0 && act != ZH_ACT_REFUND && act != ZH_ACT_CANCEL && !names_item) missing = ZH_SV("product_id");
    const bool one_line = !is_there(shape, ZH_SV("products")) && names_item && (act == ZH_ACT_ORDER || act == ZH_ACT_ORDER_UPDATE);
    if (missing.size == 0 && one_line && !is_there(shape, ZH_SV("quantity"))) missing = ZH_SV("quantity"); /* taken as 1 */
    if (missing.size > 0) reasons |= ZH_QUALITY_BIT(MISSING);
    if (which->size == 0) *which = missing;
    return reasons;
}

bool zh_spec_property(zh_act act, size_t at, zh_sv *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if ((rows[i].acts & 1u << act) != 0 && at-- == 0) {
            *name = rows[i].name;
            return true;
        }
    return false;
}
