/* sandbox.h -- from here on this process reaches its own folders and nothing else of the machine.
 *
 * Two locks of Linux that cannot be taken off again. Landlock says which folders may be read and which written, and
 * to which ports TCP connections go out, if to any. Seccomp says which system calls there are at all: none that starts a program or
 * makes a process, looks into another one, mounts, loads code into the kernel, or makes memory executable. A call that
 * is not on the list is answered with EPERM, so that a library that only tries it goes on.
 *
 * Guarantees  folders are confined for the caller and every thread made afterwards, calls for all threads. Descriptors that are
 *             open stay so. No core is dumped and no other process of the same user may look into this one.
 * Threads     call it while there is one, and perhaps one that is to stay outside (outside.h).
 * Not here    what a service manager adds (packaging/zhun.service); which folders (app/cmd_serve.c).
 * Limits      a TCP connection out to another port is refused from kernel 6.7 on (Landlock 4), sockets of other processes by name
 *             (abstract) and signals to them from 6.12 on (Landlock 6). Below 5.19 (Landlock 2) folders are not
 *             confined: without it no file could be moved from folder to folder.
 * Source      landlock(7), seccomp(2), docs/decisions/0049.
 */
#ifndef ZH_SYS_SANDBOX_H
#define ZH_SYS_SANDBOX_H
#include "base/err.h"
#include "base/note.h"
#include "base/sv.h"

#include <stdbool.h>
#include <stddef.h>

#define ZH_SANDBOX_LANDLOCK_MIN 2 /* the first that lets files be linked and moved between folders */

typedef enum zh_sandbox_use {
    ZH_SANDBOX_READ,  /* files and folders beneath */
    ZH_SANDBOX_WRITE, /* also made, changed, moved, removed */
    ZH_SANDBOX_NAMES, /* a socket may be made and removed in it, nothing read */
    ZH_SANDBOX_CONNECT, /* no path: TCP connections out to this port; port 0: to any */
} zh_sandbox_use;

typedef struct zh_sandbox_path {
    zh_sv path; /* what is not there is left out */
    zh_sandbox_use use;
    uint16_t port; /* of CONNECT */
} zh_sandbox_path;

typedef struct zh_sandbox {
    int landlock; /* the kernel's version of it; 0: folders are not confined */
    bool calls;   /* seccomp confines system calls */
} zh_sandbox;

/* Lock in what there is; *out says what that was. A kernel with neither is no error.
 * Errors: ZH_NOMEM; ZH_IO a lock that is there cannot be closed, why says which. */
ZH_MUST zh_err zh_sandbox_enter(const zh_sandbox_path *paths, size_t count, zh_sandbox *out, zh_note *why);

/* Become this user for good, with their groups. Only root can. Errors: ZH_ABSENT no such user, ZH_DENIED. */
ZH_MUST zh_err zh_sandbox_become(zh_sv user);

#endif
