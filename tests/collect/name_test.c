/* name_test.c
 * Goal    every name of the ecommerce specification has its act, in any case; others have none.
 * Method  the specification's list by hand; then the table itself: ordered, and each row found.
 */
#include "collect/name.h"
#include "check.h"

#include <ctype.h>

static void the_specification_is_covered(void)
{
    static const struct { const char *name; zh_act act; } rows[] = {
        { "Products Searched", ZH_ACT_SEARCH }, { "Product List Viewed", ZH_ACT_LIST_VIEW },
        { "Product List Filtered", ZH_ACT_LIST_VIEW }, { "Promotion Viewed", ZH_ACT_PROMOTION },
        { "Promotion Clicked", ZH_ACT_PROMOTION }, { "Product Clicked", ZH_ACT_CLICK }, { "Product Viewed", ZH_ACT_VIEW },
        { "Product Added", ZH_ACT_ADD }, { "Product Removed", ZH_ACT_REMOVE }, { "Cart Viewed", ZH_ACT_CART_VIEW },
        { "Checkout Started", ZH_ACT_CHECKOUT }, { "Checkout Step Viewed", ZH_ACT_CHECKOUT },
        { "Checkout Step Completed", ZH_ACT_CHECKOUT }, { "Payment Info Entered", ZH_ACT_CHECKOUT },
        { "Order Completed", ZH_ACT_ORDER }, { "Order Updated", ZH_ACT_ORDER_UPDATE }, { "Order Refunded", ZH_ACT_REFUND },
        { "Order Cancelled", ZH_ACT_CANCEL }, { "Coupon Entered", ZH_ACT_COUPON }, { "Coupon Applied", ZH_ACT_COUPON },
        { "Coupon Denied", ZH_ACT_COUPON }, { "Coupon Removed", ZH_ACT_COUPON }, { "Product Added to Wishlist", ZH_ACT_WISH },
        { "Product Removed from Wishlist", ZH_ACT_UNWISH }, { "Wishlist Product Added to Cart", ZH_ACT_ADD },
        { "Product Shared", ZH_ACT_SHARE }, { "Cart Shared", ZH_ACT_SHARE }, { "Product Reviewed", ZH_ACT_REVIEW },
        /* older names */
        { "Viewed Product Category", ZH_ACT_LIST_VIEW }, { "Viewed Product", ZH_ACT_VIEW }, { "Added Product", ZH_ACT_ADD },
        { "Removed Product", ZH_ACT_REMOVE }, { "Completed Order", ZH_ACT_ORDER }, { "Updated Order", ZH_ACT_ORDER_UPDATE },
        { "Viewed Promotion", ZH_ACT_PROMOTION }, { "Clicked Promotion", ZH_ACT_PROMOTION }, { "Clicked Product", ZH_ACT_CLICK },
        { "Stock Adjusted", ZH_ACT_STOCK }, { "Segment Consent Preference Updated", ZH_ACT_CONSENT },
        { "ORDER COMPLETED", ZH_ACT_ORDER }, { " order completed ", ZH_ACT_ORDER },
        /* no act */
        { "Email Opened", ZH_ACT_OTHER }, { "", ZH_ACT_OTHER }, { "Order", ZH_ACT_OTHER }, { "Order Complete", ZH_ACT_OTHER },
        { "Order Completedx", ZH_ACT_OTHER }, { "\xE4\xB8\x8B\xE5\x8D\x95", ZH_ACT_OTHER },
        { "a name that is much longer than any that is in the table", ZH_ACT_OTHER },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_name_act(zh_sv_of(rows[i].name)) == rows[i].act, rows[i].name);
}

static void every_row_is_found(void)
{
    zh_sv name, before = { 0 };
    zh_act act;
    size_t at = 0;
    for (; zh_name_row(at, &name, &act); at++, before = name) {
        char upper[64];
        CHECK(name.size < sizeof upper && name.size >= before.size);
        for (size_t i = 0; i < name.size; i++) upper[i] = (char)toupper((unsigned char)name.data[i]);
        CHECK_ROW(zh_name_act(name) == act, name.data);
        CHECK_ROW(zh_name_act((zh_sv){ upper, name.size }) == act, name.data);
        for (size_t i = 0; i < name.size; i++) { /* one letter off is another name */
            upper[i] ^= 3;
            CHECK_ROW(zh_name_act((zh_sv){ upper, name.size }) == ZH_ACT_OTHER, name.data);
            upper[i] ^= 3;
        }
    }
    CHECK(at > 40);
}

int main(void)
{
    the_specification_is_covered();
    every_row_is_found();
    return 0;
}
