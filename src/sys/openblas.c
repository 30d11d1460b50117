#include "sys/openblas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libopenblas.so.0"

static void choose_core(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    const bool plain = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (wide || plain) (void)setenv("OPENBLAS_CORETYPE", wide ? "SkylakeX" : "Haswell", 0);
#endif
    (void)setenv("OPENBLAS_NUM_THREADS", "1", 1);
}

/* dlsym hands functions over as data pointers, which C does not convert: their bytes are copied. */
static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

zh_err zh_openblas_open(zh_blas *out, zh_note *why)
{
    choose_core();
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        zh_note_set(why, "there is no OpenBLAS (%s) on this machine: install %s", LIBRARY, ZH_OPENBLAS_PACKAGE);
        return ZH_ABSENT;
    }
    const char *(*core_name)(void);
    const struct { const char *name; void *place; } wanted[] = {
        { "openblas_get_corename", &core_name }, { "cblas_sgemm", &out->gemm }, { "cblas_ssyrk", &out->syrk },
        { "cblas_strsm", &out->trsm },           { "spotrf_", &out->potrf },    { "spotri_", &out->potri },
        { "ssyevd_", &out->syevd },
    };
    *out = (zh_blas){ .core = "" };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (find(library, wanted[i].name, wanted[i].place)) continue;
        zh_note_set(why, "the OpenBLAS of this machine has no %s: install %s", wanted[i].name, ZH_OPENBLAS_PACKAGE);
        dlclose(library);
        return ZH_ABSENT;
    }
    (void)snprintf(out->core, sizeof out->core, "%s", core_name());
    return ZH_OK;
}
