#include "app/portrait_text.h"

#include <stdio.h>

#define BAR 20
#define DAYS 7

static double real_of(zh_json_value object, const char *key)
{
    double value = 0;
    (void)zh_json_real(zh_json_get(object, zh_sv_of(key)), &value);
    return value;
}

static zh_sv text_of(zh_json_value object, const char *key) { return zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key))); }
static zh_sv date_of(zh_json_value object, const char *key) { return zh_sv_part(text_of(object, key), 0, 10); }

static void print_leanings(zh_json_value leanings)
{
    for (zh_json_iter it = zh_json_walk(leanings); zh_json_next(&it);) {
        printf("%.*s\n", ZH_SV_ARG(text_of(it.value, "dimension")));
        for (zh_json_iter row = zh_json_walk(zh_json_get(it.value, ZH_SV("values"))); zh_json_next(&row);) {
            const double share = real_of(row.value, "share"), lately = real_of(row.value, "lately");
            bool liked = false;
            (void)zh_json_bool(zh_json_get(row.value, ZH_SV("liked")), &liked);
            const int bar = (int)(share * BAR + 0.5);
            printf("  %-*.*s %5.1f %%  lately %5.1f %%  %4.0f events, last %.*s, confidence %.2f  %.*s%s\n", BAR, bar, "####################", share * 100, lately * 100, real_of(row.value, "evidence"),
                   ZH_SV_ARG(date_of(row.value, "at")), real_of(row.value, "confidence"), ZH_SV_ARG(text_of(row.value, "name")), liked ? " (liked)" : "");
        }
    }
}

static void print_orders(zh_json_value orders)
{
    if (!zh_json_is(orders, ZH_JSON_OBJECT)) {
        puts("orders\n  none");
        return;
    }
    const zh_json_value next = zh_json_get(orders, ZH_SV("nextOrder"));
    printf("orders\n  %.0f from %.*s to %.*s, confidence %.2f\n", real_of(orders, "count"), ZH_SV_ARG(date_of(orders, "first")), ZH_SV_ARG(date_of(orders, "last")),
           real_of(zh_json_get(orders, ZH_SV("meanCents")), "confidence"));
    printf("  of an order: %.2f %.*s, %.1f pieces of %.1f products; %.0f %% have a return\n", real_of(zh_json_get(orders, ZH_SV("meanCents")), "value") / 100,
           ZH_SV_ARG(text_of(orders, "currency")), real_of(zh_json_get(orders, ZH_SV("basketSize")), "value"), real_of(zh_json_get(orders, ZH_SV("basketProducts")), "value"),
           real_of(zh_json_get(orders, ZH_SV("returnRate")), "value") * 100);
    if (!zh_json_is(next, ZH_JSON_OBJECT)) return;
    bool is_overdue = false;
    (void)zh_json_bool(zh_json_get(next, ZH_SV("isOverdue")), &is_overdue);
    printf("  a purchase every %.1f days; the next about %.*s, with a chance of %.0f %% from %.*s to %.*s%s\n", real_of(zh_json_get(orders, ZH_SV("intervalDays")), "value"),
           ZH_SV_ARG(date_of(next, "value")), real_of(next, "chance") * 100, ZH_SV_ARG(date_of(next, "from")), ZH_SV_ARG(date_of(next, "until")), is_overdue ? ": overdue" : "");
}

/* A line a weekday, a sign an hour: ' ' nothing, then from '.' to '#' by its part of the busiest hour. */
static void print_habits(zh_json_value habits, zh_sv zone)
{
    static const char *const days[DAYS] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char signs[] = ".:-=+*#";
    if (!zh_json_is(habits, ZH_JSON_OBJECT)) return;
    int64_t hours[DAYS * 24] = { 0 }, most = 1;
    size_t at = 0;
    for (zh_json_iter it = zh_json_walk(zh_json_get(habits, ZH_SV("hours"))); zh_json_next(&it) && at < DAYS * 24; at++) {
        (void)zh_json_int(it.value, &hours[at]);
        if (hours[at] > most) most = hours[at];
    }
    printf("habits (%.*s)\n  %.0f events in %.0f visits since %.*s; a visit: %.0f min, %.1f events\n       0     6     12    18\n", ZH_SV_ARG(zone), real_of(habits, "evidence"),
           real_of(habits, "visits"), ZH_SV_ARG(date_of(habits, "since")), real_of(habits, "visitMinutes"), real_of(habits, "visitEvents"));
    for (size_t day = 0; day < DAYS; day++) {
        printf("  %s  ", days[day]);
        for (size_t hour = 0; hour < 24; hour++) {
            const int64_t count = hours[day * 24 + hour];
            putchar(count == 0 ? ' ' : signs[count * 6 / most]);
        }
        putchar('\n');
    }
}

static void print_place(zh_json_value place, const char *what)
{
    if (!zh_json_is(place, ZH_JSON_OBJECT)) return;
    printf("  %-5s %.*s (%.3f, %.3f), %.0f %% of %.0f days, confidence %.2f\n", what, ZH_SV_ARG(text_of(place, "value")), real_of(place, "latitude"), real_of(place, "longitude"),
           real_of(place, "share") * 100, real_of(place, "evidence"), real_of(place, "confidence"));
}

static void print_places(zh_json_value places)
{
    if (!zh_json_is(places, ZH_JSON_OBJECT)) return;
    puts("places");
    print_place(zh_json_get(places, ZH_SV("home")), "home");
    print_place(zh_json_get(places, ZH_SV("work")), "work");
    for (zh_json_iter it = zh_json_walk(zh_json_get(places, ZH_SV("frequent"))); zh_json_next(&it);) print_place(it.value, "often");
}

static void print_computed(zh_json_value computed)
{
    if (zh_json_count(computed) == 0) return;
    puts("computed traits");
    for (zh_json_iter it = zh_json_walk(computed); zh_json_next(&it);) {
        const zh_json_value value = zh_json_get(it.value, ZH_SV("value"));
        printf("  %.*s: ", ZH_SV_ARG(text_of(it.value, "name")));
        double number;
        if (zh_json_real(value, &number)) printf("%.10g", number);
        else if (zh_json_is(value, ZH_JSON_TEXT)) printf("%.*s", ZH_SV_ARG(zh_json_text_or_empty(value)));
        else if (zh_json_is(value, ZH_JSON_NULL)) printf("-");
        for (zh_json_iter name = zh_json_walk(value); zh_json_is(value, ZH_JSON_ARRAY) && zh_json_next(&name);) printf("%.*s; ", ZH_SV_ARG(zh_json_text_or_empty(name.value)));
        printf("  (%.0f events)\n", real_of(it.value, "evidence"));
    }
}

void zh_portrait_print(zh_json_value portrait)
{
    printf("customer %.*s at %.*s\n", ZH_SV_ARG(text_of(portrait, "id")), ZH_SV_ARG(text_of(portrait, "at")));
    print_leanings(zh_json_get(portrait, ZH_SV("leanings")));
    print_orders(zh_json_get(portrait, ZH_SV("orders")));
    print_habits(zh_json_get(portrait, ZH_SV("habits")), text_of(portrait, "zone"));
    print_places(zh_json_get(portrait, ZH_SV("places")));
    print_computed(zh_json_get(portrait, ZH_SV("computed")));
}
