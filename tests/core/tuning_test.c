/* Goal: a tuning is read as written, and what is no number of the policy is refused with its name. */
#include "core/tuning.h"
#include "check.h"

#include <string.h>

static zh_json *json;

static zh_err read_text(const char *text, zh_tuning *out, zh_note *why)
{
    zh_json_value root;
    CHECK(zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK);
    return zh_tuning_read(root, out, why);
}

int main(void)
{
    zh_tuning t;
    zh_note why = { .text = "" };
    CHECK(zh_json_open(&json, 4096) == ZH_OK);
    CHECK(read_text("{\"personal\":false,\"viewed_weight\":0.25,\"touch_half_life_days\":3}", &t, &why) == ZH_OK);
    CHECK(zh_tuning_says(&t, ZH_TUNE_PERSONAL) && zh_tuning_says(&t, ZH_TUNE_VIEWED) && !zh_tuning_says(&t, ZH_TUNE_BOUGHT));
    CHECK(t.value[ZH_TUNE_PERSONAL] < 0.5 && t.value[ZH_TUNE_VIEWED] > 0.24 && t.value[ZH_TUNE_VIEWED] < 0.26);
    zh_buf text = zh_buf_open(4096);
    zh_json_out out = zh_json_out_on(&text);
    zh_tuning_write(&t, &out);
    zh_buf_put_u8(&text, 0);
    CHECK(strstr(text.data, "\"personal\":false") != NULL);
    zh_tuning again;
    CHECK(read_text(text.data, &again, &why) == ZH_OK && again.said == t.said);
    for (int i = 0; i < (int)ZH_TUNES; i++) CHECK(!zh_tuning_says(&t, (zh_tune)i) || (again.value[i] >= t.value[i] && again.value[i] <= t.value[i]));
    zh_buf_close(&text);
    CHECK(read_text("null", &t, &why) == ZH_OK && t.said == 0);
    CHECK(read_text("{\"viewed_wait\":1}", &t, &why) == ZH_FORMAT && why.text[0] == '"');
    CHECK(read_text("{\"explore\":1.5}", &t, &why) == ZH_FORMAT && read_text("{\"explore\":\"1\"}", &t, &why) == ZH_FORMAT && read_text("[1]", &t, &why) == ZH_FORMAT);
    for (int i = 0; i < (int)ZH_TUNES; i++) CHECK(zh_tune_least((zh_tune)i) < zh_tune_most((zh_tune)i));
    zh_json_close(json);
    return 0;
}
