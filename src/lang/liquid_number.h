/* liquid_number.h -- the arithmetic of filters: whole numbers stay whole, others are decimal.
 *
 * 10.1 minus 2.2 is 7.9, as people expect of prices: a float is taken for the shortest decimal that reads back the same, the
 * operation is done in decimal, and only the result is rounded to a float. Division and remainder of whole numbers go down
 * (-7 divided_by 2 is -4). A whole number that passes 64 bits becomes a float.
 *
 * Guarantees  no result is infinite or NaN: such an operation answers false.
 * Cost        whole numbers a few ns, decimals about 0.5 us.
 */
#ifndef ZH_LANG_LIQUID_NUMBER_H
#define ZH_LANG_LIQUID_NUMBER_H
#include "lang/liquid_value.h"

typedef struct zh_liquid_number {
    bool whole;    /* digits is the number, exponent 0 */
    int64_t digits;
    int32_t exponent; /* digits * 10^exponent */
} zh_liquid_number;

/* A number, or a text that begins like one ("12 pieces" is 12, "1.5" decimal), else 0. */
zh_liquid_number zh_liquid_number_of(zh_liquid_value v);
zh_liquid_value zh_liquid_of_number(zh_liquid_number number);

typedef enum zh_liquid_number_op { ZH_LIQUID_ADD, ZH_LIQUID_SUBTRACT, ZH_LIQUID_MULTIPLY, ZH_LIQUID_DIVIDE, ZH_LIQUID_MODULO } zh_liquid_number_op;

/* False: the result does not fit a float. The divisor is not 0. */
bool zh_liquid_calculate(zh_liquid_number_op op, zh_liquid_number a, zh_liquid_number b, zh_liquid_value *out);
static inline bool zh_liquid_number_is_zero(zh_liquid_number number) { return number.digits == 0; }
int zh_liquid_number_compare(zh_liquid_number a, zh_liquid_number b); /* < 0, 0, > 0 */

/* To `places` behind the point (negative: before it); half goes away from zero. Whole where places <= 0. */
zh_liquid_value zh_liquid_round(zh_liquid_number number, int64_t places);
zh_liquid_value zh_liquid_floor(zh_liquid_number number);
zh_liquid_value zh_liquid_ceil(zh_liquid_number number);

/* "5" and "+5" and "-5" whole as they are; false for "5.0", "", "x". Of an INT too; others by their text. */
bool zh_liquid_whole(zh_liquid_value v, int64_t *out);
/* The digits a text begins with, 0 where none: "12abc" is 12. Saturates at 64 bits. */
int64_t zh_liquid_leading_int(zh_sv text);

/* "1.0", "0.0001", "1.0e-05", "1.0e+16": the fewest digits, always with a point. */
void zh_liquid_print_float(double d, zh_buf *out);

#endif
