#include "collect/header_words.h"

#define PLAIN_BYTES_MAX 96 /* of a name without its signs; a longer one is a sentence */

/* A word, what it means, how sure it is as a whole name, and as a part of one (0: not at all). */
typedef struct word {
    const char *text;
    zh_column column;
    uint8_t whole, part;
} word;

#define W(text, column, whole, part) { text, ZH_COLUMN_##column, whole, part }
static const word words[] = {
    W("订单编号", ORDER_ID, 100, 70), W("订单号", ORDER_ID, 100, 70), W("订单id", ORDER_ID, 100, 70), W("主订单编号", ORDER_ID, 95, 70),
    W("交易号", ORDER_ID, 90, 60), W("单号", ORDER_ID, 80, 0), W("小票号", ORDER_ID, 90, 60), W("发票号", ORDER_ID, 85, 60), W("订单", ORDER_ID, 70, 0),
    W("orderid", ORDER_ID, 100, 80), W("ordernumber", ORDER_ID, 100, 80), W("orderno", ORDER_ID, 100, 80), W("ordercode", ORDER_ID, 95, 70),
    W("ordername", ORDER_ID, 80, 0), W("order", ORDER_ID, 80, 0), W("invoiceno", ORDER_ID, 95, 70), W("invoice", ORDER_ID, 90, 0),
    W("invoiceid", ORDER_ID, 95, 70), W("invoicenumber", ORDER_ID, 95, 70), W("transactionid", ORDER_ID, 90, 70), W("basketid", ORDER_ID, 85, 60),
    W("receiptid", ORDER_ID, 85, 60), W("receiptno", ORDER_ID, 85, 60),

    W("客户编号", CUSTOMER_ID, 100, 70), W("客户id", CUSTOMER_ID, 100, 70), W("顾客编号", CUSTOMER_ID, 100, 70), W("顾客id", CUSTOMER_ID, 100, 70),
    W("会员编号", CUSTOMER_ID, 100, 70), W("会员号", CUSTOMER_ID, 100, 70), W("会员id", CUSTOMER_ID, 100, 70), W("会员卡号", CUSTOMER_ID, 95, 70),
    W("用户编号", CUSTOMER_ID, 100, 70), W("用户id", CUSTOMER_ID, 100, 70), W("买家id", CUSTOMER_ID, 100, 70), W("买家会员名", CUSTOMER_ID, 95, 70),
    W("买家昵称", CUSTOMER_ID, 90, 60), W("买家账号", CUSTOMER_ID, 95, 70), W("用户名", CUSTOMER_ID, 85, 0), W("客户", CUSTOMER_ID, 80, 0),
    W("会员", CUSTOMER_ID, 80, 0), W("顾客", CUSTOMER_ID, 80, 0), W("买家", CUSTOMER_ID, 80, 0), W("用户", CUSTOMER_ID, 80, 0),
    W("customerid", CUSTOMER_ID, 100, 80), W("customerno", CUSTOMER_ID, 100, 70), W("customernumber", CUSTOMER_ID, 100, 70),
    W("customercode", CUSTOMER_ID, 95, 70), W("customer", CUSTOMER_ID, 80, 0), W("userid", CUSTOMER_ID, 100, 70), W("user", CUSTOMER_ID, 75, 0),
    W("memberid", CUSTOMER_ID, 100, 70), W("member", CUSTOMER_ID, 75, 0), W("buyerid", CUSTOMER_ID, 100, 70), W("buyer", CUSTOMER_ID, 80, 0),
    W("clientid", CUSTOMER_ID, 90, 60), W("householdid", CUSTOMER_ID, 85, 0), W("accountid", CUSTOMER_ID, 80, 0), W("email", CUSTOMER_ID, 45, 0),
    W("手机号", CUSTOMER_ID, 45, 0),

    W("商品编号", ITEM_ID, 100, 70), W("商品id", ITEM_ID, 100, 70), W("商品编码", ITEM_ID, 98, 70), W("宝贝id", ITEM_ID, 95, 70), W("货号", ITEM_ID, 90, 60),
    W("产品编号", ITEM_ID, 98, 70), W("产品id", ITEM_ID, 98, 70), W("商家编码", ITEM_ID, 80, 0), W("款号", ITEM_ID, 75, 0), W("itemid", ITEM_ID, 100, 80),
    W("productid", ITEM_ID, 98, 70), W("productcode", ITEM_ID, 95, 70), W("itemcode", ITEM_ID, 95, 70), W("itemno", ITEM_ID, 95, 70),
    W("stockcode", ITEM_ID, 95, 70), W("articleid", ITEM_ID, 90, 60), W("articleno", ITEM_ID, 90, 60), W("asin", ITEM_ID, 85, 0), W("product", ITEM_ID, 60, 0),
    W("item", ITEM_ID, 60, 0), W("sku", ITEM_ID, 55, 0), W("skuid", ITEM_ID, 70, 0), W("lineitemsku", ITEM_ID, 80, 0), W("id", ITEM_ID, 45, 0),

    W("购买数量", QUANTITY, 100, 80), W("商品数量", QUANTITY, 100, 80), W("宝贝数量", QUANTITY, 95, 70), W("数量", QUANTITY, 100, 60), W("件数", QUANTITY, 95, 60),
    W("quantity", QUANTITY, 100, 70), W("qty", QUANTITY, 100, 60), W("units", QUANTITY, 80, 0), W("count", QUANTITY, 60, 0), W("lineitemquantity", QUANTITY, 100, 0),

    W("商品单价", UNIT_PRICE, 100, 80), W("单价", UNIT_PRICE, 100, 80), W("成交单价", UNIT_PRICE, 100, 80), W("售价", UNIT_PRICE, 85, 60),
    W("销售价", UNIT_PRICE, 85, 60), W("商品价格", UNIT_PRICE, 90, 70), W("价格", UNIT_PRICE, 85, 50), W("unitprice", UNIT_PRICE, 100, 80),
    W("priceeach", UNIT_PRICE, 95, 70), W("itemprice", UNIT_PRICE, 95, 70), W("price", UNIT_PRICE, 85, 50), W("lineitemprice", UNIT_PRICE, 100, 0),

    W("币种", CURRENCY, 100, 70), W("货币", CURRENCY, 100, 60), W("currency", CURRENCY, 100, 70), W("currencycode", CURRENCY, 100, 70),

    W("下单时间", ORDERED_AT, 100, 80), W("订单创建时间", ORDERED_AT, 100, 80), W("下单日期", ORDERED_AT, 100, 80), W("订单日期", ORDERED_AT, 100, 80),
    W("订单时间", ORDERED_AT, 100, 80), W("成交时间", ORDERED_AT, 95, 70), W("交易时间", ORDERED_AT, 95, 70), W("付款时间", ORDERED_AT, 90, 60),
    W("支付时间", ORDERED_AT, 90, 60), W("订单付款时间", ORDERED_AT, 90, 60), W("创建时间", ORDERED_AT, 85, 50), W("销售日期", ORDERED_AT, 90, 60),
    W("日期", ORDERED_AT, 75, 40), W("时间", ORDERED_AT, 70, 40), W("orderedat", ORDERED_AT, 100, 80), W("orderdate", ORDERED_AT, 100, 80),
    W("ordertime", ORDERED_AT, 100, 80), W("invoicedate", ORDERED_AT, 98, 70), W("purchasedate", ORDERED_AT, 98, 70), W("transactiondate", ORDERED_AT, 95, 70),
    W("transactiontimestamp", ORDERED_AT, 95, 70), W("createdat", ORDERED_AT, 88, 60), W("paidat", ORDERED_AT, 85, 50), W("date", ORDERED_AT, 75, 40),
    W("datetime", ORDERED_AT, 78, 45), W("timestamp", ORDERED_AT, 75, 45), W("time", ORDERED_AT, 70, 0),

    W("sku编码", SKU, 100, 70), W("sku", SKU, 90, 0), W("skuid", SKU, 95, 0), W("规格编码", SKU, 95, 70), W("商家编码", SKU, 90, 60), W("variantsku", SKU, 95, 60),

    W("商品名称", TITLE, 100, 80), W("商品名", TITLE, 100, 70), W("商品标题", TITLE, 100, 80), W("宝贝标题", TITLE, 95, 70), W("宝贝名称", TITLE, 95, 70),
    W("产品名称", TITLE, 100, 70), W("品名", TITLE, 95, 0), W("标题", TITLE, 95, 60), W("title", TITLE, 100, 70), W("productname", TITLE, 98, 70),
    W("itemname", TITLE, 98, 70), W("name", TITLE, 80, 0), W("description", TITLE, 75, 0), W("producttitle", TITLE, 98, 70), W("lineitemname", TITLE, 98, 0),
    W("商品", TITLE, 60, 0), W("product", TITLE, 50, 0),

    W("商品类目", CATEGORY, 100, 80), W("商品分类", CATEGORY, 100, 80), W("类目", CATEGORY, 100, 60), W("分类", CATEGORY, 95, 60), W("品类", CATEGORY, 95, 60),
    W("类别", CATEGORY, 90, 60), W("category", CATEGORY, 100, 60), W("productcategory", CATEGORY, 98, 0), W("producttype", CATEGORY, 75, 0),
    W("department", CATEGORY, 60, 0), W("categoryname", CATEGORY, 98, 60),

    W("品牌", BRAND, 100, 70), W("brand", BRAND, 100, 60), W("brandname", BRAND, 98, 60), W("vendor", BRAND, 80, 0), W("manufacturer", BRAND, 75, 0),

    W("国家", COUNTRY, 100, 60), W("国家地区", COUNTRY, 100, 60), W("country", COUNTRY, 100, 60), W("countrycode", COUNTRY, 95, 0),
    W("shippingcountry", COUNTRY, 80, 0),

    W("优惠金额", DISCOUNT, 100, 80), W("折扣金额", DISCOUNT, 100, 80), W("优惠", DISCOUNT, 90, 50), W("折扣", DISCOUNT, 85, 0), W("discount", DISCOUNT, 100, 0),
    W("discountamount", DISCOUNT, 100, 70), W("lineitemdiscount", DISCOUNT, 95, 0),

    W("商品价格", PRICE, 100, 80), W("一口价", PRICE, 95, 60), W("售价", PRICE, 98, 70), W("销售价", PRICE, 98, 70), W("单价", PRICE, 90, 60), W("价格", PRICE, 100, 60),
    W("price", PRICE, 100, 60), W("saleprice", PRICE, 90, 60), W("unitprice", PRICE, 90, 60), W("retailprice", PRICE, 85, 0),

    W("库存数量", STOCK, 100, 80), W("库存", STOCK, 100, 70), W("可售库存", STOCK, 100, 80), W("stock", STOCK, 100, 0), W("inventory", STOCK, 95, 50),
    W("stockquantity", STOCK, 100, 70), W("quantity", STOCK, 75, 0), W("数量", STOCK, 75, 0),

    W("上架状态", AVAILABLE, 100, 80), W("是否上架", AVAILABLE, 100, 80), W("是否在售", AVAILABLE, 100, 80), W("在售", AVAILABLE, 95, 0), W("状态", AVAILABLE, 60, 0),
    W("available", AVAILABLE, 100, 60), W("availability", AVAILABLE, 100, 60), W("instock", AVAILABLE, 95, 60), W("published", AVAILABLE, 85, 0),

    W("商品链接", URL, 100, 80), W("链接", URL, 95, 50), W("网址", URL, 95, 50), W("url", URL, 100, 0), W("link", URL, 95, 0), W("producturl", URL, 100, 70),
    W("商品图片", IMAGE_URL, 100, 80), W("主图", IMAGE_URL, 98, 60), W("图片链接", IMAGE_URL, 100, 80), W("图片", IMAGE_URL, 95, 60), W("imageurl", IMAGE_URL, 100, 80),
    W("image", IMAGE_URL, 95, 50), W("imagelink", IMAGE_URL, 100, 70), W("picture", IMAGE_URL, 90, 50), W("imagesrc", IMAGE_URL, 95, 70),
};
#undef W

static bool starts_bracket(zh_sv text)
{
    return zh_sv_starts(text, ZH_SV("(")) || zh_sv_starts(text, ZH_SV("[")) || zh_sv_starts(text, ZH_SV("（")) || zh_sv_starts(text, ZH_SV("【"));
}

/* Small letters, digits and what is not ASCII; what stands in brackets at the end ("单价(元)") is left out. */
static zh_sv plain(zh_sv name, char out[PLAIN_BYTES_MAX])
{
    static const zh_sv signs[] = { ZH_SV("：") /* full-width signs */, ZH_SV("　"), ZH_SV("＃"), ZH_SV("*") };
    size_t size = 0;
    for (size_t at = 0; at < name.size && size < PLAIN_BYTES_MAX;) {
        const zh_sv rest = zh_sv_part(name, at, SIZE_MAX);
        size_t sign = 0;
        if (size > 0 && starts_bracket(rest)) break;
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
            if (zh_sv_starts(rest, signs[i])) sign = signs[i].size;
        const char c = name.data[at];
        if (sign > 0) {
            at += sign;
            continue;
        }
        if (c >= 'A' && c <= 'Z') out[size++] = (char)(c + ('a' - 'A'));
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) out[size++] = c;
        at++;
    }
    return (zh_sv){ out, size };
}

static bool has(zh_sv text, zh_sv part)
{
    return part.size > 0 && text.size >= part.size && memmem(text.data, text.size, part.data, part.size) != NULL;
}

int zh_header_score(zh_sv name, zh_column column)
{
    char own[PLAIN_BYTES_MAX], bytes[PLAIN_BYTES_MAX];
    const zh_sv text = plain(name, bytes);
    int best = 0;
    if (text.size == 0 || text.size == PLAIN_BYTES_MAX) return 0;
    if (zh_sv_equal(text, plain(zh_sv_of(zh_column_name(column)), own))) return ZH_HEADER_SURE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].column != column) continue;
        const zh_sv known = zh_sv_of(words[i].text);
        const int score = zh_sv_equal(text, known) ? words[i].whole : words[i].part > 0 && has(text, known) ? words[i].part : 0;
        if (score > best) best = score;
    }
    return best;
}

bool zh_header_is_no_price(zh_sv name)
{
    static const zh_sv others[] = { ZH_SV("金额"), ZH_SV("总价"), ZH_SV("合计"), ZH_SV("小计"), ZH_SV("实付"), ZH_SV("应付"), ZH_SV("总额"),
                                  ZH_SV("total"), ZH_SV("amount"), ZH_SV("salesvalue"), ZH_SV("revenue"), ZH_SV("subtotal"), ZH_SV("paid"),
                                    ZH_SV("disc"), ZH_SV("优惠"), ZH_SV("折"), ZH_SV("tax"), ZH_SV("税"), ZH_SV("shipping"), ZH_SV("运费"), ZH_SV("邮费"), ZH_SV("fee"),
                                    ZH_SV("cost"), ZH_SV("成本") };
    char bytes[PLAIN_BYTES_MAX];
    const zh_sv text = plain(name, bytes);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (has(text, others[i])) return true;
    return false;
}
