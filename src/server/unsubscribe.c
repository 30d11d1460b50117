/* unsubscribe.c -- the link in each letter that stops letters: GET shows a page and changes nothing, POST stops (RFC 8058).
 *
 * Mail programs ask for every link in a letter, so a GET may be a scanner's; only a POST with List-Unsubscribe=One-Click is a person's will. It comes
 * from the mail provider's machines: no cookie, no session, no redirect, any number of times. */
#include "server/answer.h"
#include "server/links.h"

#define BODY_BYTES_MAX 4096 /* the pair, in the longest of its forms */

static const struct { const char *en, *zh; } channel_names[ZH_CHANNEL_COUNT] = {
    [ZH_CHANNEL_EMAIL] = { "e-mail", "电子邮件" },      [ZH_CHANNEL_SMS] = { "text message", "短信" },
    [ZH_CHANNEL_PUSH] = { "push message", "推送" },     [ZH_CHANNEL_WECHAT] = { "WeChat", "微信" },
    [ZH_CHANNEL_WECOM] = { "WeCom", "企业微信" },       [ZH_CHANNEL_ONSITE] = { "banners while you visit", "访问时的弹窗与横幅" },
    [ZH_CHANNEL_WHATSAPP] = { "WhatsApp", "WhatsApp" }, [ZH_CHANNEL_CALL] = { "phone call", "电话" },
    [ZH_CHANNEL_POST] = { "letter on paper", "纸质信件" }, [ZH_CHANNEL_ADS] = { "adverts on other platforms", "其他平台上的广告" },
};

const char *zh_link_channel_name(zh_channel channel, bool is_zh)
{
    return is_zh ? channel_names[channel].zh : channel_names[channel].en;
}

static zh_choice said(zh_call *call, const zh_link *link)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_choice choice = zh_consents_said(w->consents, link->customer, ZH_CONSENT_OF(link->channel));
    zh_world_unlock(w);
    return choice;
}

static void put_channel(zh_html *page, zh_channel channel)
{
    zh_html_put(page, "<p><strong>");
    zh_html_say(page, zh_link_channel_name(channel, false), zh_link_channel_name(channel, true));
    zh_html_put(page, "</strong></p>");
}

void zh_route_unsubscribe_page(zh_call *call)
{
    zh_link_call l;
    if (!zh_link_call_open(call, ZH_LINK_UNSUBSCRIBE, &l)) return;
    const bool is_off = l.is_gone || said(call, &l.link) == ZH_CHOICE_NO;
    zh_html page = zh_html_begin(call, is_off ? "You are unsubscribed" : "Stop advertising by this channel?", is_off ? "您已退订" : "要停止接收此渠道的营销消息吗？");
    zh_html_put(&page, "<section>");
    put_channel(&page, l.link.channel);
    if (is_off) zh_html_block(&page, "p", "The shop does not send you advertising this way. There is nothing more to do.", "本店不会再通过此渠道向您发送营销消息，您无需再做任何操作。");
    else {
        zh_html_block(&page, "p", "It stops at once, for what is already waiting to be sent too. Messages about your orders still come.", "立即生效，对已在排队等待发送的消息同样有效。与您订单有关的通知仍会发送。");
        zh_html_put(&page, "<form method=\"post\" action=\"?lang=");
        zh_html_put(&page, zh_html_lang(&page));
        zh_html_put(&page, "\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\"><button class=\"main\">");
        zh_html_say(&page, "Unsubscribe", "确认退订");
        zh_html_put(&page, "</button></form>");
    }
    zh_html_put(&page, "</section>");
    zh_html_end(&page, 200);
}

/* The pair as a form's text, or as a part of multipart/form-data: the name, then the value. Both are sent by mail providers. */
static bool is_one_click(zh_call *call)
{
    const zh_sv body = zh_http_body(call->request), name = ZH_SV("List-Unsubscribe"), value = ZH_SV("One-Click");
    if (body.size == 0 || body.size > BODY_BYTES_MAX) return false;
    const char *at = memmem(body.data, body.size, name.data, name.size);
    return at != NULL && memmem(at, (size_t)(body.data + body.size - at), value.data, value.size) != NULL;
}

static zh_err stop(zh_call *call, const zh_link *link)
{
    char source[ZH_CONSENT_TEXT_BYTES_MAX];
    const int size = link->campaign.size == 0 ? snprintf(source, sizeof source, "unsubscribe link")
                                              : snprintf(source, sizeof source, "unsubscribe link, %.*s", ZH_SV_ARG(link->campaign));
    zh_consent_change change = { .said = ZH_CONSENT_BIT(ZH_CONSENT_OF(link->channel)), .source = { source, (size_t)size } };
    const zh_err e = zh_consents_say(call, link->customer, &change);
    if (e == ZH_OK) zh_link_count(call, "unsubscribe");
    return e;
}

void zh_route_unsubscribe(zh_call *call)
{
    zh_link_call l;
    if (!zh_link_call_open(call, ZH_LINK_UNSUBSCRIBE, &l)) return;
    if (!is_one_click(call)) {
        zh_html page = zh_html_begin(call, "Nothing was changed", "没有任何更改");
        zh_html_block(&page, "p", "This request did not say what to do. Open the link and press the button.", "请求未说明要做什么。请打开链接并点击按钮。");
        zh_html_end(&page, 400);
        return;
    }
    /* Who said no already has nothing to say; a letter's link that is followed again and again costs no record. */
    const bool has_nothing = l.is_gone || said(call, &l.link) == ZH_CHOICE_NO;
    const zh_err e = has_nothing ? ZH_OK : stop(call, &l.link);
    if (has_nothing) call->caller.kind = CALLER_NOBODY;
    if (e != ZH_OK) {
        zh_call_failed(call, e == ZH_FULL ? ZH_IO : e, "the choice could not be kept");
        return;
    }
    zh_html page = zh_html_begin(call, "You are unsubscribed", "您已退订");
    zh_html_put(&page, "<section class=\"note\" role=\"status\">");
    put_channel(&page, l.link.channel);
    zh_html_block(&page, "p", "Done: from now on the shop sends you no advertising this way. Messages about your orders still come.", "已生效：从现在起，本店不会再通过此渠道向您发送营销消息。与您订单有关的通知仍会发送。");
    zh_html_put(&page, "</section>");
    zh_html_end(&page, 200);
}
