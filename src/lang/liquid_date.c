/* The filter date. */
#include "lang/liquid_filter.h"
#include "lang/liquid_number.h"
#include "lang/liquid_run.h"
#include "lang/liquid_when.h"

static bool is_word(zh_sv text, const char *word)
{
    if (text.size != strlen(word)) return false;
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] | 32) != word[i]) return false;
    return true;
}

/* Digits alone are seconds since 1970. */
static bool seconds_of(zh_liquid_value v, int64_t *seconds)
{
    if (v.kind == ZH_LIQUID_TEXT && (v.n == 0 || v.text[0] < '0' || v.text[0] > '9')) return false;
    return zh_liquid_whole(v, seconds);
}

static bool when_of(const zh_liquid_run *run, zh_liquid_value v, zh_liquid_when *out)
{
    const zh_tz *zone = run->desc->zone == NULL ? zh_tz_utc() : run->desc->zone;
    int64_t seconds;
    if (seconds_of(v, &seconds)) return !__builtin_mul_overflow(seconds, 1000, &seconds) && zh_liquid_when_of(seconds, zone, out);
    if (v.kind != ZH_LIQUID_TEXT) return false;
    const zh_sv text = zh_liquid_sv(v);
    if (is_word(text, "now") || is_word(text, "today")) return zh_liquid_when_of(run->desc->now_ms, zone, out);
    return zh_liquid_when_parse(text, zone, run->desc->now_ms, out);
}

/* What is no date stays as it is. */
zh_liquid_value zh_liquid_f_date(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_when when;
    const zh_sv format = zh_liquid_text_of(run, given->args[0]);
    if (format.size == 0 || !when_of(run, given->in, &when)) return given->in;
    zh_liquid_when_print(&when, format, zh_liquid_text_begin(run));
    return zh_liquid_text_end(run);
}
