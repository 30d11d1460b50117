#include "collect/name.h"

#define LENGTH_MIN 11
#define LENGTH_MAX 34

typedef struct row {
    zh_sv name; /* folded to lower case */
    zh_act act;
} row;

#define ROW(text, act) { { text, sizeof(text) - 1 }, act }

/* By length, so that a length names a run of rows. */
static const row rows[] = {
    ROW("cart shared", ZH_ACT_SHARE),
    ROW("cart viewed", ZH_ACT_CART_VIEW),
    ROW("viewed cart", ZH_ACT_CART_VIEW),
    ROW("product added", ZH_ACT_ADD),
    ROW("added product", ZH_ACT_ADD),
    ROW("coupon denied", ZH_ACT_COUPON),
    ROW("order updated", ZH_ACT_ORDER_UPDATE),
    ROW("updated order", ZH_ACT_ORDER_UPDATE),
    ROW("product viewed", ZH_ACT_VIEW),
    ROW("viewed product", ZH_ACT_VIEW),
    ROW("product shared", ZH_ACT_SHARE),
    ROW("coupon entered", ZH_ACT_COUPON),
    ROW("coupon applied", ZH_ACT_COUPON),
    ROW("coupon removed", ZH_ACT_COUPON),
    ROW("order refunded", ZH_ACT_REFUND),
    ROW("refunded order", ZH_ACT_REFUND),
    ROW("stock adjusted", ZH_ACT_STOCK),
    ROW("order canceled", ZH_ACT_CANCEL),
    ROW("product clicked", ZH_ACT_CLICK),
    ROW("clicked product", ZH_ACT_CLICK),
    ROW("product removed", ZH_ACT_REMOVE),
    ROW("removed product", ZH_ACT_REMOVE),
    ROW("order completed", ZH_ACT_ORDER),
    ROW("completed order", ZH_ACT_ORDER),
    ROW("order cancelled", ZH_ACT_CANCEL),
    ROW("cancelled order", ZH_ACT_CANCEL),
    ROW("promotion viewed", ZH_ACT_PROMOTION),
    ROW("viewed promotion", ZH_ACT_PROMOTION),
    ROW("product reviewed", ZH_ACT_REVIEW),
    ROW("checkout started", ZH_ACT_CHECKOUT),
    ROW("started checkout", ZH_ACT_CHECKOUT),
    ROW("products searched", ZH_ACT_SEARCH),
    ROW("searched products", ZH_ACT_SEARCH),
    ROW("promotion clicked", ZH_ACT_PROMOTION),
    ROW("clicked promotion", ZH_ACT_PROMOTION),
    ROW("product list viewed", ZH_ACT_LIST_VIEW),
    ROW("checkout step viewed", ZH_ACT_CHECKOUT),
    ROW("payment info entered", ZH_ACT_CHECKOUT),
    ROW("viewed checkout step", ZH_ACT_CHECKOUT),
    ROW("product list filtered", ZH_ACT_LIST_VIEW),
    ROW("checkout step completed", ZH_ACT_CHECKOUT),
    ROW("completed checkout step", ZH_ACT_CHECKOUT),
    ROW("viewed product category", ZH_ACT_LIST_VIEW),
    ROW("product added to wishlist", ZH_ACT_WISH),
    ROW("added product to wishlist", ZH_ACT_WISH),
    ROW("product removed from wishlist", ZH_ACT_UNWISH),
    ROW("removed product from wishlist", ZH_ACT_UNWISH),
    ROW("wishlist product added to cart", ZH_ACT_ADD),
    ROW("segment consent preference updated", ZH_ACT_CONSENT),
};
#define ROWS (sizeof rows / sizeof *rows)

/* Row of the first name of each length from LENGTH_MIN on; one more as the end. The test proves it. */
static const uint8_t first_row[LENGTH_MAX - LENGTH_MIN + 2] = {
    0, 3, 3, 8, 18, 26, 31, 35, 35, 36, 39, 40, 40, 43, 43, 45, 45, 45, 45, 47, 48, 48, 48, 48, 49
};

zh_act zh_name_act(zh_sv name)
{
    name = zh_sv_trim(name);
    if (name.size < LENGTH_MIN || name.size > LENGTH_MAX) return ZH_ACT_OTHER;
    char folded[LENGTH_MAX];
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    const size_t length = name.size - LENGTH_MIN;
    for (size_t at = first_row[length]; at < first_row[length + 1]; at++)
        if (memcmp(rows[at].name.data, folded, name.size) == 0) return rows[at].act;
    return ZH_ACT_OTHER;
}

bool zh_name_row(size_t at, zh_sv *name, zh_act *act)
{
    if (at >= ROWS) return false;
    *name = rows[at].name;
    *act = rows[at].act;
    return true;
}
