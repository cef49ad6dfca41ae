#include "credentials_parts.h"

bool credentials_from_static(Search *search, KeySource *ret_source)
{
    const CredentialSettings *settings = search->settings;
    Text name = TEXT_LIT("the provider block");

    if (!settings->access_key.length && !settings->secret_key.length) {
        search_note(search, name, TEXT_LIT("it has no access_key and secret_key"));
        return false;
    }
    if (!settings->access_key.length || !settings->secret_key.length) {
        diag_error(search->diags, RANGE_NONE, "Incomplete AWS credentials",
                   "The provider block has %s without %s. Both are needed, or neither.",
                   settings->access_key.length ? "access_key" : "secret_key",
                   settings->access_key.length ? "secret_key" : "access_key");
        return false;
    }
    *ret_source = (KeySource){ .name = name,
                               .keys = { .access_key = settings->access_key,
                                         .secret_key = settings->secret_key,
                                         .session_token = settings->token,
                                         .source = name } };
    return true;
}
