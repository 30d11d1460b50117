/* Goal: robots that say so are told from people, and no phone or browser is taken for one.
 * Method: a table of real user agents. */
#include "collect/agent.h"
#include "check.h"

int main(void)
{
    static const struct { const char *agent; bool robot; } rows[] = {
        { "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true },
        { "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", true },
        { "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", true },
        { "Mozilla/5.0 (compatible; bingbot/2.0)", true },
        { "python-requests/2.31.0", true },
        { "curl/8.5.0", true },
        { "facebookexternalhit/1.1", true },
        { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36", false },
        { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", false },
        { "Mozilla/5.0 (Linux; Android 8.1.0; CUBOT X18 Plus) AppleWebKit/537.36 Chrome/98.0 Mobile Safari/537.36", false },
        { "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36", false },
        { "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49 NetType/WIFI Language/zh_CN", false },
        { "okhttp/4.12.0", false },
        { "a robotics shop's app", false },
        { "", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK_ROW(zh_agent_is_robot(zh_sv_of(rows[i].agent)) == rows[i].robot, rows[i].agent);
    CHECK(zh_sv_equal(zh_agent_of(ZH_SV("{\"context\":{\"ip\":\"::1\",\"userAgent\":\"a b\"},\"userId\":\"u\"}")), ZH_SV("a b")));
    CHECK(zh_agent_of(ZH_SV("{\"userId\":\"u\"}")).size == 0 && zh_agent_of((zh_sv){ 0 }).size == 0);
    CHECK(zh_sv_equal(zh_agent_of(ZH_SV("{\"context\":{\"userAgent\":\"cut")), ZH_SV("cut")));
    return 0;
}
