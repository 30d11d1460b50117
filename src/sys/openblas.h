/* openblas.h -- the dense operations of base/blas.h, from OpenBLAS, with the kernels of this processor.
 *
 * OpenBLAS chooses its kernels when it is loaded, from a list of processors that ends with the year
 * of its release; a newer one gets code for SSE3, 5 times slower (15.9 instead of 78.3 GFLOP/s). So
 * the choice is made here, from what the processor says it can do: AVX-512 SkylakeX, AVX2 Haswell.
 * A value of OPENBLAS_CORETYPE that is set already wins; elsewhere the library chooses.
 *
 * Guarantees  every call runs in its own thread only (OPENBLAS_NUM_THREADS is set to 1): who shares work
 *             among threads is the caller, and results do not depend on their number.
 * Lifetimes   a loaded library stays until the process ends.
 * Threads     open first, before threads start: it sets variables of the environment.
 * Source      OpenBLAS 0.3, package libopenblas0-pthread. Why not linked: docs/decisions/0039.
 */
#ifndef ZH_SYS_OPENBLAS_H
#define ZH_SYS_OPENBLAS_H
#include "base/blas.h"
#include "base/note.h"

#define ZH_OPENBLAS_PACKAGE "libopenblas0-pthread" /* on Debian and Ubuntu */

/* Fill the table. Errors: ZH_ABSENT no such library here, or one without an operation (*why tells the package). */
ZH_MUST zh_err zh_openblas_open(zh_blas *out, zh_note *why);

#endif
