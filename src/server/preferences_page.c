/* preferences_page.c -- what is known of a customer, as a page for him: plain words, plain forms. */
#include "base/time.h"
#include "collect/personal.h"
#include "server/preferences.h"

#define INTERESTS_MAX 8 /* of categories, and of brands */
#define ITEMS_MAX 6     /* of a list; the others were found the same way */

static zh_sv text_of(zh_json_value object, const char *key) { return zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key))); }

static int64_t number_of(zh_json_value object, const char *key)
{
    int64_t number = 0;
    (void)!zh_json_int(zh_json_get(object, zh_sv_of(key)), &number);
    return number;
}

static bool is_true(zh_json_value object, const char *key)
{
    bool yes = false;
    return zh_json_bool(zh_json_get(object, zh_sv_of(key)), &yes) && yes;
}

static int64_t time_of(zh_json_value object, const char *key)
{
    int64_t ms = 0;
    return zh_time_parse(text_of(object, key), &ms) == ZH_OK ? ms : 0;
}

/* ---- pieces ---- */

static void section(zh_html *p, const char *en, const char *zh)
{
    zh_html_put(p, "<section>");
    zh_html_block(p, "h2", en, zh);
}

static void soft(zh_html *p, const char *en, const char *zh)
{
    zh_html_put(p, "<p class=\"soft\">");
    zh_html_say(p, en, zh);
    zh_html_put(p, "</p>");
}

static void term(zh_html *p, const char *en, const char *zh)
{
    zh_html_put(p, "<div><dt>");
    zh_html_say(p, en, zh);
    zh_html_put(p, "</dt><dd>");
}

static void field(zh_html *p, const char *name, zh_sv value)
{
    zh_buf_printf(p->out, "<input type=\"hidden\" name=\"%s\" value=\"", name);
    zh_html_value(p, value);
    zh_html_put(p, "\">");
}

/* A button and its form's end. `about` tells those who do not see the row what it is of. */
static void button(zh_html *p, const char *class, const char *en, const char *zh, zh_sv about)
{
    zh_buf_printf(p->out, "<button class=\"%s\"", class);
    if (about.size > 0) {
        zh_html_put(p, " aria-label=\"");
        zh_html_say(p, en, zh);
        zh_html_put(p, ": ");
        zh_html_value(p, about);
        zh_html_put(p, "\"");
    }
    zh_html_put(p, ">");
    zh_html_say(p, en, zh);
    zh_html_put(p, "</button></form>");
}

void zh_own_form(zh_own *own, zh_html *page, const char *act, bool is_below)
{
    char value[ZH_LINK_FORM_BYTES];
    zh_link_form(zh_engine_sealer(own->call->engine), own->link.token, zh_sv_of(act), value);
    zh_html_put(page, "<form method=\"post\" action=\"");
    if (!is_below) {
        zh_html_value(page, own->link.token);
        zh_html_put(page, "/");
    }
    zh_buf_printf(page->out, "%s?lang=%s\">", act, zh_html_lang(page));
    field(page, "form", zh_sv_of(value));
}

/* ---- how it comes about ---- */

/* Four boxes, one under the other, and what each choice cuts. The words are text, so they are read aloud and can be enlarged. */
static void put_picture(zh_html *p)
{
    static const struct { const char *en, *zh, *cut_en, *cut_zh; } steps[] = {
        { "What you do here: look, add, buy", "您的行为：浏览、加购、购买", "the switch cuts here", "关闭个性化：在此切断" },
        { "Interests, each with its reason", "形成兴趣，每项都有依据", "“not interested” cuts here", "“不感兴趣”：在此切断" },
        { "Items that fit them, and new ones", "挑选相符的商品，也含新鲜的", NULL, NULL },
        { "Your list: each item says why", "您的推荐列表，逐条说明原因", NULL, NULL },
    };
    zh_html_put(p, "<svg viewBox=\"0 0 340 270\" role=\"img\" aria-label=\"");
    zh_html_say(p, "What you do here gives interests, interests choose items, and each item of your list says why. The switch cuts the way before interests, not interested cuts it behind.",
                "您在本店的行为形成兴趣，兴趣用于挑选商品，推荐列表逐条说明原因。关闭个性化会切断第一步，“不感兴趣”会切断第二步。");
    zh_html_put(p, "\">");
    for (int i = 0; i < 4; i++) {
        const int y = 4 + 72 * i;
        zh_buf_printf(p->out, "<rect class=\"box\" x=\"4\" y=\"%d\" width=\"332\" height=\"42\" rx=\"10\"/><text x=\"170\" y=\"%d\" text-anchor=\"middle\">", y, y + 26);
        zh_html_say(p, steps[i].en, steps[i].zh);
        zh_html_put(p, "</text>");
        if (i < 3) zh_buf_printf(p->out, "<path class=\"way\" d=\"M40 %dv18\"/><path class=\"tip\" d=\"M34 %dl6 10l6-10z\"/>", y + 43, y + 60);
        if (steps[i].cut_en == NULL) continue;
        zh_buf_printf(p->out, "<path class=\"off\" d=\"M22 %dh36\"/><text class=\"cut\" x=\"66\" y=\"%d\">", y + 56, y + 61);
        zh_html_say(p, steps[i].cut_en, steps[i].cut_zh);
        zh_html_put(p, "</text>");
    }
    zh_html_put(p, "</svg>");
}

static void put_switch(zh_own *own, zh_html *p, zh_json_value consents)
{
    const bool is_on = is_true(consents, "personalization");
    section(p, "Personalisation", "个性化推荐");
    zh_html_put(p, is_on ? "<p><strong>" : "<p class=\"bad\"><strong>");
    zh_html_say(p, is_on ? "It is on." : "It is off.", is_on ? "当前已开启。" : "当前已关闭。");
    zh_html_put(p, "</strong> ");
    zh_html_say(p, is_on ? "Lists are chosen for you from what you did here." : "You see what anybody sees. Nothing you did changes your lists.",
                is_on ? "列表根据您在本店的行为为您挑选。" : "您看到的与任何人相同，您的行为不会影响列表。");
    zh_html_put(p, "</p>");
    zh_own_form(own, p, "consent", false);
    field(p, "purpose", ZH_SV("personalization"));
    field(p, "choice", is_on ? ZH_SV("no") : ZH_SV("yes"));
    button(p, "main", is_on ? "Switch off" : "Switch on", is_on ? "一键关闭" : "重新开启", (zh_sv){ 0 });
    zh_html_block(p, "h3", "How a recommendation comes about", "推荐是如何产生的");
    put_picture(p);
    zh_html_put(p, "</section>");
}

/* ---- what is known ---- */

static void put_name(zh_html *p, zh_sv name)
{
    static const struct { const char *name, *en, *zh; } known[] = {
        { "email", "E-mail", "电子邮箱" }, { "phone", "Phone", "手机号码" }, { "name", "Name", "姓名" }, { "firstName", "First name", "名" }, { "lastName", "Last name", "姓" },
        { "city", "City", "城市" }, { "country", "Country", "国家或地区" }, { "address", "Address", "地址" }, { "age", "Age", "年龄" }, { "birthday", "Birthday", "生日" }, { "gender", "Gender", "性别" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!zh_sv_equal(name, zh_sv_of(known[i].name))) continue;
        zh_html_say(p, known[i].en, known[i].zh);
        return;
    }
    zh_html_text(p, name); /* as the shop calls it */
}

static void put_trait(zh_html *p, zh_sv name, zh_json_value value, bool is_personal)
{
    zh_sv text;
    zh_buf shown = zh_buf_open(4096);
    bool yes;
    if (!zh_json_text(value, &text)) {
        if (zh_json_bool(value, &yes)) zh_buf_put(&shown, zh_sv_of(p->is_zh ? (yes ? "是" : "否") : yes ? "yes" : "no"));
        else zh_json_write(value, &shown);
        text = zh_buf_view(&shown);
    }
    zh_buf masked = zh_buf_open(4096);
    if (is_personal) zh_personal_mask(text, &masked);
    zh_html_put(p, "<div><dt>");
    put_name(p, name);
    zh_html_put(p, "</dt><dd>");
    zh_html_text(p, is_personal ? zh_buf_view(&masked) : zh_sv_part(text, 0, 200));
    zh_html_put(p, "</dd></div>");
    zh_buf_close(&shown);
    zh_buf_close(&masked);
}

/* Personal ones are masked: a page lies open on a table. Which are personal, collect says. */
static void put_traits(zh_own *own, zh_html *p, zh_json_value traits)
{
    zh_buf open = zh_buf_open(1 << 20);
    zh_json_value left = { 0 };
    (void)zh_personal_leave(ZH_PERSONAL_TRAITS, traits, &open);
    if (zh_buf_err(&open) != ZH_OK || zh_json_parse(own->call->thread->parser, zh_buf_view(&open), &left, NULL) != ZH_OK) left = (zh_json_value){ 0 };
    for (zh_json_iter it = zh_json_walk(traits); zh_json_next(&it);) {
        const zh_json_value bare = zh_json_get(left, it.key);
        const bool is_personal = zh_json_is(bare, ZH_JSON_ABSENT);
        put_trait(p, it.key, is_personal ? it.value : bare, is_personal);
    }
    zh_buf_close(&open);
}

static void put_interests(zh_html *p, zh_json_value leanings)
{
    for (zh_json_iter it = zh_json_walk(leanings); zh_json_next(&it);) {
        const bool is_brand = zh_sv_equal(text_of(it.value, "dimension"), ZH_SV("brand"));
        int count = 0;
        if (!is_brand && !zh_sv_equal(text_of(it.value, "dimension"), ZH_SV("category"))) continue;
        zh_html_block(p, "h3", is_brand ? "Brands you turn to" : "What you turn to", is_brand ? "您关注的品牌" : "您关注的品类");
        zh_html_put(p, "<table>");
        for (zh_json_iter row = zh_json_walk(zh_json_get(it.value, ZH_SV("values"))); zh_json_next(&row) && count < INTERESTS_MAX; count++) {
            double share = 0;
            (void)!zh_json_real(zh_json_get(row.value, ZH_SV("share")), &share);
            zh_html_put(p, "<tr><td>");
            zh_html_text(p, text_of(row.value, "name"));
            zh_buf_printf(p->out, "</td><td class=\"share\">%.0f %%</td><td class=\"soft\">", share * 100);
            zh_html_say(p, "from ", "依据：您的 ");
            zh_html_number(p, number_of(row.value, "evidence"));
            zh_html_say(p, " things you did here, the last on ", " 次浏览、加购或购买，最近一次 ");
            zh_html_day(p, time_of(row.value, "at"));
            zh_html_put(p, "</td></tr>");
        }
        zh_html_put(p, "</table>");
    }
}

static void put_orders(zh_html *p, zh_json_value orders)
{
    const int64_t cents = number_of(orders, "revenueCents");
    term(p, "Orders", "订单");
    zh_html_number(p, number_of(orders, "count"));
    if (cents > 0) {
        const zh_currency currency = zh_currency_of(text_of(orders, "currency"));
        char text[ZH_MONEY_TEXT_BYTES];
        zh_html_say(p, ", together ", "，合计 ");
        zh_html_value(p, text_of(orders, "currency"));
        zh_buf_put(p->out, ZH_SV(" "));
        zh_buf_put(p->out, (zh_sv){ text, zh_money_print(cents, currency.code == 0 ? 2 : zh_currency_digits(currency), text) });
    }
    zh_html_put(p, "</dd></div>");
}

static void put_known(zh_own *own, zh_html *p, zh_json_value all)
{
    const zh_json_value profile = zh_json_get(all, ZH_SV("profile"));
    zh_buf masked = zh_buf_open(1024);
    section(p, "What the shop knows about you", "本店掌握的关于您的信息");
    zh_html_put(p, "<dl>");
    zh_personal_mask(text_of(profile, "userId"), &masked);
    term(p, "Your number here", "会员编号");
    zh_html_text(p, zh_buf_view(&masked));
    zh_html_put(p, "</dd></div>");
    put_traits(own, p, zh_json_get(profile, ZH_SV("traits")));
    put_orders(p, zh_json_get(profile, ZH_SV("orders")));
    term(p, "Things you did here", "行为记录");
    zh_html_number(p, number_of(profile, "events"));
    zh_html_say(p, ", the last on ", " 条，最近一次 ");
    zh_html_day(p, time_of(profile, "lastSeen"));
    zh_html_put(p, "</dd></div></dl>");
    put_interests(p, zh_json_get(zh_json_get(all, ZH_SV("portrait")), ZH_SV("leanings")));
    if (zh_json_count(zh_json_get(profile, ZH_SV("segments"))) > 0) {
        zh_html_block(p, "h3", "Groups you are in", "您所在的分群");
        zh_html_put(p, "<p>");
        bool is_first = true;
        for (zh_json_iter it = zh_json_walk(zh_json_get(profile, ZH_SV("segments"))); zh_json_next(&it); is_first = false) {
            if (!is_first) zh_html_say(p, ", ", "、");
            zh_html_text(p, zh_json_text_or_empty(it.value));
        }
        zh_html_put(p, "</p>");
    }
    soft(p, "Where your name, address or number stands, only a part is shown here. The download below has all of it.", "姓名、地址、号码等在此仅部分显示，下方的下载文件包含全部内容。");
    zh_html_put(p, "</section>");
    zh_buf_close(&masked);
}

/* ---- tags, words, lists ---- */

static void put_tags(zh_own *own, zh_html *p, zh_json_value all)
{
    static const struct { const char *code, *en, *zh; } sources[] = {
        { "customer", "you said so", "您自己设置" }, { "staff", "set by the shop", "由本店设置" }, { "import", "from another system of the shop", "来自本店其他系统" }, { "computed", "follows from what you did", "根据您的行为推算" },
    };
    const zh_json_value tags = zh_json_get(all, ZH_SV("tags"));
    section(p, "Your tags", "您的标签");
    if (zh_json_count(tags) == 0) soft(p, "You have none.", "暂无标签。");
    zh_html_put(p, "<ul>");
    for (zh_json_iter it = zh_json_walk(tags); zh_json_next(&it);) {
        const zh_sv name = text_of(it.value, "tag"), source = text_of(it.value, "source");
        zh_html_put(p, "<li class=\"row\"><span>");
        zh_html_text(p, name);
        for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
            if (!zh_sv_equal(source, zh_sv_of(sources[i].code))) continue;
            zh_html_put(p, " <span class=\"soft\">");
            zh_html_say(p, sources[i].en, sources[i].zh);
            zh_html_put(p, "</span>");
        }
        zh_html_put(p, "</span>");
        zh_own_form(own, p, "tag", false);
        field(p, "tag", name);
        button(p, "", "Delete", "删除", name);
        zh_html_put(p, "</li>");
    }
    zh_html_put(p, "</ul>");
    soft(p, "A tag you delete does not come back, whatever you do later.", "您删除的标签不会再次出现，无论之后有何行为。");
    zh_html_put(p, "</section>");
}

static void put_words(zh_own *own, zh_html *p, zh_json_value feedback)
{
    const zh_json_value items = zh_json_get(feedback, ZH_SV("items"));
    if (zh_json_count(items) == 0) return;
    section(p, "What you do not want to see", "您不想看到的内容");
    zh_html_put(p, "<ul>");
    for (zh_json_iter it = zh_json_walk(items); zh_json_next(&it);) {
        const bool is_item = zh_sv_equal(text_of(it.value, "scope"), ZH_SV("item")), is_block = zh_sv_equal(text_of(it.value, "kind"), ZH_SV("block"));
        const zh_sv thing = is_item ? text_of(it.value, "itemId") : text_of(it.value, "name"), title = is_item ? text_of(it.value, "title") : thing;
        zh_html_put(p, "<li class=\"row\"><span>");
        zh_html_text(p, title);
        zh_html_put(p, " <span class=\"soft\">");
        zh_html_say(p, is_block ? "blocked" : "not interested", is_block ? "已屏蔽" : "不感兴趣");
        zh_html_put(p, "</span></span>");
        zh_own_form(own, p, "word", false);
        field(p, "scope", text_of(it.value, "scope"));
        field(p, "thing", thing);
        button(p, "", "Take back", "撤销", title);
        zh_html_put(p, "</li>");
    }
    zh_html_put(p, "</ul></section>");
}

static void put_lists(zh_html *p, zh_json_value lists)
{
    section(p, "Why you saw this", "您为什么会看到这些");
    if (zh_json_count(lists) == 0) soft(p, "No list was made for you lately.", "近期没有为您生成的推荐列表。");
    for (zh_json_iter list = zh_json_walk(lists); zh_json_next(&list);) {
        int count = 0;
        zh_html_put(p, "<h3>");
        zh_html_day(p, time_of(list.value, "at"));
        zh_html_put(p, " · ");
        zh_html_text(p, text_of(list.value, "placement"));
        if (!is_true(list.value, "personalized")) zh_html_say(p, " · not personal", " · 非个性化");
        zh_html_put(p, "</h3><ul>");
        for (zh_json_iter it = zh_json_walk(zh_json_get(list.value, ZH_SV("items"))); zh_json_next(&it) && count < ITEMS_MAX; count++) {
            zh_html_put(p, "<li>");
            zh_html_text(p, text_of(it.value, "title"));
            zh_html_put(p, " <span class=\"soft\">");
            zh_html_text(p, text_of(it.value, p->is_zh ? "zh" : "en"));
            zh_html_put(p, "</span></li>");
        }
        zh_html_put(p, "</ul>");
    }
    soft(p, "The reason is the one that was written down when the list was made.", "原因为生成列表时如实记录的原因。");
    zh_html_put(p, "</section>");
}

/* ---- consents ---- */

/* `yes`: it holds; `is_said`: he said so, else it is what silence means. */
static void put_choice(zh_own *own, zh_html *p, zh_sv purpose, const char *en, const char *zh, bool yes, bool is_said)
{
    zh_html_put(p, "<li class=\"row\"><span>");
    zh_html_say(p, en, zh);
    zh_html_put(p, yes ? " <strong class=\"good\">" : " <strong>");
    zh_html_say(p, yes ? "allowed" : "no", yes ? "已允许" : "未允许");
    zh_html_put(p, "</strong>");
    if (!is_said) zh_html_say(p, " (you said nothing)", "（您未表态）");
    zh_html_put(p, "</span>");
    zh_own_form(own, p, "consent", false);
    field(p, "purpose", purpose);
    field(p, "choice", yes ? ZH_SV("no") : ZH_SV("yes"));
    button(p, "", yes ? "Refuse" : "Allow", yes ? "拒绝" : "允许", zh_sv_of(p->is_zh ? zh : en));
    zh_html_put(p, "</li>");
}

static void put_choices(zh_own *own, zh_html *p, zh_json_value consents)
{
    const zh_json_value marketing = zh_json_get(consents, ZH_SV("marketing")), times = zh_json_get(consents, ZH_SV("times"));
    section(p, "Advertising, by channel", "营销消息（按渠道）");
    if (is_true(consents, "minor")) soft(p, "The shop knows you as a minor: it sends you no advertising, whatever stands here.", "本店将您识别为未成年人：无论此处如何设置，都不会向您发送营销消息。");
    zh_html_put(p, "<ul>");
    for (int i = 0; i < (int)ZH_CHANNEL_COUNT; i++) {
        char purpose[40];
        bool yes = i == ZH_CHANNEL_ONSITE;
        const zh_json_value said = zh_json_get(marketing, zh_sv_of(zh_channel_text((zh_channel)i)));
        const bool is_said = zh_json_bool(said, &yes);
        const int size = snprintf(purpose, sizeof purpose, "marketing.%s", zh_channel_text((zh_channel)i));
        put_choice(own, p, (zh_sv){ purpose, (size_t)size }, zh_link_channel_name((zh_channel)i, false), zh_link_channel_name((zh_channel)i, true), yes, is_said);
    }
    zh_html_put(p, "</ul><p>");
    zh_own_form(own, p, "consent", false);
    field(p, "purpose", ZH_SV("marketing"));
    field(p, "choice", ZH_SV("no"));
    button(p, "", "No to all of them", "全部拒绝", (zh_sv){ 0 });
    zh_html_put(p, "</p></section>");
    section(p, "Other uses", "其他用途");
    zh_html_put(p, "<ul>");
    put_choice(own, p, ZH_SV("analytics"), "Statistics and experiments", "统计与实验", is_true(consents, "analytics"), !zh_json_is(zh_json_get(times, ZH_SV("analytics")), ZH_JSON_ABSENT));
    put_choice(own, p, ZH_SV("sharing"), "Giving your data to others", "向第三方提供您的数据", is_true(consents, "sharing"), !zh_json_is(zh_json_get(times, ZH_SV("sharing")), ZH_JSON_ABSENT));
    zh_html_put(p, "</ul>");
    soft(p, "Each word holds from the next use on, for what already waits to be sent too.", "每次选择即刻生效，对已在排队等待发送的消息同样有效。");
    zh_html_put(p, "</section>");
}

/* ---- the end ---- */

static void put_rights(zh_own *own, zh_html *p)
{
    section(p, "Take your data with you", "下载您的数据");
    soft(p, "All of it: profile, what you did, lists that were made for you, consents and what you said.", "包含全部内容：画像、行为记录、为您生成的列表、同意记录与您的反馈。");
    zh_html_put(p, "<p>");
    static const char *const files[] = { "data.json", "data.csv" };
    for (size_t i = 0; i < 2; i++) {
        zh_html_put(p, "<a class=\"button\" download href=\"");
        zh_html_value(p, own->link.token);
        zh_buf_printf(p->out, "/%s\">", files[i]);
        zh_html_say(p, i == 0 ? "For programs (JSON)" : "For a spreadsheet (CSV)", i == 0 ? "程序可读（JSON）" : "表格（CSV）");
        zh_html_put(p, "</a> ");
    }
    zh_html_put(p, "</p></section>");
    section(p, "Be forgotten", "删除您的全部数据");
    soft(p, "Everything above is erased and cannot be brought back. You get a receipt.", "以上全部内容将被删除且无法恢复，您会得到一份凭证。");
    zh_html_put(p, "<p><a class=\"button\" href=\"");
    zh_html_value(p, own->link.token);
    zh_buf_printf(p->out, "/erase?lang=%s\">", zh_html_lang(p));
    zh_html_say(p, "Erase me …", "申请删除……");
    zh_html_put(p, "</a></p></section>");
}

static void put_done(zh_own *own, zh_html *p)
{
    static const struct { const char *code, *en, *zh; } done[] = {
        { "consent", "Kept, and in force from now on.", "已保存，即刻生效。" },
        { "tag", "The tag is deleted and does not come back.", "标签已删除，不会再次出现。" },
        { "word", "Taken back: it may be shown again.", "已撤销，可以再次展示。" },
    };
    const zh_sv code = zh_http_param(own->call->request, ZH_SV("done"));
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        if (!zh_sv_equal(code, zh_sv_of(done[i].code))) continue;
        zh_html_put(p, "<section class=\"note\" role=\"status\">");
        zh_html_say(p, done[i].en, done[i].zh);
        zh_html_put(p, "</section>");
    }
}

void zh_own_page(zh_own *own, zh_json_value all)
{
    const zh_json_value consents = zh_json_get(zh_json_get(all, ZH_SV("consents")), ZH_SV("consents"));
    zh_html page = zh_html_begin(own->call, "Your data and your choices", "您的数据与选择");
    put_done(own, &page);
    zh_html_put(&page, "<p class=\"soft\">");
    zh_html_say(&page, "This page is yours alone: who has its address can see and change all of it, so do not pass it on. It opens until ", "此页面仅供您本人使用：获得网址的人可以查看和更改全部内容，请勿转发。有效期至 ");
    zh_html_day(&page, own->link.link.until_ms);
    zh_html_say(&page, ".", "。");
    zh_html_put(&page, "</p>");
    put_switch(own, &page, consents);
    put_known(own, &page, all);
    put_tags(own, &page, all);
    put_words(own, &page, zh_json_get(all, ZH_SV("feedback")));
    put_lists(&page, zh_json_get(all, ZH_SV("lists")));
    put_choices(own, &page, consents);
    put_rights(own, &page);
    zh_html_end(&page, 200);
}
