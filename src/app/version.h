/* version.h -- which zhun is this. */
#ifndef ZH_APP_VERSION_H
#define ZH_APP_VERSION_H
#define ZH_VERSION "0.1.0"
#endif
