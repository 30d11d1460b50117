/* control.h -- one page shared by a test (tests/e2e/kit/crash.py) and what it lets happen to an engine. */
#ifndef ZH_TESTS_CRASH_CONTROL_H
#define ZH_TESTS_CRASH_CONTROL_H
#include <stdint.h>

typedef enum crash_kind {
    CRASH_NOTHING,
    CRASH_FULL,    /* ENOSPC */
    CRASH_IO,      /* EIO; a sync that fails so has synced nothing */
    CRASH_SHORT,   /* half of a write is done and said to be done */
    CRASH_NO_SYNC, /* syncs do nothing and say yes: the control that must fail */
    CRASH_LASTING, /* step: count only calls that can leave something behind the process */
    CRASH_MEMORY,  /* no memory; only this kind counts allocations, and nothing else */
} crash_kind;

typedef struct crash_control {
    uint64_t count;      /* calls so far (step: system calls; faults: those that could change a file) */
    uint64_t first, end; /* the fault befalls calls first .. end - 1; step kills at `first`; 0: none */
    uint64_t kind;       /* crash_kind */
    uint64_t hits;       /* faults that happened */
    char last[32];       /* the call the last one befell */
} crash_control;

#define CRASH_CONTROL_BYTES 4096

#endif
