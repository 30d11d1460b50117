/* Goal: cells are those of geohash, read again they are the same, and only the collector's mark counts.
 * Method: known geohashes; random positions against halving by hand; texts that are no mark. */
#include "core/place.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct { double latitude, longitude; const char *text; int32_t hours; } known[] = {
    { 57.64911, 10.40744, "u4pruy", 1 },   { 48.8584, 2.2945, "u09tun", 0 },     { 31.2304, 121.4737, "wtw3sj", 8 }, { -33.8568, 151.2153, "r3gx2u", 10 },
    { 40.6892, -74.0445, "dr5r7p", -5 },   { -90, -180, "000000", -12 },          { 90, 180, "zzzzzz", 12 },          { 0, 0, "", 0 },
    { 90.1, 0, "", 0 },                    { 0, -180.5, "", 0 },                  { NAN, 5, "", 0 },                  { 5, INFINITY, "", 0 },
};

/* By halving, one character at a time, as geohash is told. */
static void by_halves(double latitude, double longitude, char text[7])
{
    double low[2] = { -180, -90 }, high[2] = { 180, 90 };
    const double at[2] = { longitude, latitude };
    for (int i = 0; i < 6; i++) {
        int character = 0;
        for (int bit = 0; bit < 5; bit++) {
            const int axis = (i * 5 + bit) % 2;
            const double middle = (low[axis] + high[axis]) / 2;
            const bool up = at[axis] >= middle;
            character = character * 2 + up;
            if (up) low[axis] = middle;
            else high[axis] = middle;
        }
        text[i] = "0123456789bcdefghjkmnpqrstuvwxyz"[character];
    }
    text[6] = '\0';
}

static void check_marks(void)
{
    static const char *const no_marks[] = { "", "{}", "{\"$cell\":\"wtw3s\"}", "{\"$cell\":\"wtw3sa\"}", "{\"$cell\":\"wtw3sj", "{\"a\":1,\"$cell\":\"wtw3sj\"}", "{\"$cell\":5}",
                                            "{\"$cell\":\"wtw3sjx\"}" };
    for (size_t i = 0; i < sizeof no_marks / sizeof *no_marks; i++) {
        const zh_event event = { .context = zh_sv_of(no_marks[i]) };
        CHECK_ROW(zh_event_cell(&event).number == 0, no_marks[i]);
    }
    zh_buf out = zh_buf_open(1000);
    zh_cell_mark(zh_cell_read(ZH_SV("wtw3sj")), &out);
    zh_buf_put_u8(&out, '}');
    CHECK(zh_sv_equal(zh_buf_view(&out), ZH_SV("{\"$cell\":\"wtw3sj\"}")));
    const zh_event event = { .context = zh_buf_view(&out) };
    CHECK(zh_event_cell(&event).number == zh_cell_read(ZH_SV("wtw3sj")).number);
    zh_buf_close(&out);
}

int main(int argc, char **argv)
{
    zh_rng rng = { test_seed(argc, argv), 1, 0 };
    char text[ZH_CELL_TEXT_BYTES], wanted[ZH_CELL_TEXT_BYTES];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const zh_cell cell = zh_cell_of(known[i].latitude, known[i].longitude);
        zh_cell_print(cell, text);
        CHECK_ROW(strcmp(text, known[i].text) == 0 && zh_cell_hours(cell) == known[i].hours, known[i].text);
    }
    for (int i = 0; i < 20000; i++) {
        const double latitude = zh_rng_unit(&rng) * 180 - 90, longitude = zh_rng_unit(&rng) * 360 - 180;
        const zh_cell cell = zh_cell_of(latitude, longitude);
        int32_t latitude_e6, longitude_e6;
        zh_cell_print(cell, text);
        by_halves(latitude, longitude, wanted);
        CHECK_ROW(strcmp(text, wanted) == 0 && zh_cell_read(zh_sv_of(text)).number == cell.number, wanted);
        zh_cell_middle(cell, &latitude_e6, &longitude_e6);
        CHECK(zh_cell_of(latitude_e6 / 1e6, longitude_e6 / 1e6).number == cell.number);
        CHECK(fabs(zh_cell_hours(cell) - longitude / 15) <= 0.51 && fabs(latitude_e6 / 1e6 - latitude) < 0.0028);
    }
    CHECK(zh_cell_read(ZH_SV("wtw3sj ")).number == 0 && zh_cell_read(ZH_SV("WTW3SJ")).number == 0 && zh_cell_read((zh_sv){ "wt\0w3s", 6 }).number == 0);
    check_marks();
    return 0;
}
