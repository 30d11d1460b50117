/* Goal: ecommerce events are typed out of the box, and what shops really send is not called wrong. */
#include "quality/spec.h"
#include "check.h"
#include "quality/reason.h"

int main(void)
{
    static const struct { zh_act act; const char *text; uint32_t reasons; const char *which; } rows[] = {
        { ZH_ACT_VIEW, "{\"product_id\":\"p1\",\"price\":12.5,\"category\":\"a\"}", 0, "" },
        { ZH_ACT_VIEW, "{\"product_id\":507,\"price\":\"12.50\",\"position\":\"3\"}", 0, "" },
        { ZH_ACT_VIEW, "{\"sku\":\"p1\",\"price\":null,\"own\":[1]}", 0, "" },
        { ZH_ACT_VIEW, "{\"product_id\":\"p1\",\"price\":\"n/a\"}", ZH_QUALITY_BIT(TYPE_VIOLATION), "price" },
        { ZH_ACT_VIEW, "{\"product_id\":{\"id\":1}}", ZH_QUALITY_BIT(TYPE_VIOLATION), "product_id" },
        { ZH_ACT_ORDER, "{\"order_id\":\"o\",\"products\":\"p1\"}", ZH_QUALITY_BIT(TYPE_VIOLATION), "products" },
        { ZH_ACT_ORDER, "{\"order_id\":\"o\",\"products\":[],\"revenue\":true}", ZH_QUALITY_BIT(TYPE_CONFLICT), "revenue" },
        { ZH_ACT_ADD, "{\"product_id\":\"p1\",\"quantity\":false,\"brand\":{}}", ZH_QUALITY_BIT(TYPE_VIOLATION) | ZH_QUALITY_BIT(TYPE_CONFLICT), "quantity" },
        { ZH_ACT_VIEW, "{\"name\":\"a\"}", ZH_QUALITY_BIT(MISSING), "product_id" },
        { ZH_ACT_ORDER, "{\"products\":[]}", ZH_QUALITY_BIT(MISSING), "order_id" },
        { ZH_ACT_ORDER, "{\"order_id\":\"1\",\"product_id\":\"p\"}", ZH_QUALITY_BIT(MISSING), "quantity" },
        { ZH_ACT_SEARCH, "{}", ZH_QUALITY_BIT(MISSING), "query" },
        { ZH_ACT_REFUND, "{\"order_id\":\"1\"}", 0, "" },
        { ZH_ACT_OTHER, "{\"price\":\"n/a\"}", 0, "" },
        { ZH_ACT_REVIEW, "{\"product_id\":\"1\",\"rating\":\"five\",\"review_body\":\"x\"}", 0, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_shape shape;
        zh_sv which;
        zh_shape_read(zh_sv_of(rows[i].text), &shape);
        CHECK_ROW(zh_spec_check(rows[i].act, &shape, &which) == rows[i].reasons, rows[i].text);
        CHECK_ROW(zh_sv_equal(which, zh_sv_of(rows[i].which)), rows[i].text);
    }
    CHECK(zh_spec_kinds(ZH_ACT_VIEW, ZH_SV("price")) != 0 && zh_spec_kinds(ZH_ACT_SEARCH, ZH_SV("price")) == 0 && zh_spec_kinds(ZH_ACT_VIEW, ZH_SV("own")) == 0);
    CHECK(zh_spec_is_required(ZH_ACT_VIEW, ZH_SV("product_id")) && !zh_spec_is_required(ZH_ACT_ORDER, ZH_SV("product_id")) && zh_spec_is_required(ZH_ACT_ORDER, ZH_SV("order_id")));
    zh_sv name;
    size_t count = 0;
    while (zh_spec_property(ZH_ACT_ORDER, count, &name)) count++;
    CHECK(count > 10 && !zh_spec_property(ZH_ACT_OTHER, 0, &name));
    return 0;
}
