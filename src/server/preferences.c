/* preferences.c -- a customer's own page by his link: GET /p/TOKEN shows, POST /p/TOKEN/ACT changes and leads back (303), GET /p/TOKEN/data.json takes along.
 *
 * No script, no cookie: the link says who it is, and each form carries a value bound to link and act. What a form does is done by the
 * functions that the shop's own requests go through, said as the customer and written down as his. */
#include "base/form.h"
#include "engine/erase.h"
#include "server/answer.h"
#include "server/erasure_answer.h"
#include "server/feedback_answer.h"
#include "server/preferences.h"

#define BODY_BYTES_MAX 8192 /* of a form: a value of ours and a thing of at most 255 bytes, encoded */
#define DOWNLOAD_COST 20    /* as many pages */

/* ---- opening ---- */

static void refuse(zh_call *call, unsigned status, const char *en, const char *zh)
{
    zh_html page = zh_html_begin(call, "That did not work", "操作未成功");
    zh_html_block(&page, "p", en, zh);
    zh_html_end(&page, status);
}

/* False: a page said why not. */
static bool open_own(zh_call *call, zh_own *own, uint32_t cost)
{
    *own = (zh_own){ .call = call };
    if (!zh_link_call_open(call, ZH_LINK_PREFERENCES, &own->link)) return false;
    const uint32_t wait_s = zh_link_rates_take(call, own->link.link.customer, cost);
    if (wait_s > 0) {
        refuse(call, 429, "That was much in a short time. Please wait a minute and try again.", "短时间内操作过多，请一分钟后再试。");
        return false;
    }
    if (!own->link.is_gone && zh_call_permit(call, own->link.link.customer, ZH_PURPOSE_SERVE, &own->permit)) return true;
    refuse(call, 410, "The shop knows nothing about you any more: you were erased.", "本店已不再持有您的任何信息：您的数据已被删除。");
    return false;
}

static void failed(zh_call *call, zh_err e)
{
    if (e == ZH_FORMAT || e == ZH_RANGE) refuse(call, 400, "The form was not as this page made it. Nothing was changed.", "表单内容有误，没有任何更改。");
    else if (e == ZH_BUSY) refuse(call, 429, "The shop is busy. Please try again in a moment: nothing was changed.", "系统繁忙，请稍后再试：没有任何更改。");
    else refuse(call, 503, "It could not be kept. Please try again in a moment: nothing was changed.", "暂时无法保存，请稍后再试：没有任何更改。");
}

/* ---- looking ---- */

/* What is known, parsed; the handle is the caller's to close. */
static zh_err look(zh_own *own, bool whole, zh_json **json, zh_json_value *all)
{
    zh_json_out out = zh_call_begin(own->call);
    *json = NULL;
    zh_err e = zh_own_json(own, whole, &out);
    if (e == ZH_OK) e = zh_json_open(json, 4 * (size_t)ZH_OWN_BYTES_MAX);
    if (e == ZH_OK) e = zh_json_parse(*json, zh_buf_view(&own->call->thread->out), all, NULL);
    return e;
}

void zh_route_own_page(zh_call *call)
{
    zh_own own;
    zh_json *json;
    zh_json_value all;
    if (!open_own(call, &own, 1)) return;
    const zh_err e = look(&own, false, &json, &all);
    if (e == ZH_OK) zh_own_page(&own, all);
    else failed(call, e);
    zh_json_close(json);
}

static void give_file(zh_own *own, const char *type, const char *name)
{
    const zh_sv body = zh_buf_view(&own->call->thread->out);
    const zh_http_header headers[] = { { ZH_SV("Content-Disposition"), zh_sv_of(name) }, { ZH_SV("X-Robots-Tag"), ZH_SV("noindex, nofollow") } };
    zh_link_count(own->call, "download");
    zh_call_reply(own->call, 200, zh_sv_of(type), body, headers, 2);
}

static void give_json(zh_own *own)
{
    zh_json_out out = zh_call_begin(own->call);
    const zh_err e = zh_own_json(own, true, &out);
    if (e == ZH_OK) give_file(own, "application/json", "attachment; filename=\"my-data.json\"");
    else failed(own->call, e);
}

static void give_table(zh_own *own)
{
    zh_json *json;
    zh_json_value all;
    zh_err e = look(own, true, &json, &all);
    if (e == ZH_OK) { /* the parser has a copy, so the buffer is free */
        zh_buf_reset(&own->call->thread->out);
        e = zh_own_table(all, &own->call->thread->out);
    }
    zh_json_close(json);
    if (e == ZH_OK) give_file(own, "text/csv; charset=utf-8", "attachment; filename=\"my-data.csv\"");
    else failed(own->call, e);
}

/* ---- being forgotten ---- */

static void ask_erase(zh_own *own)
{
    zh_html page = zh_html_begin(own->call, "Erase everything about you?", "确认删除您的全部数据？");
    zh_html_put(&page, "<section>");
    zh_html_block(&page, "p", "What you did here, your orders in this system, interests, tags, lists and consents are erased. It begins at once, is done within three days, and cannot be undone.", "您的行为记录、本系统中的订单、兴趣、标签、推荐列表与同意记录都将被删除。立即开始，三天内完成，且无法恢复。");
    zh_html_block(&page, "p", "The shop may have to keep invoices elsewhere; this page cannot erase those.", "本店可能须在其他系统依法保存发票等凭据，此页面无法删除。");
    zh_own_form(own, &page, "erase", true);
    zh_html_put(&page, "<button class=\"bad\">");
    zh_html_say(&page, "Yes, erase everything", "是的，全部删除");
    zh_html_put(&page, "</button></form> <a class=\"button\" href=\"../");
    zh_html_value(&page, own->link.token);
    zh_html_put(&page, "\">");
    zh_html_say(&page, "No, go back", "不，返回");
    zh_html_put(&page, "</a></section>");
    zh_html_end(&page, 200);
}

/* The link leads nowhere from now on, so the receipt stands in this answer and nowhere else for him. */
static void put_receipt(zh_own *own, uint32_t number)
{
    zh_buf receipt = zh_buf_open(1u << 20);
    zh_json_out out = zh_json_out_on(&receipt);
    const zh_err e = zh_answer_receipt(own->call, number, &out);
    zh_html page = zh_html_begin(own->call, "You are being forgotten", "正在删除您的数据");
    zh_html_put(&page, "<section class=\"note\" role=\"status\">");
    zh_html_block(&page, "p", "Nobody here can see anything about you from now on. All of it is gone within three days.", "从现在起，本店无人能再看到您的任何信息；全部数据将在三天内清除。");
    zh_html_put(&page, "<p><strong>");
    zh_html_say(&page, "Number of your request: ", "申请编号：");
    zh_html_number(&page, number);
    zh_html_put(&page, "</strong></p>");
    if (e == ZH_OK && zh_json_out_done(&out) == ZH_OK) {
        zh_html_block(&page, "p", "Your receipt, signed. Copy it: this page does not open a second time. Nothing personal is in it.", "您的签名凭证如下，请复制保存：本页面不会再次打开。其中不含任何个人信息。");
        zh_html_put(&page, "<textarea readonly rows=\"12\" aria-label=\"");
        zh_html_say(&page, "Receipt", "凭证");
        zh_html_put(&page, "\">");
        zh_html_value(&page, zh_buf_view(&receipt));
        zh_html_put(&page, "</textarea>");
    }
    zh_html_put(&page, "</section>");
    zh_html_end(&page, 200);
    zh_buf_close(&receipt);
}

static void do_erase(zh_own *own)
{
    zh_call *call = own->call;
    zh_note why;
    uint32_t number = 0;
    char text[24];
    zh_sv asked = zh_answer_user_id(call, own->link.link.customer, &own->permit);
    zh_answer_customer_text(own->link.link.customer, text);
    if (asked.size == 0) asked = zh_sv_of(text);
    const zh_erase_order order = { .customer = own->link.link.customer, .asked = asked, .reason = ZH_SV("asked on the preference page"), .actor = call->caller.actor };
    const zh_err e = zh_erase_customer(call->engine, &order, &number, &why);
    if (e == ZH_OK) {
        zh_link_count(call, "erase");
        put_receipt(own, number);
    } else if (e == ZH_FULL) {
        refuse(call, 409, "You have more ids than this page may erase. Please ask the shop's customer service.", "您的关联编号过多，无法在此页面删除，请联系客服。");
    } else {
        failed(call, e);
    }
}

/* ---- changing ---- */

static zh_sv given(zh_own *own, const char *name) { return zh_form_get(own->call->arena, zh_http_body(own->call->request), zh_sv_of(name)); }

static zh_err do_consent(zh_own *own)
{
    const zh_sv purpose = given(own, "purpose"), choice = given(own, "choice");
    const bool yes = zh_sv_equal(choice, ZH_SV("yes")), is_all = zh_sv_equal(purpose, ZH_SV("marketing"));
    zh_consent_field field = ZH_CONSENT_MINOR;
    zh_consent_change change = { .version = ZH_OWN_WORDING, .source = ZH_OWN_SOURCE };
    if (!yes && !zh_sv_equal(choice, ZH_SV("no"))) return ZH_FORMAT;
    if (is_all ? yes : !zh_consent_field_of(purpose, &field) || field == ZH_CONSENT_MINOR) return ZH_FORMAT; /* a yes to all names nothing */
    change.said = is_all ? ZH_CONSENT_CHANNELS : ZH_CONSENT_BIT(field);
    change.yes = yes ? change.said : 0;
    return zh_consents_say(own->call, own->link.link.customer, &change);
}

static zh_err do_tag(zh_own *own)
{
    return zh_tags_delete_own(own->call, own->link.link.customer, given(own, "tag"));
}

static zh_err do_word(zh_own *own)
{
    zh_feedback_scope scope;
    const zh_sv thing = given(own, "thing");
    if (!zh_feedback_scope_of(given(own, "scope"), &scope) || thing.size == 0 || thing.size > ZH_FEEDBACK_TEXT_BYTES_MAX) return ZH_FORMAT;
    return zh_feedback_take_back(own->call, own->link.link.customer, scope, thing);
}

static const struct { const char *name; zh_err (*act)(zh_own *own); } acts[] = { { "consent", do_consent }, { "tag", do_tag }, { "word", do_word }, { "erase", NULL } };

/* Back to the page, which says what was done: a reload then asks for the page, not for the change. */
static void go_back(zh_own *own, const char *act)
{
    const zh_sv lang = zh_http_param(own->call->request, ZH_SV("lang"));
    char to[ZH_LINK_TEXT_BYTES + 64];
    const int size = snprintf(to, sizeof to, "../%.*s?done=%s%s", ZH_SV_ARG(own->link.token), act, zh_sv_equal(lang, ZH_SV("zh")) ? "&lang=zh" : lang.size > 0 ? "&lang=en" : "");
    const zh_http_header location = { ZH_SV("Location"), { to, (size_t)size } };
    zh_call_reply(own->call, 303, (zh_sv){ 0 }, (zh_sv){ 0 }, &location, 1);
}

void zh_route_own_act(zh_call *call)
{
    zh_own own;
    const zh_sv name = zh_http_path_part(call->request, 2);
    if (!open_own(call, &own, 1)) return;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (!zh_sv_equal(name, zh_sv_of(acts[i].name))) continue;
        const bool is_ours = zh_http_body(call->request).size <= BODY_BYTES_MAX && zh_link_form_fits(zh_engine_sealer(call->engine), own.link.token, name, given(&own, "form"));
        if (!is_ours) {
            refuse(call, 403, "This form did not come from your page. Open your link and use its buttons.", "此请求并非来自您的页面。请打开链接并使用其中的按钮。");
            return;
        }
        if (acts[i].act == NULL) {
            do_erase(&own);
            return;
        }
        const zh_err e = acts[i].act(&own);
        if (e == ZH_OK) zh_link_count(call, acts[i].name);
        if (e == ZH_OK) go_back(&own, acts[i].name);
        else failed(call, e == ZH_FULL ? ZH_IO : e);
        return;
    }
    refuse(call, 404, "There is no such thing to do.", "没有这样的操作。");
}

void zh_route_own_part(zh_call *call)
{
    zh_own own;
    const zh_sv name = zh_http_path_part(call->request, 2);
    const bool is_json = zh_sv_equal(name, ZH_SV("data.json")), is_table = zh_sv_equal(name, ZH_SV("data.csv"));
    if (!open_own(call, &own, is_json || is_table ? DOWNLOAD_COST : 1)) return;
    if (is_json) give_json(&own);
    else if (is_table) give_table(&own);
    else if (zh_sv_equal(name, ZH_SV("erase"))) ask_erase(&own);
    else refuse(call, 404, "There is no such page.", "没有这样的页面。");
}
