/* secret.h -- the secret a source's shop signs its webhooks with, and those of channels that messages leave by: kept sealed, used, never shown.
 *
 * Kept as the setting "secret/source/N" or "secret/channel/NAME": base64 of the sealed bytes. The log, the state and every backup hold
 * only that (a channel's DKIM key beside it, as "secret/channel/NAME.dkim"); it opens under the workspace's key and for this source or channel alone (guard/seal.h).
 *
 * Threads     any.
 */
#ifndef ZH_ENGINE_SECRET_H
#define ZH_ENGINE_SECRET_H
#include "engine/engine.h"

/* Keep it; an empty one takes away what was kept. Not on an HTTP thread: it waits for the disk. Errors: those of sealing
 * and defining. */
ZH_MUST zh_err zh_secret_put(zh_engine *engine, zh_source_id source, const zh_actor *actor, zh_sv plain);

/* In the arena; zh_wipe() it after use. Errors: ZH_ABSENT none is kept; those of unsealing. */
ZH_MUST zh_err zh_secret_get(zh_engine *engine, zh_source_id source, zh_arena *arena, zh_sv *plain);

/* Is there one? The caller holds the world's read lock. */
bool zh_secret_is_kept(const zh_registry *registry, zh_source_id source);

/* The same of a channel, by its name. Its definition may come and go; the secret goes when an empty one is put. */
ZH_MUST zh_err zh_channel_secret_put(zh_engine *engine, zh_sv channel, const zh_actor *actor, zh_sv plain);
ZH_MUST zh_err zh_channel_secret_get(zh_engine *engine, zh_sv channel, zh_arena *arena, zh_sv *plain);
/* Under which name the three around here keep a channel's DKIM key: no channel can be called so. */
#define ZH_CHANNEL_KEY_BYTES 80
zh_sv zh_channel_key_of(zh_sv channel, char text[ZH_CHANNEL_KEY_BYTES]);
bool zh_channel_secret_is_kept(const zh_registry *registry, zh_sv channel);

#endif
