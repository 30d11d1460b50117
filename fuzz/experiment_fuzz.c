/* Any text as the set-up of an experiment: it is refused with a field and a reason, or it reads back as it is written. */
#include "measure/experiment.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static zh_err read_from(zh_json *json, zh_sv text, zh_experiment *out)
{
    zh_json_value root;
    const char *field = NULL;
    zh_note why = { .text = "" };
    if (zh_json_parse(json, text, &root, NULL) != ZH_OK) return ZH_FORMAT;
    const zh_err e = zh_experiment_read(root, ZH_SV("fuzzed"), NULL, NULL, out, &field, &why);
    if (e != ZH_OK && (field == NULL || why.text[0] == '\0')) abort();
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static zh_json *one, *two;
    if (one == NULL && (zh_json_open(&one, 1 << 16) != ZH_OK || zh_json_open(&two, 1 << 20) != ZH_OK)) abort();
    zh_experiment e, again;
    if (read_from(one, (zh_sv){ (const char *)data, size }, &e) != ZH_OK) return 0;
    zh_buf text = zh_buf_open(1 << 20);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_experiment_write(&e, &out);
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) != ZH_OK || read_from(two, zh_buf_view(&text), &again) != ZH_OK || zh_experiment_change(&e, &again) != NULL) abort();
    if (again.share != e.share || again.layer_from != e.layer_from || again.layer_to != e.layer_to || again.state != e.state) abort();
    for (uint64_t customer = 1; customer < 20; customer++)
        if (zh_experiment_arm_of(&e, ZH_WORKSPACE_DEFAULT, (zh_customer_id){ customer }) >= e.arms_count) abort();
    zh_buf_close(&text);
    return 0;
}
