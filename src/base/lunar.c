#include "base/lunar.h"

/* ---- the table: printed by tools/lunar_table.mjs ----
 *
 *     months   bits 0 .. 11    month 1 .. 12 has 30 days, else 29
 *              bits 12 .. 15   the month that comes twice; 0: none
 *              bit  16         the second of them has 30 days
 *              bits 17 ..      days from 1 January to new year's day
 *     terms    2 bits a term   days after term_days, in the month it always falls into
 */
static const uint8_t term_days[24] = { 4, 19, 3, 18, 4, 19, 4, 19, 4, 20, 4, 20, 6, 22, 6, 22, 6, 22, 7, 22, 6, 21, 6, 21 };
static const struct { uint32_t months; uint64_t terms; } years[] = {
    { 0x5e0536, 0x6aa6a6a65a56 }, /* 1950 */
    { 0x480aad, 0xaaaaaaaa9a5a }, /* 1951 */
    { 0x355aca, 0x5556556559aa }, /* 1952 */
    { 0x5805b2, 0x569665a65a55 }, /* 1953 */
    { 0x420da5, 0x5aa6a6a65a56 }, /* 1954 */
    { 0x2f3ea2, 0x6aaaa6aa9a5a }, /* 1955 */
    { 0x540d4a, 0x5556556555aa }, /* 1956 */
    { 0x3c8595, 0x569665a65a55 }, /* 1957 */
    { 0x600a97, 0x5aa665a65a56 }, /* 1958 */
    { 0x4c0556, 0x6aaaa6aa9a5a }, /* 1959 */
    { 0x366575, 0x55555565556a }, /* 1960 */
    { 0x5a0ad5, 0x555665665a55 }, /* 1961 */
    { 0x4606d2, 0x5aa665a65a56 }, /* 1962 */
    { 0x304755, 0x6aaaa6aa9a5a }, /* 1963 */
    { 0x560ea5, 0x55555565556a }, /* 1964 */
    { 0x40064a, 0x555665665a55 }, /* 1965 */
    { 0x28364f, 0x5aa665a65a56 }, /* 1966 */
    { 0x4e0a9b, 0x6aaaa6aa9a5a }, /* 1967 */
    { 0x3a7ada, 0x55555555556a }, /* 1968 */
    { 0x5e056a, 0x555665665a55 }, /* 1969 */
    { 0x480b69, 0x5aa665a65a56 }, /* 1970 */
    { 0x345bb2, 0x6aaaa6aa9a5a }, /* 1971 */
    { 0x5a0b52, 0x55555555556a }, /* 1972 */
    { 0x420b25, 0x555665655a55 }, /* 1973 */
    { 0x2c4b2b, 0x5aa665a65a56 }, /* 1974 */
    { 0x520a4b, 0x6aa6a6aa9a5a }, /* 1975 */
    { 0x3c8aab, 0x55555555456a }, /* 1976 */
    { 0x6002ad, 0x555655655a55 }, /* 1977 */
    { 0x4a056d, 0x5a9665a65a56 }, /* 1978 */
    { 0x3765a9, 0x6aa6a6a69a56 }, /* 1979 */
    { 0x5c0da9, 0x55555555456a }, /* 1980 */
    { 0x460d92, 0x555655655a55 }, /* 1981 */
    { 0x304e95, 0x569665a65a56 }, /* 1982 */
    { 0x560d25, 0x6aa6a6a65a56 }, /* 1983 */
    { 0x40ae4d, 0x55555155455a }, /* 1984 */
    { 0x640a56, 0x555655655955 }, /* 1985 */
    { 0x4e02b6, 0x569665a65a55 }, /* 1986 */
    { 0x3862f5, 0x5aa6a5a65a56 }, /* 1987 */
    { 0x5e06d5, 0x15555155455a }, /* 1988 */
    { 0x480ea9, 0x555555655555 }, /* 1989 */
    { 0x345f52, 0x569665665a55 }, /* 1990 */
    { 0x5a0e92, 0x5aa665a65a56 }, /* 1991 */
    { 0x440d26, 0x15555155455a }, /* 1992 */
    { 0x2c352e, 0x555555655515 }, /* 1993 */
    { 0x500a57, 0x555665665a55 }, /* 1994 */
    { 0x3c8ad6, 0x5aa665a65a56 }, /* 1995 */
    { 0x62035a, 0x15555155455a }, /* 1996 */
    { 0x4a06d5, 0x555555555515 }, /* 1997 */
    { 0x365b69, 0x555665665a55 }, /* 1998 */
    { 0x5c0749, 0x5aa665a65a56 }, /* 1999 */
    { 0x460693, 0x15555155455a }, /* 2000 */
    { 0x2e4a9b, 0x555555555515 }, /* 2001 */
    { 0x54052b, 0x555665665a55 }, /* 2002 */
    { 0x3e0a5b, 0x5aa665a65a56 }, /* 2003 */
    { 0x2a2aae, 0x15555155455a }, /* 2004 */
    { 0x4e056a, 0x555555555515 }, /* 2005 */
    { 0x387dd5, 0x555655655a55 }, /* 2006 */
    { 0x600ba4, 0x5aa665a65a56 }, /* 2007 */
    { 0x4a0b49, 0x15515155455a }, /* 2008 */
    { 0x325d53, 0x555555554515 }, /* 2009 */
    { 0x580a95, 0x555655655a55 }, /* 2010 */
    { 0x42052d, 0x5a9665a65a56 }, /* 2011 */
    { 0x2c455d, 0x15515151455a }, /* 2012 */
    { 0x500ab5, 0x555551554515 }, /* 2013 */
    { 0x3c9baa, 0x555655655a55 }, /* 2014 */
    { 0x6205d2, 0x569665a65a56 }, /* 2015 */
    { 0x4c0da5, 0x155151510556 }, /* 2016 */
    { 0x376e8a, 0x555551554505 }, /* 2017 */
    { 0x5c0d4a, 0x555655655955 }, /* 2018 */
    { 0x460c95, 0x569665665a55 }, /* 2019 */
    { 0x304a9e, 0x155110510556 }, /* 2020 */
    { 0x540556, 0x155551554505 }, /* 2021 */
    { 0x3e0ab5, 0x555555655555 }, /* 2022 */
    { 0x2a2ada, 0x569665665a55 }, /* 2023 */
    { 0x5006d2, 0x55110510556 }, /* 2024 */
    { 0x386765, 0x155551554505 }, /* 2025 */
    { 0x5e0725, 0x555555555515 }, /* 2026 */
    { 0x48064b, 0x555665665a55 }, /* 2027 */
    { 0x325657, 0x55110510556 }, /* 2028 */
    { 0x560cab, 0x155551554505 }, /* 2029 */
    { 0x42055a, 0x555555555515 }, /* 2030 */
    { 0x2c356e, 0x555665665a55 }, /* 2031 */
    { 0x520b69, 0x55110510556 }, /* 2032 */
    { 0x3cbf52, 0x155551554505 }, /* 2033 */
    { 0x620b52, 0x555555555515 }, /* 2034 */
    { 0x4c0b25, 0x555655655a55 }, /* 2035 */
    { 0x376d0b, 0x55110510556 }, /* 2036 */
    { 0x5a0a4b, 0x155551554505 }, /* 2037 */
    { 0x4404ab, 0x555555555515 }, /* 2038 */
    { 0x2e52bb, 0x555655655a55 }, /* 2039 */
    { 0x5405ad, 0x55110510556 }, /* 2040 */
    { 0x3e0b6a, 0x155151514505 }, /* 2041 */
    { 0x2a2daa, 0x555555554515 }, /* 2042 */
    { 0x500d92, 0x555655655a55 }, /* 2043 */
    { 0x3a7ea5, 0x54110510556 }, /* 2044 */
    { 0x5e0d25, 0x155151510505 }, /* 2045 */
    { 0x480a55, 0x555551554515 }, /* 2046 */
    { 0x335a4d, 0x555655655a55 }, /* 2047 */
    { 0x5804b6, 0x14110110556 }, /* 2048 */
    { 0x4005b5, 0x155110510501 }, /* 2049 */
    { 0x2d36d2, 0x555551554505 }, /* 2050 */
    { 0x520ec9, 0x555555655555 }, /* 2051 */
    { 0x3e8f92, 0x14110110555 }, /* 2052 */
    { 0x620e92, 0x155110510501 }, /* 2053 */
    { 0x4c0d26, 0x555551554505 }, /* 2054 */
    { 0x376516, 0x555555555555 }, /* 2055 */
    { 0x5a0a57, 0x14110110555 }, /* 2056 */
    { 0x4404d6, 0x55110510501 }, /* 2057 */
    { 0x2f4365, 0x155551554505 }, /* 2058 */
    { 0x540755, 0x555555555555 }, /* 2059 */
    { 0x400749, 0x110110555 }, /* 2060 */
    { 0x28374b, 0x55110510501 }, /* 2061 */
    { 0x4e0693, 0x155551554505 }, /* 2062 */
    { 0x387aab, 0x555555555515 }, /* 2063 */
    { 0x5e052b, 0x110110555 }, /* 2064 */
    { 0x460a5b, 0x55110510501 }, /* 2065 */
    { 0x325aba, 0x155551554505 }, /* 2066 */
    { 0x58056a, 0x555555555515 }, /* 2067 */
    { 0x420b65, 0x100100555 }, /* 2068 */
    { 0x2c4baa, 0x55110510501 }, /* 2069 */
    { 0x520b4a, 0x155151514505 }, /* 2070 */
    { 0x3c8d95, 0x555555555515 }, /* 2071 */
    { 0x620a95, 0x100100555 }, /* 2072 */
    { 0x4a052d, 0x54110510501 }, /* 2073 */
    { 0x34656d, 0x155151514505 }, /* 2074 */
    { 0x5a0ab5, 0x555551554515 }, /* 2075 */
    { 0x4605aa, 0x100100555 }, /* 2076 */
    { 0x2e45d5, 0x54110510501 }, /* 2077 */
    { 0x540da5, 0x155150510505 }, /* 2078 */
    { 0x400d4a, 0x555551554515 }, /* 2079 */
    { 0x2a3e4d, 0x100100555 }, /* 2080 */
    { 0x4e0c96, 0x14110110501 }, /* 2081 */
    { 0x387cce, 0x155110510505 }, /* 2082 */
    { 0x5e0556, 0x555551554505 }, /* 2083 */
    { 0x480ab5, 0x100055 }, /* 2084 */
    { 0x335ad2, 0x14110110500 }, /* 2085 */
    { 0x5806d2, 0x155110510501 }, /* 2086 */
    { 0x420ea5, 0x555551554505 }, /* 2087 */
    { 0x2e472a, 0x55 }, /* 2088 */
    { 0x50068b, 0x14110110500 }, /* 2089 */
    { 0x3a8697, 0x55110510501 }, /* 2090 */
    { 0x6004ab, 0x155551554505 }, /* 2091 */
    { 0x4a055b, 0x55 }, /* 2092 */
    { 0x356556, 0x110110500 }, /* 2093 */
    { 0x5a0b6a, 0x55110510501 }, /* 2094 */
    { 0x460752, 0x155551554505 }, /* 2095 */
    { 0x304b95, 0x15 }, /* 2096 */
    { 0x540b45, 0x100110500 }, /* 2097 */
    { 0x3e0a8b, 0x55110510501 }, /* 2098 */
    { 0x282a4f, 0x155551554505 }, /* 2099 */
};

static const struct { const char *zh, *en; } term_names[ZH_SOLAR_TERMS] = {
    { "小寒", "Minor Cold" }, { "大寒", "Major Cold" }, { "立春", "Start of Spring" }, { "雨水", "Rain Water" },
    { "惊蛰", "Awakening of Insects" }, { "春分", "Spring Equinox" }, { "清明", "Pure Brightness" }, { "谷雨", "Grain Rain" },
    { "立夏", "Start of Summer" }, { "小满", "Grain Buds" }, { "芒种", "Grain in Ear" }, { "夏至", "Summer Solstice" },
    { "小暑", "Minor Heat" }, { "大暑", "Major Heat" }, { "立秋", "Start of Autumn" }, { "处暑", "End of Heat" },
    { "白露", "White Dew" }, { "秋分", "Autumn Equinox" }, { "寒露", "Cold Dew" }, { "霜降", "Frost's Descent" },
    { "立冬", "Start of Winter" }, { "小雪", "Minor Snow" }, { "大雪", "Major Snow" }, { "冬至", "Winter Solstice" },
};

/* ---- lunar dates ---- */

static bool is_in_table(int32_t year) { return year >= ZH_LUNAR_YEAR_MIN && year <= ZH_LUNAR_YEAR_MAX; }
static uint32_t months_of(int32_t year) { return years[year - ZH_LUNAR_YEAR_MIN].months; }
static unsigned leap_of(int32_t year) { return months_of(year) >> 12 & 15; }
static unsigned month_days(int32_t year, unsigned month) { return 29 + (months_of(year) >> (month - 1) & 1); }
static unsigned leap_days(int32_t year) { return 29 + (months_of(year) >> 16 & 1); }
static int64_t new_year(int32_t year) { return zh_days_of(year, 1, 1) + (months_of(year) >> 17); }

bool zh_lunar_of(int64_t day, zh_lunar *out)
{
    int32_t year = zh_civil_of(day * ZH_DAY_MS).year;
    if (is_in_table(year) ? day < new_year(year) : year == ZH_LUNAR_YEAR_MAX + 1) year--; /* its last days lie in the year after */
    if (!is_in_table(year)) return false;
    unsigned left = (unsigned)(day - new_year(year));
    for (unsigned month = 1; month <= 12; month++) {
        const unsigned days = month_days(year, month), twice = leap_of(year) == month ? leap_days(year) : 0;
        if (left < days + twice) {
            const bool leap = left >= days;
            *out = (zh_lunar){ year, (uint8_t)month, (uint8_t)(1 + left - (leap ? days : 0)), leap };
            return true;
        }
        left -= days + twice;
    }
    return false; /* after the last day of the last year */
}

int64_t zh_lunar_day(int32_t year, unsigned month, unsigned day)
{
    if (!is_in_table(year) || month < 1 || month > 13 || (month <= 12 && (day < 1 || day > month_days(year, month)))) return -1;
    int64_t first = new_year(year);
    for (unsigned m = 1; m < month; m++) first += month_days(year, m) + (leap_of(year) == m ? leap_days(year) : 0);
    return first + (int64_t)day - 1;
}

/* ---- solar terms ---- */

int64_t zh_solar_term_day(int32_t year, unsigned term)
{
    if (!is_in_table(year) || term >= ZH_SOLAR_TERMS) return -1;
    const unsigned later = (unsigned)(years[year - ZH_LUNAR_YEAR_MIN].terms >> (2 * term) & 3);
    return zh_days_of(year, term / 2 + 1, term_days[term] + later);
}

int zh_solar_term_of(int64_t day)
{
    const zh_civil civil = zh_civil_of(day * ZH_DAY_MS);
    for (unsigned term = 2u * (civil.month - 1u); term < 2u * civil.month; term++)
        if (zh_solar_term_day(civil.year, term) == day) return (int)term;
    return -1;
}

zh_sv zh_solar_term_zh(unsigned term) { return term < ZH_SOLAR_TERMS ? zh_sv_of(term_names[term].zh) : (zh_sv){ 0 }; }
zh_sv zh_solar_term_en(unsigned term) { return term < ZH_SOLAR_TERMS ? zh_sv_of(term_names[term].en) : (zh_sv){ 0 }; }
