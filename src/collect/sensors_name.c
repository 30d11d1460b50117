#include "collect/sensors_name.h"

#include "collect/name.h"

#define FOLDED_MAX 40 /* of any name below; longer ones are in no table */

#define TEXT(literal) { (literal), sizeof(literal) - 1 }

typedef struct act_row {
    zh_sv name; /* folded */
    zh_act act;
} act_row;

static const act_row acts[] = {
    { TEXT("viewproduct"), ZH_ACT_VIEW },            { TEXT("productview"), ZH_ACT_VIEW },
    { TEXT("viewgoods"), ZH_ACT_VIEW },              { TEXT("viewitem"), ZH_ACT_VIEW },
    { TEXT("viewcommodity"), ZH_ACT_VIEW },          { TEXT("commoditydetail"), ZH_ACT_VIEW },
    { TEXT("commoditydetailview"), ZH_ACT_VIEW },    { TEXT("viewcommoditydetail"), ZH_ACT_VIEW },
    { TEXT("productdetail"), ZH_ACT_VIEW },          { TEXT("viewproductdetail"), ZH_ACT_VIEW },
    { TEXT("goodsdetail"), ZH_ACT_VIEW },            { TEXT("productviewed"), ZH_ACT_VIEW },
    { TEXT("clickproduct"), ZH_ACT_CLICK },          { TEXT("productclick"), ZH_ACT_CLICK },
    { TEXT("commodityclick"), ZH_ACT_CLICK },        { TEXT("goodsclick"), ZH_ACT_CLICK },
    { TEXT("productclicked"), ZH_ACT_CLICK },        { TEXT("searchresultclick"), ZH_ACT_CLICK },
    { TEXT("viewproductlist"), ZH_ACT_LIST_VIEW },   { TEXT("commoditylistview"), ZH_ACT_LIST_VIEW },
    { TEXT("productlistviewed"), ZH_ACT_LIST_VIEW }, { TEXT("search"), ZH_ACT_SEARCH },
    { TEXT("searchrequest"), ZH_ACT_SEARCH },        { TEXT("searchproduct"), ZH_ACT_SEARCH },
    { TEXT("searchgoods"), ZH_ACT_SEARCH },          { TEXT("productssearched"), ZH_ACT_SEARCH },
    { TEXT("addtocart"), ZH_ACT_ADD },               { TEXT("addcart"), ZH_ACT_ADD },
    { TEXT("addtoshoppingcart"), ZH_ACT_ADD },       { TEXT("addproducttoshoppingcart"), ZH_ACT_ADD },
    { TEXT("productadded"), ZH_ACT_ADD },            { TEXT("removefromcart"), ZH_ACT_REMOVE },
    { TEXT("removefromshoppingcart"), ZH_ACT_REMOVE }, { TEXT("productremoved"), ZH_ACT_REMOVE },
    { TEXT("viewcart"), ZH_ACT_CART_VIEW },          { TEXT("viewshoppingcart"), ZH_ACT_CART_VIEW },
    { TEXT("cartviewed"), ZH_ACT_CART_VIEW },        { TEXT("submitorder"), ZH_ACT_CHECKOUT },
    { TEXT("buynow"), ZH_ACT_CHECKOUT },             { TEXT("checkout"), ZH_ACT_CHECKOUT },
    { TEXT("checkoutstarted"), ZH_ACT_CHECKOUT },    { TEXT("settleaccounts"), ZH_ACT_CHECKOUT },
    { TEXT("payorder"), ZH_ACT_ORDER },              { TEXT("buyproduct"), ZH_ACT_ORDER },
    { TEXT("buyproducts"), ZH_ACT_ORDER },           { TEXT("purchase"), ZH_ACT_ORDER },
    { TEXT("ordercompleted"), ZH_ACT_ORDER },        { TEXT("orderpaid"), ZH_ACT_ORDER },
    { TEXT("returnorder"), ZH_ACT_REFUND },          { TEXT("refundorder"), ZH_ACT_REFUND },
    { TEXT("orderrefunded"), ZH_ACT_REFUND },        { TEXT("cancelorder"), ZH_ACT_CANCEL },
    { TEXT("ordercancelled"), ZH_ACT_CANCEL },       { TEXT("receivediscount"), ZH_ACT_COUPON },
    { TEXT("getcoupon"), ZH_ACT_COUPON },            { TEXT("receivecoupon"), ZH_ACT_COUPON },
    { TEXT("usecoupon"), ZH_ACT_COUPON },            { TEXT("collectproduct"), ZH_ACT_WISH },
    { TEXT("collectcommodity"), ZH_ACT_WISH },       { TEXT("addtofavorites"), ZH_ACT_WISH },
    { TEXT("addtowishlist"), ZH_ACT_WISH },          { TEXT("removefromwishlist"), ZH_ACT_UNWISH },
    { TEXT("cancelcollect"), ZH_ACT_UNWISH },        { TEXT("shareproduct"), ZH_ACT_SHARE },
    { TEXT("sharecommodity"), ZH_ACT_SHARE },        { TEXT("productshared"), ZH_ACT_SHARE },
    { TEXT("commentproduct"), ZH_ACT_REVIEW },       { TEXT("productreviewed"), ZH_ACT_REVIEW },
};

typedef struct field_row {
    zh_sv name; /* folded */
    zh_sensors_field field;
} field_row;

/* Of two with the same meaning the earlier row counts: the product before the piece of it. */
static const field_row fields[] = {
    { TEXT("productid"), ZH_SENSORS_ITEM },        { TEXT("commodityid"), ZH_SENSORS_ITEM },
    { TEXT("goodsid"), ZH_SENSORS_ITEM },          { TEXT("itemid"), ZH_SENSORS_ITEM },
    { TEXT("spuid"), ZH_SENSORS_ITEM },            { TEXT("sku"), ZH_SENSORS_SKU },
    { TEXT("skuid"), ZH_SENSORS_SKU },             { TEXT("commodityskuid"), ZH_SENSORS_SKU },
    { TEXT("productname"), ZH_SENSORS_TITLE },     { TEXT("commodityname"), ZH_SENSORS_TITLE },
    { TEXT("goodsname"), ZH_SENSORS_TITLE },       { TEXT("itemname"), ZH_SENSORS_TITLE },
    { TEXT("title"), ZH_SENSORS_TITLE },           { TEXT("name"), ZH_SENSORS_TITLE },
    { TEXT("category"), ZH_SENSORS_CATEGORY },     { TEXT("productcategory"), ZH_SENSORS_CATEGORY },
    { TEXT("commoditycategory"), ZH_SENSORS_CATEGORY }, { TEXT("goodscategory"), ZH_SENSORS_CATEGORY },
    { TEXT("producttype"), ZH_SENSORS_CATEGORY },  { TEXT("productclassify"), ZH_SENSORS_CATEGORY },
    { TEXT("firstcommodity"), ZH_SENSORS_CATEGORY }, { TEXT("secondcommodity"), ZH_SENSORS_CATEGORY },
    { TEXT("brand"), ZH_SENSORS_BRAND },           { TEXT("productbrand"), ZH_SENSORS_BRAND },
    { TEXT("commoditybrand"), ZH_SENSORS_BRAND },  { TEXT("brandname"), ZH_SENSORS_BRAND },
    { TEXT("price"), ZH_SENSORS_PRICE },           { TEXT("presentprice"), ZH_SENSORS_PRICE },
    { TEXT("productprice"), ZH_SENSORS_PRICE },    { TEXT("commodityprice"), ZH_SENSORS_PRICE },
    { TEXT("goodsprice"), ZH_SENSORS_PRICE },      { TEXT("originalprice"), ZH_SENSORS_PRICE },
    { TEXT("quantity"), ZH_SENSORS_QUANTITY },     { TEXT("productquantity"), ZH_SENSORS_QUANTITY },
    { TEXT("commodityquantity"), ZH_SENSORS_QUANTITY }, { TEXT("goodsquantity"), ZH_SENSORS_QUANTITY },
    { TEXT("orderid"), ZH_SENSORS_ORDER },         { TEXT("orderno"), ZH_SENSORS_ORDER },
    { TEXT("ordersn"), ZH_SENSORS_ORDER },         { TEXT("revenue"), ZH_SENSORS_REVENUE },
    { TEXT("orderactualamount"), ZH_SENSORS_REVENUE }, { TEXT("actualamount"), ZH_SENSORS_REVENUE },
    { TEXT("payamount"), ZH_SENSORS_REVENUE },     { TEXT("paymentamount"), ZH_SENSORS_REVENUE },
    { TEXT("orderamount"), ZH_SENSORS_REVENUE },   { TEXT("totalamount"), ZH_SENSORS_REVENUE },
    { TEXT("currency"), ZH_SENSORS_CURRENCY },     { TEXT("stock"), ZH_SENSORS_STOCK },
    { TEXT("inventory"), ZH_SENSORS_STOCK },       { TEXT("url"), ZH_SENSORS_URL },
    { TEXT("link"), ZH_SENSORS_URL },              { TEXT("producturl"), ZH_SENSORS_URL },
    { TEXT("imageurl"), ZH_SENSORS_IMAGE },        { TEXT("image"), ZH_SENSORS_IMAGE },
    { TEXT("imagelink"), ZH_SENSORS_IMAGE },       { TEXT("productimage"), ZH_SENSORS_IMAGE },
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Lower case without '_', '-' and blanks; empty where it is too long for any table. */
static zh_sv fold(zh_sv name, char folded[FOLDED_MAX])
{
    size_t size = 0;
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (c == '_' || c == '-' || c == ' ') continue;
        if (size == FOLDED_MAX) return (zh_sv){ 0 };
        folded[size++] = lower(c);
    }
    return (zh_sv){ folded, size };
}

static bool equal_in_any_case(zh_sv a, const char *b)
{
    size_t i = 0;
    for (; i < a.size && b[i] != '\0'; i++)
        if (lower(a.data[i]) != b[i]) return false;
    return i == a.size && b[i] == '\0';
}

static bool begins_in_any_case(zh_sv a, zh_sv b)
{
    if (a.size < b.size) return false;
    for (size_t i = 0; i < b.size; i++)
        if (lower(a.data[i]) != b.data[i]) return false;
    return true;
}

bool zh_sensors_name_fits(zh_sv name)
{
    static const char *const reserved[] = {
        "distinct_id", "original_id", "time", "properties", "id", "first_id", "second_id", "users", "events", "event",
        "event_id", "device_id", "user_id", "date", "datetime",
    };
    if (name.size == 0 || name.size > ZH_SENSORS_NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i], l = lower(c);
        const bool letter = (l >= 'a' && l <= 'z') || c == '_' || c == '$';
        if (!letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (equal_in_any_case(name, reserved[i])) return false;
    return !begins_in_any_case(name, ZH_SV("user_group")) && !begins_in_any_case(name, ZH_SV("user_tag"));
}

zh_act zh_sensors_name_act(zh_sv event)
{
    char folded[FOLDED_MAX];
    const zh_sv name = fold(event, folded);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (zh_sv_equal(acts[i].name, name)) return acts[i].act;
    return zh_name_act(event);
}

zh_sensors_field zh_sensors_name_field(zh_sv property, uint32_t *rank)
{
    char folded[FOLDED_MAX];
    const zh_sv name = fold(property, folded);
    for (uint32_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!zh_sv_equal(fields[i].name, name)) continue;
        *rank = i;
        return fields[i].field;
    }
    return ZH_SENSORS_NONE;
}

bool zh_sensors_name_sold(zh_sv item_type)
{
    static const char *const types[] = { "product", "products", "goods", "good", "commodity", "item", "items", "sku", "spu" };
    char folded[FOLDED_MAX];
    const zh_sv name = fold(item_type, folded);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (zh_sv_equal(zh_sv_of(types[i]), name)) return true;
    return false;
}

bool zh_sensors_name_act_row(size_t at, zh_sv *name, zh_act *act)
{
    if (at >= sizeof acts / sizeof *acts) return false;
    *name = acts[at].name;
    *act = acts[at].act;
    return true;
}

bool zh_sensors_name_field_row(size_t at, zh_sv *name, zh_sensors_field *field)
{
    if (at >= sizeof fields / sizeof *fields) return false;
    *name = fields[at].name;
    *field = fields[at].field;
    return true;
}
