/* cmd_consent.h -- `zhun consent`: what a customer allowed and refused, its ledger, said for him; may one ask him? */
#ifndef ZH_APP_CMD_CONSENT_H
#define ZH_APP_CMD_CONSENT_H
#include "app/options.h"

extern const zh_command zh_cmd_consent;

#endif
