/* Any bytes as a letter of the bounce mailbox: nothing, or one word on one message. */
#include "reach/bounce.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_adapter a = { .kind = ZH_ADAPTER_SMTP, .from_address = ZH_SV("hi@shop.example"), .return_path = ZH_SV("bounces+{id}@shop.example") };
    zh_message_id id = { 0 };
    zh_message_word says;
    const bool is = zh_bounce_read(&a, (zh_sv){ (const char *)data, size }, &id, &says);
    const int state = (int)says - (int)ZH_MESSAGE_SAYS_STATE_FIRST;
    if (is && (id.number == 0 || (state != ZH_MESSAGE_DELIVERED && state != ZH_MESSAGE_FAILED && state != ZH_MESSAGE_BOUNCED && state != ZH_MESSAGE_COMPLAINED))) abort();
    return 0;
}
