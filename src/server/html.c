#include "server/html.h"
#include "base/b64.h"
#include "base/tz.h"
#include "lang/liquid_escape.h"
#include "sys/file.h"

#define NONCE_BYTES 18
#define POLICY_BYTES 256

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2129;--soft:#5a6270;--line:#dfe3e8;--paper:#fff;--back:#f4f6f8;--act:#0b57d0;--on-act:#fff;--bad:#b3261e;--good:#146c2e}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a3abb6;--line:#3a4048;--paper:#1e2226;--back:#14171a;--act:#9ec1ff;--on-act:#10203a;--bad:#ffb4ab;--good:#8fd8a0}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--back);color:var(--ink);font:16px/1.6 system-ui,-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}"
    "main{max-width:46rem;margin:0 auto;padding:1rem}"
    "h1{font-size:1.5rem;line-height:1.3;margin:.8rem 0 .4rem}h2{font-size:1.15rem;margin:0 0 .5rem}h3{font-size:1rem;margin:1rem 0 .3rem}"
    "p{margin:.4rem 0}section{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin:1rem 0}"
    ".soft{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}.note{border-left:4px solid var(--good)}"
    "dl{margin:0}dl>div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.3rem 0;border-top:1px solid var(--line)}dl>div:first-child{border-top:0}"
    "dt{flex:0 0 9rem;color:var(--soft)}dd{flex:1 1 14rem;margin:0;overflow-wrap:anywhere}"
    "ul{list-style:none;margin:0;padding:0}li{padding:.5rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}li:first-child{border-top:0}"
    "li.row{display:flex;gap:.5rem 1rem;align-items:center;justify-content:space-between;flex-wrap:wrap}li.row>span{flex:1 1 14rem}"
    "form{display:inline}button,a.button{display:inline-block;font:inherit;padding:.45rem 1rem;min-height:2.75rem;border-radius:.5rem;border:1px solid var(--act);background:transparent;color:var(--act);cursor:pointer;text-decoration:none}"
    "button.main{background:var(--act);color:var(--on-act)}button.bad{border-color:var(--bad);color:var(--bad)}"
    "a{color:var(--act)}:focus-visible{outline:3px solid var(--act);outline-offset:2px}"
    "nav{display:flex;justify-content:flex-end;gap:1rem}svg{width:100%;max-width:26rem;height:auto;display:block}svg text{fill:var(--ink);font-size:15px}svg text.cut{fill:var(--act);font-size:13px}"
    "svg .box{fill:var(--back);stroke:var(--line)}svg .way{stroke:var(--soft);fill:none;stroke-width:1.5}svg .tip{fill:var(--soft)}svg .off{fill:none;stroke:var(--act);stroke-width:3}"
    "textarea{width:100%;font:12px/1.4 ui-monospace,monospace;background:var(--back);color:var(--ink);border:1px solid var(--line);border-radius:.4rem;padding:.5rem}"
    "td.share{white-space:nowrap;text-align:right}td:first-child{min-width:6rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .5rem .3rem 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}";

/* The first of zh and en that is asked for; what is said to be 0 is not. */
static bool asks_zh(zh_call *call)
{
    const zh_sv lang = zh_http_param(call->request, ZH_SV("lang"));
    if (lang.size > 0) return zh_sv_equal(lang, ZH_SV("zh"));
    zh_sv rest = zh_http_header_of(call->request, "Accept-Language");
    while (rest.size > 0) {
        const char *comma = memchr(rest.data, ',', rest.size);
        const size_t size = comma == NULL ? rest.size : (size_t)(comma - rest.data);
        const zh_sv one = zh_sv_trim(zh_sv_part(rest, 0, size));
        const bool is_none = one.size > 4 && zh_sv_equal(zh_sv_part(one, one.size - 4, 4), ZH_SV(";q=0"));
        if (one.size >= 2 && !is_none) {
            const int a = one.data[0] | 0x20, b = one.data[1] | 0x20;
            if (a == 'z' && b == 'h') return true;
            if (a == 'e' && b == 'n') return false;
        }
        rest = zh_sv_part(rest, size + 1, SIZE_MAX);
    }
    return false;
}

/* A page whose nonce cannot be made has no style and says all it says. */
static void make_nonce(zh_html *page)
{
    uint8_t random[NONCE_BYTES];
    zh_buf text = zh_buf_open(sizeof page->nonce);
    if (zh_file_random(random, sizeof random) == ZH_OK) zh_b64_encode_url((zh_sv){ (const char *)random, sizeof random }, &text);
    if (zh_buf_err(&text) == ZH_OK && text.size > 0 && text.size < sizeof page->nonce) memcpy(page->nonce, text.data, text.size);
    zh_buf_close(&text);
}

zh_html zh_html_begin(zh_call *call, const char *title_en, const char *title_zh)
{
    zh_html page = { .call = call, .out = &call->thread->out, .is_zh = asks_zh(call) };
    make_nonce(&page);
    zh_buf_reset(page.out);
    zh_html_put(&page, "<!doctype html><html lang=\"");
    zh_html_put(&page, page.is_zh ? "zh-CN" : "en");
    zh_html_put(&page, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex,nofollow\"><title>");
    zh_html_say(&page, title_en, title_zh);
    zh_html_put(&page, "</title><style nonce=\"");
    zh_html_put(&page, page.nonce);
    zh_html_put(&page, "\">");
    zh_html_put(&page, style);
    zh_html_put(&page, "</style></head><body><main><nav aria-label=\"");
    zh_html_say(&page, "Language", "语言");
    zh_html_put(&page, page.is_zh ? "\"><a href=\"?lang=en\" hreflang=\"en\" lang=\"en\">English</a></nav><h1>" : "\"><a href=\"?lang=zh\" hreflang=\"zh\" lang=\"zh-CN\">中文</a></nav><h1>");
    zh_html_say(&page, title_en, title_zh);
    zh_html_put(&page, "</h1>");
    return page;
}

void zh_html_put(zh_html *page, const char *markup)
{
    zh_buf_put(page->out, zh_sv_of(markup));
}

void zh_html_say(zh_html *page, const char *en, const char *zh)
{
    (void)zh_liquid_escape(zh_sv_of(page->is_zh ? zh : en), ZH_LIQUID_HTML, page->out);
}

void zh_html_block(zh_html *page, const char *element, const char *en, const char *zh)
{
    zh_buf_printf(page->out, "<%s>", element);
    zh_html_say(page, en, zh);
    zh_buf_printf(page->out, "</%s>", element);
}

/* Apart from the words around it, so that text of another direction does not turn them. */
void zh_html_text(zh_html *page, zh_sv text)
{
    zh_html_put(page, "<bdi>");
    zh_html_value(page, text);
    zh_html_put(page, "</bdi>");
}

void zh_html_value(zh_html *page, zh_sv text)
{
    (void)zh_liquid_escape(text, ZH_LIQUID_HTML, page->out);
}

void zh_html_number(zh_html *page, int64_t number)
{
    zh_buf_printf(page->out, "%lld", (long long)number);
}

void zh_html_day(zh_html *page, int64_t ms)
{
    char text[ZH_TIME_TEXT_BYTES];
    if (ms == 0) return;
    zh_buf_put(page->out, (zh_sv){ text, zh_date_print(zh_tz_day(zh_engine_tz(page->call->engine), ms), text) });
}

const char *zh_html_lang(const zh_html *page)
{
    return page->is_zh ? "zh" : "en";
}

void zh_html_end(zh_html *page, unsigned status)
{
    char policy[POLICY_BYTES];
    zh_html_put(page, "</main></body></html>\n");
    if (zh_buf_err(page->out) != ZH_OK) {
        zh_call_problem(page->call, 500, "internal", NULL, "the page did not fit into memory");
        return;
    }
    const int size = snprintf(policy, sizeof policy, "default-src 'none'; style-src 'nonce-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", page->nonce);
    const zh_http_header headers[] = {
        { ZH_SV("Content-Security-Policy"), { policy, (size_t)size } },
        { ZH_SV("X-Frame-Options"), ZH_SV("DENY") },
        { ZH_SV("X-Robots-Tag"), ZH_SV("noindex, nofollow") },
        { ZH_SV("Content-Language"), page->is_zh ? ZH_SV("zh") : ZH_SV("en") },
        { ZH_SV("Vary"), ZH_SV("Accept-Language") },
        { ZH_SV("Cross-Origin-Opener-Policy"), ZH_SV("same-origin") },
    };
    zh_call_reply(page->call, status, ZH_SV("text/html; charset=utf-8"), zh_buf_view(page->out), headers, sizeof headers / sizeof *headers);
}
